"""One server for all tests that only read. Its folder has tags with unusual names."""

import time
from collections.abc import Iterator

import pytest

from tests.support.running import Server, running
from tests.support.writing import PostFolder

SECRET = "a secret of enough characters"  # noqa: S105 - of this test's server
ODD_TAGS = ("C#", "C++", "a/b", "Café", "上海交大医学院", "..", "?", "100%", "x y", "🍵")


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
        time.sleep(
            1
        )  # Last-Modified may be a second ahead; until then, answers have the current time
        yield started
