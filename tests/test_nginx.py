"""A real nginx in front, with the configuration that docs/deploy gives."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import requests

from tests.running import Server, free_port, running, wait_until
from tests.writing import PostFolder

DEPLOYMENT: Final = Path(__file__).parents[1] / "docs/deploy/README.md"
NGINX: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NAVIGATION: Final = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")


def _configuration(place: Path, port: int, backend: int, *, cached: bool) -> str:
    """The documented servers on a free port and without TLS; with the cache, its location."""
    plain, cache = re.findall(r"```nginx\n(.*?)```", DEPLOYMENT.read_text("utf-8"), re.DOTALL)
    paths, location = cache.split("\n\n", 1)
    if cached:
        before, _, after = plain.partition("proxy_pass http://feedsvc;\n")
        inner = location.split("{\n", 1)[1].rsplit("}", 1)[0]
        plain = f"{paths}\n{before}{inner}{after}"
    plain = plain.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    plain = plain.replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    plain = plain.replace("/var/cache/nginx/feeds", f"{place}/cache")
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; worker_processes 1; pid {place}/nginx.pid;\n"
        f"events {{ }}\nhttp {{\naccess_log off;\n{temporary}{plain}}}\n"
    )


@contextmanager
def nginx(place: Path, backend: int, *, cached: bool) -> Iterator[str]:
    """nginx as documented, in front of a backend; where it answers."""
    port = free_port()
    rules = place / "nginx.conf"
    rules.write_text(_configuration(place, port, backend, cached=cached), "utf-8")
    command = [str(NGINX), "-e", str(place / "nginx.log"), "-p", str(place), "-c", str(rules)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url), f"nginx: {place / 'nginx.log'}")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that the worker of nginx may enter where it runs as another user."""
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    return tmp_path


@pytest.fixture
def behind(place: Path, posts: PostFolder) -> Iterator[Server]:
    posts.write("tea.md", "Leaves. " * 300, tags="[Café]")
    with running(place, posts.root) as started:
        yield started


@pytest.mark.parametrize("cached", [False, True], ids=["plain", "cached"])
def test_nginx_passes_feeds_on_as_they_are(place: Path, behind: Server, cached: bool) -> None:
    with nginx(place, behind.port, cached=cached) as url:
        for path in ("/atom.xml", "/tags/Caf%C3%A9/rss.xml"):
            for coding in ("identity", "gzip"):
                asked = {"Accept-Encoding": coding}
                direct = behind.get(path, asked)
                for _ in range(2):
                    through = requests.get(url + path, headers=asked, timeout=5)
                    assert through.content == direct.content
                    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Link"):
                        assert through.headers[name] == direct.headers[name]
                known = asked | {"If-None-Match": direct.headers["ETag"]}
                assert requests.get(url + path, headers=known, timeout=5).status_code == 304
        assert requests.get(f"{url}/tags/%FF/", timeout=5).status_code == 400


def test_nginx_gives_the_whole_of_a_large_file(place: Path, posts: PostFolder) -> None:
    posts.write("tea/index.md", audio="long.mp3")
    octets = bytes(range(256)) * 40_000 + b"the end"
    posts.write_raw("tea/long.mp3", octets)
    with running(place, posts.root) as server, nginx(place, server.port, cached=False) as url:
        address = f"{url}/posts/tea/long.mp3"
        whole = requests.get(address, timeout=10)
        assert (whole.status_code, whole.content) == (200, octets)
        asked = {"Range": "bytes=-7"}
        assert requests.get(address, headers=asked, timeout=5).content == b"the end"
        asked = {"If-None-Match": whole.headers["ETag"]}
        assert requests.get(address, headers=asked, timeout=5).status_code == 304
        assert requests.head(address, timeout=5).headers["Content-Length"] == str(len(octets))
        assert requests.get(f"{url}/posts/tea/none.mp3", timeout=5).status_code == 404


def test_a_cache_of_nginx_serves_on_and_gives_no_page_to_a_reader(
    place: Path, behind: Server
) -> None:
    with nginx(place, behind.port, cached=True) as url:
        page = requests.get(f"{url}/atom.xml", headers=NAVIGATION, timeout=5)
        assert page.headers["Content-Type"].startswith("text/html")
        feed = requests.get(f"{url}/atom.xml", timeout=5)
        assert feed.headers["Content-Type"].startswith("application/atom+xml")
        page = requests.get(f"{url}/atom.xml", headers=NAVIGATION, timeout=5)
        assert page.headers["Content-Type"].startswith("text/html")
        behind.stop()
        kept = requests.get(f"{url}/atom.xml", timeout=5)
        assert (kept.status_code, kept.content) == (200, feed.content)
        assert requests.get(f"{url}/rss.xml", timeout=5).status_code == 502
