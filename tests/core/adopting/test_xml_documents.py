"""Atom, RSS, RDF and WordPress exports: ids to the letter, links, titles, dates."""

import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.adopting.xml_documents import read_xml
from feedsvc.errors import FeedError
from tests.support import generators
from tests.support.generators import BlogPost, wxr_item

SITE = "https://old.example"
BLOG = [BlogPost(2), BlogPost(1)]
_ENTITY = '<!DOCTYPE rss [<!ENTITY a "{value}">]>'


def rss(item: str, head: str = "", more: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" {more}><channel>'
        f"<title>Tea</title><link>{SITE}/blog/</link><item><title>Tea</title>{item}</item>"
        "</channel></rss>"
    ).encode()


def id_of(document: bytes) -> str:
    (entry,) = read_xml("old.xml", document).entries
    return entry.id


def in_utc(post: BlogPost) -> datetime:
    return post.published.astimezone(UTC)


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (generators.hexo_atom, "https://old.example/2020/01/11/tea-1/"),
        (generators.hexo_rss, "https://old.example/2020/01/11/tea-1/"),
        (generators.jekyll_atom, "https://old.example/2020/01/11/tea-1"),
        (generators.hugo_rss, "https://old.example/posts/tea-1/"),
        (generators.wordpress_rss, "https://old.example/?p=107"),
        (generators.wordpress_atom, "https://old.example/?p=107"),
        (generators.wordpress_export, "https://old.example/?p=107"),
    ],
)
def test_a_feed_of_each_generator_is_read(write: generators.Write, name: str) -> None:
    feed = read_xml("old.xml", write(SITE, BLOG).encode())
    assert (feed.name, len(feed.entries), feed.ignored) == ("old.xml", 2, 0)
    first = feed.entries[1]
    assert (first.id, first.published) == (name, in_utc(BLOG[1]))
    assert first.link.startswith(SITE)


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        ("<guid>/2020/tea/</guid>", "/2020/tea/"),
        ("<guid>HTTP://Old.Example//Tea/</guid>", "HTTP://Old.Example//Tea/"),
        ("<guid>http:///tea</guid>", "http:///tea"),
        ('<guid isPermaLink="false">\n Tea  time \n</guid>', "Tea  time"),
        ('<guid isPermaLink="false">茶é\u00a0x</guid>', "茶é\u00a0x"),
        ("<guid>Ã©\x85</guid>", "Ã©\x85"),
        ("<guid>a?b=1&amp;c=&lt;2&gt;&#228;</guid>", "a?b=1&c=<2>ä"),
        ("<guid><![CDATA[a?b=1&amp;c]]></guid>", "a?b=1&amp;c"),
        ("<guid>a<!-- no -->b</guid>", "ab"),
        ("<media:id xmlns:media='m'>no</media:id><guid>yes</guid>", "yes"),
    ],
)
def test_an_id_is_what_is_written(guid: str, expected: str) -> None:
    assert id_of(rss(f"{guid}<link>{SITE}/tea/</link>")) == expected


def test_a_base_does_not_change_the_id_of_an_atom_entry() -> None:
    document = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/x/">'
        '<id>a</id><entry><id>tea</id><title>T</title><link href="tea.html"/></entry></feed>'
    )
    (entry,) = read_xml("old.xml", document.encode()).entries
    assert (entry.id, entry.link) == ("tea", "https://base.example/x/tea.html")


def test_an_item_without_an_id_has_its_link() -> None:
    assert id_of(rss(f"<link>{SITE}/tea/</link>")) == f"{SITE}/tea/"


def test_an_item_without_id_and_link_is_left_out() -> None:
    assert read_xml("old.xml", rss("")).entries == ()


def test_the_id_of_an_rdf_item_is_its_name() -> None:
    document = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{SITE}/"><title>T</title><link>{SITE}/</link></channel>'
        f'<item rdf:about="{SITE}/t#1"><title>Tea</title><link>{SITE}/tea</link>'
        "<dc:date>2020-01-02T10:00:00+08:00</dc:date></item></rdf:RDF>"
    )
    moment = datetime(2020, 1, 2, 2, tzinfo=UTC)
    assert read_xml("old.xml", document.encode()).entries == (
        OldEntry(f"{SITE}/t#1", f"{SITE}/tea", "Tea", moment, moment),
    )


def test_relative_links_are_read_against_the_home_page_and_the_address() -> None:
    (entry,) = read_xml("old.xml", rss("<guid>1</guid><link>tea/</link>")).entries
    assert entry.link == f"{SITE}/blog/tea/"
    document = rss("<guid>1</guid><link>tea/</link>").replace(
        f"<link>{SITE}/blog/".encode(), b"<link>/"
    )
    (entry,) = read_xml("old.xml", document, "https://new.example/a/feed.xml").entries
    assert entry.link == "https://new.example/tea/"


