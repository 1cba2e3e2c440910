"""What holds for any folder of posts, whatever somebody writes into it.

Each find of hypothesis becomes a test of its own below, with the name of what went wrong.
"""

import itertools
import json
import os
import string
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from urllib.parse import unquote

import lxml.etree
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core import addresses
from feedsvc.core.markdown.inline_text import plain_words
from feedsvc.core.site import Site
from feedsvc.core.text import one_line
from tests.support.feedcheck import Finding
from tests.support.pipeline import (
    findings_of,
    new_pipeline,
    published,
)

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
SITE: Final = Site(
    title="Tea",
    url="https://example.org/blog",
    author="Li Wen",
    timezone="Asia/Shanghai",
    tag_authority="example.org,2026",
)
ATOM: Final = "{http://www.w3.org/2005/Atom}"

some = settings(max_examples=15, deadline=None)
few = settings(max_examples=10, deadline=None)
many = settings(max_examples=60, deadline=None)  # of what needs no folder

# --- What somebody may write ----------------------------------------------------------------

HARD_WORDS: Final = [
    *("]]>", "<![CDATA[", "<!--", "-->", "<script>", "&amp;", "&#8;", "&", "<", '"', "'"),
    *("C#", "C++", "a/b", "/", "..", ".", "?", "100%", "%2F", "~", "_", "\\", "#", "CON"),
    *("atom.xml", "Café", "Cafe\u0301", "ﬁ", "Å", "上海", "🍵", "👩\u200d👧", "\u0301"),
    *("\x00", "\x08", "\x1f", "\x7f", "\x85", "\xa0", "\u2028", "\u202e", "\ufeff", "\uffff"),
    *("\n", "\t"),
]
characters = st.characters(exclude_categories=["Cs"])  # UTF-8 has no lone surrogates
texts = st.lists(st.sampled_from(HARD_WORDS) | st.text(characters, max_size=8), max_size=5).map(
    "".join
)
names = texts.filter(one_line)
MARKDOWN: Final = [
    *("# ", "* ", "> ", "1. ", "```\n", "~~~", "`", "    ", "|a|\n|-|\n", "[^1]", "[^1]: x"),
    *("[a](", "![a](b)", "](javascript:x)", "<https://a>", "{% x %}", "{{< y >}}", "\n\n"),
    *("<b>", "</b>", "<p onclick=x>", "<svg>", "<a href=x>", "<img src='", "</content>", "<x"),
    *("<table>", "<td>", "<li>", "</div>", "<iframe src=//x>", "<style>", "<br/>", "&nbsp;"),
]
bodies = st.lists(
    st.sampled_from(MARKDOWN) | st.sampled_from(HARD_WORDS) | st.text(characters, max_size=8),
    max_size=12,
).map("".join)
dates = st.datetimes(datetime(1990, 1, 1), datetime(2026, 5, 1))  # noqa: DTZ001 - as written


@dataclass(frozen=True)
class Draft:
    """What somebody wrote, before it is a file."""

    title: str
    written: datetime
    tags: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    authors: tuple[str, ...] = ()
    body: str = ""

    def source(self) -> bytes:
        """The post as a file, with a summary in plain words and a body that is not empty."""
        lines = [
            f"title: {quoted(self.title)}",
            f"date: {self.written:%Y-%m-%d %H:%M:%S}",
            f"tags: [{', '.join(map(quoted, self.tags))}]",
            f"authors: [{', '.join(map(quoted, self.authors))}]",
            "categories:",
            *(f"  - [{', '.join(map(quoted, path))}]" for path in self.categories),
            "description: In plain words.",
        ]
        return "\n".join(["---", *lines, "---", "Tea.", "", self.body]).encode()


