"""The log of this process as it is set up for a command."""

import contextlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from feedsvc.logs import Format, Level, log_to_stderr


@contextmanager
def captured_log(level: Level = "info", how: Format = "text") -> Iterator[io.StringIO]:
    """The stream that the log is written to."""
    with unchanged_log(), contextlib.redirect_stderr(io.StringIO()) as stderr:
        log_to_stderr(level, how)
        yield stderr


@contextmanager
def unchanged_log() -> Iterator[None]:
    """Undo at the end what a command changes in the log of this process."""
    root = logging.getLogger()
    names = (None, "feedsvc", "apscheduler", "watchfiles", "alembic")
    levels = [(logger, logger.level) for logger in map(logging.getLogger, names)]
    handlers = root.handlers[:]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        for logger, number in levels:
            if logger.level != number:
                logger.setLevel(number)
