"""Sets up the log of a process: one line for each event, as text or as a JSON object."""

import json
import logging
import sys
import threading
from contextvars import ContextVar
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal, TextIO, TypeAlias, get_args

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Format: TypeAlias = Literal["text", "json"]
Requests: TypeAlias = Literal["errors", "sampled", "all"]  # that are logged

# The id of the request that is being answered; empty elsewhere. It is in each line of its log.
REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")

LEVELS: Final[tuple[Level, ...]] = get_args(Level)

log = logging.getLogger("feedsvc")


def printable(text: str) -> str:
    """The text with control characters escaped, so that it cannot control a terminal."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if _is_harmless(char) else char.encode("unicode_escape").decode("ascii")


def _is_harmless(char: str) -> bool:
    """True for a character of any script, and for spaces such as U+3000, but no line end."""
    return char.isprintable() or (char.isspace() and char not in _LINE_ENDS)


_LINE_ENDS: Final = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")


class _Lines(logging.Formatter):
    """Formats an event as one line."""

    def format(self, record: logging.LogRecord) -> str:
        request = REQUEST.get()
        message = _message_of(record) + (f" (request {request})" if request else "")
        parts = (message, self._traceback_of(record))
        at = _time_of(record).isoformat(sep=" ", timespec="milliseconds")
        text = "\n".join(filter(None, parts))
        return printable(f"{at} {record.levelname} {record.name}: {text}")

    def _traceback_of(self, record: logging.LogRecord) -> str:
        """The traceback and the stack of the event; empty for most events."""
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return "\n".join(filter(None, (trace or record.exc_text, stack)))


class _JsonLines(_Lines):
    """Formats an event as a JSON object on one line. Its time is that of RFC 3339 §5.6.

    An event may have `fields` of its own (logging's `extra`).
    """

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii_only = ascii_only

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _time_of(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message_of(record),
        }
        if request := REQUEST.get():
            fields["request"] = request
        if traceback := self._traceback_of(record):
            fields["traceback"] = traceback
        sound = {name: _sound(value) for name, value in fields.items()}
        own = {name: _sound(value) for name, value in getattr(record, "fields", {}).items()}
        return json_escaped(json.dumps(sound | own, ensure_ascii=self._ascii_only))


def _sound(value: Any) -> Any:
    """A value that every program accepts in JSON.

    A lone surrogate, from a file name that is not UTF-8, has no such form.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def json_escaped(text: str) -> str:
    """A line of JSON, with the characters escaped that could control a terminal."""
    return text if text.isprintable() else "".join(map(_json_char, text))


def _json_char(char: str) -> str:
    return char if _is_harmless(char) else json.dumps(char)[1:-1]


def takes_utf_8(stream: TextIO) -> bool:
    """True if every character can be written to a stream as it is."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "") == "utf8"


def _time_of(record: logging.LogRecord) -> datetime:
    """The time of an event in the zone of this machine, with its offset."""
    return datetime.fromtimestamp(record.created).astimezone()


def _message_of(record: logging.LogRecord) -> str:
    """The message of an event, also if its arguments do not fit: no event may be lost."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - str() of an argument may raise anything
        return f"{record.msg} (its arguments do not fit)"


def log_to_stderr(level: Level = "info", how: Format = "text") -> None:
    """Write the events of this level and above to stderr: our own, and those of libraries.

    Libraries write no events below INFO: these may have addresses that are secret.
    """
    stream = sys.stderr
    to_stderr = logging.StreamHandler(stream)
    to_stderr.setFormatter(_formatter(how, stream))
    root = logging.getLogger()
    root.handlers[:] = [to_stderr]
    number = getattr(logging, level.upper())
    root.setLevel(max(number, logging.INFO))
    log.setLevel(number)
    for verbose in ("apscheduler", "watchfiles", "alembic"):
        logging.getLogger(verbose).setLevel(max(number, logging.WARNING))


def log_what_python_prints() -> None:
    """Log warnings, and exceptions that nothing catches. Python prints several lines for each.

    For processes that run until they are stopped.
    """
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value, args.exc_traceback
    )


def _formatter(how: Format, stream: TextIO) -> logging.Formatter:
    return _Lines() if how == "text" else _JsonLines(ascii_only=not takes_utf_8(stream))


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is None or issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    log.critical("ended because of a bug in feedsvc", exc_info=(kind, error, trace))


def print_or_log(text: str, level: int = logging.INFO) -> None:
    """Print a text to stderr; if the log is JSON, log its lines, so that all of stderr is."""
    lines = text.split("\n")
    handlers = logging.getLogger().handlers
    if any(isinstance(handler.formatter, _JsonLines) for handler in handlers):
        for line in lines:
            log.log(level, "%s", line.strip())
    else:
        print(*map(printable, lines), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - as said
