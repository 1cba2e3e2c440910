"""URLs in settings: which are accepted, and which are refused with key and cure."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core.websub.callback_addresses import origin
from feedsvc.errors import SettingsError
from feedsvc.settings import urls as urls
from feedsvc.settings.load import load_settings

SITE = {
    "FEEDSVC_SITE__TITLE": "Tea notes",
    "FEEDSVC_SITE__URL": "https://example.org",
    "FEEDSVC_SITE__AUTHOR": "Li Wei",
    "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
    "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
}
SIGNING = "whsec_" + "QUFB" * 8


def _given(key: str, url: str) -> dict[str, str]:
    """The environment in which one setting has this URL."""
    match key:
        case "notify":
            value = json.dumps([{"url": url, "secret": SIGNING}])
        case "hub.others":
            value = json.dumps([url])
        case "content.authors":
            value = json.dumps({"li": {"name": "Li", "uri": url}})
        case "server.readers":
            value = json.dumps({"Reader": f"{url}?feed={{url}}"})
        case _:
            value = url
    return SITE | {f"FEEDSVC_{key.replace('.', '__').upper()}": value}


WEB = ["hub.others", "notify", "server.purge", "site.url", "content.authors", "server.readers"]
IMPOSSIBLE = [
    "http://user@host/",
    "http://user:hunter2@host/",
    "http://user:hun@ter2@host/",
    "http://user:hunter2%40host/",
    "http://:hunter2@host",
    "http://@host/",
    "http://user:hun/ter2@host/",
    "http://user:hun?ter2@host/",
    "http://user:hun#ter2@host/",
    "http://host\\@hunter2.example/",
    "http://a b/",
    "http://host/a b",
    " http://host/",
    "http://host/ ",
    "http://host/\r\nX: y",
    "http://host/\n",
    "http://ho\tst/",
    "http://host/\x00",
    "http://host/\x7f",
    "http://host/\x85",
    "http://host/\u2028",
    "http://host/\u202e",
    "http://host/%zz",
    "http://host:0/",
    "http://host:99999/",
    "http://host:1e3/",
    "http://host:-1/",
    "http://host:٨٠/",
    "http:///path",
    "http://:80/",
    "http://",
    "http:host",
    "http:/host/",
    "//host/",
    "host",
    "javascript:alert(1)",
    "ftp://host/",
    "file:///etc/passwd",
    "http://[::1/",
    "http://[::1]x/",
    "http://[1::2::3]/",
    "http://[fe80::1%25eth0]/",
    "http://::1/",
    f"http://{'a' * 64}.org/",
    f"http://{'a.' * 127}org/",
    "http://a..b/",
    "http://-a.org/",
    "http://1.2.3.999/",
    "http://0x7f.1/",
    "http://host%2f.example/",
    "http://<host>/",
]


@pytest.mark.parametrize("key", WEB)
@pytest.mark.parametrize("url", IMPOSSIBLE)
def test_an_invalid_url_is_refused_with_its_key(key: str, url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, _given(key, url))
    (problem,) = refused.value.problems
    assert f": {key}" in problem
    assert "; " in problem
    assert "ter2" not in problem


@pytest.mark.parametrize("key", ["hub.others", "content.authors", "server.readers"])
@pytest.mark.parametrize("name", ["password", "token", "api_key", "access_token", "%74oken"])
def test_a_secret_in_the_query_of_a_public_url_is_refused(key: str, name: str) -> None:
    with pytest.raises(SettingsError, match="its query has a secret") as refused:
        load_settings(None, _given(key, f"https://host/?a=b&{name}=hunter2"))
    assert "hunter2" not in str(refused.value)


GOOD = [
    "https://hub.example",
    "https://hub.example/",
    "http://127.0.0.1:8080/hub?topic=a%20b&v=1",
    "http://[::1]:80/",
    "http://cache_1:6081/",
    "https://hub.example/@li;v=1/~x!",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_valid_url_is_not_changed(url: str) -> None:
    for check in (urls.hub_url, urls.notify_url, urls.purge_url_or_none):
        assert check(url) == url
        assert str(origin(check(url)))


def test_letters_outside_ascii_are_encoded() -> None:
    assert urls.hub_url("https://茶.example/茶") == "https://xn--cl1a.example/%E8%8C%B6"


def test_an_author_and_a_reader_may_have_a_fragment() -> None:
    assert urls.person_url_or_none("https://li.example/#me") == "https://li.example/#me"
    assert urls.reader("https://r.example/#/add/{url}") == "https://r.example/#/add/{url}"
    assert urls.person_url_or_none("") == urls.purge_url_or_none("") == ""


def test_a_reader_has_the_feed_url_after_its_host() -> None:
    for text in ("https://{url}/", "https://r.example/{url}/{x}", "https://r.example/"):
        with pytest.raises(ValueError, match="url"):
            urls.reader(text)


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_an_accepted_url_is_plain(rest: str) -> None:
    """An accepted URL can be requested, and every parser reads it in the same way."""
    try:
        url = urls.hub_url(f"http://{rest}")
    except ValueError:
        return
    assert str(origin(url)).startswith("http://")
    assert "@" not in re.split("[/?#]", url)[2]


# The store.

STORES = [
    "sqlite:///var/feedsvc.sqlite3",
    "sqlite:////srv/my feeds/feedsvc.sqlite3",
    "postgresql+psycopg://host/feeds",
    "postgresql+psycopg://li@host/feeds",
    "postgresql+psycopg://li:p%40ss%3Aw@db_1:5432/feeds?sslmode=require",
    "postgresql+psycopg://li:p%40ss@[::1]:5432/feeds",
    "postgresql+psycopg:///feeds?host=/var/run/postgresql",
    "postgresql+psycopg://host/feeds?user=li&password=secret",
]
NO_STORES = [
    "",
    "sqlite://",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite:///var/",
    "sqlite:///a?hunter2=1",
    "sqlite:///a\nb",
    "sqlite:///a ",
    "sqlite:///a\x00",
    "mysql://li:hunter2@host/feeds",
    "postgresql://li:hunter2@host/feeds",
    "postgresql+psycopg2://li:hunter2@host/feeds",
    "postgresql+psycopg://li:hun@ter2:w@host/feeds",
    "postgresql+psycopg://li:hun@ter2@host/feeds",
    "postgresql+psycopg://li:hun@ter2/w@host/feeds",
    "postgresql+psycopg://li:hun@ter2?w@host/feeds",
    "postgresql+psycopg://li:hun ter2@host/feeds",
    "postgresql+psycopg://li:hunter2%0A@host/feeds",
    "postgresql+psycopg://li:hunter2@ho st/feeds",
    "postgresql+psycopg://li:hunter2@host:99999/feeds",
    "postgresql+psycopg://li:hunter2@host:0/feeds",
    "postgresql+psycopg://li:hunter2@host:x/feeds",
    "postgresql+psycopg://li:hunter2@[::1/feeds",
    "postgresql+psycopg://li:hunter2@a..b/feeds",
    f"postgresql+psycopg://li:hunter2@{'a' * 64}/feeds",
    "postgresql+psycopg://host/feeds?pass word=hunter2",
    "postgresql+psycopg://host/feeds?hunter2@x=1",
]


@pytest.mark.parametrize("url", STORES)
def test_a_store_is_a_file_or_a_database(url: str) -> None:
    assert load_settings(None, _given("store.url", url)).store.url == url


@pytest.mark.parametrize("url", NO_STORES)
def test_another_store_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, _given("store.url", url))
    (problem,) = refused.value.problems
    assert ": store.url: " in problem
    assert "ter2" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "https://li:hunter2@host:99999/p",
        "https://li:hunter2@host/p?x",
        "ssh://li:hunter2@host/p",
        "ext::hunter2",
        "hunter2",
        "https://host/p\nhunter2",
    ],
)
def test_an_invalid_repository_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, _given("source.git", url))
    (problem,) = refused.value.problems
    assert ": source.git: " in problem
    assert "ter2" not in problem


def test_json_that_is_too_deep_is_refused() -> None:
    deep = SITE | {"FEEDSVC_HUB__OTHERS": "[" * 100_000}
    with pytest.raises(SettingsError, match=r"hub\.others: it is not JSON"):
        load_settings(None, deep)


def test_toml_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "deep.toml"
    file.write_text("a = " + "[" * 100_000)
    with pytest.raises(SettingsError, match=r"deep\.toml is not TOML"):
        load_settings(file, SITE)
