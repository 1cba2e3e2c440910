"""`[redirects]`: what is accepted, and what is refused with its cure."""

from pathlib import Path

import pytest

from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import RedirectSettings
from feedsvc.settings.site import site_of
from tests.support.configuring import SITE, only_problem, problems, written

# The current folder has no store.
pytestmark = pytest.mark.usefixtures("file")


def redirects(folder: Path, text: str, **environ: str) -> RedirectSettings:
    file = written(folder / "feedsvc.toml", text)
    named = {f"FEEDSVC_REDIRECTS__{name}": value for name, value in environ.items()}
    return load_settings(file, SITE | named).redirects


def test_there_are_none_by_default() -> None:
    made = load_settings(None, SITE).redirects
    assert (made.presets, made.paths, made.tags) == ((), {}, {})


def test_paths_stand_in_the_section_itself(tmp_path: Path) -> None:
    made = redirects(
        tmp_path,
        '[redirects]\nfrom = ["hugo", "hexo", "hugo"]\n"/old/" = "/posts/tea/"\n'
        '"/caf%C3%A9" = "/C%23"\n[redirects.paths]\n"/x" = "/y"\n[redirects.tags]\nk8s = "K"\n',
    )
    assert made.presets == ("hugo", "hexo")
    assert made.paths == {
        **{"old/": "posts/tea/", "old": "posts/tea/"},
        **{"café": "C#", "café/": "C#", "x": "y", "x/": "y"},
    }
    assert made.tags == {"k8s": "K"}


def test_the_environment_has_them_as_json(tmp_path: Path) -> None:
    made = redirects(
        tmp_path,
        '[redirects]\n"/a" = "/b"\n',
        FROM='["wordpress"]',
        PATHS='{"/x": "/y/"}',
        TAGS='{"k8s": "Kubernetes"}',
    )
    assert made.presets == ("wordpress",)
    assert made.paths == {"x": "y/", "x/": "y/", "a": "b", "a/": "b"}
    assert made.tags == {"k8s": "Kubernetes"}


def test_a_redirect_in_several_steps_becomes_one(tmp_path: Path) -> None:
    made = redirects(tmp_path, '[redirects]\n"/a" = "/b/"\n"/b" = "/c"\n"/c" = "/d/"\n')
    assert made.paths == dict.fromkeys(["a", "a/", "b", "b/", "c", "c/"], "d/")


def test_a_redirect_may_add_a_slash_or_remove_it(tmp_path: Path) -> None:
    made = redirects(tmp_path, '[redirects]\n"/feed" = "/feed/"\n"/old/" = "/old"\n')
    assert made.paths == {"feed": "feed/", "old/": "old"}


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ("https://evil.example/", "a host"),
        ("//evil.example/", "a host"),
        ("/\\\\evil.example/", "a host"),
        ("javascript:alert(1)", "a host"),
        ("/%2Fevil.example/", "a host"),
        ("/%5Cevil.example/", "a backslash"),
        ("/a%0d%0aSet-Cookie:b", "a control character"),
        ("/a\\nb", "a control character"),
        ("/a/../b", ".."),
        ("/a/%2e%2e/b", ".."),
        ("/a//b", "an empty segment"),
        ("/a?b", "a ? or a #"),
        ("/a#b", "a ? or a #"),
        ("/%zz", "two hex digits"),
        ("/%ff", "not UTF-8"),
        ("posts/tea/", "does not begin with a slash"),
        ("", "does not begin with a slash"),
        ("/old/", "leads to itself"),
        ("/%6Fld/", "leads to itself"),
    ],
)
def test_a_target_that_is_no_path_of_this_site_is_refused(
    tmp_path: Path, new: str, fault: str
) -> None:
    file = written(tmp_path / "my.toml", f'[redirects]\n"/old/" = "{new}"\n')
    problem = only_problem(file, SITE)
    assert problem.startswith(f"{file}:1: redirects.paths: ")
    assert fault in problem
    assert problem.isprintable()
    assert '; write paths = { "/old/" = "/posts/new/" }' in problem


@pytest.mark.parametrize(
    "old",
    ["/", "/hub", "/healthz", "/hooks/rebuild", "/static/a.css", "/atom.xml", "/opml.xml"],
)
def test_an_address_that_feedsvc_answers_cannot_be_old(tmp_path: Path, old: str) -> None:
    file = written(tmp_path / "my.toml", f'[redirects]\n"{old}" = "/new"\n')
    assert "feedsvc itself answers this address" in only_problem(file, SITE)


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    file = written(
        tmp_path / "my.toml",
        '[redirects]\nfrom = ["ghost"]\n"/a" = "b"\n"/c" = "/d"\n"/d" = "/c"\n'
        '[redirects.tags]\na = "b"\nb = "a"\n',
    )
    presets, paths, tags = problems(file, SITE)
    assert "'wordpress'" in presets
    for part in ("/a = b: it does not", "/c leads to itself", "/d leads"):
        assert part in paths
    assert "a, b leads to itself" in tags


@pytest.mark.parametrize("value", ["[]", '"x"', "{", "7"])
def test_paths_that_are_no_table_are_refused(tmp_path: Path, value: str) -> None:
    environ = SITE | {"FEEDSVC_REDIRECTS__PATHS": value}
    assert "redirects" in only_problem(None, environ)
    file = written(tmp_path / "my.toml", '[redirects]\n"/a" = "/b"\n')
    assert "redirects" in only_problem(file, environ)


def test_a_section_that_is_no_table_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "my.toml", "redirects = 7\n")
    assert "it is not a table" in only_problem(file, SITE)


def test_a_tag_that_returns_to_itself_by_an_alias_is_refused(tmp_path: Path) -> None:
    text = '[aliases]\ntags = { a = "b", c = "c" }\n[redirects.tags]\nb = "a"\n'
    problem = only_problem(written(tmp_path / "my.toml", text), SITE)
    assert "a, b leads to itself by way of aliases.tags" in problem


def test_redirected_tags_are_rules_of_the_site() -> None:
    settings = load_settings(None, SITE | {"FEEDSVC_REDIRECTS__TAGS": '{"k8s": "K"}'})
    assert site_of(settings).rules.tag_redirects == (("k8s", "K"),)
