"""Polls a second on one core: feedsvc beside nginx that serves the same bytes as static files.

A third server is feedsvc that does not count polls. All stand at once, each process of theirs
held to core 0, and are asked in turn by wrk on core 1. Every figure is a median over all
rounds. Beside the rate stands what an answer takes of the processor: other programs on the
machine, and a wrk that cannot ask faster, change it little.
"""

import argparse
import gzip
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from benchmarks.posts import write_posts

CONNECTIONS: Final = 64
CASES: Final = ("200", "gzip", "304", "304 to octets that were never sent before")
_FEEDS: Final = 1000  # that are asked for once, so that the memory for feeds is full
# wrk, too, may have reached its limit in this case: the processor time tells more.
_NEVER_SENT: Final = """\
local number = 0
request = function()
  number = number + 1
  wrk.headers["X-Number"] = number
  return wrk.format()
end
"""
_NGINX: Final = """\
daemon off;
worker_processes 1;
pid {place}/nginx.pid;
error_log {place}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    types {{ application/atom+xml xml; }}
    charset utf-8;
    charset_types application/atom+xml;
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=1000;
    open_file_cache_valid 60s;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {place}/static;
        gzip_static on;
        gzip_vary on;
        add_header Cache-Control "public, max-age=1800";
        add_header X-Content-Type-Options nosniff;
        add_header Access-Control-Allow-Origin *;
        add_header Access-Control-Expose-Headers "ETag, Last-Modified, Link, Retry-After";
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: answers a second, and milliseconds within which 99 of 100 came.

    `each` is what an answer took of the processor, in microseconds.
    """

    per_second: float
    p99: float
    each: float


@dataclass(frozen=True, slots=True)
class Target:
    """A server: where it answers, and the process that all of its others are below."""

    url: str
    pid: int


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _running(command: list[str], place: Path, environ: dict[str, str]) -> Iterator[int]:
    """A program held to core 0, as long as the context lasts; its process id."""
    with (place / "log").open("ab") as log:
        process = subprocess.Popen(
            ["taskset", "-c", "0", *command],
            cwd=place,
            env=os.environ | environ,
            stdout=log,
            stderr=log,
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_for(url: str) -> bytes:
    until = time.monotonic() + 1200  # for the first publish of many posts
    while time.monotonic() < until:
        try:
            response = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=5)
        except requests.ConnectionError:
            response = None
        if response is not None and response.status_code == 200:
            return response.content
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def _measure(target: Target, asked: list[str], seconds: float) -> Load:
    """What wrk finds, with a status other than that of its first answer counting as a fault."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s"]
    before = _processor_seconds(target.pid)
    told = subprocess.run(
        [*command, "--latency", *asked, target.url], check=True, capture_output=True, text=True
    ).stdout
    taken = _processor_seconds(target.pid) - before
    assert "Non-2xx" not in told, told
    assert "Socket errors" not in told, told
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    answers = re.search(r"(\d+) requests in", told)
    assert rate
    assert late
    assert answers
    factor = {"us": 0.001, "ms": 1.0, "s": 1000.0}[late[2]]
    return Load(float(rate[1]), float(late[1]) * factor, taken / int(answers[1]) * 1e6)


def _processor_seconds(pid: int) -> float:
    """What the processes below this one have taken of the processor so far: those that answer.

    Not the one itself: in that of feedsvc the watcher is at work.
    """
    ticks = 0
    for process in _with_those_below(pid)[1:]:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _with_those_below(pid: int) -> list[int]:
    found = [pid]
    for process in found:  # it grows meanwhile
        for thread in Path(f"/proc/{process}/task").iterdir():
            found.extend(map(int, (thread / "children").read_text().split()))
    return found


def _cases(url: str, place: Path) -> dict[str, list[str]]:
    """What wrk is told for each kind of poll, with the tag that this server gave."""
    asked = {"Accept-Encoding": "gzip", "User-Agent": "Newsboat/2.30 (Linux x86_64)"}
    packed = requests.get(url, headers=asked, timeout=5)
    assert packed.headers["Content-Encoding"] == "gzip"
    known = asked | {"If-None-Match": packed.headers["ETag"]}
    assert requests.get(url, headers=known, timeout=5).status_code == 304
    script = place / "never_sent.lua"
    script.write_text(_NEVER_SENT)
    headers = [asked | {"Accept-Encoding": "identity"}, asked, known, known]
    told = [
        [word for name, value in each.items() for word in ("-H", f"{name}: {value}")]
        for each in headers
    ]
    told[-1] += ["-s", str(script)]
    return dict(zip(CASES, told, strict=True))


def _megabytes(pid: int) -> int:
    """Resident memory of the largest process below this one."""
    sizes = []
    for child in _with_those_below(pid):
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text())
        sizes.append(int(found[1]) // 1024 if found else 0)
    return max(sizes[1:] or sizes)


def _ask_for_many(url: str) -> int:
    """Ask for many feeds, each in gzip; how many there were."""
    listed = requests.get(url.replace("/atom.xml", "/opml.xml"), timeout=60).text
    feeds = re.findall(r'xmlUrl="([^"]+)"', listed)[:_FEEDS]
    with requests.Session() as session:
        for feed in feeds:
            assert session.get(feed, headers={"Accept-Encoding": "gzip"}, timeout=60).ok
    return len(feeds)


def bench(count: int, rounds: int, seconds: float) -> None:
    """Measure the main feed of a folder of `count` posts and print it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)  # nginx reads it as another user
        write_posts(place / "posts", count)
        port, other, third = _free_port(), _free_port(), _free_port()
        environ = {
            "FEEDSVC_SITE__TITLE": "Benchmark",
            "FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}",
            "FEEDSVC_SITE__AUTHOR": "Nobody",
            "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
            "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
            "FEEDSVC_CONTENT__SEEDS": str(place / "posts"),
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/feedsvc.sqlite3",
            "FEEDSVC_SERVER__PORT": str(port),
        }
        urls = {
            "feedsvc": f"http://127.0.0.1:{port}/atom.xml",
            "uncounted": f"http://127.0.0.1:{third}/atom.xml",
            "nginx": f"http://127.0.0.1:{other}/atom.xml",
        }
        uncounted = environ | {
            "FEEDSVC_SERVER__PORT": str(third),
            "FEEDSVC_AUDIENCE__ENABLED": "false",
        }
        (place / "nginx.conf").write_text(_NGINX.format(place=place, port=other))
        (place / "static").mkdir()
        command = [sys.executable, "-m", "feedsvc", "serve"]
        nginx = ["nginx", "-p", str(place), "-c", str(place / "nginx.conf")]
        with _running(command, place, environ) as pid:
            body = _wait_for(urls["feedsvc"])
            (place / "static/atom.xml").write_bytes(body)
            (place / "static/atom.xml.gz").write_bytes(gzip.compress(body, 6, mtime=0))
            web = [sys.executable, "-m", "feedsvc", "web"]
            with (
                _running(nginx, place, {}) as other_pid,
                _running(web, place, uncounted) as third_pid,
            ):
                assert _wait_for(urls["nginx"]) == _wait_for(urls["uncounted"]) == body
                pids = {"feedsvc": pid, "uncounted": third_pid, "nginx": other_pid}
                targets = {name: Target(url, pids[name]) for name, url in urls.items()}
                found = _in_turn(targets, place, rounds, seconds)
                memory = _megabytes(pid)
            filled = _ask_for_many(urls["feedsvc"])
            full = _megabytes(pid)
    print(
        f"\n{len(body):,} octets, {CONNECTIONS} connections, {rounds} rounds of {seconds:g} s"
    )
    for case in CASES:
        _print_case(case, found["feedsvc", case], found["nginx", case])
        _print_uncounted(found["feedsvc", case], found["uncounted", case])
    print(f"  memory of the web process {memory} MB, after {filled:,} feeds {full} MB")


