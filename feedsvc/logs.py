"""Logs: one event is one line, whatever stands in a title, a path or a header (F41)."""

import logging
import sys


class _OneLine(logging.Formatter):
    """Escapes control characters, so that no text of strangers can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
            for char in text
        )


def log_to_stderr() -> None:
    """Send what the house logs to stderr, from the level INFO."""
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [to_stderr]
    root.setLevel(logging.INFO)
    for chatty in ("apscheduler", "watchfiles", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
