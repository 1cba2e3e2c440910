"""The log: each event is one line, whatever its text."""

import contextlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from feedsvc.logs import log_to_stderr

log = logging.getLogger("feedsvc.test")

HOSTILE = pytest.mark.parametrize(
    "char",
    [
        pytest.param("\n", id="newline"),
        pytest.param("\r", id="carriage return"),
        pytest.param("\x1b", id="escape"),
        pytest.param("\x9b", id="C1 control sequence introducer"),
        pytest.param("\x00", id="nul"),
        pytest.param("\x08", id="backspace"),
        pytest.param("\x0b", id="vertical tab"),
        pytest.param("\x0c", id="form feed"),
        pytest.param("\x85", id="next line"),
        pytest.param("\u2028", id="line separator"),
        pytest.param("\u2029", id="paragraph separator"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\udce9", id="lone surrogate"),
    ],
)


@contextmanager
def captured_log() -> Iterator[io.StringIO]:
    """The stream that the log is written to."""
    root = logging.getLogger()
    names = (None, "apscheduler", "watchfiles", "alembic")
    levels = [(logger, logger.level) for logger in map(logging.getLogger, names)]
    handlers = root.handlers[:]
    try:
        with contextlib.redirect_stderr(io.StringIO()) as stderr:
            log_to_stderr()
            yield stderr
    finally:
        root.handlers[:] = handlers
        for logger, level in levels:
            logger.setLevel(level)


def only_line(stderr: io.StringIO) -> str:
    text = stderr.getvalue()
    assert text.endswith("\n")
    (line,) = text.splitlines()  # splits at every character that ends a line in any program
    return line


def test_an_event_has_its_time_level_logger_and_text() -> None:
    with captured_log() as stderr:
        log.warning("%s is late", "茶.md")
    _, _, rest = only_line(stderr).split(" ", 2)
    assert rest == "WARNING feedsvc.test: 茶.md is late"


@HOSTILE
def test_a_message_stays_on_one_line(char: str) -> None:
    with captured_log() as stderr:
        log.info(f"before{char}after")  # noqa: G004 - text from outside as the message itself
    escaped = char.encode("unicode_escape").decode()
    assert only_line(stderr).endswith(f" feedsvc.test: before{escaped}after")


@HOSTILE
def test_an_argument_stays_on_one_line(char: str) -> None:
    with captured_log() as stderr:
        log.info("%s is refused", f"a{char}2026-01-01 00:00:00,000 INFO feedsvc: forged")
    assert char not in only_line(stderr)


@HOSTILE
def test_a_traceback_stays_on_one_line(char: str) -> None:
    with captured_log() as stderr:
        try:
            raise ValueError(f"before{char}after")
        except ValueError:
            log.exception("a fault")
    line = only_line(stderr)
    assert char not in line
    assert "ValueError: before" in line


def test_a_stack_stays_on_one_line() -> None:
    with captured_log() as stderr:
        log.info("here", stack_info=True)
    assert "Stack (most recent call last)" in only_line(stderr)


def test_printable_text_of_any_script_is_not_escaped() -> None:
    with captured_log() as stderr:
        log.info("《茶》, Café, «чай», 🍵")
    assert only_line(stderr).endswith("《茶》, Café, «чай», 🍵")


def test_debug_events_and_those_of_libraries_are_left_out() -> None:
    with captured_log() as stderr:
        log.debug("a detail")
        logging.getLogger("apscheduler.scheduler").info("a job was added")
        log.info("an event")
    assert only_line(stderr).endswith("an event")


def test_an_event_is_logged_once_although_the_log_is_set_up_twice() -> None:
    with captured_log() as stderr:
        log_to_stderr()
        log.info("once")
    assert only_line(stderr).endswith("once")
