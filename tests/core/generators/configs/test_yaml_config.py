"""YAML config files: values with lines, and nothing that a tag could do."""

import pytest

from feedsvc.core.generators.configs.config_values import ConfigValue, NotLiteral
from feedsvc.core.generators.configs.generator_config import GeneratorConfig, read_config


def read(text: str) -> GeneratorConfig:
    return read_config("mkdocs.yml", text.encode())


def test_scalars_are_text_with_the_line_of_their_value() -> None:
    config = read("a: no\nb:\n  c: 3.10\nd: 'x'\n")
    assert config.at("a") == ConfigValue("no", 1)
    assert config.at("b", "c") == ConfigValue("3.10", 3)
    assert config.at("d") == ConfigValue("x", 4)


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_nothing_is_no_value_but_its_quoted_form_is(nothing: str) -> None:
    assert read(f"a: {nothing}\n").at("a") is None
    assert read(f"a: '{nothing}'\n").at("a") == ConfigValue(nothing, 1)


@pytest.mark.parametrize(
    "value", ["!ENV [A, b]", "!!python/name:os.system", "!!python/object/apply:os.system [x]"]
)
def test_a_tag_is_not_a_literal(value: str) -> None:
    config = read(f"a: {value}\nb: one\n")
    found = config.at("a")
    assert found
    assert isinstance(found.content, NotLiteral)
    assert found.content.why.startswith("has the YAML tag ")
    assert config.at("b") == ConfigValue("one", 2)


def test_aliases_share_a_value() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    value = read("\n".join(lines)).at("a29")
    assert value
    assert value.members[0] is value.members[1]


def test_an_alias_of_what_it_is_in_is_not_a_literal() -> None:
    value = read("a: &a [*a]\n").at("a")
    assert value
    assert [member.content for member in value.members] == [NotLiteral("refers to itself")]


def test_values_that_are_nested_too_deep_are_not_literals() -> None:
    value = read("a: " + "[" * 60 + "]" * 60).at("a")
    depth = 0
    while value and value.members:
        value, depth = value.members[0], depth + 1
        if isinstance(value.content, NotLiteral):
            break
    assert value == ConfigValue(NotLiteral("is nested too deep"), 1)
    assert depth < 60


def test_the_last_of_two_equal_keys_counts() -> None:
    assert read("a: one\na: two\n").at("a") == ConfigValue("two", 2)


def test_keys_that_are_not_text_are_left_out() -> None:
    assert [*read("[a]: one\nb: two\n").root.keys] == ["b"]


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("- a\n", "is not a YAML mapping", 1),
        ("a: [\n", "is not YAML: ", 2),
        ("a: b\nc: d: e\n", "is not YAML: ", 2),
        ("a: " + "[" * 600, "has more than 500 levels", 1),
        ("a: \x07\n", "is not YAML: ", 1),
        ("a: b\n" * 30_000, "has too many values", 0),
    ],
)
def test_what_is_no_mapping_is_a_fault_with_its_line(text: str, why: str, line: int) -> None:
    config = read(text)
    assert config.fault.startswith(why)
    assert (config.root.content, config.fault_line) == ({}, line)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_a_file_without_values_is_no_fault(text: str) -> None:
    assert (read(text).root.content, read(text).fault) == ({}, "")


def test_the_front_matter_of_a_page_is_read_with_the_lines_of_the_page() -> None:
    page = read_config(
        "index.qmd", b"---\ntitle: x\nlisting:\n  contents: posts\n---\n# a: b\n"
    )
    assert page.at("listing", "contents") == ConfigValue("posts", 4)


@pytest.mark.parametrize("source", [b"", b"# Title\n", b"---\nnever: closed\n", b"---\n---\n"])
def test_a_page_without_front_matter_has_no_values(source: bytes) -> None:
    assert read_config("index.qmd", source) == GeneratorConfig(
        "index.qmd", read_config("index.qmd", source).root
    )
    assert not read_config("index.qmd", source).root.keys
