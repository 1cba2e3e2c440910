"""Front matter fields with their lines, and faults with theirs."""

import time

import pytest

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.frontmatter.source import Field, FrontMatter, Value
from feedsvc.errors import FrontMatterError


def fields_of(text: str) -> dict[str, Field]:
    front = read_front_matter(text)
    assert front is not None
    return front.fields


def value_of(yaml: str) -> Value:
    return fields_of(f"---\nx: {yaml}\n---\n")["x"].value


def refused(text: str) -> tuple[int, str]:
    with pytest.raises(FrontMatterError) as caught:
        read_front_matter(text)
    return caught.value.line, caught.value.fault


def test_the_fields_and_the_body_have_their_lines() -> None:
    text = "---\ntitle: Tea\n# a remark\ntags:\n  - green\n---\n\nBody.\n"
    assert read_front_matter(text) == FrontMatter(
        {"title": Field("Tea", 2, 8, 1), "tags": Field(["green"], 4, 1, 1)},
        "\nBody.\n",
        7,
        "yaml",
    )


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff\u200b", "\n\u2060"])
def test_invisible_characters_before_the_front_matter_are_skipped(unseen: str) -> None:
    front = read_front_matter(f"{unseen}---\ntitle: Tea\n---\nBody.")
    assert front is not None
    assert (front.fields["title"].value, front.body) == ("Tea", "Body.")


def test_blank_lines_before_it_are_counted() -> None:
    assert read_front_matter("\n\n---\ntitle: Tea\n---\nBody.") == FrontMatter(
        {"title": Field("Tea", 4, 8, 1)}, "Body.", 6, "yaml"
    )


@pytest.mark.parametrize("text", ["---\n---\n", "---\n\n---\n", "---\n# nothing\n---\n"])
def test_empty_front_matter_has_no_fields(text: str) -> None:
    assert fields_of(text) == {}


@pytest.mark.parametrize(
    "text", ["", "Body.", "# Head\n---\n", "--\na: b\n--\n", "--- a\n---\n", " ---\n---\n"]
)
def test_a_text_without_an_opening_line_has_no_front_matter(text: str) -> None:
    assert read_front_matter(text) is None


def test_a_closing_line_may_end_with_white_space_and_end_the_file() -> None:
    front = read_front_matter("--- \t\na: b\n---  ")
    assert front == FrontMatter({"a": Field("b", 2, 4, 1)}, "", 4, "yaml")


def test_a_horizontal_rule_in_the_body_stays() -> None:
    front = read_front_matter("---\na: b\n---\none\n\n---\n\ntwo\n")
    assert front == FrontMatter({"a": Field("b", 2, 4, 1)}, "one\n\n---\n\ntwo\n", 4, "yaml")


def test_the_indent_of_the_first_line_of_the_body_stays() -> None:
    front = read_front_matter("---\na: b\n---\n    code\n")
    assert front is not None
    assert front.body == "    code\n"


@pytest.mark.parametrize(
    "word", ["no", "yes", "true", "0755", "3.10", "12:30:45", "1e3", "2026-03-01", "0x1F", "="]
)
def test_a_scalar_stays_as_written(word: str) -> None:
    assert value_of(word) == word


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("", None),
        ("~", None),
        ("''", ""),
        ("'~'", "~"),
        ("[a, ~, '']", ["a", None, ""]),
        ("{a: 1, b: [c]}", {"a": "1", "b": ["c"]}),
        ("!!str 1", "1"),
        ("!!int 1", "1"),
        ("! a", "a"),
        ("|\n  two\n  lines", "two\nlines\n"),
        ("&a [b, *c]".replace("*c", "c"), ["b", "c"]),
    ],
)
def test_values_are_texts_lists_mappings_or_none(yaml: str, value: Value) -> None:
    assert value_of(yaml) == value


def test_an_alias_is_the_value_of_its_anchor() -> None:
    fields = fields_of("---\na: &tea [green]\nb: *tea\n---\n")
    assert fields == {"a": Field(["green"], 2, 4, 1), "b": Field(["green"], 3, 1, 1)}


def test_a_merge_key_has_no_special_meaning() -> None:
    fields = fields_of("---\n<<: {title: x}\n---\n")
    assert fields == {"<<": Field({"title": "x"}, 2, 5, 1)}


@pytest.mark.parametrize(
    "text", ["---", "---\n", "---\ntitle: Tea\n", "---\ntitle: Tea\n----\n"]
)
def test_front_matter_that_is_never_closed_is_refused(text: str) -> None:
    assert refused(text) == (1, "the front matter is never closed")


@pytest.mark.parametrize("yaml", ["- a\n- b", "words", "12", "''"])
def test_front_matter_without_keys_is_refused(yaml: str) -> None:
    assert refused(f"---\n{yaml}\n---\n") == (2, "the front matter has no keys")


