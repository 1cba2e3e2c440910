"""Hostile front matter is read or refused fast, without other exceptions."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.rules import DIALECTS, Dialect
from feedsvc.errors import FrontMatterError

MANY = 200_000
MANY_IN_TOML = 60_000
HOSTILE = {
    "brackets in YAML": "---\na: " + "[" * MANY + "\n---\n",
    "braces in YAML": "---\na: " + "{a: " * (MANY // 4) + "\n---\n",
    "lists in YAML": "---\n" + "- " * (MANY // 2) + "\n---\n",
    "brackets beside quoted ones in YAML": "---\na: " + '["]",' * (MANY // 5) + "\n---\n",
    "brackets beside remarks in YAML": "---\na: " + "[#]\n " * (MANY // 5) + "\n---\n",
    "lists in lists of lists in YAML": "---\n"
    + "".join(" " * (1_000 * n) + "- " * 499 + "\n" for n in range(20))
    + "---\n",
    "indents in YAML": "---\n" + "".join(" " * n + "a:\n" for n in range(700)) + "---\n",
    "brackets in TOML": "+++\na = " + "[" * MANY_IN_TOML + "\n+++\n",
    "tables in TOML": "+++\na = " + "{a = " * (MANY_IN_TOML // 5) + "\n+++\n",
    "dots in TOML": "+++\n" + "a." * (MANY_IN_TOML // 2) + "a = 1\n+++\n",
    "dots in a heading": "+++\n[" + "a." * (MANY_IN_TOML // 2) + "a]\n+++\n",
    "quoted dots in TOML": "+++\n" + "'a' . " * (MANY_IN_TOML // 6) + "a = 1\n+++\n",
    "headings in TOML": "+++\n"
    + "".join(f"[a.b{n}]\n" for n in range(MANY_IN_TOML // 12))
    + "+++\n",
    "keys in TOML": "+++\n"
    + "".join(f"'k{n}' = 1\n" for n in range(MANY_IN_TOML // 12))
    + "+++\n",
    "one array in TOML": "+++\n" + "[[a.b.c]]\n" * (MANY_IN_TOML // 10) + "+++\n",
    "a number in TOML": "+++\na = " + "9" * 5_000 + "\n+++\n",
    "a hexadecimal in TOML": "+++\na = 0x" + "f" * MANY_IN_TOML + "\n+++\n",
    "quotes in TOML": "+++\n" + "\\\"'" * (MANY_IN_TOML // 3) + "\n+++\n",
    "brackets in JSON": '{"a": ' + "[" * MANY,
    "braces in JSON": '{"a":' * (MANY // 5),
    "members in JSON": "{" + "".join(f'"k{n}": 1, ' for n in range(MANY // 12)) + '"a": 1}',
    "doubled members in JSON": '{"a": {' + '"k": 1, ' * (MANY // 8) + '"a": 1}}',
    "a late double in JSON": '{"a": {'
    + "".join(f'"k{n}": 1, ' for n in range(MANY // 12))
    + f'"k{MANY // 12 - 1}": 1}}}}',
    "anchors in YAML": "---\n" + "".join(f"a{n}: &a{n} x\n" for n in range(12_000)) + "---\n",
    "open lists in YAML": "---\na: " + "[" * 499 + "x, " * 60_000 + "\n---\n",
    "a key of 1 MB": "---\n" + "k" * 2**20 + ": x\n---\n",
    "a value of 1 MB": "---\nk: " + "x" * 2**20 + "\n---\n",
    "a JSON value of 1 MB": '{"k": "' + "x" * 2**20 + '"}',
    "a long text many times": "---\na: &a "
    + "x" * 100_000
    + "\nb: ["
    + "*a," * 20
    + "*a]\n---\n",
    "5 MB of dashes": "-" * 5 * 2**20,
    "5 MB of lines of dashes": "---\n" + "----\n" * 2**20,
    "5 MB of headers": "Title: x\n" * 2**19,
    "5 MB of spaces": " " * 5 * 2**20,
    "5 MB of blank lines": " \n" * (5 * 2**19),
    "5 MB before a rule": "title: x\n" + "x\n" * (5 * 2**19) + "---\n",
    "5 MB of a quote": '"' * 5 * 2**20,
    "5 MB of an open object": '{"a": "' + '\\"' * (5 * 2**19),
}


@pytest.mark.untraced
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_front_matter_is_read_or_refused_fast(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(FrontMatterError):
        read_front_matter(text)
    assert time.process_time() - started < 10  # 2, but under coverage


@pytest.mark.parametrize("name", [f"{what} in TOML" for what in ("brackets", "a number")])
def test_toml_that_tomllib_cannot_read_is_refused(name: str) -> None:
    with pytest.raises(FrontMatterError, match="levels or a number with too many digits"):
        read_front_matter(HOSTILE[name])


def test_the_text_of_an_alias_counts_each_time() -> None:
    with pytest.raises(FrontMatterError, match="1048576 characters"):
        read_front_matter(HOSTILE["a long text many times"])


@pytest.mark.parametrize("mark", ["---", "+++", ";;;"])
def test_front_matter_longer_than_256_kib_is_refused(mark: str) -> None:
    with pytest.raises(FrontMatterError, match="not closed within 262144 characters") as caught:
        read_front_matter(f"\n{mark}\n" + "# x\n" * 70_000 + f"{mark}\n")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "---\na: [" + "x, " * 9_999 + "x]\n---\n",
        "+++\na = [" + "1, " * 9_999 + "1]\n+++\n",
        '{"a": [' + "1, " * 9_999 + "1]}",
    ],
)
def test_a_list_of_10_000_is_read(text: str) -> None:
    front = read_front_matter(text)
    assert front is not None
    assert len(front.fields["a"].value or "") == 10_000


OPENINGS = st.sampled_from(
    ["", "---\n", "----\n", "+++\n", ";;;\n", "{", '{"a":', "---json\n", "---toml\n", "Title: "]
)
CLOSINGS = st.sampled_from(["", "\n---\n", "\n+++\n", "\n;;;\n", "}", "\n\n", "\n..."])
TEXT = st.text() | st.text(st.sampled_from("ab1.=:'\"[]{},\\#-+; \t\n&*!|>~T0x"), max_size=40)


@settings(max_examples=200)
@given(OPENINGS, TEXT, CLOSINGS, st.sampled_from(DIALECTS))
def test_any_text_is_read_or_refused(
    opening: str, text: str, closing: str, dialect: Dialect
) -> None:
    whole, front = opening + text + closing, None
    with contextlib.suppress(FrontMatterError):
        front = read_front_matter(whole, dialect)
    if front is not None:
        assert whole.endswith(front.body)
        assert dialect in ("auto", front.dialect)


def test_toml_longer_than_64_kib_is_refused() -> None:
    with pytest.raises(FrontMatterError, match="more than 65536 characters"):
        read_front_matter("+++\n" + "# x\n" * 17_000 + "+++\n")
