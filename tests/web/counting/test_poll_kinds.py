"""Which requests count, over real sockets: answered by Flask, replayed, or alike."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.audience.batch import ALL, Batch
from feedsvc.core.filters.filter import Filter
from feedsvc.web.counting.counting import Counting
from feedsvc.web.counting.poll_kinds import PollKinds
from feedsvc.web.polls.replay import Replay
from tests.support.asking import Front, Publisher, two_posts
from tests.support.serving import Client, one_answer, running

GET: Final = "GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n"
APP: Final = "User-Agent: Newsboat/2.30\r\n"


class Served:
    """A server that counts, and what it has counted."""

    def __init__(self, publisher: Publisher, proxies: int = 0) -> None:
        front = Front(publisher)
        keys: dict[str, bytes] = {}
        self.counting = Counting(ZoneInfo("UTC"), keys)
        keys[self.counting._day.name] = b"k" * 32
        self.counting.turn(self.counting._now())
        kinds = PollKinds(self.counting, proxies, "X-Forwarded-For")
        self.replay = Replay(front.flask, front.shelf, kinds=kinds)
        self.client: Client

    def ask(self, *requests: str) -> list[bytes]:
        """The answers to requests on one connection."""
        answers = []
        with self.client.connect() as connection:
            for request in requests:
                connection.sendall(request.encode("latin-1"))
                answers.append(one_answer(connection))
        return answers

    def taken(self) -> Batch:
        return self.counting.take()


def statuses(batch: Batch) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in batch.figures.values():
        found.update({name: each[name] for name in ("whole", "deltas", "unmodified")})
    return +found


def individuals(batch: Batch) -> int:
    return sum(each.count() for row, each in batch.sketches.items() if row.feed == ALL)


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    folder: Path = tmp_path_factory.mktemp("posts")
    with two_posts(folder, f"sqlite:///{folder}/var/feedsvc.sqlite3") as made:
        yield made


@pytest.fixture(scope="module")
def module_served(publisher: Publisher) -> Iterator[Served]:
    made = Served(publisher)
    with running(made.replay) as made.client:
        yield made


@pytest.fixture
def served(module_served: Served) -> Served:
    module_served.taken()
    return module_served


def test_polls_are_counted_however_they_are_answered(served: Served) -> None:
    gzip = APP + "Accept-Encoding: gzip\r\n"
    (first,) = served.ask(GET.format("/atom.xml", gzip))
    etag = next(
        line.split(b": ")[1].decode() for line in first.split(b"\r\n") if line[:4] == b"etag"
    )
    same = GET.format("/atom.xml", f"{gzip}If-None-Match: {etag}\r\n")
    served.ask(*[GET.format("/atom.xml", gzip)] * 3, *[same] * 5)
    others = [same.replace("Host: x", f"Host: x\r\nX-Number: {n}") for n in range(4)]
    served.ask(*others)
    batch = served.taken()
    assert statuses(batch) == {"whole": 4, "unmodified": 9}
    ((row, figures),) = batch.figures.items()
    assert (row.feed, row.product) == ("", "Newsboat")
    assert figures["gzip"] == figures["atom"] == 13
    body = len(first.partition(b"\r\n\r\n")[2])
    assert figures["sent"] == figures["wasted"] == 4 * body
    assert figures["blind"] == 4
    whole = (figures["spared"] + figures["sent"]) / 13
    assert whole == int(whole) > body
    assert individuals(batch) == 1


def test_agents_are_told_apart_also_if_they_are_answered_alike(served: Served) -> None:
    agents = [f"User-Agent: {name}\r\n" for name in ("Liferea/1", "Akregator/5", "Vienna/3")]
    spellings = ["user-agent:Liferea/1\r\n", "USER-AGENT: Liferea/1 \r\n", ""]
    for _ in range(3):
        served.ask(*(GET.format("/atom.xml", agent) for agent in (*agents, *spellings)))
    batch = served.taken()
    assert {row.product: each["polls"] for row, each in batch.figures.items()} == {
        "Liferea": 9,
        "Akregator": 3,
        "Vienna": 3,
        "other": 3,
    }
    assert individuals(batch) == 4


def test_a_head_a_page_and_an_error_are_no_polls(served: Served) -> None:
    head = GET.format("/atom.xml", f"{APP}Connection: close\r\n").replace("GET", "HEAD")
    assert b" 200 " in served.client.exchange(head.encode())
    served.ask(
        GET.format("/", APP),
        GET.format("/nothing/atom.xml", APP),
        GET.format("/opml.xml", APP),
        GET.format("/atom.xml", f"{APP}Sec-Fetch-Dest: document\r\n"),
        GET.format("/atom.xml?raw", f"{APP}Sec-Fetch-Dest: document\r\n"),
        GET.format("/healthz", APP),
        GET.format("/atom.xml", f"{APP}Content-Length: 0\r\n"),
    )
    batch = served.taken()
    assert statuses(batch) == {"whole": 1}  # the last one, which has an empty body


def test_each_address_and_format_of_a_feed_counts(served: Served) -> None:
    feedly = "User-Agent: Feedly/1.0 ({} subscribers)\r\n"
    served.ask(
        GET.format("/atom.xml", feedly.format(3)),
        GET.format("/feed.xml", feedly.format(4)),
        GET.format("/rss.xml?utm=1", feedly.format(5)),
        GET.format("/rss.xml?utm=2", feedly.format(6)),
        GET.format("/tags/tea/feed.json", feedly.format(7)),
    )
    batch = served.taken()
    assert {row.feed: each for row, each in batch.claims.items()} == {
        "": {"/atom.xml": 3, "/feed.xml": 4, "/rss.xml": 6},
        "tags/tea": {"/tags/tea/feed.json": 7},
    }
    assert individuals(batch) == 0


def test_filters_are_one_feed_and_history_is_none(served: Served) -> None:
    served.ask(
        GET.format("/feed/atom?tag=tea", APP),
        GET.format("/feed/atom?tag=tea", APP),
        GET.format("/feed/rss?tag=milk", APP),
        GET.format("/feed/atom?tag=nothing", APP),
    )
    batch = served.taken()
    ((row, figures),) = batch.figures.items()
    assert (row.feed, figures["polls"]) == ("feed", 3)
    assert (figures["atom"], figures["rss"]) == (2, 1)


@pytest.mark.parametrize(
    "path",
    [
        "opml.xml",
        "archive/tags/tea/3/atom.xml",
        "archive/1/rss.xml",
        f"feed/atom?{Filter(page=('tags/tea', 3)).canonical}",
        "feed/atom?tag=a&archive=tags/a/3",
        "feed/zip?tag=a",
    ],
)
def test_documents_that_nobody_polls_are_no_polls(served: Served, path: str) -> None:
    kinds = served.replay.kinds
    assert kinds
    environ = {"PATH_INFO": f"/{path}"}
    assert kinds.poll(path, "tag", (10, 5), ("", 200), environ) is None
    assert kinds.poll("atom.xml", "tag", (10, 5), ("", 404), environ) is None


def test_behind_a_proxy_the_client_is_the_one_that_it_reports(publisher: Publisher) -> None:
    made = Served(publisher, proxies=1)
    with running(made.replay) as made.client:
        for _ in range(3):
            made.ask(
                GET.format("/atom.xml", f"{APP}X-Forwarded-For: 192.0.2.1\r\n"),
                GET.format("/atom.xml", f"{APP}X-Forwarded-For: 9.9.9.9, 192.0.2.1\r\n"),
                GET.format("/atom.xml", f"{APP}x-forwarded-for: 192.0.2.2\r\n"),
                GET.format("/atom.xml", f"{APP}X-Forwarded-For: nobody\r\n"),
                GET.format("/atom.xml", APP),
            )
    batch = made.taken()
    assert statuses(batch) == {"whole": 15}
    assert individuals(batch) == 3


def test_a_new_day_forgets_the_hashes_of_clients(publisher: Publisher) -> None:
    made = Served(publisher, proxies=1)
    poll = GET.format("/atom.xml", f"{APP}X-Forwarded-For: 192.0.2.1\r\n")
    with running(made.replay) as made.client:
        made.ask(*[poll] * 3)
        assert made.replay._requests
        made.counting.turn(made.counting._day.until)
        assert not made.replay._requests
        assert not made.replay._alike
    assert statuses(made.taken()) == {"whole": 3}
