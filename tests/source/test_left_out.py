"""The names of posts, and of files that are ignored."""

from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.core.posts.post import SUFFIXES
from feedsvc.source.left_out import (
    is_post_name,
    is_usual_post,
    rule_that_ignores,
    suffix_reason,
)

PARTS = ("_", "_posts", ".", "..", "#", "~", "%", "readme", "README", "Templates", "templates")
ANY_PART = st.sampled_from(
    (*PARTS, *SUFFIXES, *map(str.upper, SUFFIXES), "tea", "rā", "İ", "ſ")
)
NAMES = st.lists(ANY_PART, min_size=1, max_size=4).map("".join)


def _rule(name: str) -> str:
    """The rules, one after the other."""
    if name == "_posts":
        return ""
    if name[0] in "_.#":
        return f'begins with "{name[0]}"'
    if name[-1] in "~%":
        return f'ends with "{name[-1]}"'
    if name.lower() == "templates":
        return "templates"
    return "README" if name.lower().split(".")[0] == "readme" else ""


@given(NAMES)
@example("templates")
@example("README.md")
@example("Readme")
@example("_posts")
@example(".md")
@example("tea.md~")
def test_names_are_judged_by_their_rules(name: str) -> None:
    assert rule_that_ignores(name) == _rule(name)
    assert is_post_name(name) == (suffix_reason(name) is None and not _rule(name))
    if is_usual_post(name):
        assert is_post_name(name)
        assert not name.lower().endswith((".mdx", ".qmd", ".rmd"))


def test_the_names_of_most_posts_are_usual() -> None:
    assert all(map(is_usual_post, ("2026-03-01-tea.md", "000_84.txt", "茶.markdown", "a.html")))
