"""What the settings mean for feeds."""

from pathlib import Path

import pytest

from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from tests.support.configuring import SITE, only_problem, written


def test_a_feed_names_the_own_hub_first_and_then_outside_hubs(file: Path) -> None:
    given = written(file, "[hub]\nothers = ['https://hub.example/']\n")
    environ = SITE | {"FEEDSVC_SITE__URL": "https://example.org/blog"}
    hubs = site_of(load_settings(given, environ)).hubs
    assert hubs == ("https://example.org/blog/hub", "https://hub.example/")
    environ["FEEDSVC_HUB__ENABLED"] = "false"
    assert site_of(load_settings(given, environ)).hubs == ("https://hub.example/",)


@pytest.mark.parametrize(
    ("address", "path"), [("/tags/C~23/", "tags/C~23"), ("/tags/茶/", "tags/茶"), ("/", "")]
)
def test_the_content_of_any_feed_can_be_set(file: Path, address: str, path: str) -> None:
    given = written(file, f"[feeds]\ncontents = {{ '{address}' = 'summary' }}\n")
    assert site_of(load_settings(given, SITE)).contents == ((path, "summary"),)


def test_the_content_of_a_page_that_is_not_a_feed_cannot_be_set(file: Path) -> None:
    given = written(file, "[feeds]\ncontents = { '/posts/tea/' = 'summary' }\n")
    assert "feeds.contents: it is not the address of a feed" in only_problem(given, SITE)


@pytest.mark.parametrize(
    ("query", "content"),
    [
        ("tag=secret", "summary"),
        ("tag=open&tag=secret", "summary"),
        ("tag=open|secret", "summary"),
        ("tag=former", "summary"),  # an alias
        ("not-tag=open", "summary"),  # of the feed of the site
        ("tag=open&content=summary", "summary"),
        ("tag=open&not-tag=secret", None),
    ],
)
def test_a_filter_shows_no_more_than_the_feeds_that_it_is_made_from(
    file: Path, query: str, content: str | None
) -> None:
    text = (
        "[feeds]\ncontents = { '/' = 'summary', '/tags/secret/' = 'summary' }\n"
        "[aliases]\ntags = { former = 'secret' }\n"
        f"[filters.mine]\ntitle = 'Mine'\nquery = '{query}'\n"
    )
    contents = dict(site_of(load_settings(written(file, text), SITE)).contents)
    assert contents.get("filters/mine") == content


def test_a_line_for_a_filter_comes_before_what_its_terms_say(file: Path) -> None:
    text = (
        "[feeds]\ncontents = { '/tags/a/' = 'summary', '/filters/mine/' = 'full' }\n"
        "[filters.mine]\ntitle = 'Mine'\nquery = 'tag=a'\n"
    )
    contents = dict(site_of(load_settings(written(file, text), SITE)).contents)
    assert contents["filters/mine"] == "full"
