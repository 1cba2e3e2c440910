"""The site's own files: its icon and logo, `/favicon.ico` and `/robots.txt`."""

from pathlib import Path
from typing import Any, Final

import pytest

from feedsvc.web.app import create_app
from feedsvc.web.site_files import robots_text
from tests.support.asking import URL, Answer, Publisher, ask
from tests.support.builders import a_site

PNG: Final = b"\x89PNG\r\n\x1a\n"
OWN_ICON: Final = f"{URL}/static/icon.svg"


class Site:
    """A published site with these settings and files."""

    def __init__(self, tmp_path: Path, url: str, files: dict[str, bytes], **settings: str):
        publisher = Publisher(tmp_path, url, **{"WATCHER__QUIET": "0", **settings})
        publisher.posts.write("tea.md", title="Tea")
        for path, content in files.items():
            publisher.posts.write_raw(path, content)
        publisher.settings = publisher.settings.model_copy(
            update={
                "content": publisher.settings.content.model_copy(
                    update={"seeds": publisher.posts.root}
                )
            }
        )
        publisher.publish()
        self._app = create_app(publisher.settings, publisher.store)

    def get(self, path: str, **headers: str) -> Answer:
        return ask(self._app, path, **headers)


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Any:
    def make(files: dict[str, bytes] | None = None, **settings: str) -> Site:
        return Site(tmp_path, sqlite_url, files or {}, **settings)

    return make


def location(answer: Answer) -> tuple[str, str]:
    return answer.status[:3], dict(answer.headers)["Location"]


def test_the_pictures_of_the_settings_are_files_beside_the_posts(site: Any) -> None:
    shown = site(
        {"img/my icon.png": PNG, "logo.svg": b"<svg/>", "other.png": PNG},
        SITE__ICON="/img/my%20icon.png",
        SITE__LOGO="/logo.svg",
    )
    icon = shown.get("/img/my%20icon.png")
    assert (icon.status[:3], icon.body) == ("200", PNG)
    headers = dict(icon.headers)
    assert headers["Content-Type"] == "image/png"
    assert headers["Cache-Control"] == "public, max-age=3600"
    again = shown.get("/img/my%20icon.png", If_None_Match=headers["ETag"])
    assert again.status[:3] == "304"
    assert "sandbox" in dict(shown.get("/logo.svg").headers)["Content-Security-Policy"]
    assert shown.get("/other.png").status[:3] == "404"
    page = shown.get("/").body.decode()
    assert f'<link rel="icon" href="{URL}/img/my%20icon.png">' in page
    assert f'<link rel="apple-touch-icon" href="{URL}/img/my%20icon.png">' in page
    atom = shown.get("/atom.xml").body.decode()
    assert f"<icon>{URL}/img/my%20icon.png</icon>" in atom
    assert f"<logo>{URL}/logo.svg</logo>" in atom
    assert location(shown.get("/favicon.ico")) == ("302", f"{URL}/img/my%20icon.png")


def test_a_missing_picture_is_404_and_hides_nothing(site: Any) -> None:
    post = b"---\ntitle: At\ndate: 2026-03-01\npermalink: /logo.png\n---\nx\n"
    shown = site({"at.md": post}, SITE__ICON="/icon.png", SITE__LOGO="/logo.png")
    assert shown.get("/icon.png").status[:3] == "404"
    assert b"<h1>At</h1>" in shown.get("/logo.png").body