def quoted(text: str) -> str:
    """The text in YAML's double quotes, with every odd character as an escape."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    plain = char.isascii() and char.isprintable() and char not in '"\\'
    return char if plain else f"\\U{ord(char):08x}"


drafts = st.builds(
    Draft,
    title=texts,
    written=dates,
    tags=st.lists(names, max_size=3).map(tuple),
    categories=st.lists(st.lists(names, min_size=1, max_size=3).map(tuple), max_size=2).map(
        tuple
    ),
    authors=st.lists(names, max_size=2).map(tuple),
    body=bodies,
)
TERMS: Final = ["C#", "a/b", "Café", "上海", "Tea"]
simple_drafts = st.builds(
    Draft,
    title=st.sampled_from(["One", "Two"]),
    written=st.sampled_from([datetime(2026, 3, day) for day in (1, 1, 2)]),  # noqa: DTZ001
    tags=st.lists(st.sampled_from(TERMS), max_size=3, unique=True).map(tuple),
    categories=st.lists(
        st.lists(st.sampled_from(TERMS), min_size=1, max_size=2).map(tuple), max_size=1
    ).map(tuple),
    authors=st.lists(st.sampled_from(["Ada", "林小满"]), max_size=2, unique=True).map(tuple),
    body=st.text(string.ascii_letters, min_size=1),
)
paths = st.text("abc", min_size=1, max_size=2).map(lambda name: f"{name}.md")
folders = st.dictionaries(paths, simple_drafts, min_size=1, max_size=4)


def files_of(folder: Mapping[str, Draft]) -> dict[str, bytes]:
    """The folder as bytes, by path."""
    return {path: draft.source() for path, draft in folder.items()}


def faults(documents: Mapping[str, bytes]) -> list[Finding]:
    """What tests.feedcheck finds, but for what the words of an author are to blame for.

    Somebody may well call a post `</b>`, which looks like markup but is text, or a tag `a/`,
    which RSS takes for the path of a category. That both arrive to the letter is tested below.
    """
    findings = findings_of(documents, SITE, NOW)
    markup = "is to be plain text, but holds"
    return [each for each in findings if markup not in each.message and each.rule != "R10"]


def titles_of(document: bytes) -> list[str]:
    """The titles of the entries of an XML feed."""
    root = lxml.etree.fromstring(document)
    entries = [*root.iter("item"), *root.iter(f"{ATOM}entry")]
    return [str(e.findtext("title") or e.findtext(f"{ATOM}title")) for e in entries]


def self_link_of(path: str, document: bytes) -> str:
    """The address that a feed document gives for itself."""
    if path.endswith(".json"):
        return str(json.loads(document)["feed_url"])
    (link,) = lxml.etree.fromstring(document).iterfind(f".//{ATOM}link[@rel='self']")
    return str(link.get("href"))


def feeds_with(entry_id: str, documents: Mapping[str, bytes]) -> set[str]:
    """The paths of the feed documents that hold an entry."""
    return {path for path, document in documents.items() if f"{entry_id}<" in document.decode()}


# --- Any text -------------------------------------------------------------------------------


@some
@given(drafts)
def test_any_text_anywhere_gives_feeds_without_a_fault(draft: Draft) -> None:
    assert faults(published({"post.md": draft.source()}, SITE, NOW)) == []


@some
@given(bodies)
def test_any_html_page_gives_feeds_without_a_fault(body: str) -> None:
    draft = Draft("A page", datetime(2026, 3, 1), body=f"<p>x</p>{body}")  # noqa: DTZ001
    assert faults(published({"page.html": draft.source()}, SITE, NOW)) == []


@some
@given(names)
def test_a_title_is_read_back_to_the_letter_in_every_format(title: str) -> None:
    draft = Draft(title, datetime(2026, 3, 1))  # noqa: DTZ001
    documents = published({"post.md": draft.source()}, SITE, NOW)
    (item,) = json.loads(documents["feed.json"])["items"]
    in_xml = [*titles_of(documents["atom.xml"]), *titles_of(documents["rss.xml"])]
    assert [*in_xml, item["title"]] == [plain_words(one_line(title))] * 3


@some
@given(names)
def test_a_name_is_read_back_to_the_letter_in_every_format(name: str) -> None:
    draft = Draft("One", datetime(2026, 3, 1), categories=((name,),), authors=(name,))  # noqa: DTZ001
    documents = published({"post.md": draft.source()}, SITE, NOW)
    atom, rss = (lxml.etree.fromstring(documents[path]) for path in ("atom.xml", "rss.xml"))
    (item,) = json.loads(documents["feed.json"])["items"]
    names_of_categories = [
        *(category.get("label") for category in atom.iter(f"{ATOM}category")),
        *(category.text for category in rss.iter("category")),
        *item["tags"],
    ]
    names_of_authors = [
        *atom.xpath("//*[local-name()='entry']/*[local-name()='author']/*/text()"),
        *(creator.text for creator in rss.iter("{http://purl.org/dc/elements/1.1/}creator")),
        *(author["name"] for author in item["authors"]),
    ]
    expected = unicodedata.normalize("NFC", one_line(name))
    assert names_of_categories == [expected] * 3
    assert names_of_authors == [expected] * 3


@some
@given(drafts)
def test_each_self_link_leads_back_to_the_key_of_its_document(draft: Draft) -> None:
    documents = published({"post.md": draft.source()}, SITE, NOW)
    feeds = {path: doc for path, doc in documents.items() if path != "opml.xml"}
    back = {
        path: unquote(self_link_of(path, doc).removeprefix(f"{SITE.url}/"))
        for path, doc in feeds.items()
    }
    assert back == {path: path for path in feeds}


@some
@given(drafts)
def test_each_address_of_the_opml_leads_back_to_a_feed_that_is_there(draft: Draft) -> None:
    documents = published({"post.md": draft.source()}, SITE, NOW)
    outlines = lxml.etree.fromstring(documents["opml.xml"]).iterfind(".//outline[@xmlUrl]")
    listed = [unquote(str(o.get("xmlUrl"))).removeprefix(f"{SITE.url}/") for o in outlines]
    atom = {path for path in documents if path.endswith("atom.xml")}
    assert sorted(listed) == sorted(atom - {"lang/en/atom.xml"})  # the only language of all


# --- Names and their addresses --------------------------------------------------------------

CONFUSABLE: Final = " _~/.<#?25CEF\u0301\u0327"  # all that an address plays with
SHORT_NAMES: Final = {
    unicodedata.normalize("NFC", "".join(letters))
    for length in (1, 2, 3)
    for letters in itertools.product(CONFUSABLE, repeat=length)
}


def dot_and_mark(name: str) -> bool:
    """True for `.` with a combining mark on it, whose segment is not in NFC so far."""
    return name[:1] == "." and unicodedata.category(name[1:2] or " ")[0] == "M"


def test_no_two_short_names_share_an_address() -> None:
    assert len({addresses.segment(name) for name in SHORT_NAMES}) == len(SHORT_NAMES)


def test_the_segment_of_a_short_name_is_its_own_nfc() -> None:
    segments = {addresses.segment(name) for name in SHORT_NAMES if not dot_and_mark(name)}
    assert {unicodedata.normalize("NFC", segment) for segment in segments} == segments


def test_no_two_categories_of_short_names_share_an_address() -> None:
    shortest = {name for name in SHORT_NAMES if len(name) == 1} | {"2/5", "..", "~2F"}
    levels = {(name,) for name in shortest} | set(itertools.product(shortest, repeat=2))
    assert len({addresses.category_path(path) for path in levels}) == len(levels)


@many
@given(st.lists(texts, max_size=6))
def test_no_two_names_share_an_address(some_names: list[str]) -> None:
    distinct = {unicodedata.normalize("NFC", name) for name in some_names}
    assert len({addresses.segment(name) for name in distinct}) == len(distinct)


@many
@given(texts.filter(lambda name: not dot_and_mark(name)))
def test_a_segment_is_safe_in_a_path_and_is_its_own_nfc(name: str) -> None:
    segment = addresses.segment(name)
    assert segment not in ("", ".", "..")
    assert not set("/\\?#%\x00") & set(segment)
    assert unicodedata.normalize("NFC", segment) == segment
    assert len(segment.encode()) <= 200


@many
@given(texts)
def test_both_spellings_of_a_name_have_one_address(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)
    composed = unicodedata.normalize("NFC", name)
    assert addresses.segment(decomposed) == addresses.segment(composed)


@many
@given(st.lists(st.lists(names, min_size=1, max_size=3).map(tuple), max_size=4))
def test_no_two_categories_share_an_address(some_paths: list[tuple[str, ...]]) -> None:
    nfc = {tuple(unicodedata.normalize("NFC", n) for n in path) for path in some_paths}
    assert len({addresses.category_path(path) for path in nfc}) == len(nfc)


@many
@given(texts)
def test_an_address_is_plain_ascii_that_leads_back_to_its_path(name: str) -> None:
    path = addresses.document_path(addresses.tag_path(name), "atom")
    address = addresses.url(SITE.url, path)
    assert address.isascii()
    assert unquote(address, errors="strict") == f"{SITE.url}/{path}"


# --- The same folder gives the same bytes ---------------------------------------------------


def state_of(files: Mapping[str, bytes]) -> tuple[dict[str, str], dict[str, bytes]]:
    """The digest of every feed and the bytes of every document, of a site with these files."""
    with new_pipeline() as pipeline:
        pipeline.write(files)
        pipeline.publish(SITE, NOW)
        return pipeline.digests(), pipeline.documents()


@few
@given(folders, st.randoms(use_true_random=False))
def test_the_order_in_which_files_are_written_does_not_matter(
    folder: dict[str, Draft], random: Random
) -> None:
    files = list(files_of(folder).items())
    in_order = state_of(dict(sorted(files)))
    random.shuffle(files)
    assert state_of(dict(files)) == in_order


@few
@given(folders)
def test_posts_that_come_one_by_one_give_the_same_bytes_as_all_at_once(
    folder: dict[str, Draft],
) -> None:
    files = files_of(folder)
    with new_pipeline() as pipeline:
        for number, (path, source) in enumerate(files.items()):
            pipeline.write({path: source})
            pipeline.publish(SITE, NOW + timedelta(seconds=number))
        assert pipeline.documents() == published(files, SITE, NOW)


@few
@given(folders)
def test_to_publish_twice_changes_nothing(folder: dict[str, Draft]) -> None:
    with new_pipeline() as pipeline:
        pipeline.write(files_of(folder))
        pipeline.publish(SITE, NOW)
        before = pipeline.digests(), pipeline.documents()
        report = pipeline.publish(SITE, NOW + timedelta(days=1))
        assert (report.added, report.changed, report.withdrawn, report.feeds) == ((),) * 4
        assert (pipeline.digests(), pipeline.documents()) == before


@few
@given(folders)
def test_files_that_are_written_anew_without_a_change_change_nothing(
    folder: dict[str, Draft],
) -> None:
    with new_pipeline() as pipeline:
        pipeline.write(files_of(folder))
        pipeline.publish(SITE, NOW)
        before = pipeline.digests()
        for path in folder:
            (pipeline.root / path).unlink()
        pipeline.write(files_of(folder))
        report = pipeline.publish(SITE, NOW + timedelta(days=1))
        assert report.feeds == ()
        assert pipeline.digests() == before


@few
@given(folders, st.data())
def test_one_changed_letter_moves_only_the_feeds_that_hold_the_post(
    folder: dict[str, Draft], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(folder)))
    with new_pipeline() as pipeline:
        pipeline.write(files_of(folder))
        pipeline.publish(SITE, NOW)
        before, digests = pipeline.documents(), pipeline.digests()
        draft = folder[path]
        other = "b" if draft.body[0] == "a" else "a"
        pipeline.write({path: replace(draft, body=other + draft.body[1:]).source()})
        report = pipeline.publish(SITE, NOW + timedelta(minutes=1))
        after, moved_digests = pipeline.documents(), pipeline.digests()
    entry_id = f"tag:{SITE.tag_authority}:/{path.removesuffix('.md')}"
    holding = {name.rpartition("/")[0] for name in feeds_with(entry_id, before)}
    moved = {name.rpartition("/")[0] for name in before if before[name] != after[name]}
    assert moved == holding
    assert set(report.feeds) == holding
    assert {name for name in digests if digests[name] != moved_digests[name]} == holding


@contextmanager
def host_zone(zone: str) -> Iterator[None]:
    """The host in another time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@few
