"""The fast YAML reader gives the result of libyaml, or none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core.frontmatter.flat_yaml import flat_fields
from feedsvc.core.frontmatter.source import FrontMatterText
from feedsvc.core.frontmatter.yaml_dialect import yaml_fields

SURE = [
    "",
    "# nothing\n",
    "title: Tea\n",
    "title: Tea",
    "title:   Tea   \n",
    "title: 新茶 | it's here -> a:b, (c) [d]\n",
    "url: https://example.org/?a=b#c\n",
    "date: 2026-03-01 12:30:00\n",
    "title: 'a: b'\n",
    'title: "a: - [b]"\n',
    "a: ''\nb: ~\nc: null\nd:\n",
    "tags: [a, 'b c', 3.10, ~, no]\n",
    "tags: []\n",
    "tags:\n- a\n- 'b'\n- ~\ntitle: x\n",
    "tags: \n  - a\n\n# remark\n   \n  - b\n",
    "a-b_c: 1\n",
]
UNSURE = [
    "title: a # remark\n",
    "title: a: b\n",
    "title: a:\n",
    "title: a\n  b\n",
    "title: a\n  - b\n",
    "title: a\n- b\n",
    "tags:\n  - a\n- b\n",
    "tags:\ntitle: a\n- b\n",
    "tags:\n- a\ntitle: a\n- b\n",
    "tags:\n- a\n  - b\n",
    "tags:\n- - a\n",
    "tags:\n- a: b\n",
    "tags:\n-\n",
    "tags:\n-  \n",
    "x\n  - a\n",
    "a b: c\n",
    "标题: c\n",
    "k:v\n",
    "a: 1\na: 2\n",
    "- a\n",
    "---\n",
    "...\n",
    "a: |\n  b\n",
    "a: &b c\n",
    "a: -b\n",
    "a: {b: c}\n",
    "a: [b\n",
    "a: [\n",
    "a: [b, [c]]\n",
    "a: [b, ]\n",
    "a: [ ]\n",
    "a: [b: c]\n",
    "a: ['b, c']\n",
    "a: 'b\n",
    "a: '\n",
    "a: 'b''c'\n",
    'a: "b\\n"\n',
    "a: b\tc\n",
    "a: b\u2028c: d\n",
    "a: " + "b" * 9_000 + "\n",
    "k" * 101 + ": b\n",
]


@pytest.mark.parametrize("text", SURE)
def test_the_yaml_of_most_posts_is_read_without_libyaml(text: str) -> None:
    assert flat_fields(FrontMatterText(text, 2)) is not None


@pytest.mark.parametrize("text", UNSURE)
def test_other_yaml_is_left_to_libyaml(text: str) -> None:
    assert flat_fields(FrontMatterText(text, 2)) is None


# An indented comment has no meaning, but makes flat_fields give up.
def by_libyaml(text: str) -> object:
    return yaml_fields(FrontMatterText(text + "\n #\n", 2))


@pytest.mark.parametrize("text", SURE)
def test_libyaml_reads_the_same(text: str) -> None:
    assert flat_fields(FrontMatterText(text, 2)) == by_libyaml(text)


SAFE = ["tea", "b-c", "no", "茶", "null", "1", "12:30", "it's", "a|b", "~", "x.y"]
RISKY = ["...", "---", "-1", "a,b", ":c", "d:", "a: b", "#e", "=", "<<"]
WORDS = st.sampled_from(SAFE) | st.sampled_from(RISKY)
SIGNS = st.sampled_from(":-[]{},'\"#?&*!|>%@`\\=<~ \t\u3000\x85\ufeff")
VALUES = WORDS | st.lists(WORDS | SIGNS, max_size=3).map(" ".join) | st.text(max_size=3)
KEYS = st.integers(0, 99).map("k{}".format)
FLAT = ["{k}: {v}", "{k}:", "{k}:\n- {v}\n- {w}", "{k}:\n  - {v}\n  - {w}", "{k}: [{v}, {w}]"]
ODD = ["{k}: '{v}'", '{k}: "{v}" ', "{k}: ['{v}', \"{w}\"]", "# {v}", "- {v}", "  ", "  {v}"]
FORMS = st.sampled_from(FLAT) | st.sampled_from(ODD)
LINES = st.builds(lambda form, k, v, w: form.format(k=k, v=v, w=w), FORMS, KEYS, VALUES, VALUES)
TEXTS = st.lists(LINES, max_size=5).map("\n".join)


@settings(max_examples=300)
@given(TEXTS)
def test_any_text_is_read_as_libyaml_reads_it_or_left_to_it(text: str) -> None:
    flat = flat_fields(FrontMatterText(text, 2))
    assert flat is None or flat == by_libyaml(text)
