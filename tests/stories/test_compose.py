"""The services of compose.yaml run together, as processes instead of containers."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.support.composed import services
from tests.support.proxies import composed_caddy, program
from tests.support.running import Server, free_port, wait_until
from tests.support.writing import PostFolder

pytestmark = pytest.mark.postgres


class Site:
    """The site behind the proxy, and its web processes."""

    def __init__(self, url: str, webs: list[Server]) -> None:
        self.url = url
        self.webs = webs

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=10)


@pytest.fixture
def site(tmp_path: Path, posts: PostFolder, postgres_url: str) -> Iterator[Site]:
    """Everything but the database, which is the one of the tests."""
    if program("caddy") is None:
        pytest.skip("caddy is not installed")
    posts.write("tea.md", title="Green tea")
    url = f"http://127.0.0.1:{(port := free_port())}"
    composed = services({"SITE_URL": url, "POSTGRES_PASSWORD": "secret1"})
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name in ("watch", "web-1", "web-2"):
            (command,) = composed[name]["command"]
            environ = composed[name]["environment"] | {"FEEDSVC_STORE__URL": postgres_url}
            place = tmp_path / name
            servers[name] = Server(place, posts.root, command=command, settings=environ)
            stack.callback(servers[name].stop)
            if name == "watch":
                wait_until(lambda: "1 added" in servers["watch"].log, "the first publish")
        webs = [servers[name].wait_until_ready() for name in ("web-1", "web-2")]
        backends = {name: servers[name].port for name in ("web-1", "web-2")}
        stack.enter_context(composed_caddy(tmp_path, port, url, backends))
        yield Site(url, webs)


def test_the_site_of_compose_serves_posts_and_survives_the_end_of_a_web_process(
    site: Site, posts: PostFolder
) -> None:
    first = site.get("/atom.xml")
    assert "<title>Green tea</title>" in first.text
    assert f'href="{site.url}/atom.xml"' in first.text
    etags = {web.get("/atom.xml").headers["ETag"] for web in site.webs}
    assert len(etags) == 1

    posts.write("oolong.md", title="Oolong")
    wait_until(lambda: "Oolong" in site.get("/atom.xml").text, "the second post")

    site.webs[0].kill()
    assert {site.get("/atom.xml").status_code for _ in range(20)} == {200}
