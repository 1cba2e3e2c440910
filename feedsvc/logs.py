"""Sets up the log. Each event is one line, even if a title or a header has a line break."""

import logging
import sys


class _OneLine(logging.Formatter):
    """Escapes control characters, so that text from outside cannot forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
            for char in text
        )


def log_to_stderr() -> None:
    """Write events of the level INFO and above to stderr."""
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [to_stderr]
    root.setLevel(logging.INFO)
    for verbose in ("apscheduler", "watchfiles", "alembic"):
        logging.getLogger(verbose).setLevel(logging.WARNING)
