"""`feedsvc doctor`: what it prints, how it ends, and what it takes from the store."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.core.doctor.faults import FAULTS
from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.answering import AnsweringServer, answering
from tests.support.commands import Run, settings
from tests.support.writing import PostFolder

PATH = "/atom.xml"


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering() as started:
        yield started


def test_nothing_is_wrong(run: Run, server: AnsweringServer) -> None:
    server.offer_feed()
    result = run("doctor", f"{server.url}{PATH}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"{server.url}{PATH}: nothing is wrong",
        "fetched as Miniflux, NetNewsWire, Feedly, a browser:",
        f"  {server.url}{PATH}",
    ]


def test_a_fault_is_printed_with_its_cure(run: Run, server: AnsweringServer) -> None:
    server.offer_feed(ETag="", Server="nginx", Via="1.1 caddy")
    result = run("doctor", f"{server.url}{PATH}")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"{server.url}{PATH} through nginx, Caddy: 1 fault"
    assert lines[2:5] == [
        "etag-dropped: no ETag",
        f"  asked: GET {server.url}{PATH} as Miniflux, NetNewsWire, Feedly",
        "  came: no ETag",
    ]
    assert lines[5].startswith("  why: ")
    assert [line.split(":")[0] for line in lines[6:]] == ["  nginx", "  nginx", "  Caddy"]


def test_a_program_gets_json(run: Run, server: AnsweringServer) -> None:
    server.offer_feed(Content_Type="text/html", Server="nginx")
    result = run("doctor", "--format", "json", f"{server.url}{PATH}")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {key: found[key] for key in ("address", "feeds", "proxies")} == {
        "address": f"{server.url}{PATH}",
        "feeds": [f"{server.url}{PATH}"],
        "proxies": ["nginx"],
    }
    (finding,) = found["findings"]
    assert list(finding) == ["code", "title", "asked", "why", "cures"]
    assert finding["code"] == "media-type"
    assert finding["asked"][0]["as"] == ["Miniflux", "NetNewsWire", "Feedly"]


def test_without_an_address_it_is_that_of_the_site(run: Run, server: AnsweringServer) -> None:
    server.offer_feed("/blog/atom.xml")
    result = run("doctor", FEEDSVC_SITE__URL=f"{server.url}/blog")
    assert result.stdout.splitlines()[0] == f"{server.url}/blog: nothing is wrong"


def test_no_settings_are_needed_with_an_address(run: Run, server: AnsweringServer) -> None:
    server.offer_feed()
    assert run("doctor", server.url, FEEDSVC_SITE__TITLE="").exit_code == 0
    result = run("doctor", FEEDSVC_SITE__TITLE="")
    assert (result.exit_code, "site.title" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://127.0.0.1:1/", "no connection"),
        ("example.org", "no http or https address"),
        ("http://a:b/", "cannot be examined"),
        ("http://li:secret@127.0.0.1/", "user name"),
    ],
)
def test_an_address_that_cannot_be_examined_ends_with_2(
    run: Run, address: str, fault: str
) -> None:
    result = run("doctor", address)
    assert (result.exit_code, result.stdout, fault in result.stderr) == (2, "", True)
    assert "secret" not in result.stderr


def test_an_old_version_is_found_with_the_store(
    run: Run, posts: PostFolder, server: AnsweringServer, sqlite_url: str
) -> None:
    """A cache without the query string in its key hides the new version from all questions."""
    posts.write()
    given = {"FEEDSVC_SITE__URL": server.url, "FEEDSVC_SERVER__MAX_AGES": '{"/": 5}'}
    server.offer_feed(
        ETag=f'"{"a" * 32}"', Cache_Control="max-age=5", Link=f"<{server.url}{PATH}>; rel=self"
    )
    for seconds, code in ((60, 1), (5, 0)):
        site = site_of(load_settings(None, settings(sqlite_url) | given))
        with closing(Store(sqlite_url)) as store:
            posts.write(title=f"Tea {seconds}")
            now = datetime.now(UTC) - timedelta(seconds=seconds)
            publish(Folder(posts.root, 0), store, site, now)
        result = run("doctor", f"{server.url}{PATH}", **given)
        assert (result.exit_code, "\nstale: " in result.stdout) == (code, bool(code))


def test_what_caches_may_keep_is_compared_with_the_settings(
    run: Run, posts: PostFolder, server: AnsweringServer
) -> None:
    posts.write()
    server.offer_feed(Cache_Control="max-age=1801")
    assert run("publish", FEEDSVC_SITE__URL=server.url).exit_code == 0
    assert run("doctor", server.url).exit_code == 0  # a feed of another site
    result = run("doctor", server.url, FEEDSVC_SITE__URL=server.url)
    assert "  came: Cache-Control: max-age=1801; feedsvc sends 1800 s" in result.stdout


def test_a_store_that_cannot_be_read_is_named(
    run: Run, server: AnsweringServer, sqlite_url: str
) -> None:
    server.offer_feed()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.parent.mkdir()
    file.write_bytes(b"no database" * 1000)
    result = run("doctor", server.url, FEEDSVC_SITE__URL=server.url)
    assert result.exit_code == 0
    assert result.stderr.startswith("not compared with the store: ")


def test_the_table_of_faults_has_each_fault_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs/doctor.md").read_text("utf-8")
    table = page.partition("## The faults")[2]
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.M) == list(FAULTS)
