"""`feedsvc serve` and `feedsvc watch`: how they start and end."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import pytest

from tests.support.commands import SOON, Run, command, environment, forked, settings
from tests.support.running import free_port
from tests.support.writing import PostFolder

AT_ONCE: Final = 5.0  # seconds that it may take to end


def test_serve_does_not_start_without_its_folder_of_posts(run: Run, posts: PostFolder) -> None:
    posts.root.rmdir()
    result = run("serve")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "posts is not a folder; set content.seeds" in line


def test_a_port_in_use_ends_serve_with_2_and_names_the_port(
    run: Run,
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("serve", PORT=str(port))
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"feedsvc: cannot listen on 127.0.0.1:{port}: ")
    assert line.endswith("or set server.port")


def test_an_address_of_another_machine_ends_serve_with_2_and_the_cure(run: Run) -> None:
    result = run("serve", "--host", "192.0.2.1", "--port", str(free_port()))
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("feedsvc: cannot listen on 192.0.2.1:")
    assert line.endswith("; set server.host to an address of this machine, such as 127.0.0.1")


@dataclass(frozen=True)
class Life:
    """A process that ran until a signal ended it. `page` is the main feed that it served."""

    port: int
    page: str
    exit_code: int
    seconds_to_end: float
    output: str


ENDINGS: Final = [
    (name, number) for name in ("serve", "watch") for number in (signal.SIGINT, signal.SIGTERM)
]
WITH_JSON: Final = ("watch", signal.SIGTERM)


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Life]:
    """Each command with each signal, in parallel: most of the time is spent waiting."""
    folders = [tmp_path_factory.mktemp(f"{name}-{number.name}") for name, number in ENDINGS]
    with ThreadPoolExecutor(len(ENDINGS)) as pool:
        return dict(zip(ENDINGS, pool.map(live, ENDINGS, folders), strict=True))


@pytest.fixture(params=ENDINGS, ids=[f"{name} {number.name}" for name, number in ENDINGS])
def life(request: pytest.FixtureRequest, lives: dict[tuple[str, int], Life]) -> Life:
    return lives[request.param]


def page(port: int) -> str:
    """The main feed as it is served; empty if nothing is served yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SOON)
    try:
        connection.request("GET", "/atom.xml")
        return connection.getresponse().read().decode()
    except OSError:
        return ""
    finally:
        connection.close()


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def session(
    arguments: list[str], environ: Mapping[str, str], cwd: Path, output: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which is killed at the end."""
    with subprocess.Popen(
        arguments, env=environ, cwd=cwd, stdout=output, stderr=output, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def live(ending: tuple[str, signal.Signals], folder: Path) -> Life:
    """Start a command on a folder with one post, wait until it publishes, and end it."""
    name, number = ending
    PostFolder(folder / "posts").write("tea.md", title="Green tea")
    port, log = free_port(), folder / "log"
    environ = environment(settings("sqlite:///feeds.sqlite3")) | {"PORT": str(port)}
    if ending == WITH_JSON:
        environ |= {"FEEDSVC_LOG__FORMAT": "json", "FEEDSVC_LOG__LEVEL": "debug"}
    with log.open("wb") as output, session(command(name), environ, folder, output) as process:
        if name == "serve":
            wait_for(lambda: "Green tea" in page(port))
        wait_for(lambda: "1 added" in log.read_text("utf-8"))
        served = page(port)
        began = time.monotonic()
        if number == signal.SIGINT:  # a terminal sends it to the whole process group
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        exit_code = process.wait(SOON)
        seconds = time.monotonic() - began
        wait_for(lambda: not is_alive(process.pid))
    return Life(port, served, exit_code, seconds, log.read_text("utf-8"))


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_serve_serves_what_is_in_the_folder(
    lives: dict[tuple[str, int], Life],
) -> None:
    assert "<title>Green tea</title>" in lives["serve", signal.SIGTERM].page


def test_serve_prints_its_address_and_those_of_the_feeds(
    lives: dict[tuple[str, int], Life],
) -> None:
    life = lives["serve", signal.SIGTERM]
    lines = [line.strip() for line in life.output.splitlines()]
    assert f"Serving posts on http://127.0.0.1:{life.port}" in lines
    feeds = {f"https://example.org/{name}" for name in ("atom.xml", "rss.xml", "feed.json")}
    assert feeds <= set(lines)


def test_a_log_in_json_has_nothing_but_objects_on_one_line_each(
    lives: dict[tuple[str, int], Life],
) -> None:
    events = [json.loads(line) for line in lives[WITH_JSON].output.splitlines()]
    assert {"Watching posts"} < {event["message"] for event in events}
    assert {"debug", "info"} <= {event["level"] for event in events}
    assert all(datetime.fromisoformat(event["time"]).tzinfo for event in events)


def test_a_command_that_logs_json_reports_its_own_end_in_json(
    environ: dict[str, str], tmp_path: Path
) -> None:
    in_json = environ | {"FEEDSVC_LOG__FORMAT": "json"}
    result = forked("watch", environ=in_json, cwd=tmp_path)
    (line,) = result.stderr.splitlines()
    assert "posts is not a folder" in json.loads(line)["message"]
    assert (result.returncode, json.loads(line)["level"]) == (2, "error")


def test_a_signal_ends_it_with_0(life: Life) -> None:
    assert life.exit_code == 0


def test_a_signal_ends_it_within_seconds(life: Life) -> None:
    assert life.seconds_to_end < AT_ONCE


def test_a_signal_ends_it_without_a_traceback(life: Life) -> None:
    assert not re.search("Traceback|KeyboardInterrupt|Exception|Error", life.output)


def test_a_signal_leaves_the_port_free(life: Life) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", life.port))
