"""No secret of the settings comes out: not in an error, a log, a header, a feed or a page."""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy import make_url

from feedsvc.cli.main import main
from feedsvc.errors import FeedsvcError, SettingsError
from feedsvc.push.outgoing import Outgoing
from feedsvc.push.purging import Cache, Purger
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import NotifySettings, Settings
from feedsvc.settings.site import site_of
from feedsvc.source.repository import Remote, Repository
from feedsvc.store.store import Store
from tests.support.running import (
    SITE,
    free_port,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

ENVIRON = SITE | {"FEEDSVC_SITE__URL": "https://example.org"}
SIGNING = "whsec_" + "QUFB" * 8
# Texts that readers see, or that messages name: no secret belongs there. A new setting is not
# among them, and so must hide what it is given.
PUBLIC = {
    *("site.title", "site.author", "site.subtitle", "site.email", "content.seeds"),
    *("site.icon", "site.logo", "site.rights", "podcast.author", "podcast.email"),
    *("content.permalink", "content.tag_separators", "content.include", "content.exclude"),
    *(
        "content.authors",
        "content.harmless_keys",
        "aliases.tags",
        "aliases.categories",
        "server.host",
    ),
    *("server.readers", "server.proxy_header", "source.branch", "source.path", "ledger.file"),
}
# Addresses and names that the site publishes; a refusal has to say which of them is wrong.
NAMED = {"redirects.paths", "redirects.tags", "feeds.main"}
SECRETS = st.text(
    st.sampled_from("abzKQ09@:/?#%&=+ ;'\"\\[]{}$!~.-_é茶"), min_size=6, max_size=20
).map(lambda text: f"Zx{text}9qZ")


def _leaves(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every setting that there is, also one that is new."""
    for name, found in model.model_fields.items():
        inner = found.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _leaves(inner, (*above, name))
        elif not (above or name in ("notify", "filters")):
            raise AssertionError(f"{name} is no section: teach this test about it")
        elif above:
            yield (*above, name)


LEAVES = [
    *_leaves(Settings),
    *(("notify", name) for name in NotifySettings.model_fields),
]


def _forms(secret: str) -> set[str]:
    """What would give a secret away, encoded or not."""
    return {
        *(secret, quote(secret), quote(secret, safe=""), quote_plus(secret)),
        *(repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)),
        *(part for part in re.split("[@:/?#]", secret) if len(part) > 5),
    }


def _shows(text: str, secret: str) -> list[str]:
    return [form for form in _forms(secret) if form in text]


def _values(secret: str) -> list[str]:
    encoded = quote(secret, safe="")
    return [
        secret,
        *(
            f"{scheme}://user:{s}@host/x"
            for scheme in ("http", "https", "ssh")
            for s in (secret, encoded)
        ),
        *(f"https://host/x?password={s}" for s in (secret, encoded)),
        *(f"postgresql+psycopg://user:{s}@host/feeds" for s in (secret, encoded)),
        f"postgresql+psycopg://host/feeds?password={encoded}",
        f"whsec_{secret}",
        f"/run/{secret}",
    ]


def _shapes(value: str) -> list[Any]:
    return [value, [value], {value: value}, {"x": {"uri": value, "name": value}}]


def _told(error: BaseException) -> str:
    return f"{error} {error!r} {''.join(traceback.format_exception(error))}"


def _loaded(file: Path | None, environ: dict[str, str]) -> tuple[Settings | None, str]:
    """The settings if they are accepted, and all that shows of them or of their refusal."""
    try:
        loaded = load_settings(file, environ)
    except SettingsError as error:
        return None, _told(error)
    return loaded, f"{loaded} {loaded!r} {site_of(loaded)!r}"


def test_every_setting_is_tried() -> None:
    assert len(LEAVES) > 45
    assert {"store.url", "hub.others", "notify.secret"} <= {".".join(leaf) for leaf in LEAVES}
    assert {".".join(leaf) for leaf in LEAVES} >= PUBLIC


@given(secret=SECRETS, draw=st.randoms(use_true_random=False))
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],  # an example takes seconds: too long to look for a smaller one
)
def test_no_setting_shows_a_secret(secret: str, draw: Random) -> None:
    for leaf in LEAVES:
        for value in draw.sample(_values(secret), 3):
            shape = draw.choice(_shapes(value))
            written = shape if isinstance(shape, str) else json.dumps(shape)
            environ = ENVIRON | {f"FEEDSVC_{'__'.join(leaf)}".upper(): written}
            if leaf[0] == "notify":
                one = {"url": "https://host/", "secret": SIGNING} | {leaf[1]: shape}
                environ = ENVIRON | {"FEEDSVC_NOTIFY": json.dumps([one])}
            loaded, shown = _loaded(None, environ)
            name = ".".join(leaf)
            if name not in NAMED and (loaded is None or name not in PUBLIC):
                assert not _shows(shown, secret), (leaf, value)


@pytest.mark.parametrize("leaf", LEAVES, ids=".".join)
def test_no_setting_shows_one_secret_in_any_shape(leaf: tuple[str, ...]) -> None:
    """The same with one secret, and every URL and the value itself, for each setting."""
    secret = "Zxp:w@q/r9qZ"  # noqa: S105 - of this test
    for value in _values(secret):
        environ = ENVIRON | {f"FEEDSVC_{'__'.join(leaf)}".upper(): value}
        if leaf[0] == "notify":
            one = {"url": "https://host/", "secret": SIGNING} | {leaf[1]: value}
            environ = ENVIRON | {"FEEDSVC_NOTIFY": json.dumps([one])}
        loaded, shown = _loaded(None, environ)
        name = ".".join(leaf)
        if name not in NAMED and (loaded is None or name not in PUBLIC):
            assert not _shows(shown, secret), (leaf, value)


@given(secret=SECRETS)
@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_file_of_settings_shows_a_secret_in_its_faults(tmp_path: Path, secret: str) -> None:
    for leaf in LEAVES:
        for line in (json.dumps(secret), secret, f"'{secret}", f"[{json.dumps(secret)}]"):
            file = tmp_path / "my.toml"
            file.write_text(f"[{leaf[0]}]\n{leaf[1]} = {line}\n", "utf-8")
            loaded, shown = _loaded(file, ENVIRON)
            is_named = ".".join(leaf) in NAMED
            assert loaded or is_named or not _shows(shown, secret), (leaf, line)


# Where a setting is used, and that fails.


@given(secret=SECRETS)
@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_failure_shows_a_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    caplog.set_level(logging.DEBUG)
    place, encoded = f"127.0.0.1:{free_port()}", quote(secret, safe="")
    told = []
    for url in (
        f"postgresql+psycopg://li:{encoded}@{place}/feeds",
        f"postgresql+psycopg://{place}/feeds?user=li&password={encoded}",
        f"postgresql+psycopg://li:{encoded}@{place}/feeds?sslpassword={encoded}&tea=1",
    ):
        with pytest.raises(FeedsvcError) as refused:
            Store(url)
        told.append(str(refused.value))
    if not re.search(r"\s", secret):
        for user in (f"{encoded}:x", f"li:{encoded}"):
            with pytest.raises(FeedsvcError) as refused:
                Repository(
                    tmp_path / "git", Remote(f"http://{user}@{place}/p", "main")
                ).update()
            told.append(str(refused.value))
    with pytest.raises(FeedsvcError) as refused:
        Outgoing(anywhere=True).post(f"http://{place}/{encoded}?token={encoded}", b"", {})
    told.append(_told(refused.value))
    purger = Purger(Cache(f"http://{place}/{encoded}", "PURGE", "https://example.org"))
    purger.ask(["tags/tea"])
    purger.send()
    assert not _shows(" ".join([*told, caplog.text, repr(purger._cache)]), secret)


@pytest.mark.parametrize("command", ["serve", "publish", "feeds", "push", "check"])
def test_no_command_shows_a_secret(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "secrets").write_text("Zxhunter2hunter2\nwhpk_Zxhunter2\n")
    environ = ENVIRON | {
        "FEEDSVC_SERVER__PORT": str(free_port()),
        "FEEDSVC_STORE__URL": f"postgresql+psycopg://li:Zxhunter2@127.0.0.1:{free_port()}/x",
        "FEEDSVC_WEBHOOK__SECRET": "Zxhunter2hunter2",
    }
    for extra in (
        {},
        {"FEEDSVC_WEBHOOK__SECRET_FILE": str(tmp_path / "secrets")},
        {"FEEDSVC_HUB__OTHERS": '["http://li:Zxhunter2@host/"]'},
        {"FEEDSVC_STORE__URL": "postgresql+psycopg://li:Zxh@Zxhunter2:w@host/x"},
    ):
        result = CliRunner().invoke(main, [command], env=environ | extra)
        assert "Zxhunter2" not in result.output
        assert isinstance(result.exception, SystemExit) or result.exit_code == 0
    assert "Zxhunter2" not in CliRunner().invoke(main, [command, "--help"], env=environ).output


@pytest.mark.postgres
def test_a_running_server_shows_no_secret(
    tmp_path: Path, posts: PostFolder, postgres_url: str
) -> None:
    """All that it sends and logs while its hub, its cache and its listener fail."""
    posts.write("tea.md", tags="[tea]")
    kept = tmp_path / "secrets"
    kept.write_text("Zxsecret-of-a-file\n")
    nobody = f"http://127.0.0.1:{free_port()}"
    store = make_url(postgres_url).set(password="Zx@store:pw")  # noqa: S106 - of this test
    given = {
        "FEEDSVC_STORE__URL": store.render_as_string(hide_password=False),
        "FEEDSVC_WEBHOOK__SECRET": "Zxwebhook-secret",
        "FEEDSVC_WEBHOOK__SECRET_FILE": str(kept),
        "FEEDSVC_SERVER__PURGE": f"{nobody}/Zxpurge?key=Zxpurge",
        "FEEDSVC_NOTIFY": json.dumps([{"url": f"{nobody}/Zxnotify?t=Zx", "secret": SIGNING}]),
    }
    with running(tmp_path, posts.root, given) as server:
        wait_until(lambda: "was not purged" in server.log, "the cache failed")
        wait_until(lambda: "not notified" in server.log, "the listener failed")
        paths = ["/", "/atom.xml", "/rss.xml", "/feed.json", "/opml.xml", "/tags/tea/", "/hub"]
        paths += ["/healthz", "/readyz", "/none", "/hooks/rebuild", "/metrics", "/posts/tea/"]
        sent = [server.get(path) for path in paths]
        sent += [
            server.ask("POST", "/hooks/rebuild", {"Authorization": f"Bearer {secret}"}, b"{}")
            for secret in ("wrong", "Zxwebhook-secret", "Zxsecret-of-a-file")
        ]
        assert {answer.status_code for answer in sent} >= {200, 202, 404}
        everything = " ".join(f"{a.status_code} {a.headers} {a.text}" for a in sent)
    assert not [
        part for part in ("Zx", SIGNING, SIGNING[6:]) if part in everything + server.log
    ]
