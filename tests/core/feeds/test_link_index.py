"""Which post or feed a link means."""

from collections.abc import Sequence

import pytest

from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic
from feedsvc.core.feeds.link_index import (
    keys_of_file,
    name_of_file,
    names_of_feed,
    names_of_target,
)
from feedsvc.core.html.source_targets import source_target
from feedsvc.core.rules import Rules
from tests.support.builders import a_site
from tests.support.linking import PAGES, an_index, url_of


def found(written: str, path: str, files: Sequence[str], hidden: Sequence[str] = ()) -> str:
    """The file that a link in the file at `path` means; empty for none."""
    target = source_target(written)
    assert target is not None
    urls = {file: url_of(file) for file in files} | dict.fromkeys(hidden, "")
    url = an_index(urls).find(target, path).url
    return url.removeprefix("https://example.org/-/")[:-1] if url else ""


@pytest.mark.parametrize(
    ("written", "path", "files", "meant"),
    [
        ("two.md", "one.md", ["two.md"], "two.md"),
        ("two.md", "a/one.md", ["two.md", "a/two.md"], "a/two.md"),
        ("/two.md", "a/one.md", ["two.md", "a/two.md"], "two.md"),
        ("@/two.md", "a/one.md", ["two.md", "a/two.md"], "two.md"),
        ("../b/two.md", "a/one.md", ["b/two.md", "two.md"], "b/two.md"),
        ("b/two.md", "a/one.md", ["b/two.md", "two.md"], "b/two.md"),
        # The folder of posts is not the root that the path begins at.
        ("../posts/two.md", "one.md", ["two.md"], "two.md"),
        ("/content/blog/two.md", "one.md", ["two.md", "a/two.md"], "two.md"),
        ("@/blog/a/two.md", "one.md", ["two.md", "a/two.md", "b/two.md"], "a/two.md"),
        ("../../../two.md", "a/one.md", ["two.md"], "two.md"),
        # Only a name: the nearest file, then the first one.
        ("two.md", "a/b/one.md", ["c/two.md", "a/two.md"], "a/two.md"),
        ("two.md", "a/one.md", ["c/two.md", "b/two.md"], "b/two.md"),
        ("two.md", "a/one.md", ["c/two.md", "c/d/two.md"], "c/two.md"),
        # Spelling.
        ("TWO.MD", "one.md", ["Two.md"], "Two.md"),
        ("two.mdx", "one.md", ["two.md"], "two.md"),
        ("two.mdx", "one.md", ["two.md", "two.mdx"], "two.mdx"),
        ("caf\u00e9.md", "one.md", ["cafe\u0301.md"], "cafe\u0301.md"),
        ("cafe%CC%81.md", "one.md", ["caf\u00e9.md"], "caf\u00e9.md"),
        ("%E8%8C%B6.md", "one.md", ["茶.md"], "茶.md"),
        # Folders with an index, _posts, dates and languages.
        ("two/index.md", "one.md", ["two/index.md"], "two/index.md"),
        ("two.md", "one.md", ["two/index.md"], "two/index.md"),
        ("two/index.md", "one.md", ["two.md"], "two.md"),
        ("two/_index.md", "one.md", ["two/_index.md"], "two/_index.md"),
        ("index.md", "a/one.md", ["a/index.md", "index.md"], "a/index.md"),
        ("../index.md", "a/one.md", ["index.md", "a/index.md"], "index.md"),
        ("../index.md", "a/b/one.md", ["c/a.md"], ""),
        ("index.md", "one.md", ["c/index.md"], ""),
        ("p/x/index.md", "one.md", ["y/x.md"], ""),
        ("@/2026-01-01-t.md", "one.md", ["_posts/2026-01-01-t.md"], "_posts/2026-01-01-t.md"),
        ("@/s/2026-1-1-t.md", "a.md", ["s/_posts/2026-1-1-t.md"], "s/_posts/2026-1-1-t.md"),
        ("@/_posts/two.md", "one.md", ["two.md"], "two.md"),
        ("@/two.md", "one.md", ["_posts/2026-01-01-two.md"], "_posts/2026-01-01-two.md"),
        ("@/2026-01-02-t.md", "one.md", ["_posts/2026-01-01-t.md"], ""),
        ("2026-01-05.md", "one.md", ["daily/2026-01-05.md"], "daily/2026-01-05.md"),
        ("two.md", "one.zh.md", ["two.en.md", "two.zh.md"], "two.zh.md"),
        ("two.md", "one.md", ["two.en.md", "two.md"], "two.md"),
        ("two.en.md", "one.zh.md", ["two.en.md", "two.zh.md"], "two.en.md"),
        ("../b/two.md", "one.zh.md", ["a/two.en.md", "a/two.zh.md"], "a/two.zh.md"),
        # What may be an address is a post only if the file is there.
        ("two", "a/one.md", ["a/two.md"], "a/two.md"),
        ("../two.html#x", "a/one.md", ["two.md"], "two.md"),
        ("two/", "one.md", ["two/index.md"], "two/index.md"),
        ("../two/#x", "a/one.md", ["two/_index.md"], "two/_index.md"),
        ("two", "one.md", ["b/two.md"], ""),
        ("two", "a/one.md", ["two.md", "b/two.md"], ""),
        # Nothing.
        ("two.md", "one.md", ["three.md", "one.md"], ""),
        ("two.md", "one.md", ["two/three.md", "a-two.md"], ""),
    ],
)  # fmt: skip
def test_a_link_means_a_file(written: str, path: str, files: list[str], meant: str) -> None:
    assert found(written, path, files) == meant
    assert found(written, path, files[::-1]) == meant


