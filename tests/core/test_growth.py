"""Pure functions of core do four times the work for a collection four times as long.

Work is counted in calls, including comparisons of values, because the time also depends on
what else the machine does.
"""

import importlib
import json
import pkgutil
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address, ip_network
from itertools import pairwise
from types import FunctionType
from typing import Final

import pytest

import feedsvc.core
from feedsvc.core.feeds import (
    feeds,
    json_feed,
    xml_feeds,
)
from feedsvc.core.feeds.archives import archive_pages
from feedsvc.core.feeds.archives.paging import Paging
from feedsvc.core.feeds.change_summary import ChangeSummary, headline
from feedsvc.core.feeds.deltas import delta, entry_hashes
from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.feeds.entry_files import entry_files
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    Kind,
    Topic,
    feed_of,
    topics_of,
)
from feedsvc.core.feeds.opml import opml_document
from feedsvc.core.feeds.renamed_feeds import last_names, removed, successors
from feedsvc.core.file_records import FileRecord, HiddenPost, Stamp
from feedsvc.core.ledger.forgotten_names import ForgottenNames
from feedsvc.core.ledger.hidden_posts import hidden_among
from feedsvc.core.ledger.identities import Claim, Holder, Memory, Standing, identify
from feedsvc.core.ledger.ledger import LedgerEntry, text_digest
from feedsvc.core.ledger.shared_slugs import own_keys
from feedsvc.core.licences.licences import written_licence
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.podcasts.categories import near_categories
from feedsvc.core.posts.parse import explain, parse_post
from feedsvc.core.posts.post import Post, Reading
from feedsvc.core.redirects.presets import PRESETS, PresetFeed
from feedsvc.core.redirects.slug_index import looks, shared_slugs
from feedsvc.core.site import Site
from feedsvc.core.webhook.authentication import authenticate_by_body, authenticate_by_token
from feedsvc.core.webhook.events import event_of
from feedsvc.core.webhook.jobs import Job
from feedsvc.core.webhook.pull_request_comment import as_markdown
from feedsvc.core.websub.callback_addresses import callback_fault, connection_fault
from tests.support.builders import (
    DATE,
    a_site,
    an_entry,
    an_episode,
    at,
    people,
    source,
)
from tests.support.counted_audience import counted_audience
from tests.support.episodes import an_episode_in_a_feed
from tests.support.excused import EXCUSED
from tests.support.growth import (
    MOST,
    SIGNED,
    Case,
    again,
    calls_of,
    clear_caches,
    escaped,
    functions_of,
    growth,
    smaller,
    texts,
)
from tests.support.growth_of_feeds import a_feed_of_deleted_posts, a_filtered_feed
from tests.support.growth_of_memory import (
    a_ledger,
    a_search,
    adopting,
    held_losses,
    old_json,
    old_rss,
    some_old_addresses,
    some_terms,
)
from tests.support.linking import linked_posts
from tests.support.longer_configs import longer_configs

DAY: Final = at("2026-03-01")


def claims_of(paths: list[str], keys: list[str]) -> list[Claim]:
    return [Claim(p, k, str(k), DAY) for p, k in zip(paths, keys, strict=True)]


def standings_of(paths: list[str], keys: list[str], ids: list[str]) -> dict[str, Standing]:
    each = zip(paths, keys, ids, strict=True)
    return {path: Standing(path, i, str(k), DAY) for path, k, i in each}


def everything_read_twice(count: int) -> Callable[[], object]:
    paths, keys, ids = (texts(prefix, count) for prefix in ("p", "slug:", "tag:x:"))
    pinned = dict(zip(again(keys), again(ids), strict=True))
    held = {i: Holder(p, k) for i, p, k in zip(*map(again, (ids, paths, keys)), strict=True)}
    before = standings_of(again(paths), keys, again(ids))
    claims = claims_of(paths, keys)
    return lambda: identify(claims, a_site(), Memory(pinned, before, set(), held))


def everything_renamed(count: int) -> Callable[[], object]:
    paths, keys, ids = (texts(prefix, count) for prefix in ("p", "path:", "tag:x:"))
    pinned = dict(zip(texts("path:old", count), again(ids), strict=True))
    before = standings_of(paths, keys, ids)
    claims = claims_of(texts("new", count), again(keys))
    gone = set(again(paths))
    return lambda: identify(claims, a_site(), Memory(pinned, before, gone, {}))


