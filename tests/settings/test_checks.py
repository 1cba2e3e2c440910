"""Values that a setting must not have."""

from pathlib import Path

import pytest

from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from tests.support.configuring import SITE, only_problem, written


@pytest.mark.parametrize("secret", ["", "x" * 40, "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!"])
def test_a_notify_secret_has_the_form_of_standard_webhooks(file: Path, secret: str) -> None:
    one = f"[[notify]]\nurl = 'https://example.org/hear'\nsecret = '{secret}'\n"
    assert only_problem(written(file, one), SITE).startswith("my.toml:3: notify.secret: ")


@pytest.mark.parametrize(
    "line",
    [
        "git = 'ext::sh -c touch% /tmp/x'",
        "git = '--upload-pack=x'",
        "branch = '--force'",
        "branch = 'a..b'",
        "branch = 'a b'",
        "branch = ''",
        "path = '../elsewhere'",
        "path = '/etc'",
        "path = '.git/hooks'",
        "depth = -1",
    ],
)
def test_no_source_setting_can_be_an_option_of_git(file: Path, line: str) -> None:
    key = line.partition(" ")[0]
    assert f"source.{key}: " in only_problem(written(file, f"[source]\n{line}\n"), SITE)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("license = 'CC-BY-5.0'", "did you mean CC-BY-"),
        ("license = 'All rights reserved'", "neither an SPDX identifier"),
        ("license = 'ftp://example.org/'", "not an http or https URL"),
        ("rights = 'a\\bc'", "does not allow"),
        ("icon = 'icon.png'", "nor a path that begins with /"),
        ("icon = '/../icon.png'", "not the path of a file"),
        ("icon = '/a/%2e%2e/icon.png'", "not the path of a file"),
        ("logo = '//example.org/logo.png'", "not the path of a file"),
        ("logo = '/logo.png?v=2'", "has a ?"),
        ("logo = 'https://li:secret@example.org/logo.png'", "user name"),
    ],
)
def test_a_picture_and_a_licence_can_be_shown(file: Path, line: str, words: str) -> None:
    key = line.partition(" ")[0]
    environ = dict(SITE)
    environ[f"FEEDSVC_SITE__{key.upper()}"] = line.partition("'")[2][:-1].replace("\\b", "\b")
    problem = only_problem(None, environ)
    assert f"site.{key}: " in problem
    assert words in problem


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("license", "cc by-sa 4.0", "CC-BY-SA-4.0"),
        ("license", "https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("license", "https://example.org/terms", "https://example.org/terms"),
        ("license", "CC BY-NC-SA 4.0 International", "CC-BY-NC-SA-4.0"),
        ("license", "https://creativecommons.org/licenses/by/4.0/?ref=x", "CC-BY-4.0"),
        (
            "license",
            "http://creativecommons.org/licenses/by/3.0/cn",
            "https://creativecommons.org/licenses/by/3.0/cn/",
        ),
        ("license", "", ""),
        ("icon", "/img/my icon.png", "https://example.org/img/my%20icon.png"),
        ("icon", "/茶.png", "https://example.org/%E8%8C%B6.png"),
        ("logo", "https://cdn.example/logo.png?v=2", "https://cdn.example/logo.png?v=2"),
    ],
)
def test_licences_and_pictures_have_one_spelling(key: str, text: str, value: str) -> None:
    settings = load_settings(None, SITE | {f"FEEDSVC_SITE__{key.upper()}": text})
    assert getattr(site_of(settings), key) == value


@pytest.mark.parametrize("text", ["allow", "deny", "user-agent: x\nDisallow: /\n"])
def test_robots_are_allowed_denied_or_told_by_a_text(text: str) -> None:
    settings = load_settings(None, SITE | {"FEEDSVC_SERVER__ROBOTS": text})
    assert settings.server.robots == text


@pytest.mark.parametrize("text", ["", "none", "Disallow: /", "User-agent: \x08"])
def test_another_text_is_no_robots_txt(text: str) -> None:
    assert "server.robots: " in only_problem(None, SITE | {"FEEDSVC_SERVER__ROBOTS": text})


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("category", "Documentaries", "did you mean 'Society & Culture > Documentary'"),
        ("category", "Arts > Documentary", "not a category of Apple Podcasts"),
        ("category", "茶", "such as 'Society & Culture > Documentary'"),
        ("image", "/cover.svg", "not a JPEG or PNG file"),
        ("image", "https://example.org/cover", "not a JPEG or PNG file"),
        ("image", "cover.jpg", "nor a path that begins with /"),
        ("type", "Serial", "podcast.type"),
        ("explicit", "perhaps", "podcast.explicit"),
        ("email", "li", "not an e-mail address"),
        ("author", "x" * 256, "podcast.author"),
    ],
)
def test_a_podcast_has_values_that_apple_accepts(key: str, text: str, words: str) -> None:
    problem = only_problem(None, SITE | {f"FEEDSVC_PODCAST__{key.upper()}": text})
    assert f"podcast.{key}: " in problem
    assert words in problem


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("category", "", ()),
        ("category", " ", ()),
        ("category", "tv and film", ("TV & Film",)),
        ("category", "documentary", ("Society & Culture", "Documentary")),
        ("image", "", ""),
        ("image", "/img/my cover.JPG", "https://example.org/img/my%20cover.JPG"),
        ("image", "https://cdn.example/c.png?v=2", "https://cdn.example/c.png?v=2"),
        ("explicit", "true", True),
        ("locked", "true", True),
        ("author", " Tea Radio ", "Tea Radio"),
        ("email", "li@example.org", "li@example.org"),
    ],
)
def test_settings_of_a_podcast_have_one_spelling(key: str, text: str, value: object) -> None:
    settings = load_settings(None, SITE | {f"FEEDSVC_PODCAST__{key.upper()}": text})
    assert getattr(site_of(settings).podcast, key) == value
