"""The words for the faults that pydantic finds."""

import re
from pathlib import Path
from typing import Final

import pytest

from feedsvc.errors import SettingsError
from feedsvc.settings import faults
from feedsvc.settings.load import load_settings
from tests.support.configuring import SITE, only_problem, problems, sections, written

KEYS: Final = [
    *(f"{name}.{key}" for name, model in sections().items() for key in model.model_fields),
    *("notify.url", "notify.secret"),
]
WRONG: Final = [
    *("''", "' '", "'x'", "'-1'", "true", "5", "-1", "1.5", "nan", "inf", "1e99"),
    *("99999999999999999999", "1979-05-27", "[]", "[5]", "[[]]", "['x']", "{}"),
    *("{ a = 5 }", "{ a = 'x' }", "{ '/' = 'x' }", "{ a = { b = 5 } }", "'9'"),
]
WORDS_OF_PYDANTIC: Final = re.compile("[Ii]nput|should|valid |Value error|pattern|type")


def refusals(file: Path, text: str, key: str) -> tuple[str, ...]:
    variable = "FEEDSVC_" + key.replace(".", "__").upper()
    environ = {name: value for name, value in SITE.items() if name != variable}
    try:
        load_settings(written(file, text), environ)
    except SettingsError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("key", KEYS)
def test_every_fault_is_in_our_words(file: Path, key: str) -> None:
    section, _, name = key.partition(".")
    heading = "[[notify]]" if section == "notify" else f"[{section}]"
    refused = [
        problem
        for value in WRONG
        for problem in refusals(file, f"{heading}\n{name} = {value}\n", key)
        if f": {key}" in problem
    ]
    assert refused
    for problem in refused:
        fault = problem.partition(f": {key}")[2].partition("; write ")[0]
        assert not WORDS_OF_PYDANTIC.search(fault), problem
        assert faults._OTHER not in fault, problem
        assert f"; write {name} = " in problem


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[site]\nlanguage = 'Chinese (simplified)'\n", "it is not a language tag (RFC 5646)"),
        ("[site]\nemail = 'li at example.org'\n", "it is not an e-mail address"),
        ("[site]\nsubtitle = 5\n", "it is not a text"),
        ("[server]\nport = 'http'\n", "it is not a whole number"),
        ("[server]\nport = 0\n", "it is not 1 or more"),
        ("[server]\nport = 65536\n", "it is not 65535 or less"),
        ("[server]\npages = 'perhaps'\n", "it is neither true nor false"),
        ("[server]\nhost = ''\n", "it is empty"),
        ("[server]\npurge_method = 'purge'\n", "it is not a request method"),
        ("[watcher]\nquiet = nan\n", "it is not 60 or less"),
        ("[content]\nencrypted = 'no'\n", "it is not 'hidden' or 'teaser'"),
        ("[hub]\nnetworks = ['x']\n", "it is not a network such as 10.0.0.0/8"),
        ("[hub]\nothers = 5\n", "it is not a list"),
        ("[aliases]\ntags = []\n", "it is not a table"),
    ],
)
def test_a_fault_names_what_is_wrong(file: Path, text: str, fault: str) -> None:
    assert f": {fault}" in only_problem(written(file, text), SITE)


def test_a_section_that_is_not_a_table_is_named(file: Path) -> None:
    reported = problems(written(file, "feeds = 5\nnotify = 5\n"), SITE)
    assert reported == (
        "my.toml:1: feeds: it is not a table; write a [feeds] section",
        "my.toml:2: notify: it is not a list; write a [[notify]] section",
    )


def test_a_fault_inside_an_author_is_named_by_its_whole_key(file: Path) -> None:
    problem = only_problem(written(file, "[content]\nauthors = { li = { } }\n"), SITE)
    assert problem == (
        "my.toml:2: content.authors.li.name: it is missing; "
        'write authors = { li = { name = "Li Wei" } }'
    )


@pytest.mark.parametrize("key", ["a\\nb", "\\u001b[31m", "a\\u2028b"])
def test_a_name_with_control_characters_stays_on_one_line(file: Path, key: str) -> None:
    text = f'"{key}" = 1\n[site]\n"{key}" = 1\n'
    for problem in problems(written(file, text), SITE):
        assert problem.isprintable()
