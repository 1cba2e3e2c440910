"""A cache is purged of changed feeds, and failed purges are retried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.core.cache_keys import cache_key, page_key
from feedsvc.push.purging import Cache, Purger
from tests.support.caches import FakeCache, running_cache
from tests.support.running import running, wait_until
from tests.support.writing import PostFolder


@pytest.fixture
def cache() -> Iterator[FakeCache]:
    with running_cache() as fake:
        yield fake


def a_purger(cache: FakeCache, header: str = "") -> Purger:
    aliases = {"/feed.xml": "atom"}
    return Purger(Cache(cache.url, "PURGE", "https://example.org/blog", header, aliases))


def test_proxies_and_passwords_of_the_environment_are_ignored(
    cache: FakeCache, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login li password of-another-program\n")
    for name, value in {"NETRC": str(netrc), "HTTP_PROXY": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    purger = a_purger(cache, "Cache-Tag")
    purger.ask([""])
    purger.send()
    assert [headers.get("Authorization") for _, _, headers in cache.purges] == [None]


def test_each_url_of_a_feed_is_purged_with_the_host_of_the_site(cache: FakeCache) -> None:
    purger = a_purger(cache)
    purger.ask(["tags/茶", ""])
    purger.send()
    assert [path for _, path, _ in cache.purges] == [
        *("/blog/atom.xml", "/blog/rss.xml", "/blog/feed.json"),
        *("/blog/feed.xml", "/blog/opml.xml"),
        *(f"/blog/tags/%E8%8C%B6/{name}" for name in ("atom.xml", "rss.xml", "feed.json")),
    ]
    assert {headers["Host"] for _, _, headers in cache.purges} == {"example.org"}


def test_a_page_is_purged_at_its_address_or_by_its_key(cache: FakeCache) -> None:
    path = "posts/茶/a b.png"
    for header in ("", "Surrogate-Key"):
        purger = a_purger(cache, header)
        purger.ask([], [path])
        purger.send()
    (_, address, _), (_, at_all, headers) = cache.purges
    assert address == "/blog/posts/%E8%8C%B6/a%20b.png"
    assert (at_all, headers["Surrogate-Key"]) == ("/", page_key(path))


def test_a_purge_with_keys_names_many_feeds(cache: FakeCache) -> None:
    purger = a_purger(cache, "Surrogate-Key")
    purger.ask(f"tags/{number}" for number in range(450))
    purger.send()
    batches = [headers["Surrogate-Key"].split() for _, _, headers in cache.purges]
    assert [len(names) for names in batches] == [200, 200, 50]
    assert cache_key("tags/7") in {name for names in batches for name in names}


@pytest.mark.parametrize("header", ["", "Surrogate-Key"])
def test_a_failed_purge_is_retried(cache: FakeCache, header: str) -> None:
    purger = a_purger(cache, header)
    cache.statuses = [503]
    purger.ask(["tags/tea"])
    purger.send()
    assert len(cache.purges) == 1
    purger.send()
    assert len(cache.purges) == (2 if header else 4)
    purger.send()
    assert len(cache.purges) == (2 if header else 4)


def test_404_counts_as_purged(cache: FakeCache) -> None:
    purger = a_purger(cache)
    cache.statuses = [404, 404, 404]
    purger.ask(["tags/tea"])
    purger.send()
    purger.send()
    assert len(cache.purges) == 3


def test_a_publish_purges_only_changed_feeds(
    tmp_path: Path, posts: PostFolder, cache: FakeCache
) -> None:
    posts.write("tea.md", title="Tea", tags="[tea]")
    posts.write("milk.md", title="Milk", tags="[milk]")
    settings = {"FEEDSVC_SERVER__PURGE": cache.url}
    with running(tmp_path, posts.root, settings) as server:
        wait_until(lambda: any("/tags/tea/f" in p for _, p, _ in cache.purges), "the first")
        cache.purges.clear()
        posts.write("tea.md", title="Green", tags="[tea]")
        wait_until(lambda: any("/tags/tea/f" in path for _, path, _ in cache.purges), "a purge")
        assert "Green" in server.get("/tags/tea/atom.xml").text
    assert not any("milk" in path for _, path, _ in cache.purges)
    assert {path for _, path, _ in cache.purges} >= {"/atom.xml", "/feed.xml", "/opml.xml"}


def test_an_unreachable_cache_does_not_delay_a_publish(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    with running(
        tmp_path, posts.root, {"FEEDSVC_SERVER__PURGE": "http://127.0.0.1:9"}
    ) as server:
        wait_until(lambda: "was not purged, will retry" in server.log, "the failure in the log")
        posts.write("tea.md", title="Green")
        wait_until(lambda: "Green" in server.get("/atom.xml").text, "the feed", 10)
    assert server.log.count("was not purged") == 1


def test_a_failure_is_logged_without_the_path_of_the_cache(
    cache: FakeCache, caplog: pytest.LogCaptureFixture
) -> None:
    """Path and query may be secret, and requests puts them into its errors."""
    for url in (f"{cache.url}/hunter2?token=hunter2", "http://127.0.0.1:9/hunter2"):
        cache.statuses = [500]
        purger = Purger(Cache(url, "PURGE", "https://example.org", "Cache-Tag"))
        purger.ask(["tags/tea"])
        purger.send()
    assert "it answered 500" in caplog.text
    assert "http://127.0.0.1:9 was not purged, will retry: no connection" in caplog.text
    assert "hunter2" not in caplog.text
    assert "hunter2" not in repr(Cache("http://hunter2/", "PURGE", "https://example.org"))


def test_finish_purges_without_a_thread(cache: FakeCache) -> None:
    cache.statuses = [503, 503]
    purger = Purger(Cache(cache.url, "PURGE", "https://example.org"), lambda _seconds: None)
    purger.ask(["tags/tea"])
    assert purger.finish(10)
    assert cache.purges[-1][1] == "/tags/tea/feed.json"


def test_finish_gives_up_after_some_time(cache: FakeCache) -> None:
    cache.statuses = [503] * 100_000
    purger = Purger(Cache(cache.url, "PURGE", "https://example.org"), lambda _seconds: None)
    purger.ask(["tags/tea"])
    assert not purger.finish(0.1)
