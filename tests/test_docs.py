"""The docs agree with the code: settings, commands, front matter, links, paths, the example."""

import json
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import pytest
from pydantic.fields import FieldInfo

from feedsvc.cli.main import main
from feedsvc.core.feeds.entries import (
    Entry,
    compose,
    new_id,
)
from feedsvc.core.feeds.feeds import Topic, feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.posts.episodes.episode_keys import EPISODE_KEYS
from feedsvc.core.posts.keys import KEYS
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.permalinks import TOKENS
from feedsvc.core.posts.post import SUFFIXES, Post
from feedsvc.settings.load import load_settings
from feedsvc.settings.settings import FilterSettings, NotifySettings, Settings
from feedsvc.settings.site import site_of

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIG: Final = ROOT / "config/feedsvc.toml"
PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
REPEATED: Final[dict[str, Any]] = {"notify": NotifySettings, "filters": FilterSettings}
NO_DEFAULT: Final = (
    *("webhook.secret", "admin.token"),
    *(f"{name}.{key}" for name, model in REPEATED.items() for key in model.model_fields),
)


def _read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def _named(pages: list[Path]) -> list[Any]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


def _table(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table with this heading in column 1, by the code in that column."""
    rows: dict[str, list[str]] = {}
    inside = False
    for line in _read(page).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside and not set(line) <= set("|- :"):
            rows[cells[0].strip("`")] = cells[1:]
    assert rows, f"{page} has no table headed {heading}"
    return rows


def _blocks(text: str, *languages: str) -> list[str]:
    """The fenced blocks in one of these languages."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)
    return [block for language, block in blocks if language in languages]


# Settings.


def _settings() -> dict[str, FieldInfo]:
    """Every setting by its key."""
    settings: dict[str, FieldInfo] = {}
    for section, field in Settings.model_fields.items():
        model: Any = REPEATED.get(section, field.annotation)
        settings |= {f"{section}.{key}": setting for key, setting in model.model_fields.items()}
    return settings


def test_the_table_of_settings_names_each_setting_and_no_other() -> None:
    assert sorted(_table("docs/configuration.md", "Key")) == sorted(_settings())


@pytest.mark.parametrize("key", _settings())
def test_a_setting_is_documented_with_its_default_and_a_meaning(key: str) -> None:
    default, meaning = _table("docs/configuration.md", "Key")[key]
    setting = _settings()[key]
    assert len(meaning.split()) >= 3
    if setting.is_required():
        assert default == "required"
    elif key in ("webhook.secret", "admin.token"):
        assert default == "none"
    else:
        documented = tomllib.loads(f"value = {default.strip('`')}")["value"]
        real = setting.default
        real = list(real) if isinstance(real, tuple) else real
        real = real or "" if key.endswith("_file") else real  # the file is read at start
        assert documented == (str(real) if isinstance(real, Path) else real)


def test_the_config_file_has_each_setting_with_its_default() -> None:
    written = tomllib.loads(CONFIG.read_text("utf-8"))
    keys = [f"{section}.{key}" for section, keys in written.items() for key in keys]
    loaded = load_settings(CONFIG, {})
    assert sorted([*keys, *NO_DEFAULT]) == sorted(_settings())
    for key, setting in _settings().items():
        section, _, name = key.partition(".")
        if not setting.is_required() and section != "notify":
            assert getattr(getattr(loaded, section), name) == setting.default, key


def test_the_config_file_comments_each_setting() -> None:
    lines = CONFIG.read_text("utf-8").splitlines()
    for key in _settings():
        name = key.partition(".")[2]
        at = next(n for n, line in enumerate(lines) if re.match(rf"(# )?{name} = ", line))
        commented = re.search(r"\s# \S", lines[at]) or lines[at - 1].startswith("# ")
        assert commented, key


def test_only_secrets_and_repeated_sections_are_commented_out_in_the_config_file() -> None:
    commented = re.findall(r"^# *(\w+) = ", CONFIG.read_text("utf-8"), re.M)
    names = ["title", "query", "secret", "token", "url", "secret", "kinds"]
    assert commented == names


def test_the_table_of_episodes_names_each_key_and_no_other() -> None:
    keys = [key for row in EPISODE_KEYS.values() for key in row]
    assert sorted(_table("docs/podcasts.md", "Episode key")) == sorted(keys)


# Commands.


def test_the_readme_lists_every_command_and_no_other() -> None:
    listed = [row.split()[1] for row in _table("README.md", "Command")]
    assert sorted(listed) == sorted(main.commands)


def _command_lines(page: Path) -> Iterator[list[str]]:
    """The words of each command in the shell examples of a page."""
    text = page.read_text("utf-8")
    shell = [block.replace("\\\n", "") for block in _blocks(text, "sh")]  # one line each
    commands = [line for block in shell for line in block.splitlines()]
    for block in _blocks(text, "console"):
        commands += [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    for line in commands:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if set(word) <= set(";|&<>()"):
                if words:
                    yield words
                words = []
            elif words or not re.match(r"[A-Za-z_]\w*=", word):
                words.append(word)


def _calls(program: str) -> list[Any]:
    return [
        pytest.param(words[1:], id=f"{page.relative_to(ROOT)}: {' '.join(words)}")
        for page in PAGES
        for words in _command_lines(page)
        if Path(words[0]).name == program
    ]


def _parse(command: click.Command, words: list[str], parent: click.Context | None) -> None:
    """Parse like click, without running. Raises UsageError for unknown commands and options."""
    how = command.context_settings  # a command keeps the names of its first --help
    context = click.Context(command, parent=parent, info_name=command.name, **how)
    given, rest, _ = command.make_parser(context).parse_args(list(words))
    if {"help", "version", "sample_config"} & given.keys():
        return
    if isinstance(command, click.Group):
        _, subcommand, rest = command.resolve_command(context, rest)
        assert subcommand is not None
        _parse(subcommand, rest, context)
        return
    missing = [
        parameter.name
        for parameter in command.params
        if parameter.required and not isinstance(given.get(str(parameter.name)), str)
    ]
    if rest or missing:
        raise click.UsageError(f"too much: {rest}; missing: {missing}")


@pytest.mark.parametrize("words", _calls("feedsvc"))
def test_a_documented_call_of_feedsvc_uses_existing_commands_and_options(
    words: list[str],
) -> None:
    _parse(main, words, None)


@pytest.mark.parametrize(
    "call",
    ["serv", "serve --prot 1", "--sedes x serve", "backup", "feeds a b", "check a b"],
)
def test_a_wrong_call_would_be_detected(call: str) -> None:
    with pytest.raises(click.UsageError):
        _parse(main, call.split(), None)


@pytest.mark.parametrize("words", _calls("make"))
def test_a_documented_target_of_make_exists(words: list[str]) -> None:
    targets = set(re.findall(r"^([a-z]+):", _read("Makefile"), re.M))
    assert set(words) <= targets


# Front matter.


def _keys_read() -> set[str]:
    """Every key that feedsvc reads."""
    return {key for row in KEYS.values() for key in row}


def test_every_token_of_a_permalink_is_documented_with_its_meaning() -> None:
    documented = _table("docs/front-matter.md", "Token")
    assert {token: cells[0] for token, cells in documented.items()} == TOKENS


def _codes() -> set[str]:
    """The codes of problems in the source: in a call, or assigned to `code`."""
    call = r"(?:Refused\(|\.warn\w*\(|_warning\([^,()]+,)\s*\"([a-z-]+)\""
    named = r"\bcode(?:: str)?\s*=\s*\"([a-z-]+)\""
    codes: set[str] = set()
    for file in (ROOT / "feedsvc").rglob("*.py"):
        source = file.read_text("utf-8")
        codes |= {*re.findall(call, source), *re.findall(named, source)}
    return codes


def test_the_table_of_codes_has_each_code_and_no_other() -> None:
    assert sorted(_table("docs/problems.md", "Code")) == sorted(_codes())


def test_the_codes_of_problems_are_found() -> None:
    assert {"date", "flag", "twin", "nearly-alike", "encoding", "front-matter"} <= _codes()


def test_the_table_of_front_matter_has_each_key_that_is_read_and_no_other() -> None:
    assert sorted(_table("docs/front-matter.md", "Key")) == sorted(_keys_read())


def test_the_docs_name_each_suffix_of_posts() -> None:
    page = _read("docs/front-matter.md")
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in page] == []


def _post(path: str, text: str) -> tuple[Post, Entry]:
    site = site_of(load_settings(CONFIG, {}))
    post = parse_post(path, text.encode(), site)
    assert isinstance(post, Post), post
    entry = compose(post, site, new_id(post.key, site), post.published)
    assert isinstance(entry, Entry), entry
    return post, entry


def test_the_table_of_ids_is_true() -> None:
    rows = _table("docs/front-matter.md", "The post has")
    assert len(rows) == 5
    for condition, (documented,) in rows.items():
        key = re.match(r"((?:guid|slug): [^`]+)", condition)
        line = key[1] + "\n" if key else ""
        _, entry = _post("2026/first-pick.md", f"---\ndate: 2026-03-01\n{line}---\nTea\n")
        assert entry.id == documented.strip("`")


def test_the_table_of_categories_is_true() -> None:
    expected = {
        "categories: Tea": (("Tea",),),
        "categories: [Tea, Green]": (("Tea", "Green"),),
        "categories: [[Tea], [Notes]]": (("Tea",), ("Notes",)),
        "categories: [[Tea, Green], Notes]": (("Tea", "Green"), ("Notes",)),
    }
    assert sorted(_table("docs/front-matter.md", "Written")) == sorted(expected)
    for line, categories in expected.items():
        post, _ = _post("a.md", f"---\ndate: 2026-03-01\n{line}\n---\nTea\n")
        assert post.categories == categories


# The example of the README.


def test_the_feed_in_the_readme_is_the_feed_of_its_post() -> None:
    (written,) = _blocks(_read("README.md"), "markdown")
    (shown,) = _blocks(_read("README.md"), "xml")
    _, entry = _post("spring.md", written)
    site = site_of(load_settings(CONFIG, {}))
    document = FORMATS["atom"].render(feed_of(site, Topic("tag", ("Tea",)), [entry])).decode()
    pieces = [re.escape(piece.strip()) for piece in shown.split("...")]
    assert len(pieces) > 2
    assert re.search(r"\A<\?xml[^>]*>\s*" + ".*?".join(pieces) + r"\s*\Z", document, re.S)


# Links and paths.


def _prose(page: Path) -> str:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "code", text)


