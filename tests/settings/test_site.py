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