@pytest.mark.parametrize(
    ("text", "name", "position", "fault"),
    [
        ("---\na: 1\nb: 2\na: 3\n---\n", "a", (4, 1), " (first in line 2)"),
        ("---\na:\n\tb: 1\n\tb: 2\n---\n", "a.b", (4, 3), ""),
        ("---\na: [{b: 1, b: 2}]\n---\n", "a.b", (2, 12), ""),
        ('{"a": 1,\n "a": 2}', "a", (2, 2), " (first in line 1)"),
        ('{\n"a": {"b": 1, "b": 2}}', "a.b", (2, 6), ""),
        (';;;\n"a": 1,\n"a": 2\n;;;\n', "a", (3, 1), " (first in line 2)"),
        ('"a": 1,\n"a": 2\n;;;\n', "a", (2, 1), " (first in line 1)"),
        ("title: a\nb: 1\nb: 2\n---\n", "b", (3, 1), " (first in line 2)"),
        ("+++\na = 1\na = 2\na = 3\n+++\n", "a", (3, 1), ""),
        ('+++\na = 1\nb = [1,\n2]\n  "a" = "x"\n+++\n', "a", (5, 3), ""),
        ("+++\n[a]\nb = 1\nb = 2 # x\n+++\n", "a.b", (4, 1), ""),
        ('+++\n"a\\u0008" = 1\na = 2\n+++\n', "a", (3, 1), " (first in line 2)"),
    ],
)
def test_of_a_repeated_key_the_first_value_counts(
    text: str, name: str, position: tuple[int, int], fault: str
) -> None:
    front = read_front_matter(text)
    assert front
    repeated = front.repeated[0]
    why = repeated.fault
    assert (repeated.name, (why.line, why.column)) == (name, position)
    assert why.fault == f"the key {name[-1]!r} appears twice{fault}"
    assert front.fields[name[0]].value in ("1", {"b": "1"}, [{"b": "1"}])


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("!!python/object:os.system", "tag:yaml.org,2002:python/object:os.system"),
        ("!!python/object/apply:os.system", "tag:yaml.org,2002:python/object/apply:os.system"),
        ("!!binary", "tag:yaml.org,2002:binary"),
        ("!mine", "!mine"),
    ],
)
def test_yaml_tags_are_refused(tag: str, name: str) -> None:
    fault = f"the YAML tag {name!r} is not allowed"
    assert refused(f"---\na: b\nx: {tag} [echo]\n---\n") == (3, fault)


@pytest.mark.parametrize("key", ["? [a]", "? {a: b}", "k" * 201])
def test_a_key_is_a_short_word(key: str) -> None:
    assert refused(f"---\n{key}\n: b\n---\n".replace("k\n:", "k:")) == (
        2,
        "a key is not a short word",
    )


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("title: a: b", 3),
        ("title: @tea", 3),
        ("title: `tea`", 3),
        ("tags:\n \t- tea", 4),
        ("title: a\n\tdate: b", 4),
        ("x: *nowhere", 3),
        ('x: "\\uD800"', 3),
    ],
)
def test_invalid_yaml_is_refused_with_its_line(yaml: str, line: int) -> None:
    fault_line, fault = refused(f"---\nfirst: 1\n{yaml}\nlast: 1\n---\n")
    assert (fault_line, fault.startswith("the front matter is not YAML: ")) == (line, True)


def test_blank_lines_before_it_count_in_a_fault_as_well() -> None:
    assert refused("\n\n---\ntitle: a: b\n---\n")[0] == 4


def test_characters_that_yaml_forbids_are_refused() -> None:
    assert refused("---\nx: a\x00b\n---\n")[1].startswith("the front matter is not YAML: ")


ALIAS_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a: &a {x: 1}\n" + "".join(
    f"{new}: &{new}\n  <<: [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "yaml",
    [
        ALIAS_BOMB,
        MERGE_BOMB,
        "x: &x [*x]\n",
        "x: &x {a: *x}\n",
        "x: " + "[" * 51 + "]" * 51 + "\n",
        "x: " + "{a: " * 3_000 + "}" * 3_000 + "\n",
        "x: [" + "a," * 20_001 + "]\n",
        "x: {" + "".join(f"k{n}: v," for n in range(10_001)) + "}\n",
    ],
    ids=["aliases", "merges", "endless list", "endless map", "deep", "deeper", "long", "wide"],
)
def test_alias_bombs_are_refused_fast(yaml: str) -> None:
    started = time.process_time()
    fault = refused(f"---\n{yaml}---\n")[1]
    assert fault.startswith("the front matter ")
    assert "levels" in fault
    assert time.process_time() - started < 10  # 2, but under coverage


def test_three_thousand_open_brackets_are_refused() -> None:
    fault = refused(f"---\nx: {'[' * 3_000}\n---\n")[1]
    assert fault == "the front matter has more than 500 levels"


def test_50_levels_are_read() -> None:
    deep: Value = "a"
    for _ in range(49):
        deep = [deep]
    assert value_of("[" * 49 + "a" + "]" * 49) == deep


@pytest.mark.parametrize("word", ["null", "Null", "NULL", "~"])
def test_null_without_quotes_is_none(word: str) -> None:
    front = read_front_matter(f"---\na: {word}\nb: '{word}'\n---\n")
    assert front is not None
    assert [front.fields[key].value for key in "ab"] == [None, word]


@pytest.mark.parametrize("bomb", ["x: " + "[" * 40_000, "x: " + "{a: " * 40_000, "- " * 40_000])
def test_nesting_that_would_overflow_the_parsers_stack_is_refused(bomb: str) -> None:
    with pytest.raises(FrontMatterError, match="has more than 500 levels"):
        read_front_matter(f"---\n{bomb}\n---\n")