@pytest.mark.parametrize(
    ("written", "files", "hidden", "meant"),
    [
        ("two.md", [], ["two.md"], ""),
        ("two.md", ["a/two.md"], ["two.md"], ""),
        ("two.md", ["two.html"], ["two.md"], ""),
        ("b/two.md", ["a/two.md"], ["b/two.md"], ""),
        ("TWO.md", ["two.html"], ["Two.md"], "two.html"),
        ("two.md", ["a/two.md"], ["b/two.md"], "a/two.md"),
        ("two", ["a/two.md"], ["two.md"], ""),
    ],
)
def test_a_hidden_post_is_no_target(
    written: str, files: list[str], hidden: list[str], meant: str
) -> None:
    assert found(written, "one.md", files, hidden) == meant


def test_of_many_files_with_one_name_only_a_path_tells_which_is_meant() -> None:
    files = [f"{n}/two.md" for n in range(101)]
    assert found("two.md", "one.md", files) == ""
    assert found("7/two.md", "one.md", files) == "7/two.md"
    assert found("two.md", "one.md", files[:100]) == "0/two.md"


@pytest.mark.parametrize("written", ["../two/", "../two", "../two/#x"])
def test_the_address_of_a_post_stays_an_address(written: str) -> None:
    target = source_target(written)
    assert target is not None
    index = an_index({"two.md": url_of("2"), "a/two.md": "https://example.org/a/two/"})
    address = f"https://example.org/a/{written[3:]}"
    assert index.find(target, "a/one.md", address).url is None
    assert index.find(target, "a/one.md", "https://example.org/b/").url == url_of("2")


TEA, GREEN = Topic("tag", ("Green Tea",)), Topic("category", ("Drinks", "Tea"))
FEEDS = (TEA, GREEN, Topic("author", ("Li Wen",)), Topic("category", ("Tea",)))


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("{tag}Green Tea", "/tags/Green_Tea/"),
        ("{tag}green-tea", "/tags/Green_Tea/"),
        ("{tag}tea", None),
        ("{category}Tea", "/categories/Tea/"),
        ("{category}Drinks/Tea", "/categories/Drinks/Tea/"),
        ("{author}li-wen", "/authors/Li_Wen/"),
        ("{author}Green Tea", None),
        ("{index}", "/"),
        ("{archives}", None),
        ("{tag}%E7%BB%BF", "/tags/Green_Tea/"),
    ],
)
def test_a_link_means_the_page_of_a_feed(written: str, url: str | None) -> None:
    site = a_site(pages=True, tag_aliases=(("绿", "Green Tea"),))
    target = source_target(written)
    assert target is not None
    there = an_index((), *FEEDS, site=site).find(target, "one.md").url
    assert there == (url and "https://example.org" + url)


def test_a_feed_without_a_page_is_its_document() -> None:
    target = source_target("{tag}Green Tea")
    assert target is not None
    there = an_index((), TEA, site=a_site()).find(target, "one.md").url
    assert there == "https://example.org/tags/Green_Tea/atom.xml"


def test_languages_and_the_site_are_no_lists_of_links() -> None:
    assert names_of_feed(SITE_TOPIC, Rules()) == ()
    assert names_of_feed(Topic("language", ("zh",)), Rules()) == ()


def test_a_link_depends_on_what_can_change_it() -> None:
    index = an_index(["a/two.md", "three.md"])

    def keys(written: str) -> tuple[str, ...]:
        target = source_target(written)
        assert target is not None
        return index.find(target, "a/one.md").keys

    assert keys("two.md") == ("/a/two",)
    assert keys("three.md") == ("/a/three", "/three")
    assert keys("/x/Two.md") == ("/x/two", "two")
    assert keys("two") == ("/a/two", "two")
    assert keys("four.html") == ("/a/four", "four")
    assert keys("{tag}Green Tea") == ("tags/greentea",)
    assert keys("{index}") == ()
    assert keys_of_file("x/_posts/2026-01-01-Two.zh.md") == ("/x/2026-01-01-two", "two")


def test_a_name_is_short_enough_for_a_database() -> None:
    long = "茶" * 3000
    target = source_target(f"{long}.md")
    assert target is not None
    keys = an_index().find(target, "one.md").keys
    assert max(len(key.encode()) for key in keys) <= 1000
    assert name_of_file(f"{long}.md") == keys[-1] == names_of_target(target, "one.md")[0]


def test_the_home_page_is_the_index() -> None:
    target = source_target("{index}#x")
    assert target is not None
    assert an_index().find(target, "a.md").url == PAGES.url + "/"
