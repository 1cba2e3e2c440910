"""The pure parts of publishing and checking do four times the work for four times the posts."""

import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from feedsvc.cli import check_formats
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.feeds.identities import (
    Claim,
    Identities,
    Standing,
)
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.problems import Problem
from feedsvc.publishing import check as checking
from feedsvc.publishing import publish
from feedsvc.push.purging import Cache
from feedsvc.source.folder import Folder, Survey
from feedsvc.store.chunks import chunks
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.snapshot import FeedRecord
from feedsvc.store.store import Store
from feedsvc.web.pages.navigation import (
    feed_line,
    reader_links,
    tree,
)
from tests.support.builders import (
    a_post,
    a_site,
    an_entry,
    at,
    people,
)
from tests.support.growth import (
    MOST,
    Case,
    again,
    calls_of,
    escaped,
    functions_of,
    growth,
    texts,
)

NOW: Final = at("2026-03-02")
STAMP: Final = Stamp(1, 1, 1, 1)

EXCUSED: Final = {
    "publishing.publish._Places": "the places of one post",
    "publishing.publish._places": "the places of one post",
    "publishing.publish._first_date_warning": "takes one place",
    "publishing.publish._warning": "takes one place",
    "publishing.publish.publish": "reads and writes: measured by benchmarks.growth",
    "publishing.publish._recall": "reads the store: measured by benchmarks.growth",
    "publishing.publish._showing": "reads the store: measured by benchmarks.growth",
    "publishing.publish._look": "reads the folder: measured by benchmarks.growth",
    "publishing.publish._note": "notes one post",
    "publishing.publish._identify": "reads the store: measured by benchmarks.growth",
    "publishing.check.check": "reads the folder: measured by benchmarks.growth",
    "web.pages.navigation.related": "reads the store, and shows one page of posts",
    "publishing.publish._held": "reads the store once a folder is empty",
    "publishing.publish._report_held": "reads the store once a folder is empty",
    "publishing.publish.read_post": "takes the attached files of one post",
}


def records(count: int, prefix: str = "p") -> list[FileRecord]:
    paths, ids = texts(prefix, count), texts(f"tag:{prefix}:", count)
    problem = Problem("a.md", 1, "a fault", "a cure")
    return [
        FileRecord(p, STAMP, "d", "published", i, problems=(problem,), key=f"slug:{p}")
        for p, i in zip(paths, ids, strict=True)
    ]


def known(found: list[FileRecord]) -> publish._Known:
    by_path = dict(zip(again([each.path for each in found]), found, strict=True))
    return publish._Known(by_path, 1, None, everything=True, zone_before=None, was_held=False)


def seen(count: int) -> publish._Seen:
    paths, keys = texts("p", count), texts("slug:p", count)
    places = publish._Places((1, 1), (1, 1), (1, 1))
    claims = [Claim(p, k, "Tea", NOW) for p, k in zip(paths, keys, strict=True)]
    return publish._Seen(
        claims=claims,
        claiming={p: FileRecord(p, STAMP, "d", "published") for p in again(paths)},
        permalinks=dict(zip(again(paths), texts("https://x/", count), strict=True)),
        places=dict.fromkeys(again(paths), places),
        missing=records(count, "gone"),
        freed=set(texts("tag:p:", count)),
    )


