"""Long lists in chunks: a statement has a limit of parameters."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_T = TypeVar("_T")


def chunks(values: Iterable[_T], most: int = 500) -> Iterator[list[_T]]:
    """The values in lists of at most `most`."""
    rest = iter(values)
    while chunk := list(islice(rest, most)):
        yield chunk
