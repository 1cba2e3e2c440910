"""Which settings file is read, and where the paths in it start."""

from pathlib import Path

import pytest

from feedsvc.errors import SettingsError
from feedsvc.settings.load import load_settings
from feedsvc.source.opening import source_of
from tests.support.configuring import SITE, only_problem, written

FULL = """\
[content]
seeds = "posts"
[ledger]
file = "ledger.jsonl"
[webhook]
secret_file = "secrets"
[source]
git = "https://example.org/posts.git"
"""


@pytest.fixture(autouse=True)
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "blog" / "config").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entries(environ: dict[str, str] | None = None, named: str = "") -> int:
    """The one setting in which the files of these tests differ."""
    path = Path(named) if named else None
    return load_settings(path, SITE | (environ or {})).feeds.entries


def _file(path: str, entries: int) -> None:
    written(Path(path), f"[feeds]\nentries = {entries}\n")


def test_the_option_counts_before_the_variable_and_the_files_of_the_folder() -> None:
    _file("config/feedsvc.toml", 2)
    assert entries() == 2
    _file("feedsvc.toml", 3)
    assert entries() == 3
    _file("blog/a.toml", 4)
    assert entries({"FEEDSVC_CONFIG": "blog/a.toml"}) == 4
    _file("blog/b.toml", 5)
    assert entries({"FEEDSVC_CONFIG": "blog/a.toml"}, "blog/b.toml") == 5


def test_an_empty_variable_names_no_file() -> None:
    _file("feedsvc.toml", 3)
    assert entries({"FEEDSVC_CONFIG": ""}) == 3


def test_a_file_of_the_variable_that_is_missing_is_a_fault_of_the_variable() -> None:
    _file("feedsvc.toml", 3)
    problem = only_problem(None, SITE | {"FEEDSVC_CONFIG": "gone.toml"})
    assert problem.startswith("gone.toml (of FEEDSVC_CONFIG) cannot be read: ")


def test_a_link_that_leads_nowhere_is_a_fault_and_is_not_passed_over() -> None:
    _file("config/feedsvc.toml", 2)
    Path("feedsvc.toml").symlink_to("gone.toml")
    assert only_problem(None, SITE).startswith("feedsvc.toml cannot be read: ")


def test_paths_in_a_feedsvc_toml_start_at_its_folder(cwd: Path) -> None:
    written(Path("blog/secrets"), "correct horse battery staple\n")
    settings = load_settings(written(Path("blog/feedsvc.toml"), FULL), SITE)
    assert settings.content.seeds == Path("blog/posts")
    assert settings.store.url == "sqlite:///blog/var/feedsvc.sqlite3"
    assert settings.ledger.file == "blog/ledger.jsonl"
    assert settings.webhook.secrets == ("correct horse battery staple",)
    assert source_of(settings).folder.path == cwd / "blog/var/source/tree"


def test_paths_in_an_absolute_feedsvc_toml_are_absolute(cwd: Path) -> None:
    settings = load_settings(written(cwd / "blog/feedsvc.toml", FULL[:26]), SITE)
    assert settings.content.seeds == cwd / "blog/posts"
    assert settings.store.url == f"sqlite:///{cwd}/blog/var/feedsvc.sqlite3"


@pytest.mark.parametrize("path", ["config/feedsvc.toml", "blog/config/feedsvc.toml", "a.toml"])
def test_paths_in_other_files_start_at_the_current_folder(path: str) -> None:
    settings = load_settings(written(Path(path), "[content]\nseeds = 'posts'\n"), SITE)
    assert settings.content.seeds == Path("posts")
    assert settings.store.url == "sqlite:///var/feedsvc.sqlite3"


def test_a_feedsvc_toml_named_from_inside_config_is_that_of_config(
    cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cwd / "config")
    _file("feedsvc.toml", 2)
    settings = load_settings(cwd / "config/feedsvc.toml", SITE)
    assert settings.content.seeds == Path("seeds")


def test_absolute_paths_and_other_databases_stay_as_they_are() -> None:
    text = (
        "[content]\nseeds = '/srv/posts'\n"
        "[store]\nurl = 'postgresql+psycopg://example.org/feeds'\n"
    )
    settings = load_settings(written(Path("blog/feedsvc.toml"), text), SITE)
    assert settings.content.seeds == Path("/srv/posts")
    assert settings.store.url == "postgresql+psycopg://example.org/feeds"


def test_paths_of_the_environment_start_at_the_current_folder() -> None:
    environ = SITE | {
        "FEEDSVC_CONTENT__SEEDS": "posts",
        "FEEDSVC_STORE__URL": "sqlite:///here.sqlite3",
    }
    settings = load_settings(written(Path("blog/feedsvc.toml"), FULL[:26]), environ)
    assert settings.content.seeds == Path("posts")
    assert settings.store.url == "sqlite:///here.sqlite3"


@pytest.mark.parametrize("text", ["content = 5\n", "[content]\nseeds = 5\n", "store = []\n"])
def test_a_path_of_a_wrong_type_is_reported_as_elsewhere(text: str) -> None:
    assert "it is not a" in only_problem(written(Path("blog/feedsvc.toml"), text), SITE)


# A file that is started from elsewhere begins no second store.


def _store(path: str) -> None:
    Path(path).parent.mkdir(parents=True)
    Path(path).write_bytes(b"")


STORE = "var/feedsvc.sqlite3"


@pytest.mark.parametrize(
    ("config", "store"),
    [
        ("blog/feedsvc.toml", STORE),  # until now its paths started at the current folder
        ("blog/config/feedsvc.toml", f"blog/{STORE}"),  # started in blog before
        ("blog/my.toml", f"blog/{STORE}"),
    ],
)
@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_second_store_is_refused(cwd: Path, config: str, store: str, by: str) -> None:
    _store(store)
    _file(config, 3)
    environ = SITE | ({"FEEDSVC_CONFIG": config} if by == "variable" else {})
    problem = only_problem(Path(config) if by == "option" else None, environ)
    assert f"there is {store}, which may have the ids" in problem
    assert (
        f'write the one to use with its whole path, such as url = "sqlite:///{cwd}' in problem
    )
    cured = written(Path(config), f'[store]\nurl = "sqlite:///{cwd}/{store}"\n')
    assert load_settings(cured, SITE).store.url == f"sqlite:///{cwd}/{store}"


@pytest.mark.parametrize(
    ("config", "stores"),
    [
        ("blog/feedsvc.toml", [f"blog/{STORE}", STORE]),
        ("blog/config/feedsvc.toml", [f"blog/{STORE}", STORE]),
        ("blog/feedsvc.toml", []),
        ("config/feedsvc.toml", []),
    ],
)
def test_a_store_that_is_there_or_the_first_one_is_used(config: str, stores: list[str]) -> None:
    for store in stores:
        _store(store)
    _file(config, 3)
    assert entries(named=config) == 3


def test_a_store_of_the_environment_is_the_one_to_use() -> None:
    _store(STORE)
    _file("blog/feedsvc.toml", 3)
    url = {"FEEDSVC_STORE__URL": "sqlite:///other.sqlite3"}
    assert entries(url, "blog/feedsvc.toml") == 3


def test_a_second_store_is_reported_beside_other_faults() -> None:
    _store(STORE)
    _file("blog/feedsvc.toml", 0)
    with pytest.raises(SettingsError) as refused:
        load_settings(Path("blog/feedsvc.toml"), SITE)
    assert len(refused.value.problems) == 2