def sharing(count: int) -> Callable[[], object]:
    found = seen(count)
    pages = {page: texts("other", 2) for page in texts("https://x/", count)}
    found.permalinks |= dict.fromkeys(texts("p", count // 2), "https://x/0")
    return partial(publish._sharing, found, pages, set(texts("gone", count)))


def deciding(twins: bool) -> Case:
    def case(count: int) -> Callable[[], object]:
        found, paths = seen(count), texts("p", count)
        ids = dict(zip(again(paths), texts("tag:new:", count), strict=True))
        other = dict.fromkeys(again(paths), "first.md")
        early = {i: Standing(p, i, "Tea", at("2026-02-01")) for p, i in ids.items()}
        verdict = publish._Verdict(
            Identities(ids, other if twins else {}), early, {} if twins else other
        )
        folder = Folder(Path(), 0, stands=True)
        every = known(records(count))
        with publish._Spool() as spool:
            for path in paths:
                spool.add(str(path), an_entry(str(path)))

        def decide() -> object:
            with publish._Spool() as entries:
                decided = publish._decide(entries, folder, a_site(), NOW, every, found, verdict)
                return list(decided.entries)

        return decide

    return case


def forgetting(stands: bool) -> Case:
    def case(count: int) -> Callable[[], object]:
        found, every = seen(count), known(records(count, "gone"))
        folder = Folder(Path(), 0, stands=stands)
        published = set(texts("tag:gone:", count // 2))
        return lambda: publish._forget_missing(found, every, published, folder, NOW)

    return case


def released(count: int) -> Callable[[], object]:
    found = seen(count)
    found.records += records(count)
    every = known(records(count))
    return lambda: publish._released_keys(every, found, texts("gone", count))


@pytest.fixture
def reporting(tmp_path: Path) -> Case:
    """A report on a store in which there are as many problems as were noticed."""

    def case(count: int) -> Callable[[], object]:
        store = Store(f"sqlite:///{tmp_path}/{count}.sqlite3")
        store.publish(Publication(a_site(), files=records(count, "left")), NOW)
        ids = texts("tag:p:", count)
        changes = Changes(1, added=ids, changed=again(ids), withdrawn=texts("tag:gone:", count))
        publication = Publication(a_site(), files=records(count), forgotten=texts("f", count))

        def report() -> object:
            with store.snapshot() as snapshot:
                told = publish._report(
                    snapshot, publication, changes, known(records(count)), seen(count)
                )
            store.close()
            return told.refused, told.to_dict("https://example.org")

        return report

    return case


def of_posts(use: Callable[..., object]) -> Case:
    def case(count: int) -> Callable[[], object]:
        posts = [
            a_post(
                path=name,
                tags=(f"Tea {name}", f"tea{name}", "AI", "ai"),
                categories=((name, "a"),),
                authors=people(name),
            )
            for name in texts("p", count // 4 + 1)
        ]
        return lambda: list(use(posts))  # type: ignore[call-overload]

    return case


def of_problems(use: Callable[..., object]) -> Case:
    def case(count: int) -> Callable[[], object]:
        problems = [
            Problem(path, 1, "a fault", "a cure", column=1) for path in texts("p", count)
        ]
        return partial(use, problems, "posts")

    return case


def a_survey(count: int) -> Callable[[], object]:
    survey = Survey(unreadable=set(texts("folder", count)))
    paths = [f"folder{number}/below/tea.md" for number in range(count)]
    return lambda: [survey.hides(path) for path in (*paths, *texts("p", count))]


def a_tree(count: int) -> Callable[[], object]:
    names = [(name, "below", "deep")[: 1 + n % 3] for n, name in enumerate(texts("c", count))]
    feeds = [FeedRecord(1, Topic("category", path), 1, "", NOW) for path in names]
    lines = [feed_line(a_site(), feed) for feed in feeds]
    return partial(tree, lines)


CASES: Final[dict[str, Case]] = {
    "sharing": sharing,
    "deciding": deciding(twins=False),
    "deciding on twins": deciding(twins=True),
    "forgetting what is gone": forgetting(stands=True),
    "forgetting at the second look": forgetting(stands=False),
    "released keys": released,
    "names that are nearly alike": of_posts(checking._nearly_alike),
    "one page for two": of_posts(checking._one_page_for_two),
    "problems as text": of_problems(check_formats.as_text),
    "problems as JSON": of_problems(check_formats.as_json),
    "problems for GitHub": of_problems(check_formats.as_github),
    "folders that cannot be read": a_survey,
    "the tree of categories": a_tree,
    "readers": lambda n: partial(reader_links, "https://x/", dict.fromkeys(texts("r", n), "a")),
    "chunks": lambda n: lambda: list(chunks(texts("p", n))),
    "purges": lambda n: (
        lambda: list(
            Cache("http://c", "PURGE", "http://x", "Cache-Tag").purges(texts("tags/", n))
        )
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_four_times_the_values_take_about_four_times_the_calls(name: str) -> None:
    factor = growth(CASES[name])
    assert factor <= MOST, f"{factor:.1f} times the calls"


def test_a_report_on_four_times_the_files_takes_about_four_times_the_calls(
    reporting: Case,
) -> None:
    factor = growth(reporting)
    assert factor <= MOST, f"{factor:.1f} times the calls"


def test_no_function_escapes_the_count(reporting: Case) -> None:
    modules = (
        *("publishing.publish", "publishing.check", "cli.check_formats"),
        *("web.pages.navigation", "store.chunks"),
    )
    also = ("_Seen", "_Known", "_Verdict", "Publication")
    functions = {
        name: function
        for module in modules
        for name, function in functions_of(importlib.import_module(f"feedsvc.{module}"), *also)
    }
    cases = (*CASES.values(), reporting)
    called = {code for case in cases for code in calls_of(case(4))[1]}
    missed = escaped(functions, called, EXCUSED)
    assert not missed, f"no case calls {', '.join(sorted(missed))}; add one, or say why not"
