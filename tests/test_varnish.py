"""A real Varnish in front, with the configuration that docs/deploy gives."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import requests

from feedsvc.purging import SEEN_AFTER
from tests.running import free_port, running, wait_until
from tests.writing import PostFolder

DEPLOYMENT: Final = Path(__file__).parents[1] / "docs/deploy/README.md"
VARNISH: Final = shutil.which("varnishd") or shutil.which("varnishd", path="/usr/sbin")

pytestmark = pytest.mark.skipif(not VARNISH, reason="varnishd is not installed")


@contextmanager
def varnish(place: Path, port: int, backend: int) -> Iterator[str]:
    """Varnish on `port`, as documented, in front of a backend; where it answers."""
    found = re.search(r"```vcl\n(.*?)```", DEPLOYMENT.read_text("utf-8"), re.DOTALL)
    assert found
    rules = place / "default.vcl"
    rules.write_text(found[1].replace('.port = "8000"', f'.port = "{backend}"'), "utf-8")
    command = [str(VARNISH), "-j", "none", "-F", "-a", f"127.0.0.1:{port}", "-f", str(rules)]
    command += ["-n", str(place / "varnish"), "-p", "http_gzip_support=off", "-s", "malloc,16m"]
    with (place / "varnish.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url), f"Varnish: {place / 'varnish.log'}")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code > 0
    except requests.ConnectionError:
        return False


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
    with varnish(tmp_path, front, port) as url, running(tmp_path, posts.root, settings, port):
        time.sleep(3 * SEEN_AFTER)  # the first publish is purged as well
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
