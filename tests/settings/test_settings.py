"""The settings and their defaults."""

import base64
import json
import re
from pathlib import Path

import pytest

from feedsvc.errors import SettingsError
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import Settings, SiteSettings
from tests.support.configuring import (
    SHIPPED,
    SITE,
    sections,
    written,
)


def test_five_settings_of_the_site_are_enough(file: Path) -> None:
    site = SiteSettings(
        title="Tea notes",
        url="https://example.org",
        author="Li Wei",
        timezone="Asia/Shanghai",
        tag_authority="example.org,2026",
    )
    assert load_settings(None, SITE) == Settings(site=site)


def test_the_shipped_file_shows_the_defaults(file: Path) -> None:
    shipped = load_settings(written(file, SHIPPED.read_text("utf-8")), {})
    assert shipped == Settings(site=shipped.site)


@pytest.mark.parametrize("section", list(sections()))
def test_the_shipped_file_has_every_setting_with_a_comment(section: str) -> None:
    text = re.split(r"^\[(\w+)\]$", SHIPPED.read_text("utf-8"), flags=re.M)
    lines = text[text.index(section) + 1].splitlines()
    for key in sections()[section].model_fields:
        at = next(i for i, line in enumerate(lines) if re.match(rf"(# )?{key} = ", line))
        assert "  # " in lines[at] or lines[at - 1].startswith("# "), key


def test_a_slash_at_the_end_of_the_site_url_is_removed(file: Path) -> None:
    settings = load_settings(None, SITE | {"FEEDSVC_SITE__URL": "https://Example.org/blog/"})
    assert settings.site.url == "https://example.org/blog"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("HTTPS://Example.org/Blog", "https://example.org/Blog"),
        ("https://example.org/茶", "https://example.org/%E8%8C%B6"),
        ("https://example.org/%E8%8C%B6", "https://example.org/%E8%8C%B6"),
        ("https://bücher.example:8443/", "https://xn--bcher-kva.example:8443"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
    ],
)
def test_the_site_url_is_encoded_as_a_uri(file: Path, given: str, kept: str) -> None:
    assert load_settings(None, SITE | {"FEEDSVC_SITE__URL": given}).site.url == kept


def test_settings_cannot_be_changed_afterwards(file: Path) -> None:
    settings = load_settings(None, SITE)
    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1  # type: ignore[misc] # mypy refuses it too


def test_notify_is_a_list_of_sections(file: Path) -> None:
    secret = "whsec_" + base64.b64encode(b"x" * 24).decode()
    one = f"[[notify]]\nurl = 'https://example.org/hear'\nsecret = '{secret}'\n"
    notify = load_settings(written(file, one * 2), SITE).notify
    assert [each.secret.get_secret_value() for each in notify] == [secret, secret]
    given = json.dumps([{"url": "https://example.org/hear", "secret": secret}])
    assert load_settings(None, SITE | {"FEEDSVC_NOTIFY": given}).notify == notify[:1]


@pytest.mark.parametrize(("given", "kept"), [("auto", "auto"), ("0", 0), ("3", 3), ("64", 64)])
def test_the_number_of_readers_may_be_chosen_by_feedsvc(
    file: Path, given: str, kept: int | str
) -> None:
    variable = {"FEEDSVC_WATCHER__WORKERS": given}
    assert load_settings(None, SITE | variable).watcher.workers == kept
    if given.isdigit():
        written_file = written(file, f"[watcher]\nworkers = {given}\n")
        assert load_settings(written_file, SITE).watcher.workers == kept


@pytest.mark.parametrize("given", ["65", "-1", "1.5", "many", ""])
def test_another_number_of_readers_is_refused(file: Path, given: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, SITE | {"FEEDSVC_WATCHER__WORKERS": given})
    assert 'it is neither "auto" nor a whole number from 0 to 64' in str(refused.value)
