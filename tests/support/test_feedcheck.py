"""A checker that misses a fault hides it from all other tests: each rule must be seen to bite.

Per format there is one good document, in which nothing may be found, and a table of small
breaks. A break must be found under the rules named beside it, and under no others.
"""

import re
from pathlib import Path

import pytest

from tests.support import feedcheck
from tests.support.broken_feeds import (
    ATOM_BREAKS,
    ATOM_LINK,
    FEED_AUTHOR,
    GOOD_ATOM,
    GOOD_JSON,
    GOOD_OPML,
    GOOD_RSS,
    JSON_BREAKS,
    JSON_LINK,
    NOW,
    OPML_BREAKS,
    RSS_BREAKS,
    RSS_LINK,
)
from tests.support.feedcheck import (
    Finding,
    check_atom,
    check_json,
    check_opml,
    check_rss,
    check_same_entries,
)


def broken(document: str, old: str, new: str) -> bytes:
    changed = document.replace(old, new, 1).encode()
    assert changed != document.encode(), f"{old!r} does not stand in the good document"
    return changed


def rules(findings: list[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


def atom_findings(document: bytes, content_type: str | None = None) -> list[Finding]:
    return check_atom(document, self_link=ATOM_LINK, content_type=content_type, now=NOW)


def rss_findings(document: bytes, content_type: str | None = None) -> list[Finding]:
    return check_rss(document, self_link=RSS_LINK, content_type=content_type, now=NOW)


def json_findings(document: bytes, content_type: str | None = None) -> list[Finding]:
    return check_json(document, self_link=JSON_LINK, content_type=content_type, now=NOW)


def test_nothing_is_found_in_good_documents() -> None:
    assert atom_findings(GOOD_ATOM.encode(), "application/atom+xml; charset=utf-8") == []
    assert rss_findings(GOOD_RSS.encode(), "application/rss+xml; charset=UTF-8") == []
    assert rss_findings(GOOD_RSS.encode(), "application/xml") == []
    assert json_findings(GOOD_JSON.encode(), "application/feed+json") == []
    assert check_opml(GOOD_OPML.encode()) == []
    assert same_entries() == []


def test_a_feed_without_entries_may_be_good() -> None:
    first, last = GOOD_ATOM.index("<entry>"), GOOD_ATOM.index("</feed>")
    assert atom_findings((GOOD_ATOM[:first] + GOOD_ATOM[last:]).encode()) == []
    first, last = GOOD_RSS.index("<item>"), GOOD_RSS.index("</channel>")
    assert rss_findings((GOOD_RSS[:first] + GOOD_RSS[last:]).encode()) == []
    first, last = GOOD_JSON.index('"items": [') + 10, GOOD_JSON.rindex("]")
    assert json_findings((GOOD_JSON[:first] + GOOD_JSON[last:]).encode()) == []


@pytest.mark.parametrize(("expected", "old", "new"), ATOM_BREAKS)
def test_a_broken_atom_feed_is_caught(expected: str, old: str, new: str) -> None:
    findings = atom_findings(broken(GOOD_ATOM, old, new))
    assert rules(findings) == set(expected.split()), findings


@pytest.mark.parametrize(("expected", "old", "new"), RSS_BREAKS)
def test_a_broken_rss_feed_is_caught(expected: str, old: str, new: str) -> None:
    findings = rss_findings(broken(GOOD_RSS, old, new))
    assert rules(findings) == set(expected.split()), findings


@pytest.mark.parametrize(("expected", "old", "new"), JSON_BREAKS)
def test_a_broken_json_feed_is_caught(expected: str, old: str, new: str) -> None:
    findings = json_findings(broken(GOOD_JSON, old, new))
    assert rules(findings) == set(expected.split()), findings


@pytest.mark.parametrize(("expected", "old", "new"), OPML_BREAKS)
def test_broken_opml_is_caught(expected: str, old: str, new: str) -> None:
    findings = check_opml(broken(GOOD_OPML, old, new))
    assert rules(findings) == set(expected.split()), findings


@pytest.mark.parametrize("content_type", ["text/html", "application/xml", "application/json"])
def test_a_wrong_media_type_is_caught(content_type: str) -> None:
    assert rules(atom_findings(GOOD_ATOM.encode(), content_type)) == {"A20"}
    assert rules(json_findings(GOOD_JSON.encode(), content_type)) == {"J10"}
    assert rules(rss_findings(GOOD_RSS.encode(), content_type + "-x")) == {"R16"}


def test_a_wrong_charset_is_caught() -> None:
    latin = "; charset=iso-8859-1"
    assert rules(atom_findings(GOOD_ATOM.encode(), "application/atom+xml" + latin)) == {"A20"}
    assert rules(rss_findings(GOOD_RSS.encode(), "application/rss+xml" + latin)) == {"R16"}
    assert rules(json_findings(GOOD_JSON.encode(), "application/feed+json" + latin)) == {"J10"}


def test_bytes_that_are_not_utf_8_are_caught_and_called_so() -> None:
    cases = {
        "A1": atom_findings(GOOD_ATOM.encode("gbk", "replace")),
        "R1": rss_findings(GOOD_RSS.encode("gbk", "replace")),
        "J1": json_findings(GOOD_JSON.encode("gbk", "replace")),
        "O1": check_opml(GOOD_OPML.replace("Tea", "Café").encode("latin-1")),
    }
    for rule, findings in cases.items():
        assert rules(findings) == {rule}
        assert findings[0].message.startswith("not UTF-8")


def test_another_kind_of_document_is_caught() -> None:
    assert "A2" in rules(atom_findings(GOOD_RSS.encode()))
    assert "R1" in rules(rss_findings(GOOD_ATOM.encode()))
    assert "J1" in rules(json_findings(GOOD_ATOM.encode()))
    assert "O1" in rules(check_opml(GOOD_RSS.encode()))


def test_another_root_of_atom_is_caught() -> None:
    archive = GOOD_ATOM.replace("<feed ", "<archive ").replace("</feed>", "</archive>")
    assert rules(atom_findings(archive.encode())) == {"A2"}


def test_a_feed_of_nobody_without_entries_is_caught() -> None:
    first, last = GOOD_ATOM.index("<entry>"), GOOD_ATOM.index("</feed>")
    empty = GOOD_ATOM[:first] + GOOD_ATOM[last:]
    assert rules(atom_findings(broken(empty, FEED_AUTHOR, ""))) == {"A4"}


def test_authors_of_every_entry_are_enough() -> None:
    no_author = GOOD_ATOM.replace(FEED_AUTHOR, "")
    author = "<author><name>Bo</name></author>"
    source = f"<source>{author}</source>"
    one = no_author.replace("<summary>", author + "<summary>")
    assert rules(atom_findings(one.encode())) == {"A4"}
    assert atom_findings(one.replace("<summary ", source + "<summary ").encode()) == []


def test_a_guid_may_be_the_permalink() -> None:
    guid = '<guid isPermaLink="false">tag:example.org,2026:red</guid>'
    for attribute in ("", ' isPermaLink="true"', ' isPermaLink="false"'):
        permalink = f"<guid{attribute}>https://example.org/red/</guid>"
        assert rss_findings(broken(GOOD_RSS, guid, permalink)) == []


def test_nobody_need_know_the_length_of_an_enclosure_of_atom() -> None:
    assert atom_findings(broken(GOOD_ATOM, ' length="1024"', "")) == []


def test_ttl_alone_is_right() -> None:
    first, last = GOOD_RSS.index("<sy:"), GOOD_RSS.index("<skipHours>")
    assert rss_findings((GOOD_RSS[:first] + GOOD_RSS[last:]).encode()) == []


def test_a_title_may_speak_of_elements() -> None:
    spoken = broken(GOOD_ATOM, "Green &lt; black", "Green &lt;canvas&gt;")
    assert atom_findings(spoken) == []


def same_entries(
    atom: bytes = GOOD_ATOM.encode(),
    rss: bytes = GOOD_RSS.encode(),
    json_feed: bytes = GOOD_JSON.encode(),
) -> list[Finding]:
    return check_same_entries(atom, rss, json_feed)


@pytest.mark.parametrize(
    ("expected", "old", "new"),
    [
        ("R4", "tag:example.org,2026:red", "tag:example.org,2026:white"),
        ("R2", "Green &#x3C; black", "Green &#x26;lt; black"),
        ("R2 R4 R9", GOOD_RSS[GOOD_RSS.rindex("<item>") : GOOD_RSS.index("</channel>")], ""),
        ("R9", 'content url="https://example.org/red.png"', 'content url="https://e.org/"'),
        ("R9", 'enclosure url="https://example.org/a.mp3"', 'enclosure url="https://e.org/"'),
        ("R1", "</rss>", ""),
    ],
)
def test_other_entries_in_rss_are_caught(expected: str, old: str, new: str) -> None:
    assert rules(same_entries(rss=broken(GOOD_RSS, old, new))) == set(expected.split())


@pytest.mark.parametrize(
    ("expected", "old", "new"),
    [
        ("J2", "tag:example.org,2026:red", "tag:example.org,2026:white"),
        ("J3", "Green < black", "Green &lt; black"),
        ("J2 J3 J7", '"items": [', '"items": [{"id": "a", "title": "b"},'),
        ("J7", "https://example.org/a.mp3", "https://example.org/b.mp3"),
        ("J7", '"image": "https://example.org/red.png",', ""),
        ("J1", "{", ""),
    ],
)
def test_other_entries_in_json_are_caught(expected: str, old: str, new: str) -> None:
    assert rules(same_entries(json_feed=broken(GOOD_JSON, old, new))) == set(expected.split())


def test_entries_of_an_unreadable_atom_feed_are_not_compared() -> None:
    assert rules(same_entries(atom=broken(GOOD_ATOM, "</feed>", ""))) == {"A1"}


def test_every_rule_of_the_checker_has_been_seen_to_bite() -> None:
    source = Path(feedcheck.__file__).read_text(encoding="utf-8")
    checked = set(re.findall(r'"((?:[AROXJK][0-9]+)|RFC4287)"', source))
    tables = [*ATOM_BREAKS, *RSS_BREAKS, *JSON_BREAKS, *OPML_BREAKS]
    seen = {rule for expected, _, _ in tables for rule in expected.split()}
    assert checked - seen == {"A20", "R16"}  # have tests of their own, with a content type
