"""What Varnish keeps, for how long, and what it lets go of when it is told."""

import time
from pathlib import Path

import pytest
import requests

from feedsvc.push.purging import SERVED_AFTER
from tests.support.proxies import (
    ask,
    is_installed,
    varnish,
)
from tests.support.running import (
    free_port,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

# How stale it may serve what it has, in seconds.
TELLING = "sub vcl_deliver { set resp.http.X-Grace = obj.grace; }"

pytestmark = pytest.mark.skipif(not is_installed("Varnish"), reason="varnishd is not installed")


@pytest.mark.parametrize("cache_keys", ["", "Surrogate-Key"])
def test_a_publish_purges_what_changed_and_nothing_else(
    tmp_path: Path, posts: PostFolder, cache_keys: str
) -> None:
    posts.write("green.md", title="Old", tags="[Green]")
    posts.write("black.md", title="Black", tags="[Black]")
    front, port = free_port(), free_port()
    settings = {
        "FEEDSVC_SERVER__SHARED_MAX_AGE": "604800",
        "FEEDSVC_SERVER__CACHE_KEYS": cache_keys,
        "FEEDSVC_SERVER__PURGE": f"http://127.0.0.1:{front}",
        "FEEDSVC_SITE__URL": f"http://127.0.0.1:{front}",
    }
    url = f"http://127.0.0.1:{front}"
    with varnish(tmp_path, port, front), running(tmp_path, posts.root, settings, port):
        time.sleep(3 * SERVED_AFTER)  # the first publish is purged as well
        green, black = f"{url}/tags/Green/atom.xml", f"{url}/tags/Black/atom.xml"
        for address in (green, black):
            requests.get(address, timeout=5)
            assert _is_hit(requests.get(address, timeout=5))
        posts.write("green.md", title="New", tags="[Green]")
        wait_until(lambda: b"New" in requests.get(green, timeout=5).content, "the purge")
        assert _is_hit(requests.get(black, timeout=5))


def _is_hit(response: requests.Response) -> bool:
    """Two numbers are the request, and the one that had brought the answer."""
    return response.status_code == 200 and len(response.headers["X-Varnish"].split()) == 2


def test_feeds_may_be_served_stale_for_a_day_and_pages_not(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write()
    with (
        running(tmp_path, posts.root) as server,
        varnish(tmp_path, server.port, more=TELLING) as port,
    ):
        graces = {
            path: float(ask(port, path).headers["X-Grace"])
            for path in ("/atom.xml", "/", "/tags/none/atom.xml")
        }
        assert graces == {"/atom.xml": 86400, "/": 10, "/tags/none/atom.xml": 10}