def _links(page: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)\s]+)\)", _prose(page))
    return [target for target in targets if not urlsplit(target).scheme]


@pytest.mark.parametrize("page", _named(PAGES))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = [page.parent / urlsplit(link).path for link in _links(page)]
    assert [str(target) for target in targets if not target.exists()] == []


def _anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", _named(PAGES))
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = [urlsplit(link) for link in _links(page)]
    missing = [
        link.geturl()
        for link in links
        if link.fragment
        and link.fragment not in _anchors(page.parent / link.path if link.path else page)
    ]
    assert missing == []


def test_the_pages_have_links() -> None:
    assert len(_links(ROOT / "README.md")) >= 8


def _paths(page: Path) -> list[str]:
    """The paths of this repository in the inline code of a page, such as `core/media.py`."""
    code = re.findall(r"`([\w./-]+)`", page.read_text("utf-8"))
    return [
        path
        for path in code
        if path.startswith(("feedsvc/", "tests/", "docs/")) or re.match(r"\w+/.*\.py$", path)
    ]


@pytest.mark.parametrize("page", _named(PAGES))
def test_every_path_in_the_docs_exists(page: Path) -> None:
    missing = [
        path
        for path in _paths(page)
        if not any((folder / path).exists() for folder in (ROOT, ROOT / "feedsvc"))
    ]
    assert missing == []


