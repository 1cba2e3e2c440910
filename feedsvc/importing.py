"""Imports without the garbage collector: they make much that stays, and hardly any garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Import many modules within this context.

    The search for garbage would take a seventh of the time, so it is off meanwhile. What was
    made is never searched, which keeps the pages that forked processes share unchanged.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
