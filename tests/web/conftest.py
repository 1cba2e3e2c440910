"""Servers for all tests that only read: of a folder with unusual names, and of a repository."""

import json
import time
from collections.abc import Generator, Iterator

import pytest

from tests.support import calls
from tests.support.origins import Origin
from tests.support.pausing import pause_between_tests, resumed
from tests.support.running import Server, running
from tests.support.writing import PostFolder

SECRET = calls.SECRET
ODD_TAGS = ("C#", "C++", "a/b", "Café", "上海交大医学院", "..", "?", "100%", "x y", "🍵")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let servers that live through the run be idle only during the tests that use them."""
    with resumed(getattr(item, "fixturenames", ())):
        return (yield)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server. Tests must not change its folder."""
    folder = tmp_path_factory.mktemp("http")
    posts = PostFolder(folder / "posts")
    tags = ", ".join(f'"{tag}"' for tag in ODD_TAGS)
    posts.write("odd.md", "Text. " * 200, title="Odd tags", tags=f"[{tags}]", urlname="odd")
    posts.write("deep.md", title="Deep", categories="[a/b, C#]", author="Ann")
    posts.write("cafe.md", title="Café", permalink="/café/au lait/")
    posts.write("draft.md", title="Secret draft", draft="true", tags="[hidden]")
    settings = {"FEEDSVC_WEBHOOK__SECRET": SECRET, "FEEDSVC_SERVER__MAX_AGE": "600"}
    with running(folder, posts.root, settings) as started:
        time.sleep(1)  # Last-Modified may be a second ahead, and says "now" until then
        pause_between_tests("server", started)
        yield started


def _post(title: str) -> str:
    return f"---\ntitle: {title}\ndate: 2026-03-01 09:30:00\n---\nGreen, by {title}.\n"


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """A repository of posts with a pull request."""
    origin = Origin(tmp_path_factory.mktemp("forge") / "posts.git")
    posts = {"posts/tea.md": _post("Tea"), "posts/old.md": _post("Old")}
    base = origin.push({**posts, "README.md": "# Mine"})
    nasty = {
        "posts/nasty.md": _post('"@octocat &lt;b>#1&lt;/b>"'),
        "posts/tea.md": _post("Matcha"),
    }
    broken = {"posts/broken.md": "---\ntitle: No date\n---\n"}
    proposed = origin.push(nasty | broken, "theirs", onto=base)
    origin.git("update-ref", "refs/pull/7/head", proposed)
    origin.git("update-ref", "refs/pull-requests/7/from", proposed)
    return origin


@pytest.fixture(scope="session")
def following(forge: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that follows the branch main of that repository, and has every secret."""
    place = tmp_path_factory.mktemp("following")
    (place / "secrets").write_text(f"{calls.KEPT}\n{calls.WHPK}\n")
    settings = {
        "FEEDSVC_SOURCE__GIT": forge.url,
        "FEEDSVC_SOURCE__PATH": "posts",
        "FEEDSVC_WATCHER__INTERVAL": "3600",
        "FEEDSVC_WEBHOOK__SECRET": json.dumps([calls.OLD, SECRET, calls.WHSEC]),
        "FEEDSVC_WEBHOOK__SECRET_FILE": str(place / "secrets"),
    }
    with running(place, place, settings) as started:
        pause_between_tests("following", started)
        yield started