def test_the_docs_have_paths() -> None:
    assert len({path for page in PAGES for path in _paths(page)}) > 30


def test_every_page_of_docs_is_linked_from_the_readme_or_the_index_of_notes() -> None:
    linked = {
        (page.parent / link).resolve()
        for page in (ROOT / "README.md", ROOT / "docs/design/README.md")
        for link in _links(page)
    }
    pages = (ROOT / "docs").rglob("*.md")
    assert [str(p.relative_to(ROOT)) for p in pages if p.resolve() not in linked] == []


def test_a_design_note_has_a_date_a_question_and_what_was_given_up() -> None:
    notes = sorted((ROOT / "docs/design").glob("[0-9]*.md"))
    assert len(notes) >= 10
    for note in notes:
        text = note.read_text("utf-8")
        day = re.search(r"^\d{4}-\d\d-\d\d$", text, re.M)
        assert day, note.name
        assert note.name.startswith(day[0])
        date.fromisoformat(day[0])
        for part in ("**Question.**", "**Answer.**", "**What we gave up.**"):
            assert part in text, f"{note.name} has no {part}"


def _files_of_the_repository() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a checkout of git")
    names = {os.fsdecode(name) for name in listed.stdout.split(b"\0") if name}
    return sorted(ROOT / name for name in names if (ROOT / name).is_file())


# Assembled here, otherwise this file would match.
_MACHINE_PATH: Final = re.compile(rb"(?<![\w.~}-])/" + rb"(?:work|root)(?=/|\b)(?![-.\w])")
_INDEX_HOSTS: Final = re.compile(rb"\bpy" + rb"pi\.org\b|python" + rb"hosted\.org\b")


@pytest.mark.parametrize("text", ["cd /{}/main", "sqlite:////{}/x", "'/{}'", "=/{}/a:b"])
@pytest.mark.parametrize("folder", ["work", "root"])
def test_a_path_of_this_machine_would_be_detected(text: str, folder: str) -> None:
    assert _MACHINE_PATH.search(text.format(folder).encode())


@pytest.mark.parametrize("text", ["https://a.b/work", "art/work/", "/workers", "/root-ca"])
def test_other_paths_are_not_reported(text: str) -> None:
    assert not _MACHINE_PATH.search(text.encode())


@pytest.mark.parametrize(
    "pattern", [pytest.param(_MACHINE_PATH, id="path"), pytest.param(_INDEX_HOSTS, id="index")]
)
def test_no_file_names_a_path_of_a_machine_or_a_package_index(
    pattern: re.Pattern[bytes],
) -> None:
    files = _files_of_the_repository()
    assert ROOT / "README.md" in files
    faults = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_bytes().splitlines(), 1)
        if pattern.search(line)
    ]
    assert faults == []


def test_the_example_of_aliases_in_the_environment_is_accepted() -> None:
    page = _read("docs/configuration.md")
    (shown,) = re.findall(r"^FEEDSVC_FEEDS__ALIASES='(.*?)' ", page, re.M)
    settings = load_settings(CONFIG, {"FEEDSVC_FEEDS__ALIASES": shown})
    assert settings.feeds.aliases == json.loads(shown)