@given(folders, st.sampled_from(["America/St_Johns", "Pacific/Kiritimati", "UTC", "XYZ+13"]))
def test_the_zone_of_the_host_does_not_matter(folder: dict[str, Draft], zone: str) -> None:
    expected = published(files_of(folder), SITE, NOW)
    with host_zone(zone):
        assert published(files_of(folder), SITE, NOW) == expected


# --- Anything at all ------------------------------------------------------------------------

HEALTHY: Final = Draft("Healthy", datetime(2026, 3, 1), tags=("Tea",), body="Well.")  # noqa: DTZ001
FIELDS: Final = [
    *("date: 2026-03-01", "date: 0000-99-99", "date: 9999-12-31T23:59:59-14:00", "date: [1]"),
    *("title: &a [*a]", "title: !!python/name:os.system x", "tags: {a: b}", "tags: [[[x]]]"),
    *("categories: [[], {}, ~]", "author: {name: [x]}", "urlname: ../../etc", "guid: ' '"),
    *("permalink: //evil", "draft: {}", "published: 2026", "lang: '\\'", "<<: *x", "? ["),
    *("updated: 1-1-1", "slug: a/../b", "description: |", "  x", "- x", "\t", "%YAML 3.0"),
]
byte_soup = st.binary(max_size=40) | st.sampled_from(FIELDS).map(str.encode)
rubbish = st.builds(
    lambda front, body: b"---\n" + b"\n".join(front) + b"\n---\n" + body,
    st.lists(byte_soup, max_size=6),
    st.binary(max_size=40) | bodies.map(str.encode),
)


@some
@given(rubbish | st.binary(max_size=60), rubbish)
def test_whatever_lies_in_the_folder_every_healthy_post_is_published(
    one: bytes, other: bytes
) -> None:
    files = {"a.md": one, "healthy.md": HEALTHY.source(), "z.html": other}
    documents = published(files, SITE, NOW)
    assert "Healthy" in titles_of(documents["atom.xml"])
    assert titles_of(documents["tags/Tea/atom.xml"])[-1:] == ["Healthy"]


@few
@given(st.binary(min_size=1, max_size=60).map(lambda soup: b"---\ntitle: [\n" + soup))
def test_a_post_that_turns_into_rubbish_keeps_its_last_good_version(soup: bytes) -> None:
    with new_pipeline() as pipeline:
        pipeline.write({"healthy.md": HEALTHY.source()})
        pipeline.publish(SITE, NOW)
        before = pipeline.documents()
        pipeline.write({"healthy.md": soup})
        report = pipeline.publish(SITE, NOW + timedelta(minutes=1))
        assert report.refused == 1
        assert pipeline.documents() == before
