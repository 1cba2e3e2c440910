"""TOML config files: values with the lines of their keys."""

import pytest

from feedsvc.core.generators.configs.config_values import ConfigValue, NotLiteral
from feedsvc.core.generators.configs.generator_config import GeneratorConfig, read_config


def read(text: str) -> GeneratorConfig:
    return read_config("hugo.toml", text.encode())


def test_values_have_the_line_of_their_key() -> None:
    config = read(
        "# [x]\n"
        'title = "[a]\\n"\n'
        'text = """\n'
        "title = 1\n"
        '"""\n'
        "list = [1,\n"
        "  2] # ]\n"
        "\n"
        "[params]\n"
        "'a.b' = true\n"
        "[params.author]\n"
        "name = 'Li'\n"
        'mail.home = "x"\n'
        "[[menu]]\n"
        "name = 'one'\n"
        "[[menu]]\n"
        "name = 'two'\n"
        "inline = { weight = 3 }\n"
    )
    assert config.at("title") == ConfigValue("[a]\n", 2)
    assert config.at("list") == ConfigValue((ConfigValue(1, 6), ConfigValue(2, 6)), 6)
    assert config.at("params", "a.b") == ConfigValue(True, 10)
    assert config.at("params", "author", "name") == ConfigValue("Li", 12)
    assert config.at("params", "author", "mail", "home") == ConfigValue("x", 13)
    menu = config.at("menu")
    assert menu
    assert [each.at("name") for each in menu.members] == [
        ConfigValue("one", 15),
        ConfigValue("two", 17),
    ]
    assert menu.members[1].at("inline", "weight") == ConfigValue(3, 18)


def test_a_quoted_key_has_its_line() -> None:
    assert read('\n"a b" = 1\n').at("a b") == ConfigValue(1, 2)


def test_dates_are_text() -> None:
    assert read("a = 2026-03-01\n").at("a") == ConfigValue("2026-03-01", 1)


def test_values_that_are_nested_too_deep_are_not_literals() -> None:
    value = read("a = " + "[" * 60 + "1" + "]" * 60).at("a")
    while value and value.members and not isinstance(value.content, NotLiteral):
        value = value.members[0]
    assert value == ConfigValue(NotLiteral("is nested too deep"), 1)


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("a = 1\nb = \n", "is not TOML: ", 2),
        ("a = 1\na = 2\n", "is not TOML: ", 2),
        ("a = [", "is not TOML: ", 0),
        ("a = 1\n" + "x." * 30 + "y = 1\n", "has a key of too many parts", 2),
        ("a = " + "[" * 5_000, "is not TOML: it has too many levels", 0),
        ("a = " + "9" * 5_000, "is not TOML: it has too many levels or digits", 0),
    ],
)
def test_what_is_no_toml_is_a_fault_with_its_line(text: str, why: str, line: int) -> None:
    config = read(text)
    assert config.fault.startswith(why)
    assert (config.root.content, config.fault_line) == ({}, line)
