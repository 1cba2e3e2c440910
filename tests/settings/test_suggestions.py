"""What an unknown setting, section or variable probably means."""

from pathlib import Path

import pytest

from feedsvc.settings.suggestions import variable_meant
from tests.support.configuring import SITE, only_problem, written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[site]\ntitel = 'Tea'\n", "title"),
        ("[site]\ntime-zone = 'UTC'\n", "timezone"),
        ("[site]\nTimeZone = 'UTC'\n", "timezone"),
        ("[site]\ntagauthority = 'a.org,2026'\n", "tag_authority"),
        ("[server]\nprot = 81\n", "port"),
        ("[site]\nport = 81\n", "server.port"),
        ("[content]\ntitle = 'Tea'\n", "site.title"),
        ("[stores]\nurl = 'x'\n", "[store]"),
        ("[sever]\nport = 81\n", "[server]"),
        ("[Site]\ntitle = 'Tea'\n", "[site]"),
        ("[[notfy]]\nurl = 'https://example.org'\n", "[[notify]]"),
        ("title = 'Tea'\n", "site.title"),
        ("[content]\nauthors = { li = { name = 'Li', url = 'https://a.org' } }\n", "uri"),
    ],
)
def test_an_unknown_name_in_the_file_is_compared_with_the_settings(
    file: Path, text: str, meant: str
) -> None:
    assert f"(did you mean {meant}?)" in only_problem(written(file, text), SITE)


@pytest.mark.parametrize("text", ["[store]\nxyzzy = 1\n", "[xyzzy]\na = 1\n", "xyzzy = 1\n"])
def test_a_name_that_is_like_no_setting_has_no_suggestion(file: Path, text: str) -> None:
    assert "did you mean" not in only_problem(written(file, text), SITE)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FEEDSVC_SITE_TITLE", "FEEDSVC_SITE__TITLE"),
        ("FEEDSVC_SITE__TITEL", "FEEDSVC_SITE__TITLE"),
        ("FEEDSVC_SITES__TITLE", "FEEDSVC_SITE__TITLE"),
        ("FEEDSVC_SITE_TITEL", "FEEDSVC_SITE__TITLE"),
        ("FEEDSVC_TITLE", "FEEDSVC_SITE__TITLE"),
        ("FEEDSVC_SITE__TAGAUTHORITY", "FEEDSVC_SITE__TAG_AUTHORITY"),
        ("FEEDSVC_SITE_TAG_AUTHORITY", "FEEDSVC_SITE__TAG_AUTHORITY"),
        ("FEEDSVC_SITE___TITLE", "FEEDSVC_SITE__TITLE"),
        ("FEEDSVC_PORT", "FEEDSVC_SERVER__PORT"),
        ("FEEDSVC_SEEDS", "FEEDSVC_CONTENT__SEEDS"),
        ("FEEDSVC_SITE__PORT", "FEEDSVC_SERVER__PORT"),
        ("FEEDSVC_WEBHOOK_SECRET_FILE", "FEEDSVC_WEBHOOK__SECRET_FILE"),
        ("FEEDSVC_NOTIFIY", "FEEDSVC_NOTIFY"),
        ("FEEDSVC_CONFIG_FILE", "FEEDSVC_CONFIG"),
    ],
)
def test_an_unknown_variable_is_compared_with_those_of_the_settings(
    file: Path, name: str, meant: str
) -> None:
    problem = only_problem(None, SITE | {name: "1"})
    assert problem.startswith(f"{name} in the environment")
    assert f"(did you mean {meant}?)" in problem


def test_a_variable_that_is_like_none_has_no_suggestion() -> None:
    assert variable_meant("FEEDSVC_XYZZY") == ""