def _in_turn(
    targets: dict[str, Target], place: Path, rounds: int, seconds: float
) -> dict[tuple[str, str], list[Load]]:
    cases = {server: _cases(target.url, place) for server, target in targets.items()}
    found: dict[tuple[str, str], list[Load]] = {}
    for number in range(rounds + 1):
        for case in CASES:
            for server, target in targets.items():
                load = _measure(target, cases[server][case], seconds)
                if number:  # the first round warms up
                    found.setdefault((server, case), []).append(load)
    return found


def _print_case(case: str, ours: list[Load], theirs: list[Load]) -> None:
    rate, other = (
        statistics.median(load.per_second for load in side) for side in (ours, theirs)
    )
    pairs = list(zip(ours, theirs, strict=True))
    ratios = sorted(a.per_second / b.per_second for a, b in pairs)
    of_processor = sorted(b.each / a.each for a, b in pairs)
    each, other_each = (statistics.median(load.each for load in s) for s in (ours, theirs))
    late, later = (statistics.median(load.p99 for load in side) for side in (ours, theirs))
    print(
        f"  {case}\n"
        f"        feedsvc {rate:7,.0f}/s, p99 {late:5.1f} ms   nginx {other:7,.0f}/s, "
        f"p99 {later:5.1f} ms   ratio {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})\n"
        f"        processor {each:.1f} and {other_each:.1f} us an answer, "
        f"ratio {statistics.median(of_processor):.2f} "
        f"({of_processor[0]:.2f} to {of_processor[-1]:.2f})"
    )


def _print_uncounted(counted: list[Load], uncounted: list[Load]) -> None:
    """What counting costs: rates and processor time of the two in the same rounds."""
    pairs = list(zip(counted, uncounted, strict=True))
    rates = sorted(a.per_second / b.per_second for a, b in pairs)
    times = sorted(b.each / a.each for a, b in pairs)
    each = statistics.median(load.each for load in uncounted)
    print(
        f"        without counting {each:.1f} us an answer, ratio of rates "
        f"{statistics.median(rates):.3f} ({rates[0]:.2f} to {rates[-1]:.2f}), of processor "
        f"time {statistics.median(times):.3f} ({times[0]:.2f} to {times[-1]:.2f})"
    )


def main() -> None:
    """Measure with the number of posts, rounds and seconds given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    given = parser.parse_args()
    missing = [name for name in ("wrk", "nginx", "taskset") if not shutil.which(name)]
    if missing:
        sys.exit(f"{', '.join(missing)} must be installed (apt install wrk nginx util-linux)")
    bench(given.posts, given.rounds, given.seconds)


if __name__ == "__main__":
    main()
