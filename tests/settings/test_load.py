"""The file and the environment: which value counts, and how a fault is reported."""

import re
from pathlib import Path

import pytest

from feedsvc.errors import SettingsError
from feedsvc.settings.load import load_settings
from tests.support.configuring import (
    HIDDEN,
    SHIPPED,
    SITE,
    only_problem,
    problems,
    sections,
    written,
)


def test_the_default_file_is_read_if_it_exists(file: Path) -> None:
    Path("config").mkdir()
    written(Path("config/feedsvc.toml"), "[feeds]\nentries = 7\n")
    assert load_settings(None, SITE).feeds.entries == 7


def test_a_given_file_replaces_the_default_file(file: Path) -> None:
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
    given = written(file, SHIPPED.read_text("utf-8"))
    settings = load_settings(given, {variable: value})
    assert getattr(getattr(settings, section), key) == expected


def test_port_in_the_environment_is_the_port_to_listen_on(file: Path) -> None:
    given = written(file, "[server]\nport = 4000\n")
    assert load_settings(given, SITE | {"PORT": "5000"}).server.port == 5000


def test_the_variable_of_the_setting_takes_precedence_over_port(file: Path) -> None:
    environ = SITE | {"PORT": "5000", "FEEDSVC_SERVER__PORT": "6000"}
    assert load_settings(None, environ).server.port == 6000


def test_an_empty_port_is_ignored(file: Path) -> None:
    assert load_settings(None, SITE | {"PORT": ""}).server.port == 8000


def test_variables_of_other_programs_are_ignored(file: Path) -> None:
    assert load_settings(None, SITE | {"PATH": "/bin", "FEEDS": "1"}).feeds.entries == 20


@pytest.mark.parametrize(
    ("text", "line", "key"),
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
    file: Path, text: str, line: str, key: str
) -> None:
    assert only_problem(written(file, text), SITE).startswith(f"{line}: {key}: ")


REQUIRED = ("title", "url", "author", "timezone", "tag_authority")


@pytest.mark.parametrize("key", REQUIRED)
def test_a_required_setting_that_is_missing_is_named(file: Path, key: str) -> None:
    environ = {
        name: value for name, value in SITE.items() if name.lower() != f"feedsvc_site__{key}"
    }
    assert f"site.{key}: it is missing" in only_problem(None, environ)


def test_without_settings_each_missing_one_is_named_and_init_is_the_cure(file: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, {})
    keys = [problem.partition(": it is missing")[0] for problem in refused.value.problems]
    assert keys == [f"site.{key}" for key in REQUIRED]
    hint = str(refused.value).splitlines()[-1]
    assert "feedsvc init" in hint
    assert "--config" in hint


def test_missing_settings_are_reported_beside_other_faults(file: Path) -> None:
    reported = problems(written(file, "[server]\nport = 0\n\n[site]\ntitle = 'Tea'\n"), {})
    assert [problem.partition(": it")[0] for problem in reported] == [
        *(f"my.toml:4: site.{key}" for key in REQUIRED[1:]),
        "my.toml:2: server.port",
    ]


def test_a_file_that_is_not_toml_hides_no_fault_of_the_environment(file: Path) -> None:
    environ = {"FEEDSVC_SERVER__PORT": "0", "FEEDSVC_NOPE": "1"}
    origins = [each.split(" ")[0] for each in problems(written(file, "[site"), environ)]
    assert origins == ["my.toml", "FEEDSVC_NOPE", "FEEDSVC_SERVER__PORT"]


def test_contradicting_tags_are_reported_beside_other_faults(file: Path) -> None:
    text = "[aliases]\ntags = { a = 'b' }\n[redirects.tags]\nb = 'a'\n[server]\nport = 0\n"
    origins = [each.split(" ")[0] for each in problems(written(file, text), SITE)]
    assert origins == ["my.toml:6:", "my.toml:3:"]


@pytest.mark.parametrize(
    "text", ["site.titel = 1\n", "[site]\n'titel' = 1\n", 'site = {"titel" = 1}\n']
)
def test_a_key_is_found_however_it_is_written(file: Path, text: str) -> None:
    line = 1 + text.count("\n", 0, text.index("titel"))
    assert problems(written(file, text), SITE)[0].startswith(f"my.toml:{line}: site.titel: ")


def test_a_byte_order_mark_is_no_fault(file: Path) -> None:
    given = written(file, "\ufeff[feeds]\nentries = 7\n")
    assert load_settings(given, SITE).feeds.entries == 7


