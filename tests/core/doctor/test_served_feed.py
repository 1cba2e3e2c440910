"""What a document says of itself."""

import pytest

from feedsvc.core.doctor.served_feed import ServedFeed, is_page, served_feed
from tests.support.exchanges import ATOM, JSON, PAGE, RSS

RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns="http://purl.org/rss/1.0/"><channel><title/></channel></rdf:RDF>'
)


@pytest.mark.parametrize(
    ("document", "feed"),
    [
        (
            ATOM,
            ServedFeed("atom", "https://example.org/atom.xml", ("https://example.org/hub",)),
        ),
        (RSS, ServedFeed("rss", "https://example.org/rss.xml", ("https://example.org/hub",))),
        (JSON, ServedFeed("json", "https://example.org/feed.json", ("https://h/",))),
        (b"\xef\xbb\xbf \n" + RSS[:20] + b"/>", ServedFeed("rss")),
        (b"<rss/>", ServedFeed("rss")),
        (RDF, ServedFeed("rss")),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><!-- --></feed>', ServedFeed("atom")),
        (
            ATOM.decode().encode("gbk"),
            ServedFeed("atom", "https://example.org/atom.xml", ("https://example.org/hub",)),
        ),
    ],
)
def test_a_feed_is_recognised(document: bytes, feed: ServedFeed) -> None:
    assert served_feed(document) == feed


@pytest.mark.parametrize(
    "document",
    [b"", b"\0", b"blocked", PAGE, b"<a/>", b"{}", b'{"version": 1}', b"{", b"[" * 9, b"<?x"],
)
def test_anything_else_is_no_feed(document: bytes) -> None:
    assert served_feed(document) is None


def test_strange_values_of_json_are_left_out() -> None:
    document = b'{"version": "https://jsonfeed.org/version/1", "hubs": [1, {"url": 2}]}'
    assert served_feed(document) == ServedFeed("json")
    assert served_feed(document.replace(b"[1, {", b'{"a": {').replace(b"}]", b"}}"))


@pytest.mark.parametrize(
    "document", [PAGE, b"\xef\xbb\xbf\n<HTML>", b"<script>", b"<!-- a --><html>", b"<?x?><html"]
)
def test_a_page_is_recognised(document: bytes) -> None:
    assert is_page(document)


@pytest.mark.parametrize("document", [b"", ATOM, RSS, JSON, b"html", b"see <html>"])
def test_a_feed_is_no_page(document: bytes) -> None:
    assert not is_page(document)
