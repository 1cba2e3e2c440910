"""SQL that SQLAlchemy has compiled, shared by all engines of a test process.

An engine keeps the SQL that it has compiled from statements. Nearly every test opens a store of
its own, so a third of its processor time would be spent on compiling the same statements again.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

_MOST: Final = 2_000

_create_engine = sa.create_engine


class _Shared:
    """What an engine asks for and adds to, with the kind of a dialect in place of its own."""

    def __init__(self) -> None:
        self._kept: LRUCache[object, Any] = LRUCache(_MOST)

    def get(self, key: tuple[Any, ...]) -> Any:
        return self._kept.get(_of_any_engine(key))

    def __setitem__(self, key: tuple[Any, ...], compiled: object) -> None:
        self._kept[_of_any_engine(key)] = compiled


_shared: Final = _Shared()


def share_compiled() -> None:
    """Let the engines that are created from now on share their SQL."""
    sa.create_engine = _created


def _created(*words: Any, **named: Any) -> sa.Engine:
    engine = _create_engine(*words, **named)
    engine.update_execution_options(compiled_cache=_shared)
    return engine


def _of_any_engine(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return type(dialect), dialect.paramstyle, *statement