def test_a_file_that_is_not_toml_is_refused_with_its_line(file: Path) -> None:
    problem = only_problem(written(file, "[site]\ntitle = Tea\n"), SITE)
    assert problem.startswith("my.toml is not TOML: ")
    assert "line 2" in problem


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes('[site]\ntitle = "茶"\n'.encode("gbk"))
    assert only_problem(file, SITE).startswith("my.toml cannot be read: ")


def test_a_given_file_must_exist(file: Path) -> None:
    assert only_problem(file, SITE).startswith("my.toml cannot be read: ")


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


def test_the_message_names_the_variable_that_overrides_a_good_line(file: Path) -> None:
    given = written(file, "[feeds]\nentries = 5\n")
    problem = only_problem(given, SITE | {"FEEDSVC_FEEDS__ENTRIES": "0"})
    assert problem.startswith("FEEDSVC_FEEDS__ENTRIES in the environment: ")


@pytest.mark.parametrize(
    "name", ["FEEDSVC_TITLE", "FEEDSVC_SITE_TITLE", "FEEDSVC_SITES__TITLE"]
)
def test_an_unknown_variable_is_refused(file: Path, name: str) -> None:
    problem = only_problem(None, SITE | {name: "Tea"})
    assert problem.startswith(f"{name} in the environment is not a setting; write FEEDSVC_")


def test_all_problems_are_reported_at_once(file: Path) -> None:
    given = written(file, "[site]\ntitel = 'Tea'\n\n[server]\nport = 0\n")
    environ = SITE | {"FEEDSVC_FEEDS__ENTRIES": "many", "FEEDSVC_NOPE": "1"}
    origins = {problem.partition(": ")[0].split(" ")[0] for problem in problems(given, environ)}
    assert origins == {"my.toml:2", "my.toml:5", "FEEDSVC_FEEDS__ENTRIES", "FEEDSVC_NOPE"}


def test_the_message_has_each_problem_on_a_line_of_its_own(file: Path) -> None:
    given = written(file, "[server]\nport = 0\nprot = 1\n")
    with pytest.raises(SettingsError) as refused:
        load_settings(given, SITE)
    lines = str(refused.value).splitlines()[1:]
    assert lines == [f"  {problem}" for problem in refused.value.problems]
    assert len(lines) == 2


def test_the_problem_of_an_unknown_key_lists_the_keys(file: Path) -> None:
    problem = only_problem(written(file, "[store]\nuri = 'sqlite:///x'\n"), SITE)
    assert problem == (
        "my.toml:2: store.uri: there is no such setting (did you mean url?); "
        "[store] has url, timeout"
    )


def test_the_problem_of_an_unknown_section_lists_the_sections(file: Path) -> None:
    problem = only_problem(written(file, "[stores]\nurl = 'sqlite:///x'\n"), SITE)
    assert problem.endswith(
        "; sections are site, content, feeds, filters, podcast, aliases, redirects, store, "
        "ledger, search, server, watcher, guard, log, webhook, audience, admin, source, hub, "
        "notify"
    )


def test_the_example_in_each_problem_is_accepted(file: Path) -> None:
    """Give every setting a wrong type; then replace each with the example of its problem."""
    wrong = [
        f"[{name}]\n" + "".join(f"{key} = [[]]\n" for key in section.model_fields)
        for name, section in sections().items()
    ]
    cures: dict[str, str] = {}
    for problem in problems(written(file, "".join(wrong)), {}):
        match = re.fullmatch(r"my\.toml:\d+: (\w+)\.(\w+): .+; write (\2 = .+)", problem)
        assert match, problem
        cures[f"{match[1]}.{match[2]}"] = match[3]
    assert set(cures) == {f"{n}.{key}" for n, s in sections().items() for key in s.model_fields}
    kept = file.absolute().with_name("secrets")
    kept.write_text(HIDDEN)
    cures["webhook.secret_file"] = f"secret_file = '{kept}'"
    cures["admin.token_file"] = f"token_file = '{kept}'"
    cures["admin.token"] = f"token = '{HIDDEN}'"  # the example is a placeholder, and refused
    right = "".join(
        f"[{name}]\n" + "".join(f"{cures[f'{name}.{key}']}\n" for key in section.model_fields)
        for name, section in sections().items()
    )
    assert load_settings(written(file, right), {}).site.title == "Tea notes"