def test_a_link_that_is_no_address_stays() -> None:
    (entry,) = read_xml("old.xml", rss("<guid>1</guid><link>http://[x</link>")).entries
    assert entry.link == "http://[x"


def test_impossible_dates_are_left_out() -> None:
    document = rss("<guid>1</guid><pubDate>Wed, 30 Nov -0001 00:00:00 +0000</pubDate>")
    (entry,) = read_xml("old.xml", document).entries
    assert (entry.published, entry.updated) == (None, None)


def test_drafts_private_posts_and_pages_of_an_export_are_ignored() -> None:
    date = "Thu, 02 Jan 2020 01:30:00 +0000"
    others = "".join(
        wxr_item(SITE, number, "No", f"{SITE}/?p={number}", date, kind, status)
        for number, (kind, status) in enumerate(
            [
                *(("post", "draft"), ("post", "private"), ("post", "pending")),
                *(("post", "future"), ("post", "trash"), ("page", "publish")),
                *(("attachment", "inherit"), ("nav_menu_item", "publish")),
            ],
            20,
        )
    )
    feed = read_xml("old.xml", generators.wordpress_export(SITE, BLOG, others).encode())
    assert ([e.title for e in feed.entries], feed.ignored) == ([p.title for p in BLOG], 8)


def test_a_feed_that_is_not_well_formed_is_read_as_well_as_possible() -> None:
    document = rss(f"<guid>a?b&amp;c</guid><link>{SITE}/tea/?a&b</link>")
    assert id_of(document) == "a?b&c"


@pytest.mark.parametrize("document", [b"<html><p>No.</p></html>", b"tea", b"<a>", b"\x00\xff"])
def test_what_is_no_feed_is_refused(document: bytes) -> None:
    with pytest.raises(FeedError, match="is no feed"):
        read_xml("old.xml", document)


def test_small_entities_are_expanded() -> None:
    assert id_of(rss("<guid>&a;1</guid>", _ENTITY.format(value="tea"))) == "tea1"


@pytest.mark.parametrize("end", ["", "&nope;<"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf_16", "utf-32"])
def test_an_entity_that_grows_is_refused(end: str, encoding: str) -> None:
    bomb = rss("<guid>" + "&a;" * 2000 + end + "</guid>", _ENTITY.format(value="x" * 1000))
    encoded = bomb.decode().replace('"utf-8"', f'"{encoding}"').encode(encoding)
    with pytest.raises(FeedError, match="entities that grow too large"):
        read_xml("old.xml", encoded)


def test_entities_of_entities_do_not_grow() -> None:
    names = "abcdefghij"
    declared = "".join(
        f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in pairwise(names)
    )
    head = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 100}">{declared}]>'
    feed = read_xml("old.xml", rss("<guid>1</guid><link>&j;</link>", head))
    assert sum(len(entry.link) for entry in feed.entries) < 1000


def test_many_entities_are_refused() -> None:
    head = "<!DOCTYPE rss [" + "".join(f'<!ENTITY e{n} "x">' for n in range(101)) + "]>"
    with pytest.raises(FeedError, match="entities that grow too large"):
        read_xml("old.xml", rss("<guid>1</guid>", head))


def test_no_file_of_this_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    head = f'<!DOCTYPE rss [<!ENTITY a SYSTEM "{secret.as_uri()}">]>'
    feed = read_xml("old.xml", rss("<guid>1&a;</guid>", head))
    assert "secret" not in str(feed)


@pytest.mark.parametrize(
    "encoding", ["cp037", "utf-7", "raw_unicode_escape", "cp500", "undefined"]
)
def test_an_encoding_without_ascii_is_refused(encoding: str) -> None:
    document = rss("<guid>1</guid>").decode().replace('"utf-8"', f'"{encoding}"')
    with pytest.raises(FeedError, match="has an unusual encoding"):
        read_xml("old.xml", document.encode(encoding if encoding.startswith("cp") else "ascii"))


def test_an_unknown_encoding_is_read_as_utf_8() -> None:
    document = rss("<guid>é</guid>").replace(b'"utf-8"', b'"nope"')
    assert id_of(document) == "é"


def test_without_feedparser_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "feedparser", None)
    with pytest.raises(FeedError, match=r"pip install 'feedsvc\[adopt\]'"):
        read_xml("old.xml", rss("<guid>1</guid>"))


def test_an_empty_feed_has_no_entries() -> None:
    document = b'<feed xmlns="http://www.w3.org/2005/Atom"><id>a</id></feed>'
    assert read_xml("old.xml", document) == OldFeed("old.xml", ())
