"""Who reads, with real processes: two web processes count, end or die, and nothing is lost."""

import os
import signal
from collections import Counter
from contextlib import closing
from pathlib import Path

import requests

from feedsvc.core.audience.figures import AudienceReport, Period
from feedsvc.store.store import Store
from tests.core.audience.test_agents import CLAIMS, PLAIN
from tests.support.running import Server, running, wait_until
from tests.support.writing import PostFolder

AGENTS = [str(row[0]) for row in (*CLAIMS, *PLAIN)]
FEEDS = ("atom.xml", "tags/tea/rss.xml")


def report_of(place: Path) -> AudienceReport:
    with closing(Store(f"sqlite:///{place}/var/feedsvc.sqlite3")) as store:
        return store.audience.report(Period("2000-01-01", "2100-01-01"))


def poll_as_each_agent(server: Server) -> Counter[str]:
    """Poll each feed as each agent, also with the tag of the last answer. Counts statuses."""
    statuses: Counter[str] = Counter()
    for agent in AGENTS:
        for path in FEEDS:
            with requests.Session() as session:
                session.headers["User-Agent"] = agent
                first = session.get(f"{server.url}/{path}", timeout=10)
                known = {"If-None-Match": first.headers["ETag"]}
                again = session.get(f"{server.url}/{path}", headers=known, timeout=10)
            statuses.update([str(first.status_code), str(again.status_code)])
    return statuses


def test_two_processes_count_every_poll_also_of_their_last_minute(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea", tags="[tea]")
    with running(tmp_path, posts.root, settings={"FEEDSVC_SERVER__WORKERS": "2"}) as server:
        statuses = poll_as_each_agent(server)
        server.stop()
    report = report_of(tmp_path)
    assert sum(each["polls"] for each in report.products) == statuses.total()
    assert sum(each["unmodified"] for each in report.products) == statuses["304"]
    assert statuses == {"200": 2 * len(AGENTS), "304": 2 * len(AGENTS)}
    assert {each.name: each["polls"] for each in report.feeds} == {
        "": 2 * len(AGENTS),
        "tags/tea": 2 * len(AGENTS),
    }
    found = {each.name: each for each in report.products}
    if report.counted_days == 1:  # not over midnight
        assert found["Feedly"].subscribers == 2 * 462
        assert found["Newsboat"].individuals == 1


def test_a_web_process_that_is_killed_is_replaced_and_goes_on_counting(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea", tags="[tea]")
    with running(tmp_path, posts.root) as server:
        (web,) = children(server.process.pid)
        server.get("/atom.xml", {"User-Agent": "Newsboat/2"})
        os.kill(web, signal.SIGKILL)
        wait_until(lambda: children(server.process.pid) not in ([], [web]), "another process")
        wait_until(lambda: answers(server), "an answer")
        for _ in range(3):
            server.get("/tags/tea/atom.xml", {"User-Agent": "Newsboat/2"})
        server.stop()
    assert {each.name: each["polls"] for each in report_of(tmp_path).feeds} == {"tags/tea": 3}


def children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return [int(each) for each in told.split()]


def answers(server: Server) -> bool:
    try:
        return server.get("/healthz").ok
    except requests.RequestException:
        return False