@pytest.mark.parametrize("name", ["draft.md", "../secret.png", ".hidden.png", "_drafts/a.png"])
def test_a_setting_publishes_no_post_and_nothing_outside_of_the_folder(
    site: Any, tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    files = {name: b"---\ndraft: true\n---\n"} if ".." not in name else {}
    path = f"/{name}" if ".." not in name else "/x.png"
    shown = site(files, SITE__ICON=path)
    assert shown.get(f"/{name}").status[:3] == "404"


@pytest.mark.parametrize(
    ("files", "icon", "status", "target"),
    [
        ({}, "", "302", OWN_ICON),
        ({}, "https://cdn.example/i.png", "302", "https://cdn.example/i.png"),
        ({}, "/icon.svg", "302", f"{URL}/icon.svg"),
        ({}, "/favicon.ico", "302", OWN_ICON),
        ({"favicon.ico": PNG}, "", "200", ""),
        ({"favicon.ico": PNG}, "/favicon.ico", "200", ""),
    ],
)
def test_the_favicon_is_the_icon_the_file_or_ours(
    site: Any, files: dict[str, bytes], icon: str, status: str, target: str
) -> None:
    answer = site(files, SITE__ICON=icon).get("/favicon.ico")
    headers = dict(answer.headers)
    assert (answer.status[:3], headers.get("Location", "")) == (status, target)
    if status == "200":
        assert headers["Content-Type"] == "image/vnd.microsoft.icon"


def test_redirects_of_the_settings_come_first(site: Any) -> None:
    moved = '{"/robots.txt": "/atom.xml", "/favicon.ico": "/rss.xml"}'
    shown = site(REDIRECTS__PATHS=moved)
    assert location(shown.get("/robots.txt")) == ("301", f"{URL}/atom.xml")
    assert location(shown.get("/favicon.ico")) == ("301", f"{URL}/rss.xml")


def test_robots_get_the_file_of_the_folder(site: Any) -> None:
    own = b"\xef\xbb\xbfUser-Agent: *\nDisallow: /x\n"
    answer = site({"robots.txt": own}).get("/robots.txt")
    assert (answer.status[:3], answer.body) == ("200", own)
    assert dict(answer.headers)["Content-Type"] == "text/plain; charset=utf-8"
    assert "Content-Disposition" not in dict(answer.headers)


@pytest.mark.parametrize("other", [b"---\ntitle: x\ndraft: true\n---\nUser-agent: *\n", b"Hm"])
def test_a_post_of_that_name_is_not_shown_to_robots(site: Any, other: bytes) -> None:
    answer = site({"robots.txt": other}).get("/robots.txt")
    assert answer.body == robots_text("allow", a_site()).encode()
    assert site({"robots.txt": other}, SERVER__PAGES="false").get("/x").status[:3] == "404"


def test_robots_may_read_all_but_searches_and_addresses_of_programs() -> None:
    text = robots_text("allow", a_site(url="https://example.org/blog"))
    first, *rules = text.splitlines()
    assert first == "User-agent: *"
    searches = [f"/{each}?q=" for each in ("", "categories/", "tags/", "authors/", "lang/")]
    assert rules == [f"Disallow: /blog{each}" for each in (*searches, "/hooks/", "/hub$")]
    assert robots_text("deny", a_site()) == "User-agent: *\nDisallow: /\n"
    assert robots_text("User-agent: a\nAllow: /\n", a_site()) == "User-agent: a\nAllow: /\n"


def test_the_setting_decides_what_robots_get(site: Any) -> None:
    answer = site(SERVER__ROBOTS="deny").get("/robots.txt")
    assert answer.body == b"User-agent: *\nDisallow: /\n"
    assert ("Cache-Control", "public, max-age=3600") in answer.headers


def test_pages_and_documents_name_the_licence(site: Any) -> None:
    post = b"---\ntitle: Own\ndate: 2026-03-01\nlicense: %b\n---\nx\n"
    licences = {"own": b"MIT", "mine": b"All rights reserved"}
    shown = site(
        {f"{name}.md": post % own for name, own in licences.items()},
        SITE__LICENSE="cc by 4.0",
        SITE__RIGHTS="© 2026 <Li>",
    )
    link = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    for path in ("/", "/posts/tea/", "/opml.xml", "/atom.xml", "/feed.json", "/?q=tea"):
        assert dict(shown.get(path).headers)["Link"].endswith(link), path
    page = shown.get("/posts/own/")
    assert dict(page.headers)["Link"] == '<https://opensource.org/license/mit>; rel="license"'
    text = page.body.decode()
    assert '<a rel="license" href="https://opensource.org/license/mit">MIT</a>' in text
    assert "© 2026 &lt;Li&gt;" in text
    assert 'href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in text
    mine = shown.get("/posts/mine/", Accept_Language="zh")
    assert "atompub/license#unspecified" in dict(mine.headers)["Link"]
    assert "保留所有权利" in mine.body.decode()
    assert 'rel="license"' in shown.get("/none", Accept="text/html").body.decode()
