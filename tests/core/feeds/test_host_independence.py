"""Equal posts give equal bytes on every host, with any time zone and any locale."""

import locale
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.feeds.feeds import (
    SITE_TOPIC,
    Feed,
    topics_of,
)
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.opml import opml_document
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from tests.support.builders import (
    a_site,
    at,
    source,
)

FRONT = "title: 茶\ndate: 2026-03-01 00:30\nupdated: 2026-12-05 23:59\ntags: [Tea, Ärger]\n"
SITE = a_site(permalink="/:year/:month/:day/:name/")


def rendered() -> list[bytes]:
    post = parse_post("tea.md", source(FRONT, "Brewed *twice*.\n"), SITE)
    assert isinstance(post, Post)
    entry = compose(post, SITE, "urn:x", post.published)
    assert isinstance(entry, Entry)
    feed = Feed(SITE, SITE_TOPIC, (entry,))
    documents = [form.render(feed) for form in FORMATS.values()]
    return [*documents, opml_document(SITE, topics_of(entry)), entry.digest.encode()]


@pytest.fixture
def other_zone(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The process in another time zone, as if the host had set it."""
    zone: str = request.param
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        yield zone
    time.tzset()


@pytest.mark.parametrize(
    "other_zone", ["America/New_York", "Pacific/Kiritimati", "UTC"], indirect=True
)
def test_the_time_zone_of_the_host_changes_nothing(
    other_zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = rendered()
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        assert rendered() == there


@pytest.fixture
def other_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The process in a German locale, which is created if the host does not have it."""
    before = locale.setlocale(locale.LC_ALL)
    command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")]
    with monkeypatch.context() as patched:
        patched.setenv("LOCPATH", str(tmp_path))
        try:
            subprocess.run(command, capture_output=True, check=False)
            locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
        except (FileNotFoundError, locale.Error):
            pytest.skip("this host cannot make a German locale")
    yield at("2026-03-01").strftime("%a, %d %b")
    locale.setlocale(locale.LC_ALL, before)


def test_the_locale_of_the_host_changes_nothing(other_language: str) -> None:
    assert other_language == "So, 01 Mär"
    there = rendered()
    locale.setlocale(locale.LC_ALL, "C")
    assert rendered() == there


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert [rendered() for _ in range(3)] == [rendered()] * 3
