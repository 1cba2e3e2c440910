"""The text of a new settings file."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.generators.recognised import SettingValue
from feedsvc.settings.new_config import config_text, toml_value

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-(2**63), 2**63 - 1), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


def _lists(value: object) -> object:
    """The value as TOML gives it back, with lists for tuples."""
    if isinstance(value, dict):
        return {key: _lists(each) for key, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, tuple) else value


@given(VALUES)
def test_a_value_is_read_back_as_it_was(value: SettingValue) -> None:
    assert tomllib.loads(f"a = {toml_value(value)}") == {"a": _lists(value)}


def test_the_file_has_sections_in_order_and_a_comment_for_each_setting() -> None:
    text = config_text(
        {
            "site.url": "https://example.org",
            "content.seeds": "source/_posts",
            "site.title": "Tea",
            "content.tag_separators": " ",
        },
        {"site.title": "from _config.yml:2"},
        {"content": ["permalink: not taken from a.js:4: is not a literal"]},
    )
    head, _, body = text.partition("\n\n")
    assert all(line.startswith("# ") for line in head.splitlines())
    assert body == (
        "[site]\n"
        'url = "https://example.org"             '
        "# public address, without a slash at the end; may have a path\n"
        'title = "Tea"                           # name of the site (from _config.yml:2)\n'
        "\n"
        "[content]\n"
        'seeds = "source/_posts"                 # the folder of posts\n'
        'tag_separators = " "\n'
        "# permalink: not taken from a.js:4: is not a literal\n"
    )


def test_a_long_comment_stands_above_its_setting() -> None:
    text = config_text({"site.title": "Tea"}, {"site.title": "x" * 100}, {})
    assert text.endswith(f'# name of the site ({"x" * 100})\ntitle = "Tea"\n')


@pytest.mark.parametrize("text", ["a\nb = 1", "a\r[site]", "a\u2028b", "a\x0bb"])
def test_no_text_of_a_stranger_ends_a_comment(text: str) -> None:
    written = config_text({"site.title": text}, {"site.title": text}, {"site": [text]})
    assert tomllib.loads(written) == {"site": {"title": text}}
