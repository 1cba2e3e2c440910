"""Feed documents over real sockets: headers, conditions, codings, methods, addresses."""

import gzip
import socket
import time
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import quote, urlsplit

import lxml.etree
import pytest
import zstandard

from feedsvc.core.addresses import tag_path
from tests.support.running import Server
from tests.web.conftest import ODD_TAGS

TYPES = {
    "/atom.xml": "application/atom+xml; charset=utf-8",
    "/rss.xml": "application/rss+xml; charset=utf-8",
    "/feed.json": "application/feed+json; charset=utf-8",
    "/opml.xml": "text/x-opml; charset=utf-8",
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("path", TYPES)
def test_a_document_has_its_type_and_length(server: Server, path: str) -> None:
    response = server.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (200, TYPES[path])
    assert int(response.headers["Content-Length"]) == len(response.content) > 0


def test_a_feed_carries_the_headers_that_a_cache_needs(server: Server) -> None:
    headers = server.get("/atom.xml").headers
    assert headers["Cache-Control"] == (
        "public, max-age=600, stale-while-revalidate=86400, stale-if-error=604800"
    )
    assert headers["Vary"] == "A-IM, Accept-Encoding"
    assert headers["Link"] == (
        f'<{server.url}/hub>; rel="hub", <{server.url}/atom.xml>; rel="self"'
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "*"
    exposed = "ETag, Last-Modified, Link, Retry-After"
    assert headers["Access-Control-Expose-Headers"] == exposed
    assert not {"Set-Cookie", "Expires"} & set(headers)


def test_last_modified_is_not_in_the_future(server: Server) -> None:
    headers = server.get("/atom.xml").headers
    modified, date = headers["Last-Modified"], headers["Date"]
    assert parsedate_to_datetime(modified) <= parsedate_to_datetime(date)


# Conditional requests.

CODINGS = ["identity", "gzip", "br", "zstd"]
FORMS = ['"{tag}"', 'W/"{tag}"', '"x", "{tag}"', 'W/"x", W/"{tag}"', "*", "{tag}"]
FORMS += ['"{tag}-gzip"', 'W/"{tag}-gzip"', '"{tag};gzip"', '"{tag}-br"', '"{tag}-zstd"']


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("form", FORMS)
def test_the_current_tag_gets_a_304_in_every_form(
    server: Server, form: str, coding: str
) -> None:
    tag = server.get("/atom.xml").headers["ETag"].strip('"')
    headers = {"If-None-Match": form.format(tag=tag), "Accept-Encoding": coding}
    response = server.get("/atom.xml", headers=headers)
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("unknown", ['"x"', 'W/"x"', '"x", "y"', '""'])
def test_another_tag_gets_the_feed(server: Server, unknown: str) -> None:
    assert server.get("/atom.xml", headers={"If-None-Match": unknown}).status_code == 200


def test_a_304_has_the_headers_of_the_200(server: Server) -> None:
    whole = server.get("/atom.xml").headers
    conditions = {"If-None-Match": whole["ETag"]}
    headers = server.get("/atom.xml", headers=conditions).headers
    for name in ("ETag", "Cache-Control", "Vary", "Link", "Access-Control-Allow-Origin"):
        assert headers[name] == whole[name]
    assert "Date" in headers
    assert "Content-Type" not in headers


def test_a_date_that_is_not_older_gets_a_304_unless_it_is_in_the_future(
    server: Server,
) -> None:
    modified = server.get("/atom.xml").headers["Last-Modified"]
    ahead = formatdate(time.time() + 60, usegmt=True)  # ignored (RFC 9110 §13.1.3)
    for date, status in ((modified, 304), (ahead, 200)):
        response = server.get("/atom.xml", headers={"If-Modified-Since": date})
        assert response.status_code == status


@pytest.mark.parametrize("date", ["Thu, 01 Jan 2015 00:00:00 GMT", "yesterday", ""])
def test_an_older_or_unreadable_date_gets_the_feed(server: Server, date: str) -> None:
    response = server.get("/atom.xml", headers={"If-Modified-Since": date})
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/atom.xml", "/opml.xml", "/", "/posts/odd/"])
@pytest.mark.parametrize(
    "guard",
    [{"If-Match": '"q"'}, {"If-Unmodified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}],
    ids=["If-Match", "If-Unmodified-Since"],
)
def test_a_condition_for_changes_is_ignored(
    server: Server, path: str, guard: dict[str, str]
) -> None:
    assert server.get(path, headers=guard).status_code == 200


def test_a_tag_overrides_a_date(server: Server) -> None:
    headers = {
        "If-None-Match": '"other"',
        "If-Modified-Since": formatdate(time.time(), usegmt=True),
    }
    assert server.get("/atom.xml", headers=headers).status_code == 200


def test_documents_have_different_tags(server: Server) -> None:
    tags = [server.get(path).headers["ETag"] for path in TYPES]
    assert len(set(tags)) == len(TYPES)


# Codings.


@pytest.mark.parametrize("coding", CODINGS[1:])
def test_a_coding_has_its_own_strong_tag_and_the_same_text(server: Server, coding: str) -> None:
    plain = server.get("/atom.xml")
    packed = server.get("/atom.xml", headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert packed.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-{coding}"'
    # requests decodes zstd only if its own package for it is installed
    is_zstd = packed.content.startswith(b"(\xb5/\xfd")
    text = zstandard.decompress(packed.content) if is_zstd else packed.content
    assert text == plain.content
    assert int(packed.headers["Content-Length"]) < len(plain.content)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip, br;q=0.9", "gzip"),
        ("br;q=0, zstd;q=0, *", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("*;q=0, zstd", "zstd"),
        ("BR", "br"),
        ("*", "gzip"),
        ("gzip;q=0.5, identity;q=0.1", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("gzip;q=0.1, identity;q=0.9", None),
        ("gzip;q=0, *", None),
        ("identity;q=0", None),
        ("compress", None),
        ("br;q=x;;,=", None),
        ("", None),
    ],
)
def test_the_client_chooses_the_coding(
    server: Server, accepted: str, coding: str | None
) -> None:
    response = server.get("/atom.xml", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == coding


def test_the_compressed_bytes_are_as_long_as_they_say(server: Server) -> None:
    raw = _raw(server, b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    (length,) = (
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    assert length == len(body)
    assert gzip.decompress(body) == server.get("/atom.xml").content


def _raw(server: Server, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(65536), b""))


# Methods.


@pytest.mark.parametrize("path", [*TYPES, "/", "/posts/odd/"])
@pytest.mark.parametrize("coding", CODINGS)
def test_head_is_get_without_a_body(server: Server, path: str, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    got = server.get(path, headers=asked).headers
    head = server.ask("HEAD", path, headers=asked)
    assert (head.status_code, head.content) == (200, b"")
    for headers in (head.headers, got):
        del headers["Date"]  # a second may have passed
    assert head.headers == got


def test_head_with_the_current_tag_is_304(server: Server) -> None:
    conditions = {"If-None-Match": server.get("/atom.xml").headers["ETag"]}
    assert server.ask("HEAD", "/atom.xml", headers=conditions).status_code == 304


def test_options_answers_a_preflight(server: Server) -> None:
    response = server.ask("OPTIONS", "/tags/x/atom.xml", headers={"Origin": "https://a.b"})
    assert response.status_code == 204
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    allowed = response.headers["Access-Control-Allow-Headers"]
    assert {"If-None-Match", "If-Modified-Since", "A-IM"} == set(allowed.split(", "))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_405_names_the_allowed_methods(server: Server, method: str) -> None:
    response = server.ask(method, "/atom.xml")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


# Addresses.


def _self_links(server: Server) -> list[str]:
    opml = lxml.etree.fromstring(server.get("/opml.xml").content)
    return [outline.get("xmlUrl") for outline in opml.iter("outline") if outline.get("xmlUrl")]


def test_every_listed_feed_has_a_self_link_to_its_own_bytes(server: Server) -> None:
    links = _self_links(server)
    assert len(links) > len(ODD_TAGS)
    for link in links:
        response = server.get(link.removeprefix(server.url))
        assert response.status_code == 200
        feed = lxml.etree.fromstring(response.content)
        (self_link,) = feed.findall(f"{ATOM}link[@rel='self']")
        assert self_link.get("href") == link
        for entry in feed.findall(f"{ATOM}entry"):
            permalink = entry.find(f"{ATOM}link").get("href")
            assert server.get(permalink.removeprefix(server.url)).status_code == 200


@pytest.mark.parametrize("tag", ODD_TAGS)
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml", "feed.json"])
def test_an_odd_tag_has_a_feed_in_every_format(server: Server, tag: str, name: str) -> None:
    response = server.get("/" + quote(f"{tag_path(tag)}/{name}", safe="/~"))
    assert response.status_code == 200
    assert "Odd tags" in response.text


@pytest.mark.parametrize("tag", [tag for tag in ODD_TAGS if tag != ".."])
def test_an_encoded_tag_leads_to_its_feed(server: Server, tag: str) -> None:
    response = server.get(f"/tags/{quote(tag, safe='')}/atom.xml")
    canonical = f"/{quote(tag_path(tag), safe='/~')}/atom.xml"
    if response.status_code == 301:
        assert response.headers["Location"] == server.url + canonical
    else:
        assert response.status_code == 200
        assert tag_path(tag) == f"tags/{tag}"


def test_a_decomposed_name_redirects_to_the_composed_one(server: Server) -> None:
    response = server.get("/tags/Cafe%CC%81/atom.xml")
    assert response.status_code == 301
    assert response.headers["Location"] == f"{server.url}/tags/Caf%C3%A9/atom.xml"


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("/feed.xml", "/atom.xml"),
        ("/index.xml", "/rss.xml"),
        ("/rss2.xml", "/rss.xml"),
        ("/feed/", "/rss.xml"),
    ],
)
def test_the_main_feed_answers_at_the_usual_addresses(
    server: Server, alias: str, path: str
) -> None:
    response, main = server.get(alias), server.get(path)
    assert (response.status_code, response.content) == (200, main.content)
    assert response.headers["ETag"] == main.headers["ETag"]


def test_a_query_changes_neither_bytes_nor_tag(server: Server) -> None:
    response, plain = server.get("/atom.xml?utm_source=x&a=b"), server.get("/atom.xml")
    assert response.content == plain.content
    assert response.headers["ETag"] == plain.headers["ETag"]


def test_no_url_is_taken_from_the_host_header(server: Server) -> None:
    for path in ("/atom.xml", "/", "/posts/odd", "/tags/C%23/atom.xml"):
        response = server.get(
            path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil"}
        )
        assert "evil" not in response.text + str(response.headers)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tags/none/atom.xml", 404),
        ("/tags/hidden/atom.xml", 404),
        ("/nothing", 404),
        ("/.git/config", 404),
        ("/..%2f..%2fetc/passwd", 404),
        ("/static/..%2f..%2fapp.py", 404),
        ("/tags/%2e%2e/%2e%2e/atom.xml", 404),
        ("//evil.example/atom.xml", 404),
        ("/tags//atom.xml", 404),
        ("//healthz", 404),
        ("/a%00b", 404),
        ("/a%0d%0aSet-Cookie:x/atom.xml", 404),
        ("/%ff/atom.xml", 400),
        ("/tags/%E4%B8/atom.xml", 400),
        ("/" + "a" * 20_000, 404),
    ],
)
def test_an_address_without_a_document_is_refused_without_a_fault(
    server: Server, path: str, status: int
) -> None:
    raw = _raw(server, f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode())
    assert int(raw.split()[1]) == status
    assert b"Traceback" not in raw
    assert b"Set-Cookie:x" not in raw.partition(b"\r\n\r\n")[0]


def test_a_404_is_cached_for_a_short_time(server: Server) -> None:
    assert server.get("/tags/none/atom.xml").headers["Cache-Control"] == "public, max-age=60"


def test_no_answer_names_our_software(server: Server) -> None:
    for path in ("/atom.xml", "/none", "/"):
        headers = str(server.get(path).headers).lower()
        assert not any(word in headers for word in ("werkzeug", "python", "flask", "feedsvc/"))


# The rest of the server.


def test_health_and_readiness_are_not_cached(server: Server) -> None:
    for path in ("/healthz", "/readyz"):
        response = server.get(path)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


def test_a_draft_is_nowhere(server: Server) -> None:
    paths = ["/", *(urlsplit(link).path for link in _self_links(server)), *TYPES]
    for path in paths:
        assert "Secret draft" not in server.get(path).text
