"""A complete export that a real nginx serves answers as the web app does, at every link."""

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import lxml.etree
import lxml.html
import pytest
from flask.testing import FlaskClient

from feedsvc.web.app import create_app
from feedsvc.web.exporting.nginx_files import write_rules
from feedsvc.web.polls.codings import CODINGS
from tests.support.exported_site import ExportedSite, exported_site
from tests.support.proxies import ask, is_installed, serving_files
from tests.support.run import open_folder

pytestmark = pytest.mark.skipif(not is_installed("nginx"), reason="nginx is not installed")

URL: Final = "https://example.org/%E7%AC%94%E8%AE%B0"  # 笔记
# What needs a server that answers queries: searches, and filters.
_ONLY_SERVED: Final = re.compile(
    rb'\s*<form .*?</form>|\s*<p class="\w+"><a href="[^"]*/filter/.*?</p>', re.DOTALL
)
_PAGES: Final = {"Accept": "text/html,*/*;q=0.8"}
_SEEN_BY_CLIENTS: Final = (
    *("Content-Type", "Cache-Control", "Content-Security-Policy", "Content-Disposition"),
    *("X-Content-Type-Options", "Referrer-Policy", "Access-Control-Allow-Origin"),
)


class Served(NamedTuple):
    """The same site twice: by nginx on a port, and by the web app."""

    site: ExportedSite
    port: int
    client: FlaskClient

    def by_nginx(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        answer = ask(self.port, path, _PAGES | headers)
        return answer.status, dict(answer.headers.items()), answer.body

    def by_app(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        answer = self.client.get(path, headers=_PAGES | headers)
        try:
            return answer.status_code, dict(answer.headers), answer.data
        finally:
            answer.close()

    def assert_alike(self, path: str) -> tuple[int, bytes]:
        """Both answer with the same status, headers and bytes. Returns status and bytes."""
        ours, theirs = self.by_nginx(path), self.by_app(path)
        assert ours[0] == theirs[0], path
        if ours[0] in (301, 302):
            assert ours[1]["Location"] == theirs[1]["Location"], path
            return ours[0], b""
        seen = [{name: h.get(name) for name in _SEEN_BY_CLIENTS} for h in (ours[1], theirs[1])]
        assert seen[0] == seen[1], path
        assert ours[2] == _ONLY_SERVED.sub(b"", theirs[2]), path
        return ours[0], ours[2]


def _write(site: ExportedSite) -> None:
    for number in range(45):
        site.posts.write(
            f"{number:02}.md",
            f"第 {number} 篇。 [上一篇](00.md)",
            title=f"面试 {number}",
            tags='["面试", "C#", "page", "$AAPL"]'
            if number % 2
            else '["算法", "a/b", "qr.svg"]',
            categories='[["技术", "page", "2"]]' if number % 3 else '[["技术", "Café"]]',
        )
    site.posts.write("图/index.md", "![](茶 叶.png) ![](a.svg)", title="有图", audio="ep.mp3")
    site.posts.write_raw("图/茶 叶.png", b"\x89PNG" + bytes(range(256)))
    site.posts.write_raw("图/a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    site.posts.write_raw("图/ep.mp3", bytes(300_000))
    permalinks = ("/a", "/a/b/", "/a/b.html", "/x/y.html", "/A", "/x/index.html", "/x/")
    odd = ("/plus+and&more/", "/q?x/", "/50%25/$1/", "/[k](v){2}^.html", "/文/章", "/q\"uote'/")
    dotted = ("/.hid", "/end.", "/ls\u2028/")
    for number, permalink in enumerate((*permalinks, *odd, *dotted, "/data.json")):
        address = json.dumps(permalink, ensure_ascii=False)
        site.posts.write(f"odd{number}.md", f"Odd {number}", permalink=address)
    site.posts.write("lost.md", permalink="/lost/")


@contextmanager
def _served(place: Path, site: ExportedSite) -> Iterator[Served]:
    rules = place / "rules"
    write_rules(site.settings, site.store, place / "public", rules)
    with serving_files(rules) as port:
        yield Served(site, port, create_app(site.settings, site.store).test_client())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    place = open_folder()
    settings = {
        "SITE__URL": URL,
        "SITE__LANGUAGE": "zh-CN",
        "SITE__TITLE": '笔 "记" $1',
        "SERVER__MAX_AGES": '{"/tags/算法/": 60}',
        "FEEDS__GONE": '["/tags/旧/"]',
        "FEEDS__ALIASES": '{"/feed.xml": "atom", "/feed/": "rss", "/old/feed": "json"}',
        "ALIASES__TAGS": '{"leetcode": "算法"}',
        "REDIRECTS__PATHS": '{"/旧 文/": "/a/b/", "/A.b": "/tags/面试/"}',
    }
    with exported_site(place, **settings) as site:
        _write(site)
        site.publish()
        (site.posts.root / "lost.md").unlink()
        site.publish()
        site.publish()
        exported = site.export(codings=CODINGS)
        assert exported.unwritable == []
        (place / "public" / "mine.txt").write_text("mine")
        (place / "public" / "mine.tar.gz").write_bytes(b"mine")
        (place / "public").chmod(0o755)
        with _served(place, site) as both:
            yield both


def _links(path: str, body: bytes) -> Iterator[str]:
    """The links of a page, a feed or a list of feeds to this site, without fragments."""
    if body.startswith(b"<!doctype html>"):
        page = lxml.html.fromstring(body)
        found = page.xpath("//@href | //@src | //input[@readonly]/@value")
    elif body.startswith(b"<?xml"):
        root = lxml.etree.fromstring(body)
        found = root.xpath("//@href | //@url | //@xmlUrl | //@htmlUrl | //link/text()")
    elif body.startswith(b"{"):
        found = map(unescape, re.findall(rf"{URL}[^\"\\\\<> ]*", body.decode()))
    else:
        found = []
    for link in found:
        parts = urlsplit(urljoin(f"https://example.org{path}", str(link)))
        is_ours = parts.netloc == "example.org" and parts.path.startswith(urlsplit(URL).path)
        if parts.scheme == "https" and is_ours:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def test_every_link_leads_to_what_the_web_app_answers(served: Served) -> None:
    begin = [f"{urlsplit(URL).path}/", f"{urlsplit(URL).path}/opml.xml"]
    todo, crawled = begin, set(begin)
    while todo:
        path = todo.pop()
        status, body = served.assert_alike(path)
        assert status == 200, path
        new = set(_links(path, body)) - crawled
        crawled |= new
        todo += sorted(new)
    names = {path.rpartition("/")[2] for path in crawled}
    assert {"atom.xml", "rss.xml", "feed.json", "qr.svg", "style.css", "a.svg"} <= names
    assert len(crawled) > 150


def test_every_feed_is_at_its_own_self_link(served: Served) -> None:
    with served.site.store.snapshot() as snapshot:
        paths = [record.topic.path for record in snapshot.feeds()]
    for path in paths:
        for name in ("atom.xml", "rss.xml", "feed.json"):
            address = quote(f"/笔记/{path}/{name}".replace("//", "/"), safe="/~")
            status, body = served.assert_alike(address)
            link = json.loads(body)["feed_url"] if name == "feed.json" else None
            if link is None:
                root = lxml.etree.fromstring(body)
                found = root.xpath("//*[local-name()='link'][@rel='self']/@href")
                link = str(found[0])
            assert (status, urlsplit(link).path) == (200, address)


@pytest.mark.parametrize(
    "path",
    [
        *("/feed.xml", "/feed/", "/old/feed", "/a", "/a/b", "/a/b/", "/a/b.html", "/A", "/B"),
        *("/x/", "/x", "/x/index.html", "/x/y.html", "/x/y", "/data.json", "/文/章", "/文/章/"),
        *("/plus+and&more/", "/50%25/$1/", "/50%25/$1", "/[k](v){2}^.html", "/q\"uote'/"),
        *(
            *("/q%3Fx/", "/.hid", "/end.", "/ls\u2028/", "/x\n", "/none\n/"),
            "/tags/面试",
            "/tags/面试/page/2",
            "/tags/面试/page/1/",
            "/tags/面试/?page=2",
        ),
        *("/archive/1/atom.xml", "/archive/tags/面试/1/feed.json", "/archive/9/rss.xml"),
        *("/tags/面试/?page=1", "/?page=2", "/?page=1", "/?qr", "/tags/面试/?qr", "/page/3/"),
        *("/tags/", "/tags", "/categories/技术/page/2/", "/categories/技术/page/~32/"),
        *("/tags/leetcode/", "/tags/leetcode/atom.xml", "/tags/leetcode", "/tags/C%23"),
        *("/tags/C%23/rss.xml", "/tags/a/b/", "/categories/技术/page/2/atom.xml", "/tags/旧/"),
        *("/tags/旧/feed.json", "/旧 文/", "/旧 文", "/A.b", "/static/page.js", "", "/"),
        *(
            "/none",
            "/none/",
            "/tags/none/",
            "/atom.xml/",
            "/index.html",
            "/404.html",
            "/410.html",
        ),
        *(
            "/atom.xml.gz",
            "/.feedsvc-export",
            "/.feedsvc/none",
            "/tags/面试/index.html",
            "/static/",
            "/lost/",
        ),
    ],
)
def test_nginx_answers_as_the_web_app(served: Served, path: str) -> None:
    served.assert_alike(quote(f"/笔记{path}", safe="/?=+&$%~()'"))


@pytest.mark.parametrize("path", ["/none", "/tags/旧/", "/lost/"])
def test_programs_get_a_line_for_an_error(served: Served, path: str) -> None:
    address = quote(f"/笔记{path}", safe="/")
    ours, theirs = (ask(address, Accept="*/*") for ask in (served.by_nginx, served.by_app))
    assert (ours[0], ours[2]) == (theirs[0], theirs[2])
    assert ours[1]["Vary"] == "Accept"
    assert ours[1]["Content-Type"] == theirs[1]["Content-Type"]


@pytest.mark.parametrize("name", ["mine.txt", "mine.tar.gz"])
def test_a_file_of_somebody_else_is_served_too(served: Served, name: str) -> None:
    status, _headers, body = served.by_nginx(f"/%E7%AC%94%E8%AE%B0/{name}")
    assert (status, body) == (200, b"mine")


def test_a_poll_that_finds_nothing_new_is_a_304(served: Served) -> None:
    _, headers, _ = served.by_nginx("/%E7%AC%94%E8%AE%B0/atom.xml")
    again = served.by_nginx(
        "/%E7%AC%94%E8%AE%B0/atom.xml", **{"If-None-Match": headers["ETag"]}
    )
    assert (again[0], again[2]) == (304, b"")


def test_the_index_offers_no_search_and_no_filter(served: Served) -> None:
    body = served.by_nginx("/%E7%AC%94%E8%AE%B0/")[2]
    assert b'role="search"' not in body
    assert b"/filter/" not in body


@pytest.mark.parametrize("path", ["/atom.xml", "/", "/tags/%E7%AE%97%E6%B3%95/feed.json"])
def test_a_compressed_twin_is_sent_to_who_accepts_it(served: Served, path: str) -> None:
    address = f"/%E7%AC%94%E8%AE%B0{path}"
    status, headers, body = served.by_nginx(address, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(body) == served.by_nginx(address)[2]
    assert headers["Content-Type"] == served.by_nginx(address)[1]["Content-Type"]
