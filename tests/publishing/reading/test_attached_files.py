"""A file that is not served is not in the feeds: neither its address nor its length."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from feedsvc.publishing.check import check
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.running import running
from tests.support.writing import PostFolder

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SITE = a_site()
URL = SITE.url

HIDDEN = {
    ".env": ".env",
    ".git/config.mp3": ".git/config.mp3",
    "_drafts/plan.mp3": "_drafts/plan.mp3",
    "a/.secret/x.mp3": "a/.secret/x.mp3",
    "other.md": "other.md",
    "p5.md": "p5.md",  # the post itself
    "to-env.mp3": ".env",
    "to-draft.mp3": "_drafts/plan.mp3",
    "outside.mp3": "/etc/hostname",
    "draft/a.mp3": "draft/a.mp3",
    "bundle/a.mp3": "bundle/a.mp3",
    "bundle/deep/a.mp3": "bundle/deep/a.mp3",
    "later/a.mp3": "later/a.mp3",
    "over/a.mp3": "over/a.mp3",
    "broken/a.mp3": "broken/a.mp3",
    "/draft/a.mp3": "draft/a.mp3",
    "/.env": ".env",
}


@pytest.fixture(autouse=True)
def _files(posts: PostFolder) -> None:
    """Files of every kind that is not served, and posts that hide some."""
    posts.write("other.md")
    posts.write("draft.md", draft="true")
    posts.write("bundle/index.md", draft="true")
    posts.write("later/index.md", date="2027-01-01")
    posts.write("over/index.md", expiryDate="2026-05-01")
    posts.write_raw("broken/index.md", b"---\ntitle: [\n---\n")
    for path in set(HIDDEN.values()):
        if path[0] != "/" and not path.endswith(".md"):
            posts.write_raw(path, b"twelve bytes")
    (posts.root / "to-env.mp3").symlink_to(".env")
    (posts.root / "to-draft.mp3").symlink_to("_drafts/plan.mp3")
    (posts.root / "outside.mp3").symlink_to("/etc/hostname")
    posts.write_raw("good.mp3", b"good")
    posts.write_raw("public/a.mp3", b"good")
    posts.write("public/index.md")


def _published(folder: Folder, store: Store, now: datetime = NOW) -> Report:
    return publish(folder, store, SITE, now)


def _attached(store: Store, post: str = "tea") -> tuple[list[tuple[str, int | None]], str]:
    with store.snapshot() as snapshot:
        entry = snapshot.entry_at(f"{URL}/posts/{post}/")
        assert entry
        return [(e.href, e.length) for e in entry.enclosures], entry.image


@pytest.mark.parametrize(
    "written",
    [
        "{{url: '{name}', type: audio/mpeg}}",
        "{{url: '{name}', type: audio/mpeg, length: 12}}",
        "{{url: '{absolute}', type: audio/mpeg}}",
        "['good.mp3', {{url: '{name}', type: audio/mpeg}}]",
    ],
)
def test_a_hidden_file_is_no_enclosure(
    posts: PostFolder, folder: Folder, store: Store, written: str
) -> None:
    """A post for each of them."""
    for number, name in enumerate(HIDDEN):
        absolute = f"{URL}{name}" if name[0] == "/" else f"{URL}/posts/p{number}/{name}"
        front = written.format(name=name, absolute=absolute)
        posts.write(f"p{number}.md", enclosure=front)
    report = _published(folder, store)
    checked = check(folder, SITE).problems
    for number, name in enumerate(HIDDEN):
        expected = [(f"{URL}/posts/p{number}/good.mp3", 4)] if "good" in written else []
        assert _attached(store, f"p{number}")[0] == expected, name
        for problems in (report.problems, checked):
            (problem,) = [p for p in problems if p.path == f"p{number}.md"]
            assert (problem.code, problem.refuses) == ("hidden-file", False)
            assert "put it beside this post" in problem.cure
            assert "12" not in problem.fault


@pytest.mark.parametrize("key", ["image", "cover", "audio", "thumbnail"])
@pytest.mark.parametrize("name", [".env.png", "_drafts/a.png", "bundle/a.png", "out.png"])
def test_a_hidden_file_is_no_lead_image_and_no_sound(
    posts: PostFolder, folder: Folder, store: Store, key: str, name: str
) -> None:
    if name != "out.png":
        posts.write_raw(name, b"x")
    (posts.root / "out.png").symlink_to("/etc/hostname")
    posts.write("tea.md", **{key: name})
    report = _published(folder, store)
    assert _attached(store) == ([], "")
    assert [p.code for p in report.problems if p.path == "tea.md"] == ["hidden-file"]


def test_a_hidden_picture_is_a_warning(posts: PostFolder, folder: Folder, store: Store) -> None:
    posts.write_raw(".hidden.png", b"x")
    posts.write("tea.md", "![](.hidden.png) ![](bundle/a.mp3)")
    report = _published(folder, store)
    warnings = [p for p in report.problems if p.path == "tea.md"]
    assert [(p.code, p.text) for p in warnings] == [
        ("hidden-file", ".hidden.png"),
        ("hidden-file", "bundle/a.mp3"),
    ]


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("good.mp3", 4),
        ("public/a.mp3", 4),
        ("/public/a.mp3", 4),
        ("none.mp3", None),
        ("other.md/none.mp3", None),
        ("a" * 300 + ".mp3", None),
        ("https://cdn.example/.env.mp3", None),
        ("https://cdn.example/_drafts/plan.mp3", None),
    ],
)
def test_a_file_that_is_served_or_elsewhere_is_in_the_feeds(
    posts: PostFolder, folder: Folder, store: Store, name: str, octets: int | None
) -> None:
    posts.write("tea.md", enclosure=name)
    report = _published(folder, store)
    assert [length for _, length in _attached(store)[0]] == [octets]
    assert "hidden-file" not in [p.code for p in report.problems]


def test_a_file_is_in_the_feeds_as_long_as_it_is_served(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write("tea.md", enclosure="bundle/a.mp3")
    _published(folder, store)
    assert _attached(store)[0] == []
    for draft, expected in (("false", [12]), ("true", []), ("false", [12])):
        posts.write("bundle/index.md", draft=draft)
        _published(folder, store, NOW + timedelta(minutes=1))
        assert [length for _, length in _attached(store)[0]] == expected
    (posts.root / "bundle/a.mp3").unlink()
    (posts.root / "bundle/a.mp3").symlink_to("../.env")
    _published(folder, store, NOW + timedelta(minutes=2))
    assert _attached(store)[0] == []


def test_the_files_in_the_feeds_are_the_files_that_are_served(
    tmp_path: Path, posts: PostFolder
) -> None:
    """One post with each hidden name: its feeds contain none of them, and each is a 404."""
    names = [*(name for name in HIDDEN if name[0] != "/" and name != "p5.md"), "tea.md"]
    listed = ", ".join(f"{{url: '{name}', type: audio/mpeg}}" for name in ["good.mp3", *names])
    posts.write("tea.md", enclosures=f"[{listed}]")
    with running(tmp_path, posts.root) as server:
        for document in ("atom.xml", "rss.xml", "feed.json"):
            feed = server.get(f"/{document}").text
            assert "/posts/tea/good.mp3" in feed
            for name in names:
                assert f"/posts/tea/{name}" not in feed
        for name in names:
            answer: requests.Response = server.get(f"/posts/tea/{name}")
            assert answer.status_code == 404, name
        assert server.get("/posts/tea/good.mp3").content == b"good"
