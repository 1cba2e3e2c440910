"""`feedsvc audience`: tables, JSON, and CSV that is safe in a spreadsheet."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.batch import Batch
from feedsvc.core.audience.days import Day
from feedsvc.core.audience.polls import FIGURES, PollKind
from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.store import Store
from tests.support.commands import Run, settings
from tests.support.writing import PostFolder

NOW: Final = datetime.now(UTC)


@pytest.fixture
def today(posts: PostFolder, sqlite_url: str) -> str:
    """Today, with polls of two feeds."""
    posts.write("tea.md", title="Tea", tags="[tea, '=1+1']")
    told = load_settings(None, settings(sqlite_url))
    day = Day.at(time.time(), ZoneInfo(told.site.timezone)).name
    store = Store(sqlite_url)
    publish(Folder(posts.root, 0), store, site_of(told), NOW)
    store.flushes.key_of(day)
    batch = Batch()
    tea = PollKind("tags/tea", "atom", "gzip", 304, 0, 9000, is_blind=False, address="/x")
    main = PollKind("", "rss", "identity", 200, 9000, 0, is_blind=True, address="/rss.xml")
    formula = PollKind("=1+1", "json", "br", 200, 10, 90, is_blind=True, address="/y")
    batch.add(day, tea, agent_of("Newsboat/2"), 3)
    batch.add_individual(day, tea, agent_of("Newsboat/2"), 7)
    batch.add(day, main, agent_of("Feedly/1.0 (42 subscribers)"), 1)
    batch.add(day, formula, agent_of("curl/8"), 1)
    store.flushes.add(batch, CountingProcess("one", "web"), 1, NOW)
    store.close()
    return day


def test_tables_show_days_feeds_and_products(run: Run, today: str) -> None:
    blocks = run("audience").stdout.strip("\n").split("\n\n")
    days, feeds, products = ([line.split("\t") for line in b.split("\n")] for b in blocks)
    assert days == [
        [today, "1", "42", "5", "60 %", "9.01 kB", "27.1 kB", "9.01 kB", "0"],
    ]
    assert [row[0] for row in feeds] == ["tags/tea", "/", "=1+1"]
    assert [(row[0], row[-1]) for row in products] == [
        ("Newsboat", "reader"),
        ("Feedly", "aggregator"),
        ("curl", "library"),
    ]


def test_json_has_every_figure_of_each_day(run: Run, today: str) -> None:
    told = json.loads(run("audience", "--format", "json", "--days", "7").stdout)
    assert (told["last"], told["feed"], told["days_with_polls"]) == (today, None, 1)
    assert [len(told[name]) for name in ("days", "feeds", "products")] == [7, 3, 3]
    assert set(told["products"][0]) >= {*FIGURES, "individuals", "subscribers", "kind"}
    assert told["days"][-1]["subscribers"] == 42


@pytest.mark.parametrize(
    ("feed", "polls"),
    [
        ("tags/tea", 3),
        ("https://example.org/tags/tea/atom.xml", 3),
        ("https://example.org/tags/tea/", 3),
        ("/", 1),
        ("https://example.org/rss.xml", 1),
    ],
)
def test_one_feed_is_named_by_path_or_address(
    run: Run, today: str, feed: str, polls: int
) -> None:
    told = json.loads(run("audience", feed, "--format", "json").stdout)
    assert told["days"][-1]["polls"] == polls
    assert len(told["feeds"]) == 1


def test_csv_is_safe_in_a_spreadsheet(run: Run, today: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("audience", "--format", "csv").stdout)))
    assert [(row["day"], row["feed"], row["product"], row["polls"]) for row in rows] == [
        (today, "", "Feedly", "1"),
        (today, "'=1+1", "curl", "1"),
        (today, "tags/tea", "Newsboat", "3"),
    ]


def test_an_unknown_feed_is_an_error_and_no_polls_are_none(
    run: Run, posts: PostFolder, sqlite_url: str
) -> None:
    Store(sqlite_url).close()
    unknown = run("audience", "tags/none")
    assert unknown.exit_code == 2
    assert "there is no feed 'tags/none'" in unknown.stderr
    for no_text in ("tags/\udcff", "tags/tea%00"):
        assert "there is no feed 'tags/" in run("audience", no_text).stderr
    nothing = run("audience")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "no polls were counted" in nothing.stderr
    assert run("audience", "--days", "0").exit_code == 2
