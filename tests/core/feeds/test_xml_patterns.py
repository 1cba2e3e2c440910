"""Filled patterns have exactly the bytes that lxml writes for the same texts."""

from typing import Any, NamedTuple

import lxml.etree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.feeds.xml_patterns import Patterns

MEDIA = "http://search.yahoo.com/mrss/"
# Every character that XML allows, and more often those that it escapes, and those of a pattern.
LEGAL = st.text(
    st.sampled_from("&<>\"'\r\n\t%sb\ue0001\ue001]茶😀")
    | st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
)


class Note(NamedTuple):
    title: str
    image: str
    places: tuple[tuple[str, str], ...]


NOTES = st.builds(Note, LEGAL, LEGAL, st.lists(st.tuples(LEGAL, LEGAL), max_size=3).map(tuple))


def element_of(note: Note) -> Any:
    element = lxml.etree.Element("note")
    lxml.etree.SubElement(element, "title").text = note.title
    if note.image:
        lxml.etree.SubElement(element, f"{{{MEDIA}}}content", url=note.image, medium="image")
    for name, href in note.places:
        lxml.etree.SubElement(element, "place", href=href).text = name
    return element


def new_patterns(**references: str) -> Patterns[Note]:
    return Patterns(element_of, ("notes", "more"), {"media": MEDIA}, references)


def as_lxml_writes(note: Note) -> bytes:
    root = lxml.etree.Element("notes", nsmap={"media": MEDIA})
    lxml.etree.SubElement(root, "more").append(element_of(note))
    document: bytes = lxml.etree.tostring(root, encoding="UTF-8", pretty_print=True)
    _, _, rest = document.partition(b"<more>\n")
    return rest.removesuffix(b"  </more>\n</notes>\n")


@given(NOTES, NOTES)
def test_each_text_is_written_as_by_lxml(first: Note, second: Note) -> None:
    patterns = new_patterns()
    for note in (first, second, first):
        assert patterns.written(note) == as_lxml_writes(note)


def test_an_element_is_built_once_for_each_shape() -> None:
    built = []

    def build(note: Note) -> Any:
        built.append(note)
        return element_of(note)

    patterns = Patterns(build, ("notes",), {}, {})
    for title in ("a", "b", "", "c"):
        patterns.written(Note(title, "", ()))
    assert len(built) == 2  # with and without a title


def test_references_are_replaced_in_texts_and_attributes() -> None:
    patterns = new_patterns(**{"&amp;": "&#x26;"})
    written = patterns.written(Note("a & b", "", (("c", "d&e"),)))
    assert b"<title>a &#x26; b</title>" in written
    assert b'href="d&#x26;e"' in written


def test_any_number_of_shapes_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.core.feeds.xml_patterns._MOST_SHAPES", 50)
    patterns = new_patterns()
    notes = [Note("a", "", (("b", "c"),) * count) for count in range(60)]
    assert [patterns.written(n) for n in notes] == [as_lxml_writes(n) for n in notes]