def everything_renamed_has_one_title(count: int) -> Callable[[], object]:
    paths, ids = texts("p", count), texts("tag:x:", count)
    before = standings_of(paths, ["path:tea"] * count, ids)
    texts_now = zip(texts("new", count), texts("edited", count), strict=True)
    claims = [Claim(p, f"path:{p}", "path:tea", DAY, body) for p, body in texts_now]
    gone = set(again(paths))
    return lambda: identify(claims, a_site(), Memory({}, before, gone))


def everything_of_one_key(count: int) -> Callable[[], object]:
    claims = claims_of(texts("p", count), again(["slug:tea"] * count))
    return lambda: identify(claims, a_site(), Memory({}, {}, set(), {}))


def every_key_left_behind(count: int) -> Callable[[], object]:
    paths, keys, ids = (texts(prefix, count) for prefix in ("p", "slug:", "tag:x:"))
    pinned = dict(zip(again(keys), again(ids), strict=True))
    held = {i: Holder(p, "slug:other") for i, p in zip(ids, texts("moved", count), strict=True)}
    claims = claims_of(paths, keys)
    return lambda: identify(claims, a_site(), Memory(pinned, {}, set(), held))


def everything_comes_back(count: int) -> Callable[[], object]:
    digest = text_digest("Tea")
    gone = [
        LedgerEntry(i, f"path:{i}", DAY, redated=DAY, title_digest=digest, body_digest=str(i))
        for i in texts("tag:x:", count)
    ]
    claims = [
        Claim(path, f"path:{path}", "Tea", DAY, str(digest), 200)
        for path, digest in zip(texts("p", count), texts("tag:x:", count), strict=True)
    ]
    return lambda: identify(claims, a_site(), Memory(withdrawn=gone))


def everything_looks_the_same(count: int) -> Callable[[], object]:
    digest = text_digest("Tea")
    gone = [
        LedgerEntry(i, f"path:{i}", DAY, title_digest=digest, body_digest="b")
        for i in texts("tag:x:", count)
    ]
    claims = [Claim(p, f"path:{p}", "Tea", DAY, "b", 200) for p in texts("p", count)]
    return lambda: identify(claims, a_site(), Memory(withdrawn=gone))


