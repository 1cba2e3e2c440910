"""How long feedsvc waits for the server of a store."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits for PostgreSQL; SQLite is a file and has none.

    `silence`: seconds without an answer after which a server counts as lost.
    `statement`: seconds that one statement may take, waiting for locks included; None for no
    limit.
    """

    silence: float = 5.0
    statement: float | None = None


DEFAULT_LIMITS: Final = Limits()
