"""The pure parts of publishing and checking do four times the work for four times the posts."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from feedsvc import publishing
from feedsvc.cli.output import check_formats
from feedsvc.cli.output.accounts import account_lines
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.file_records import FileRecord, Stamp, State
from feedsvc.core.ledger.identities import (
    Claim,
    Identities,
    Standing,
)
from feedsvc.core.ledger.losses import HeldLoss, LossKind, PublishedLoss, held_set
from feedsvc.core.problems import Problem
from feedsvc.core.redirects.presets import PRESETS
from feedsvc.publishing import check as checking
from feedsvc.publishing.account import account_of, no_posts
from feedsvc.publishing.check import Checked
from feedsvc.publishing.decide import decide, decide_missing, page_owners, released_keys
from feedsvc.publishing.guarding.guard import (
    Guard,
    counting,
    due_losses,
    emptied,
    keep_reasons,
    large_groups,
    still_held,
)
from feedsvc.publishing.guarding.holding import WHATEVER, _sizes, require_held, weigh
from feedsvc.publishing.identify import Identified
from feedsvc.publishing.outcomes import hidden, outcome_of
from feedsvc.publishing.reading.findings import Finding, Findings
from feedsvc.publishing.reading.spool import Spool, pack
from feedsvc.publishing.reading.stored import Stored
from feedsvc.publishing.reading.stored_files import StoredFiles, compare
from feedsvc.publishing.report import newly_hidden, report_on
from feedsvc.push.purging import Cache
from feedsvc.source.folder import Survey
from feedsvc.source.left_out import LeftOut, Reason
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
    FEW,
    MANY,
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
    "publishing.identify._originals": "reads the store: measured by benchmarks.growth",
    "publishing.reading.findings.Positions": "the positions of one post",
    "publishing.reading.findings._positions": "the positions of one post",
    "publishing.reading.post_problems": "each takes one position",
    "publishing.reading.shared_slugs": "reads the store: measured by benchmarks.growth",
    "publishing.publish.publish": "reads and writes: measured by benchmarks.growth",
    "publishing.publish._publish": "reads and writes: measured by benchmarks.growth",
    "publishing.publish._look": "reads the folder: measured by benchmarks.growth",
    "publishing.reading.stored": "reads the store: measured by benchmarks.growth",
    "publishing.reading.read_folder": "reads the folder: measured by benchmarks.growth",
    "publishing.reading.assess": "assesses one post",
    "publishing.identify": "reads the store: measured by benchmarks.growth",
    "publishing.reading.earlier_dates": "reads the store: measured by benchmarks.growth",
    "publishing.exporting": "reads the store and writes files",
    "publishing.retracting": "reads the store; few posts are retracted",
    "publishing.report.Report.after": "joins two lists of feeds",
    "publishing.adopt": "reads and writes the store; the plan is counted in core",
    "publishing.account.Account": "one value, bounded in length",
    "publishing.account.Detail": "one value, bounded in length",
    "publishing.outcomes": "each takes one file",
    "publishing.check.check": "reads the folder: measured by benchmarks.growth",
    "publishing.check._check": "reads the folder: measured by benchmarks.growth",
    "publishing.link_check.LinksToCheck.problems": "a part of check: see above",
    "publishing.link_check._with_names": "reads the folder, for one checked file",
    "publishing.reading.attached_files": "takes the attached files of one post",
    "web.pages.navigation.feed_lines": "reads the store, and shows one page of feeds",
    "web.pages.navigation.related": "reads the store, and shows one page of posts",
    "publishing.shared_addresses.shared_addresses": "takes the presets: four at most",
    "publishing.guarding.empty_folder": "reads the store once a folder is empty",
    "publishing.guarding.ended_posts": "reads the store once files are missing",
    "publishing.guarding.held_edits": "reads the store while posts are held with new ids",
    "publishing.reading.read_file.read_post": "takes the attached files of one post",
}


def records(count: int, prefix: str = "p") -> list[FileRecord]:
    paths, ids = texts(prefix, count), texts(f"tag:{prefix}:", count)
    problem = Problem("a.md", 1, "a fault", "a cure")
    return [
        FileRecord(p, STAMP, "d", "published", i, problems=(problem,), key=f"slug:{p}")
        for p, i in zip(paths, ids, strict=True)
    ]


def stored(files: list[FileRecord]) -> Stored:
    by_path = dict(zip(again([each.path for each in files]), files, strict=True))
    return Stored(
        StoredFiles(None, by_path), 1, None, needs_all=True, zone_before=None, was_held=False
    )


def findings(count: int, page: str = "") -> Findings:
    """So many posts, all of them published before under another id; half of them at a page."""
    before, keys = records(count), texts("slug:p", count)
    pages = texts("https://x/", count)
    pages = [page] * (count // 2) + pages[count // 2 :] if page else pages
    files = [
        Finding(
            FileRecord(previous.path, STAMP, "d", "published"),
            previous,
            Claim(path, key, "Tea", NOW),
            permalink,
        )
        for previous, path, key, permalink in zip(
            before, again(texts("p", count)), keys, pages, strict=True
        )
    ]
    hidden = [
        Finding(FileRecord(each.path, STAMP, "d", "draft"), each)
        for each in records(count, "draft")
    ]
    return Findings((*files, *hidden), tuple(records(count, "gone")))


def sharing(count: int) -> Callable[[], object]:
    pages = {page: texts("other", 2) for page in texts("https://x/", count)}
    return partial(page_owners, findings(count, "https://x/0"), pages)


def deciding(*, twins: bool = False, copies: bool = False) -> Case:
    def case(count: int) -> Callable[[], object]:
        results, paths = findings(count, "https://x/0"), texts("p", count)
        ids = dict(zip(again(paths), texts("tag:new:", count), strict=True))
        other = dict.fromkeys(again(paths), "first.md")
        early = {i: Standing(p, i, "Tea", at("2026-02-01")) for p, i in ids.items()}
        identities = Identities(ids, other if twins else {}, dict.fromkeys(paths, ("path:x",)))
        originals = dict(zip(again(paths), records(count), strict=True)) if copies else {}
        identified = Identified(identities, early, {}, originals=originals)
        every = stored(records(count))
        entries = [(str(path), an_entry(str(path))) for path in paths]

        def deciding() -> object:
            return list(decide(results, entries, every, identified, a_site(), NOW).entries)

        return deciding

    return case


def forgetting(are_gone: bool) -> Case:
    def case(count: int) -> Callable[[], object]:
        results, every = findings(count), stored(records(count, "gone"))
        gone = frozenset(texts("gone", count)) if are_gone else frozenset[str]()
        results = replace(results, gone=gone)
        published = set(texts("tag:gone:", count // 2))
        return lambda: decide_missing(results, published, every, NOW)

    return case


def released(count: int) -> Callable[[], object]:
    before = {str(each.path): each for each in records(count)}
    return partial(released_keys, before, records(count), texts("gone", count))


def spooling(count: int) -> Callable[[], object]:
    entries = [(name, an_entry(name)) for name in map(str, texts("p", count))]

    def spool() -> object:
        with Spool() as spooled:
            for path, entry in entries:
                spooled.add(pack(path, entry))
            return list(spooled)

    return spool


def losing(count: int, missing: str = "gone") -> tuple[Findings, Identified]:
    """So many posts with a new id, and as many missing files that new posts replace."""
    moved = findings(count)
    gone = records(count, missing)
    standing = {r.path: Standing(r.path, r.entry_id or "", r.path, NOW) for r in gone}
    new = tuple(
        Finding(FileRecord(path, STAMP, "e", "published"), None, Claim(path, path, title, NOW))
        for path, title in zip(texts("new", count), again(list(standing)), strict=True)
    )
    posts = [f for f in (*moved.files, *new) if f.claim]
    ids = {f.record.path: f"tag:x:{f.record.path}" for f in posts}
    half = frozenset(each.path for each in gone[: count // 2])
    identified = Identified(Identities(ids, {}), {}, {}, before=standing)
    return Findings((*moved.files, *new), tuple(gone), half), identified


def held(count: int, kind: LossKind = "withdrawn") -> tuple[HeldLoss, ...]:
    ids, paths = texts("tag:held:", count), texts("held", count)
    return tuple(
        HeldLoss(i, kind, p, "Tea", f"folder {n // 30}", 5)
        for n, (i, p) in enumerate(zip(ids, paths, strict=True))
    )


def judging(count: int) -> Callable[[], object]:
    results, identified = losing(count)
    lost, rows = tuple(PublishedLoss(i, 1, ("feed /",)) for i in texts("l", count)), held(count)
    groups = {loss.entry_id: ("feed /", loss.reason) for loss in rows}
    before = {loss.entry_id: loss for loss in rows}

    def judge() -> object:
        due = due_losses(results, identified)
        staying = still_held(rows, results, identified, due)
        large = large_groups(groups, counting(lost, 2), Guard())
        ended = emptied(groups, dict.fromkeys(large, 1))
        return staying, keep_reasons(rows, before, ended, sticks=True)

    return judge


@pytest.fixture
def weighing(tmp_path: Path) -> Case:
    """Losses weighed with an empty store: they are too many, or the guard lets all pass."""

    def case(count: int) -> Callable[[], object]:
        results, identified = losing(count)
        rows, names = held(count), texts("folder x", count)
        before = replace(stored([]), held=rows, was_held=True, scope=(), is_upgrade=True)
        store = Store(f"sqlite:///{tmp_path}/{count}.sqlite3")

        def weigh_all() -> object:
            with store.snapshot() as snapshot:
                weighed = [
                    weigh(snapshot, results, identified, before, guard, NOW, accept=accept)
                    for guard in (Guard(1, 0.1), Guard(10**6, 1))
                    for accept in ("", WHATEVER)
                ]
                _sizes(snapshot, names[:20], count)
                require_held(before, held_set(rows).name)
            store.close()
            return weighed, newly_hidden(results.files, before)

        return weigh_all

    return case


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
                files = (stored(records(count)), findings(count))
                report = report_on(snapshot, publication, changes, *files, NOW)
            store.close()
            return report.refused, report.to_dict("https://example.org")

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


def of_problems(use: Callable[..., Iterable[str]]) -> Case:
    def case(count: int) -> Callable[[], object]:
        problems = tuple(
            Problem(path, 1, "it is a.md", "a cure", column=1, others=("a.md",))
            for path in texts("p", count)
        )
        account = account_of([], None, problems)
        checked = Checked(problems, {}, account).below("posts")
        return lambda: [*use(checked, "posts", UTC)]

    return case


def an_account(count: int) -> Callable[[], object]:
    """Files with every fate, each with a detail of its own."""
    names = texts("p", count)
    left_out = LeftOut()
    for name in names:
        left_out.add(Reason("other suffix", f".{name}"))
    states: list[State] = ["published", "draft", "held", "no post"]
    files = [replace(r, state=states[n % 4], due_at=n) for n, r in enumerate(records(count))]
    outcomes = [(record.path, outcome_of(record)) for record in files]
    outcomes += [(name, hidden(name)) for name in names]
    problems = [Problem(name, 1, "a fault", "a cure", code=name) for name in names]

    def use() -> object:
        account = account_of(outcomes, left_out, problems).below("posts")
        return [*account_lines(account), account.to_dict(), no_posts(account, "posts")]

    return use


def comparing(count: int) -> Callable[[], object]:
    paths = texts("p", count)
    lines = [(path, *STAMP, None) for path in again(paths)]
    return lambda: compare(dict.fromkeys(paths, STAMP), lines, frozenset(paths))


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
    "pages of several posts": sharing,
    "deciding": deciding(),
    "deciding on copies": deciding(copies=True),
    "deciding on twins": deciding(twins=True),
    "files that are gone": forgetting(are_gone=True),
    "files that are missing": forgetting(are_gone=False),
    "released keys": released,
    "findings to report": lambda n: partial(findings(n).without, set(texts("tag:p:", n))),
    "listed and stored files": comparing,
    "judging losses": judging,
    "entries on disk": spooling,
    "names that are nearly alike": of_posts(checking._similar_names),
    "one page for two": of_posts(checking._shared_pages),
    "keys that posts share": of_posts(checking._shared_slugs),
    "shared slugs": of_posts(lambda posts: checking._shared_addresses(posts, PRESETS)),
    "redirected tags": of_posts(
        lambda posts: checking._redirected_tags(posts, a_site(tag_redirects=(("a", "b"),)))
    ),
    "conflicts": of_posts(lambda posts: checking._conflicts(posts, a_site())),
    "one slug for all": of_posts(
        lambda posts: checking._shared_slugs([replace(post, key="slug:tea") for post in posts])
    ),
    "an account": an_account,
    "problems as text": of_problems(check_formats.as_text),
    "problems as JSON": of_problems(check_formats.as_json),
    "problems for GitHub": of_problems(check_formats.as_github),
    "folders that cannot be read": a_survey,
    "the tree of categories": a_tree,
    "readers": lambda n: partial(reader_links, "https://x/", dict.fromkeys(texts("r", n), "a")),
    "chunks": lambda n: lambda: list(chunks(texts("p", n))),
    "purges": lambda n: (
        lambda: list(
            Cache("http://c", "PURGE", "http://x", "Cache-Tag").purges(
                ("feed", path) for path in texts("tags/", n)
            )
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


def test_weighing_four_times_the_losses_takes_about_four_times_the_calls(
    weighing: Case,
) -> None:
    factor = growth(weighing, FEW // 4, MANY // 4)
    assert factor <= MOST, f"{factor:.1f} times the calls"


def test_no_function_escapes_the_count(reporting: Case, weighing: Case) -> None:
    rooms = ("web.pages.navigation", "store.chunks")
    found = pkgutil.walk_packages(publishing.__path__, "publishing.")
    modules = (*(each.name for each in found if not each.ispkg), *rooms)
    also = ("Findings", "Stored", "Identified", "Publication", "Spool")
    functions = {
        name: function
        for module in modules
        for name, function in functions_of(importlib.import_module(f"feedsvc.{module}"), *also)
    }
    cases = (*CASES.values(), reporting, weighing)
    called = {code for case in cases for code in calls_of(case(4))[1]}
    missed = escaped(functions, called, EXCUSED)
    assert not missed, f"no case calls {', '.join(sorted(missed))}; add one, or say why not"