def everything_shares_a_slug(count: int) -> Callable[[], object]:
    claims = [
        Claim(f"f{n}/{p}", "slug:tea", "Tea", DAY) for n, p in enumerate(texts("p", count))
    ]
    look = ("slug:tea", "Tea", DAY, "")
    formers = {look: [f"slug:tea//old{n}/" for n in range(count // 2)]}
    had = {claim.path: f"slug:tea//f{n}/" for n, claim in enumerate(claims[: count // 4])}
    return lambda: own_keys(claims, had, {*map(str, texts("k", count))}, {}, formers)


def everything_is_hidden(count: int) -> Callable[[], object]:
    posts = [
        LedgerEntry(i, i, DAY, title_digest="t", body_digest="b", body_length=200)
        for i in texts("tag:x:", count)
    ]
    stamp = Stamp(1, 1, 1, 1)
    files = [
        FileRecord(p, stamp, "d", "draft", hides=HiddenPost(p, "t", "b", DAY))
        for p in texts("p", count)
    ]
    return lambda: hidden_among(posts, files, {*texts("b", count)}, {*texts("b", count)})


def every_slug_changed(count: int) -> Callable[[], object]:
    paths, ids = texts("p", count), texts("tag:x:", count)
    before = standings_of(again(paths), paths, again(ids))
    claims = claims_of(paths, texts("slug:new", count))
    held = {i: Holder(p, "slug:old") for i, p in zip(ids, again(paths), strict=True)}
    return lambda: identify(claims, a_site(), Memory({}, before, set(), held))


def entries(count: int) -> tuple[Entry, ...]:
    return tuple(an_entry(name, tags=(name,)) for name in texts("e", count))


def large_site(count: int) -> Site:
    return a_site(entries=count, max_bytes=10_000 * count, hubs=tuple(texts("https://h", 5)))


def a_feed(count: int) -> Feed:
    return Feed(large_site(count), SITE_TOPIC, entries(count))


def of_a_feed(use: Callable[[Feed], object]) -> Case:
    return lambda count: partial(use, a_feed(count))


def of_topics(use: Callable[[list[Topic]], object]) -> Case:
    kinds: tuple[Kind, ...] = ("tag", "language", "author")
    return lambda count: partial(
        use, [Topic(kinds[n % 3], (name,)) for n, name in enumerate(texts("t", count))]
    )


def of_an_entry(use: Callable[[Entry], object]) -> Case:
    def case(count: int) -> Callable[[], object]:
        names = texts("n", count)
        html = "".join(f'<img src="https://example.org/posts/tea/{n}.png"/>' for n in names)
        entry = an_entry(
            tags=tuple(names),
            categories=tuple((name, "below") for name in names),
            authors=people(*names),
            enclosures=tuple(map(an_episode, names)),
            content_html=html,
        )
        return partial(use, entry)

    return case


def some_news(count: int) -> ChangeSummary:
    lines = tuple(map(headline, entries(count)))
    return ChangeSummary(lines, lines, lines, tuple(texts("tags/", count)), (count,) * 4)


def a_comment(count: int) -> Callable[[], object]:
    problem = {"path": "a.md", "line": 1, "column": 1, "severity": "error", "fault": "f"}
    problems = [problem | {"cure": text} for text in texts("c", count)]
    report = some_news(count).to_dict("https://example.org") | {
        "refused": 1,
        "problems": problems,
        "held": {
            "count": 1,
            "fault": "f",
            "cure": "c",
            "entries": [{"path": "a", "title": ""}],
        },
    }
    as_json = json.dumps(report)
    job = Job("n", "rebuild", "", "done", 1, DAY, DAY, DAY, 0, DAY, "", as_json)
    return partial(as_markdown, job, "https://example.org")


def a_push(count: int) -> Callable[[], object]:
    changes = [{"new": {"type": "branch", "name": name}} for name in texts("b", count)]
    body = json.dumps({"push": {"changes": changes}}).encode()
    return partial(event_of, {"x-event-key": "repo:push"}, body)


def secrets(use: Callable[[list[str]], object]) -> Case:
    return lambda count: partial(use, texts("secret", count))


def rules(count: int) -> Callable[[], object]:
    pairs = tuple(zip(texts("name", count), texts("meant", count), strict=True))
    site = a_site(tag_aliases=pairs, category_aliases=pairs, gone=tuple(texts("g", count)))

    def use() -> object:
        Site.from_json(site.to_json())
        return successors(site.rules), removed(site.rules)

    return use


def a_file(before: str, each: str, after: str, name: str = "tea.md") -> Case:
    """A post whose text repeats something, so often as a post's limits let it be read."""

    def case(count: int) -> Callable[[], object]:
        repeated = "".join(each.replace("{n}", str(n)) for n in range(max(2, count // 40)))
        text = before + repeated + after
        site = a_site(dialect="auto", languages=("en", "zh"))
        return partial(explain, name, text.encode(), site)

    return case


def a_body(each: str) -> Case:
    """Reading and composing a post whose body repeats `each`."""

    def case(count: int) -> Callable[[], object]:
        body = "".join(each.replace("{n}", str(n)) for n in range(max(2, count // 40)))
        return lambda: composed(parse_post("tea.md", source(DATE, body), a_site()))

    return case


def composed(reading: Reading) -> Entry:
    assert isinstance(reading, Post), reading
    entry = compose(reading, a_site(), "tag:example.org,2026:tea", DAY)
    assert isinstance(entry, Entry), entry
    return entry


def back_to_old_keys(count: int) -> Callable[[], object]:
    keys, ids = texts("path:", count), texts("tag:x:", count)
    pinned = dict(zip(again(keys), again(ids), strict=True))
    before = standings_of(texts("old", count), keys, texts("tag:y:", count))
    claims = claims_of(texts("p", count), keys)
    gone = set(again([*before]))
    return lambda: identify(claims, a_site(), Memory(pinned, before, gone, {}))


def without_a_post(count: int) -> Callable[[], object]:
    names = ForgottenNames(frozenset(["tag:x:tea"]))
    entries = [{"id": name, "path": f"{name}.md"} for name in texts("p", count)]
    problems = [{"path": "a.md", "fault": f"it is like {name}"} for name in texts("q", count)]
    report = {"entries": [*entries, {"id": "tag:x:tea", "path": "b.md"}], "problems": problems}
    return lambda: (names.paths_in(report), names.removed_from(report))


CASES: Final[dict[str, Case]] = {
    "everything is read twice": everything_read_twice,
    "everything is renamed": everything_renamed,
    "everything is renamed and has one title": everything_renamed_has_one_title,
    "everything has one key": everything_of_one_key,
    "every key is left behind": every_key_left_behind,
    "every slug is changed": every_slug_changed,
    "everything is back under an old key": back_to_old_keys,
    "adopting by link": smaller(adopting(by="link")),
    "adopting by title": smaller(adopting(by="title")),
    "reading an old feed": smaller(old_rss),
    "reading an old JSON Feed": old_json,
    "a ledger": smaller(a_ledger),
    "held losses": held_losses,
    "everything comes back elsewhere": everything_comes_back,
    "everything looks the same": everything_looks_the_same,
    "everything shares a slug": everything_shares_a_slug,
    "everything is hidden": everything_is_hidden,
    "Atom": smaller(of_a_feed(xml_feeds.atom_document)),
    "RSS": smaller(of_a_feed(xml_feeds.rss_document)),
    "a window": lambda n: partial(feed_of, large_site(n), SITE_TOPIC, entries(n)),
    "an archive page": lambda n: partial(
        archive_pages.archive_page, a_site(), SITE_TOPIC, entries(n), Paging(1, 1)
    ),
    "digest of an archive page": lambda n: partial(
        archive_pages.page_digest, a_site(), SITE_TOPIC, texts("d", n), Paging(1, 1)
    ),
    "entries of an archive page": lambda n: (
        lambda: list(feeds.shown_entries(a_site(), SITE_TOPIC, entries(n)))
    ),
    "feed digest": lambda n: partial(feeds.feed_digest, a_site(), SITE_TOPIC, texts("d", n)),
    "OPML digest": lambda n: partial(feeds.opml_digest, a_site(), texts("tags/", n)),
    "OPML": of_topics(lambda topics: opml_document(a_site(), topics)),
    "listed topics": of_topics(feeds.listed),
    "topics of an entry": of_an_entry(topics_of),
    "attached files": of_an_entry(lambda entry: entry_files(entry, "https://example.org")),
    "size of an entry": smaller(
        of_an_entry(lambda entry: feed_of(a_site(max_bytes=10**9), SITE_TOPIC, [entry]))
    ),
    "a licence": lambda n: partial(written_licence, "https://a.example/b " * n),
    "delta": of_a_feed(lambda feed: delta(feed, entry_hashes(replace_half(feed)))),
    "updated": of_a_feed(lambda feed: feed.updated),
    "JSON Feed": of_a_feed(json_feed.json_document),
    "news": smaller(lambda n: partial(some_news(n).to_dict, "https://example.org")),
    "news as JSON": smaller(
        lambda n: partial(lambda news: ChangeSummary.from_json(news.to_json()), some_news(n))
    ),
    "a comment": smaller(a_comment),
    "a push": a_push,
    "a pull request": lambda n: partial(
        event_of,
        {"x-github-event": "pull_request"},
        json.dumps({"pull_request": {"number": 1, "labels": texts("l", n)}}).encode(),
    ),
    "a token": secrets(
        lambda all_: authenticate_by_token({"authorization": "Bearer x"}, all_, DAY)
    ),
    "a signature": secrets(
        lambda all_: [authenticate_by_body(headers, b"{}", all_, DAY) for headers in SIGNED]
    ),
    "rules": rules,
    "renamed in a row": lambda n: partial(
        last_names, dict(pairwise(texts("name", max(2, n // 4))))
    ),
    "renamed in circles": lambda n: partial(
        last_names, dict(zip(texts("name", n), again(texts("name", n)), strict=True))
    ),
    "slugs": smaller(lambda n: partial(a_search, some_terms(n))),
    "shared slugs": smaller(
        lambda n: partial(shared_slugs, [(1, t) for _, t in some_terms(n)], PRESETS)
    ),
    "old addresses": lambda n: partial(some_old_addresses, texts("c", n)),
    "looks": lambda n: partial(
        looks, "hugo", PresetFeed("category", "/".join(texts("c", n)), "")
    ),
    "reports that name a forgotten post": without_a_post,
    "networks": lambda n: partial(
        callback_fault, "http://10.1.2.3/", [ip_network("192.168.0.0/16")] * n
    ),
    "flat YAML": a_file(f"---\n{DATE}", "key{n}: value\n", "---\n"),
    "YAML": a_file(f"---\n{DATE}", "key{n}: {a: [b]}\n", "---\n"),
    "a list in YAML": a_file(f"---\n{DATE}tags:\n", "  - t{n}\n", "---\n"),
    "categories": a_file(
        f"---\n{DATE}authors: [{{name: Li}}]\nfeeds: [/tags/a/, /tags/b/]\ncategories:\n",
        "  - [a, c{n}]\n",
        "---\n",
        "en/_posts/tea.md",
    ),
    "tags with spaces": a_file(
        f"---\n{DATE}tags: ", "t{n}, a {n}, ", "\n---\n", "_posts/2026-03-01-tea.md"
    ),
    "enclosures": a_file(
        f"---\n{DATE}enclosures:\n", "  - {url: 'a{n}.mp3', length: 1}\n", "---\n"
    ),
    "repeated keys": a_file(f"---\n{DATE}", "mood: {n}\n", "---\n"),
    "unknown keys": a_file(f"---\n{DATE}", "categorys{n}: x\n", "---\n"),
    "a map of dates": a_file("---\ndate:\n  created: 2026-03-01\n", "  k{n}: x\n", "---\n"),
    "repeated headers": a_file("Title: Tea\nDate: 2026-03-01\n", "Tag: {n}\n", "\nText\n"),
    "TOML": a_file("+++\ndate = 2026-03-01\n[extra]\n", "key{n} = 'a'\n", "+++\n"),
    "JSON": a_file('{"date": "2026-03-01"', ', "key{n}": {"a": [1]}', "}\n"),
    "a repeated key in JSON": a_file(
        '{"date": "2026-03-01", "mood": {"a": 1, "a": 2', ', "b{n}": 1', "}}\n"
    ),
    "headers": a_file("Title: Tea\nDate: 2026-03-01\n", "Key{n}: value\n", "\nText\n"),
    "broken YAML": a_file(f"---\n{DATE}", "key{n}: value\n", "title: [\ndraft: true\n---\n"),
    "broken without an end": a_file(f"---\n{DATE}title: [\n", "key{n}: value\n", "\nText\n"),
    "encrypted": a_file(f"---\n{DATE}password: x\n", "key{n}: value\n", "---\nText\n"),
    "pictures": a_body('![a](a{n}.png)\n\n<img src="b{n}.png" data-src="c.png">\n\n'),
    "headings": a_body("# Heading {n}\n\nText.\n\n"),
    "elements": a_body('<p id="p{n}" style="color: red">Text <b>bold</b></p>\n\n'),
    "shortcodes": a_body('{{< figure src="a{n}.png" >}}\n\n{% link a{n} %}\n\n'),
    "links to posts": a_body("[a](@/a{n}.md) `code` [[b{n}]] {% post_link c{n} %}\n\n"),
    "linked posts": smaller(linked_posts),
    "templates": a_body(
        "{% assign a{n} = page.title %}{% if page.b %}c{% else %}{{ a{n} }}{% endif %}\n\n"
        "{% for d in page.e %}{{ d }}{% endfor %}[f]({{ g.h }}) {# i #}\n\n"
    ),
    "more markers": a_body("a `b`\n\n{/* more */}c\n\n"),
    "admonitions": a_body(
        '::: {.note title="T{n}"}\n!!! note "T"\n    x\n:::\n\n:::{tip}\n:class: a\n:::\n\n'
    ),
    "MDX": a_file(f"---\n{DATE}---\n", "<A label='{n}' />\n\n{{n}}\n\n", "", "tea.mdx"),
    "chunks": a_file(f"---\n{DATE}---\n", "```{r}\n#| a\n{n}\n```\n\n", "", "tea.qmd"),
    "code": a_body("```python\nprint({n})\n```\n\n"),
    "abbreviations": lambda n: partial(html_of, "*[A]: b\n\nA\n\n" * n, "jekyll"),
    "addresses": lambda n: partial(connection_fault, [ip_address("93.184.216.34")] * n, 443),
    "configs of generators": smaller(longer_configs),
    "an episode": lambda n: partial(an_episode_in_a_feed, n),
    "an audience": counted_audience,
    "deleted posts": a_feed_of_deleted_posts,
    "a filter": a_filtered_feed,
    "a category": lambda n: partial(near_categories, "Arts: " * n + "Foods"),
}


def replace_half(feed: Feed) -> Feed:
    return Feed(feed.site, feed.topic, feed.entries[: len(feed.entries) // 2])


@pytest.mark.parametrize("name", CASES)
def test_four_times_the_values_take_about_four_times_the_calls(name: str) -> None:
    factor = growth(CASES[name])
    assert factor <= MOST, f"{factor:.1f} times the calls"


def core_functions() -> dict[str, FunctionType]:
    modules = pkgutil.walk_packages(feedsvc.core.__path__, "feedsvc.core.")
    names = [each.name for each in modules if not each.ispkg]
    return dict(pair for name in names for pair in functions_of(importlib.import_module(name)))


def test_every_function_with_a_collection_is_counted() -> None:
    clear_caches("feedsvc.core")
    called = {code for case in CASES.values() for code in calls_of(case(2))[1]}
    missed = escaped(core_functions(), called, EXCUSED)
    assert not missed, f"no case calls {', '.join(sorted(missed))}; add a case or a reason"


def test_a_nested_loop_is_detected() -> None:
    def case(count: int) -> Callable[[], object]:
        paths, others = texts("p", count), texts("p", count)
        return lambda: [path for path in paths if path in others]

    assert growth(case, 200, 800) > MOST
