"""The configuration: what is taken, what is refused, and how a refusal is told."""

import base64
import json
import re
from pathlib import Path
from typing import Final

import pytest
from pydantic import BaseModel

from feedsvc.errors import SettingsError
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import Settings, SiteSettings
from feedsvc.settings.site import site_of

SHIPPED: Final = Path(__file__).parents[2] / "config" / "feedsvc.toml"
SITE: Final = {
    "FEEDSVC_SITE__TITLE": "Tea notes",
    "FEEDSVC_SITE__URL": "https://example.org",
    "FEEDSVC_SITE__AUTHOR": "Li Wei",
    "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
    "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
}
HIDDEN: Final = "correct horse battery staple"  # a secret that is long enough


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of settings that is not written yet, in the working folder."""
    monkeypatch.chdir(tmp_path)
    return Path("my.toml")


def written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def problems(file: Path | None, environ: dict[str, str]) -> tuple[str, ...]:
    """The problems for which these settings are refused."""
    with pytest.raises(SettingsError) as refused:
        load_settings(file, environ)
    return refused.value.problems


def only_problem(file: Path | None, environ: dict[str, str]) -> str:
    (problem,) = problems(file, environ)
    return problem


def sections() -> dict[str, type[BaseModel]]:
    found = {}
    for name, field in Settings.model_fields.items():
        if name == "notify":
            continue  # a list of sections
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        found[name] = field.annotation
    return found


# What is taken.


def test_five_settings_of_the_site_are_enough(file: Path) -> None:
    site = SiteSettings(
        title="Tea notes",
        url="https://example.org",
        author="Li Wei",
        timezone="Asia/Shanghai",
        tag_authority="example.org,2026",
    )
    assert load_settings(None, SITE) == Settings(site=site)


def test_the_defaults_are_those_that_the_shipped_file_shows() -> None:
    shipped = load_settings(SHIPPED, {})
    assert shipped == Settings(site=shipped.site)


@pytest.mark.parametrize("section", list(sections()))
def test_the_shipped_file_has_every_setting_with_a_comment(section: str) -> None:
    text = re.split(r"^\[(\w+)\]$", SHIPPED.read_text("utf-8"), flags=re.M)
    lines = text[text.index(section) + 1].splitlines()
    for key in sections()[section].model_fields:
        at = next(i for i, line in enumerate(lines) if re.match(rf"(# )?{key} = ", line))
        assert "  # " in lines[at] or lines[at - 1].startswith("# "), key


def test_the_default_file_is_read_where_it_is_there(file: Path) -> None:
    Path("config").mkdir()
    written(Path("config/feedsvc.toml"), "[feeds]\nentries = 7\n")
    assert load_settings(None, SITE).feeds.entries == 7


def test_a_file_given_stands_in_for_the_default_file(file: Path) -> None:
    Path("config").mkdir()
    written(Path("config/feedsvc.toml"), "[feeds]\nentries = 7\n")
    given = written(file, "[feeds]\nmax_bytes = 20000\n")
    assert load_settings(given, SITE).feeds.entries == 20


@pytest.mark.parametrize(
    ("variable", "value", "section", "key", "expected"),
    [
        ("FEEDSVC_SITE__TITLE", "茶", "site", "title", "茶"),
        ("FEEDSVC_SITE__SUBTITLE", "8000", "site", "subtitle", "8000"),
        ("FEEDSVC_CONTENT__SEEDS", "/srv/posts", "content", "seeds", Path("/srv/posts")),
        ("FEEDSVC_FEEDS__ENTRIES", "5", "feeds", "entries", 5),
        ("FEEDSVC_SERVER__PAGES", "false", "server", "pages", False),
        ("FEEDSVC_SERVER__PAGES", "true", "server", "pages", True),
        ("FEEDSVC_WATCHER__QUIET", "1.5", "watcher", "quiet", 1.5),
        ("FEEDSVC_FEEDS__ALIASES", '{"/a.xml": "rss"}', "feeds", "aliases", {"/a.xml": "rss"}),
        ("FEEDSVC_FEEDS__ALIASES", "{}", "feeds", "aliases", {}),
    ],
)
def test_the_environment_overrides_the_file(
    file: Path, variable: str, value: str, section: str, key: str, expected: object
) -> None:
    settings = load_settings(SHIPPED, {variable: value})
    assert getattr(getattr(settings, section), key) == expected


def test_port_in_the_environment_is_the_port_to_listen_on(file: Path) -> None:
    given = written(file, "[server]\nport = 4000\n")
    assert load_settings(given, SITE | {"PORT": "5000"}).server.port == 5000


def test_the_own_variable_of_the_port_goes_before_port(file: Path) -> None:
    environ = SITE | {"PORT": "5000", "FEEDSVC_SERVER__PORT": "6000"}
    assert load_settings(None, environ).server.port == 6000


def test_an_empty_port_is_none(file: Path) -> None:
    assert load_settings(None, SITE | {"PORT": ""}).server.port == 8000


def test_a_slash_at_the_end_of_the_url_is_dropped(file: Path) -> None:
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
def test_the_url_of_the_site_is_written_as_a_uri(file: Path, given: str, kept: str) -> None:
    assert load_settings(None, SITE | {"FEEDSVC_SITE__URL": given}).site.url == kept


def test_variables_of_others_are_left_alone(file: Path) -> None:
    assert load_settings(None, SITE | {"PATH": "/bin", "FEEDS": "1"}).feeds.entries == 20


def test_settings_cannot_be_changed_afterwards(file: Path) -> None:
    settings = load_settings(None, SITE)
    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1  # type: ignore[misc] # mypy refuses it too


# What is refused: in the file ...


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        ("[server]\nport = 80\nprot = 81\n", "my.toml:3", "server.prot"),
        ("[server]\nport = 80\n\n[serve]\nport = 81\n", "my.toml:4", "serve"),
        ("colour = 'red'\n[server]\nport = 80\n", "my.toml:1", "colour"),
        ("[server]\nport = 'http'\n", "my.toml:2", "server.port"),
        ("[server]\nport = 0\n", "my.toml:2", "server.port"),
        ("[server]\nport = 65536\n", "my.toml:2", "server.port"),
        ("[server]\npages = 'perhaps'\n", "my.toml:2", "server.pages"),
        ("[site]\nsubtitle = 5\n", "my.toml:2", "site.subtitle"),
        ("[feeds]\nentries = 0\n", "my.toml:2", "feeds.entries"),
        ("[feeds]\nentries = 1.5\n", "my.toml:2", "feeds.entries"),
        ("[feeds]\naliases = { '/a.xml' = 'pdf' }\n", "my.toml:2", "feeds.aliases"),
        ("[feeds]\naliases = { 'a.xml' = 'rss' }\n", "my.toml:2", "feeds.aliases"),
        ("[content]\npermalink = '/posts/'\n", "my.toml:2", "content.permalink"),
        ("[server]\nreaders = { A = 'https://a.example/' }\n", "my.toml:2", "server.readers"),
        ("[server]\nreaders = { A = 'javascript:{url}' }\n", "my.toml:2", "server.readers"),
        ("[content]\ncategories = 'hugo'\n", "my.toml:2", "content.categories"),
        ("[store]\nurl = 'mysql://localhost/feeds'\n", "my.toml:2", "store.url"),
        ("[watcher]\nquiet = -1\n", "my.toml:2", "watcher.quiet"),
        ("[watcher]\nquiet = nan\n", "my.toml:2", "watcher.quiet"),
        ("[webhook]\nsecret = 1234567890123456\n", "my.toml:2", "webhook.secret"),
    ],
)
def test_a_fault_in_the_file_is_refused_by_line_and_key(
    file: Path, text: str, place: str, key: str
) -> None:
    assert only_problem(written(file, text), SITE).startswith(f"{place}: {key}: ")


@pytest.mark.parametrize("key", ["title", "url", "author", "timezone", "tag_authority"])
def test_a_required_setting_that_is_missing_is_named(file: Path, key: str) -> None:
    environ = {
        name: value for name, value in SITE.items() if name.lower() != f"feedsvc_site__{key}"
    }
    assert f"site.{key}: it is missing" in only_problem(None, environ)


def test_without_any_settings_the_site_is_asked_for(file: Path) -> None:
    assert "[site]" in only_problem(None, {})


def test_a_file_that_is_no_toml_is_refused_by_line(file: Path) -> None:
    problem = only_problem(written(file, "[site]\ntitle = Tea\n"), SITE)
    assert problem.startswith("my.toml is not TOML: ")
    assert "line 2" in problem


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes('[site]\ntitle = "茶"\n'.encode("gbk"))
    assert only_problem(file, SITE).startswith("my.toml cannot be read: ")


def test_a_file_that_was_given_has_to_be_there(file: Path) -> None:
    assert only_problem(file, SITE).startswith("my.toml cannot be read: ")


# ... and in the environment.


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FEEDSVC_SITE__TITLE", ""),
        ("FEEDSVC_SITE__TITLE", " \u3000"),
        ("FEEDSVC_SITE__TITLE", "Tea\u0008notes"),
        ("FEEDSVC_SITE__AUTHOR", " "),
        ("FEEDSVC_SITE__AUTHOR", "Li\ufffe"),
        ("FEEDSVC_SITE__SUBTITLE", "All on\u0000tea"),
        ("FEEDSVC_SITE__EMAIL", "li\u0008@example.org"),
        ("FEEDSVC_SITE__URL", "https://example.org/%zz"),
        ("FEEDSVC_SITE__URL", "https://example.org/<b>"),
        ("FEEDSVC_SITE__URL", 'https://example.org/"b'),
        ("FEEDSVC_SITE__URL", "https://exa%41mple.org"),
        ("FEEDSVC_SITE__URL", f"https://{'茶' * 70}.org"),
        ("FEEDSVC_SITE__URL", "example.org"),
        ("FEEDSVC_SITE__URL", "ftp://example.org"),
        ("FEEDSVC_SITE__URL", "https://"),
        ("FEEDSVC_SITE__URL", "https:///feeds"),
        ("FEEDSVC_SITE__URL", "http://[::1"),
        ("FEEDSVC_SITE__URL", "https://li@example.org"),
        ("FEEDSVC_SITE__URL", "https://example.org/?page=1"),
        ("FEEDSVC_SITE__URL", "https://example.org/#top"),
        ("FEEDSVC_SITE__URL", "https://example.org/my blog"),
        ("FEEDSVC_SITE__TIMEZONE", "Asia/Shangai"),
        ("FEEDSVC_SITE__TIMEZONE", "Asia"),
        ("FEEDSVC_SITE__TIMEZONE", ""),
        ("FEEDSVC_SITE__TIMEZONE", "../etc/passwd"),
        ("FEEDSVC_SITE__TIMEZONE", "A" * 300),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org,26"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org,2026-13"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org,2026-01-32"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org,2026-02-31"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org,0000"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org,٢٠٢٦"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "example.org, 2026"),
        ("FEEDSVC_SITE__TAG_AUTHORITY", "https://example.org,2026"),
        ("FEEDSVC_SITE__EMAIL", "li at example.org"),
        ("FEEDSVC_SITE__LANGUAGE", "Chinese (simplified)"),
        ("FEEDSVC_FEEDS__ENTRIES", "many"),
        ("FEEDSVC_FEEDS__ALIASES", "/feed.xml=atom"),
        ("FEEDSVC_FEEDS__ALIASES", '["/feed.xml"]'),
        ("FEEDSVC_SERVER__PAGES", "perhaps"),
        ("FEEDSVC_SERVER__PORT", ""),
        ("FEEDSVC_SERVER__PROXY_HEADER", ""),
        ("FEEDSVC_SERVER__PROXY_HEADER", "X_Real_IP"),
        ("FEEDSVC_SERVER__PROXY_HEADER", "X-Real-IP: 1"),
        ("FEEDSVC_WEBHOOK__SECRET", ""),
        ("FEEDSVC_WEBHOOK__SECRET", "fifteen letters"),
        ("FEEDSVC_SERVER__PROT", "80"),
    ],
)
def test_a_fault_in_the_environment_is_refused_by_variable_and_key(
    file: Path, variable: str, value: str
) -> None:
    key = variable.removeprefix("FEEDSVC_").lower().replace("__", ".")
    problem = only_problem(None, SITE | {variable: value})
    assert problem.startswith(f"{variable} in the environment: {key}: ")


def test_the_variable_is_named_where_it_overrides_a_good_line(file: Path) -> None:
    given = written(file, "[feeds]\nentries = 5\n")
    problem = only_problem(given, SITE | {"FEEDSVC_FEEDS__ENTRIES": "0"})
    assert problem.startswith("FEEDSVC_FEEDS__ENTRIES in the environment: ")


@pytest.mark.parametrize(
    "name", ["FEEDSVC_TITLE", "FEEDSVC_SITE_TITLE", "FEEDSVC_SITES__TITLE"]
)
def test_a_name_in_the_environment_that_means_nothing_is_refused(file: Path, name: str) -> None:
    problem = only_problem(None, SITE | {name: "Tea"})
    assert problem.startswith(f"{name} in the environment is not a setting; write FEEDSVC_")


def test_a_secret_of_sixteen_characters_is_long_enough(file: Path) -> None:
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET": "sixteen letters!"}
    assert load_settings(None, environ).webhook.secrets == ("sixteen letters!",)


# How it is told.


def test_all_problems_are_told_at_once(file: Path) -> None:
    given = written(file, "[site]\ntitel = 'Tea'\n\n[server]\nport = 0\n")
    environ = SITE | {"FEEDSVC_FEEDS__ENTRIES": "many", "FEEDSVC_NOPE": "1"}
    places = {problem.partition(": ")[0].split(" ")[0] for problem in problems(given, environ)}
    assert places == {"my.toml:2", "my.toml:5", "FEEDSVC_FEEDS__ENTRIES", "FEEDSVC_NOPE"}


def test_the_message_holds_every_problem_on_a_line_of_its_own(file: Path) -> None:
    given = written(file, "[server]\nport = 0\nprot = 1\n")
    with pytest.raises(SettingsError) as refused:
        load_settings(given, SITE)
    lines = str(refused.value).splitlines()[1:]
    assert lines == [f"  {problem}" for problem in refused.value.problems]
    assert len(lines) == 2


def test_an_unknown_key_is_answered_with_those_that_there_are(file: Path) -> None:
    problem = only_problem(written(file, "[store]\nuri = 'sqlite:///x'\n"), SITE)
    assert problem == "my.toml:2: store.uri: there is no such setting; [store] has url, timeout"


def test_an_unknown_section_is_answered_with_those_that_there_are(file: Path) -> None:
    problem = only_problem(written(file, "[stores]\nurl = 'sqlite:///x'\n"), SITE)
    assert problem.endswith(
        "; sections are site, content, feeds, aliases, store, server, watcher, webhook, "
        "source, hub, notify"
    )


def test_what_a_problem_tells_you_to_write_is_accepted(file: Path) -> None:
    """Every setting of the wrong type; then every cure put in its place."""
    wrong = [
        f"[{name}]\n" + "".join(f"{key} = [[]]\n" for key in section.model_fields)
        for name, section in sections().items()
    ]
    cures: dict[str, str] = {}
    for problem in problems(written(file, "".join(wrong)), {}):
        found = re.fullmatch(r"my\.toml:\d+: (\w+)\.(\w+): .+; write (\2 = .+)", problem)
        assert found, problem
        cures[f"{found[1]}.{found[2]}"] = found[3]
    assert set(cures) == {f"{n}.{key}" for n, s in sections().items() for key in s.model_fields}
    kept = file.absolute().with_name("secrets")
    kept.write_text(HIDDEN)
    cures["webhook.secret_file"] = f"secret_file = '{kept}'"
    right = "".join(
        f"[{name}]\n" + "".join(f"{cures[f'{name}.{key}']}\n" for key in section.model_fields)
        for name, section in sections().items()
    )
    assert load_settings(written(file, right), {}).site.title == "Tea notes"


@pytest.mark.parametrize(
    "text",
    [
        "[webhook]\nsecret = 'hunter2'\n",
        "[webhook]\nsecret = ['hunter2']\n",
        "[webhook]\nsecrets = 'hunter2'\n",
        "[webhook]\nsecret = hunter2\n",
        "[webhook]\nsecret = 'hunter2\n",
        "[webhook]\nsecret = 'whsec_hunter2hunter2'\n",
        "[webhook]\nsecret = 'whsk_hunter2hunter2'\n",
        "[webhook]\nsecret = ['sixteen letters!', 'whpk_hunter2hunter2']\n",
        "[webhook]\nsecret_file = 'hunter2'\n",
        "[store]\nurl = 'mysql://li:hunter2@localhost/feeds'\n",
    ],
)
def test_no_message_shows_a_secret(file: Path, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(file, text), SITE)
    assert "hunter2" not in str(refused.value)


def test_a_refused_secret_does_not_hang_on_the_error(file: Path) -> None:
    """Neither its cause nor its context would be shown in a traceback."""
    with pytest.raises(SettingsError) as refused:
        load_settings(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": "hunter2"})
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_settings_do_not_show_the_secret(file: Path) -> None:
    settings = load_settings(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": HIDDEN})
    assert HIDDEN not in f"{settings} {settings!r} {settings.model_dump()} {settings.webhook}"


def test_the_secret_can_be_had_by_who_asks_for_it(file: Path) -> None:
    webhook = load_settings(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": HIDDEN}).webhook
    assert webhook.secrets == (HIDDEN,)


@pytest.mark.parametrize(
    "given", [f"['{HIDDEN}', '{HIDDEN}2']", f"""'["{HIDDEN}", "{HIDDEN}2"]'"""]
)
def test_several_secrets_open_the_door_while_one_gives_way(file: Path, given: str) -> None:
    webhook = load_settings(written(file, f"[webhook]\nsecret = {given}\n"), SITE).webhook
    assert webhook.secrets == (HIDDEN, f"{HIDDEN}2")


@pytest.mark.parametrize(
    "secret", ["[sixteen letters", "[[sixteen letters]]", "[1] and sixteen!"]
)
def test_a_secret_may_begin_with_a_bracket(file: Path, secret: str) -> None:
    in_file = load_settings(written(file, f"[webhook]\nsecret = '{secret}'\n"), SITE).webhook
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET": secret}
    assert in_file.secrets == load_settings(None, environ).webhook.secrets == (secret,)


@pytest.mark.parametrize("given", ['["sixteen letters!", "and more of it"', '[ "a", ]'])
def test_a_list_of_secrets_that_is_none_is_refused_with_the_cure(given: str) -> None:
    told = only_problem(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": given})
    assert "webhook.secret: " in told
    assert "it starts like a JSON list" in told
    assert "sixteen" not in told


def test_a_file_holds_a_secret_on_each_line(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "secrets"
    kept.write_text(f"{HIDDEN}\n\n {HIDDEN}2 \n")
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)}
    environ["FEEDSVC_WEBHOOK__SECRET"] = f"{HIDDEN}3"
    webhook = load_settings(None, environ).webhook
    assert webhook.secrets == (f"{HIDDEN}3", HIDDEN, f"{HIDDEN}2")
    assert HIDDEN not in f"{webhook} {webhook!r}"


@pytest.mark.parametrize("content", ["", "\n \n", "short\n", None])
def test_a_file_without_a_secret_is_refused(
    file: Path, tmp_path: Path, content: str | None
) -> None:
    kept = tmp_path / "secrets"
    if content is not None:
        kept.write_text(content)
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)}
    assert "webhook.secret_file" in only_problem(None, environ)


@pytest.mark.parametrize("kind", ["whsec_", "whpk_", "whsk_"])
def test_a_secret_that_is_no_key_though_it_says_so_is_refused(
    file: Path, tmp_path: Path, kind: str
) -> None:
    secret = f"{kind}not the base64 of a key"
    told = only_problem(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": secret})
    assert "FEEDSVC_WEBHOOK__SECRET in the environment: webhook.secret: " in told
    assert "key" in told or "base64" in told
    assert secret not in told
    kept = tmp_path / "secrets"
    kept.write_bytes(f"{HIDDEN}\n{secret}\n".encode())
    told = only_problem(None, SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)})
    assert "webhook.secret_file: " in told
    assert secret not in told


def test_a_file_of_secrets_that_is_no_text_is_refused(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "secrets"
    kept.write_bytes(b"\xff" * 20)
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)}
    assert "webhook.secret_file: the file is not UTF-8" in only_problem(None, environ)


def test_who_is_notified_is_a_list_of_sections(file: Path) -> None:
    secret = "whsec_" + base64.b64encode(b"x" * 24).decode()
    one = f"[[notify]]\nurl = 'https://example.org/hear'\nsecret = '{secret}'\n"
    found = load_settings(written(file, one * 2), SITE).notify
    assert [each.secret.get_secret_value() for each in found] == [secret, secret]
    given = json.dumps([{"url": "https://example.org/hear", "secret": secret}])
    assert load_settings(None, SITE | {"FEEDSVC_NOTIFY": given}).notify == found[:1]


@pytest.mark.parametrize("secret", ["", "x" * 40, "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!"])
def test_a_message_is_signed_with_a_secret_of_standard_webhooks(
    file: Path, secret: str
) -> None:
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
def test_a_source_names_nothing_that_git_could_take_for_an_option(
    file: Path, line: str
) -> None:
    key = line.partition(" ")[0]
    assert f"source.{key}: " in only_problem(written(file, f"[source]\n{line}\n"), SITE)


def test_a_feed_names_our_hub_first_and_then_the_others(file: Path) -> None:
    given = written(file, "[hub]\nothers = ['https://hub.example/']\n")
    environ = SITE | {"FEEDSVC_SITE__URL": "https://example.org/blog"}
    hubs = site_of(load_settings(given, environ)).hubs
    assert hubs == ("https://example.org/blog/hub", "https://hub.example/")
    environ["FEEDSVC_HUB__ENABLED"] = "false"
    assert site_of(load_settings(given, environ)).hubs == ("https://hub.example/",)


@pytest.mark.parametrize(
    ("address", "path"), [("/tags/C~23/", "tags/C~23"), ("/tags/茶/", "tags/茶"), ("/", "")]
)
def test_any_feed_can_be_one_of_summaries(file: Path, address: str, path: str) -> None:
    given = written(file, f"[feeds]\ncontents = {{ '{address}' = 'summary' }}\n")
    assert site_of(load_settings(given, SITE)).contents == ((path, "summary"),)


def test_what_is_no_address_of_a_feed_cannot(file: Path) -> None:
    given = written(file, "[feeds]\ncontents = { '/posts/tea/' = 'summary' }\n")
    assert "feeds.contents: it is not the address of a feed" in only_problem(given, SITE)
