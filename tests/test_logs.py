"""The log: each event is one line, whatever its text."""

import io
import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedsvc.logs import (
    LEVELS,
    Format,
    Level,
    log_to_stderr,
    log_what_python_prints,
    print_or_log,
    printable,
)
from tests.support.captured_log import captured_log

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


# The time.


@pytest.fixture
def in_kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_kathmandu")
def test_the_time_of_a_line_has_its_offset() -> None:
    with captured_log() as stderr:
        log.info("an event")
    day, clock, _ = only_line(stderr).split(" ", 2)
    at = datetime.fromisoformat(f"{day} {clock}")
    assert at.utcoffset() == timedelta(hours=5, minutes=45)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


# The level.


@pytest.mark.parametrize("level", LEVELS)
def test_only_events_of_the_level_and_above_are_logged(level: Level) -> None:
    with captured_log(level) as stderr:
        for name in LEVELS:
            log.log(getattr(logging, name.upper()), "%s", name)
    logged = [line.rpartition(" ")[2] for line in stderr.getvalue().splitlines()]
    assert logged == [*LEVELS[LEVELS.index(level) :]]


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "apscheduler", "sqlalchemy.engine"])
def test_details_of_libraries_are_never_logged_because_they_may_be_secret(name: str) -> None:
    with captured_log("debug") as stderr:
        logging.getLogger(name).debug('"POST /a-secret-path HTTP/1.1" 200')
    assert stderr.getvalue() == ""


@pytest.mark.parametrize("name", ["uvicorn.error", "apscheduler", "alembic.runtime"])
def test_the_level_counts_for_libraries_too(name: str) -> None:
    with captured_log("error") as stderr:
        logging.getLogger(name).warning("a library")
    assert stderr.getvalue() == ""


# JSON.


def only_object(stderr: io.StringIO) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(only_line(stderr))
    return fields


@pytest.mark.usefixtures("in_kathmandu")
def test_an_event_in_json_is_an_object_with_time_level_logger_and_message() -> None:
    with captured_log(how="json") as stderr:
        log.warning("%s is late", "茶.md")
    fields = only_object(stderr)
    at = datetime.fromisoformat(fields.pop("time"))
    assert at.utcoffset() == timedelta(hours=5, minutes=45)
    assert fields == {"level": "warning", "logger": "feedsvc.test", "message": "茶.md is late"}


@HOSTILE
def test_an_event_in_json_stays_on_one_line_of_valid_utf_8(char: str) -> None:
    text = f'before{char}"}}after'
    with captured_log(how="json") as stderr:
        log.info("%s is refused", text)
    only_line(stderr).encode("utf-8")
    assert char not in stderr.getvalue()[:-1]  # all but the end of the line
    sound = text.encode("utf-8", "backslashreplace").decode()
    assert only_object(stderr)["message"] == f"{sound} is refused"


@HOSTILE
def test_a_traceback_in_json_is_a_field(char: str) -> None:
    with captured_log(how="json") as stderr:
        try:
            raise ValueError(f"before{char}after")
        except ValueError:
            log.exception("a fault")
    fields = only_object(stderr)
    assert fields["message"] == "a fault"
    lines = fields["traceback"].split("\n")
    assert lines[0] == "Traceback (most recent call last):"
    assert any(line.startswith("ValueError: before") for line in lines)


def test_a_stack_in_json_is_in_the_same_field() -> None:
    with captured_log(how="json") as stderr:
        log.info("here", stack_info=True)
    assert only_object(stderr)["traceback"].startswith("Stack (most recent call last)")


def test_json_is_ascii_where_the_stream_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(octets, "latin-1", "backslashreplace"))
    handlers = logging.getLogger().handlers[:]
    try:
        log_to_stderr(how="json")
        log.error("Café 🍵")
        sys.stderr.flush()
    finally:
        logging.getLogger().handlers[:] = handlers
    assert json.loads(octets.getvalue().decode("ascii"))["message"] == "Café 🍵"


@pytest.mark.parametrize("how", ["text", "json"])
def test_an_event_whose_arguments_do_not_fit_is_logged(how: Format) -> None:
    with captured_log(how=how) as stderr:
        log.info("%d files", "three")
    assert "%d files (its arguments do not fit)" in only_line(stderr)


@pytest.mark.parametrize("how", ["text", "json"])
def test_an_exception_that_ends_a_thread_is_one_line(
    how: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    nothing: dict[str, str] = {}
    thread = threading.Thread(target=lambda: nothing["tea"])
    with captured_log(how=how) as stderr:
        try:
            log_what_python_prints()
            thread.start()
            thread.join()
        finally:
            logging.captureWarnings(False)
    assert "KeyError: 'tea'" in only_line(stderr)


def test_what_a_command_prints_is_an_event_if_the_log_is_json() -> None:
    with captured_log(how="json") as stderr:
        print_or_log("Serving posts\n  on 127.0.0.1")
    messages = [json.loads(line)["message"] for line in stderr.getvalue().splitlines()]
    assert messages == ["Serving posts", "on 127.0.0.1"]
    with captured_log() as stderr:
        print_or_log("Serving posts\n  on 127.0.0.1")
    assert stderr.getvalue() == "Serving posts\n  on 127.0.0.1\n"


@HOSTILE
def test_printable_text_cannot_control_a_terminal(char: str) -> None:
    assert char not in printable(f"a{char}b")


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u3000", "\u2009"])
def test_spaces_of_any_script_are_printable(space: str) -> None:
    assert printable(f"茶{space}道") == f"茶{space}道"
