"""The patterns of content.include and content.exclude."""

import os
from pathlib import Path

import pytest

from feedsvc.core.problems import Problem
from feedsvc.publishing.check import check
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.source.globs import Globs
from feedsvc.store.store import Store
from tests.support.folders import paths
from tests.support.houses import NOW, SITE
from tests.support.writing import PostFolder


@pytest.mark.parametrize(
    ("include", "exclude", "held"),
    [
        ((), (), "a.md about/a.md posts/a.md posts/deep/b.md"),
        (("posts/**",), (), "posts/a.md posts/deep/b.md"),
        (("posts/*",), (), "posts/a.md posts/deep/b.md"),
        (("posts/*.md",), (), "posts/a.md"),
        (("**/a.md",), (), "a.md about/a.md posts/a.md"),
        (("posts", "a.md"), ("posts/deep/",), "a.md posts/a.md"),
        ((), ("about", "?.md"), "posts/a.md posts/deep/b.md"),
        ((), ("**/b.*",), "a.md about/a.md posts/a.md"),
        (("[ab].md",), (), "a.md"),
    ],
)
def test_globs_choose_the_posts(
    posts: PostFolder, include: tuple[str, ...], exclude: tuple[str, ...], held: str
) -> None:
    for path in ("a.md", "about/a.md", "posts/a.md", "posts/deep/b.md"):
        posts.write(path)
    folder = Folder(posts.root, 0, include, exclude)
    assert paths(folder) == set(held.split())
    assert set(folder.survey(paths(Folder(posts.root, 0))).stamps) == set(held.split())


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("[abc].md", "b.md", "[abc].md"),
        ("[a-c].md", "b.md", "d.md"),
        ("[!a-c].md", "d.md", "b.md"),
        ("[^a-c].md", "d.md", "b.md"),
        ("[a-]", "-", "b"),
        ("[]a]", "]", "b"),
        ("[]-a]", "_", "b"),
        ("[!]a]", "b", "]"),
        ("[[]private] *", "[private] tea.md", "p tea.md"),
        ("[]]x", "]x", "x"),
        ("[*?]", "*", "a"),
        ("[z-a]b", "[z-a]bc/[z-a]b", "zb"),
        ("[!z-a]", "q", "/"),
        ("a[--0]b", "a.b", "a/b"),
        ("a[!x]b", "a.b", "a/b"),
        ("[茶酒].md", "茶.md", "水.md"),
        ("**/[ab]/*", "x/y/a/tea.md", "x/y/c/tea.md"),
        ("[ab]", "a/tea.md", "c/tea.md"),
        ("[ab", "[ab", "a"),
        ("[]", "[]", "]"),
        ("[!]", "[!]", "!"),
        ("[a/b]", "[a/b]", "a"),
        ("[\\d]", "d", "1"),
        ("[a&&b||c~~d]", "&", "e"),
    ],
)
def test_include_reads_brackets_as_a_class(pattern: str, matching: str, other: str) -> None:
    globs = Globs(include=[pattern])
    if pattern != "[z-a]b":  # which matches nothing at all
        assert globs.includes(matching)
    assert not globs.includes(other)


@pytest.mark.parametrize(
    ("pattern", "excluded", "other"),
    [
        ("[private] *", ["[private] tea.md", "p tea.md"], "q tea.md"),
        ("[*] *", ["[wip] tea.md", "* tea.md"], "wip tea.md"),
        ("[a/b]", ["[a/b]", "[a/b]/tea.md"], "a"),
        ("draft[0-9].md", ["draft1.md", "draft[0-9].md"], "draft.md"),
        ("[ab", ["[ab"], "a"),
    ],
)
def test_exclude_reads_brackets_as_a_class_and_as_text(
    pattern: str, excluded: list[str], other: str
) -> None:
    globs = Globs(exclude=[pattern])
    assert [path for path in excluded if not globs.excludes(path)] == []
    assert not globs.excludes(other)


def _problems(posts: PostFolder, *globs: tuple[str, ...]) -> list[Problem]:
    return Folder(posts.root, 0, *globs).survey().problems


@pytest.mark.parametrize("pattern", ["[private] *", "[*].md", "draft[0-9].md", "a/[!b]"])
def test_an_exclude_pattern_with_two_readings_is_a_warning(pattern: str) -> None:
    (problem,) = Globs(exclude=[pattern]).ambiguous()
    assert (problem.code, problem.refuses) == ("ambiguous-pattern", False)
    assert repr(pattern) in problem.fault
    assert list(Globs(include=[pattern]).ambiguous()) == []


@pytest.mark.parametrize(
    "pattern", ["about/**", "[[]private] *", "a[]]", "[ab", "[]", "a/[b/c]"]
)
def test_an_exclude_pattern_with_one_reading_is_no_warning(pattern: str) -> None:
    assert list(Globs(exclude=[pattern]).ambiguous()) == []


def test_private_posts_in_brackets_stay_excluded_with_a_warning(posts: PostFolder) -> None:
    posts.write("[private] diary.md")
    posts.write("tea.md")
    folder = Folder(posts.root, 0, exclude=["[private] *"])
    survey = folder.survey()
    assert set(survey.stamps) == {"tea.md"}
    assert [problem.code for problem in survey.problems] == ["ambiguous-pattern"]


@pytest.mark.parametrize(
    ("include", "exclude", "unmatched"),
    [
        ((), (), []),
        (("posts/**",), ("about",), []),
        (("psots/**", "a.md"), (), ["psots/**"]),
        (("psots/**",), (), ["psots/**"]),
        ((), ("abuot/**", "*.pdf"), ["abuot/**"]),
        (("*.pdf",), (), ["*.pdf"]),
        ((), ("about", "about/a.md", "about/b.md"), ["about/b.md"]),
        ((), ("_drafts/**", ".git", "_site"), ["_site"]),
        (("about/*",), ("about",), ["about/*"]),
        ((), ("posts/deep/",), []),
    ],
)
def test_a_pattern_that_matches_nothing_is_a_warning(
    posts: PostFolder, include: tuple[str, ...], exclude: tuple[str, ...], unmatched: list[str]
) -> None:
    for path in ("a.md", "about/a.md", "posts/deep/b.md", "_drafts/a.md", ".git/config"):
        posts.write(path)
    posts.write_raw("tea.pdf", b"")
    problems = _problems(posts, include, exclude)
    assert [problem.text for problem in problems] == unmatched
    assert {problem.code for problem in problems} <= {"unmatched-pattern"}
    assert not any(problem.refuses for problem in problems)


def test_an_empty_folder_is_no_fault_of_the_patterns(posts: PostFolder) -> None:
    posts.root.mkdir(exist_ok=True)
    assert _problems(posts, ("posts/**",), ("about/**",)) == []


def test_a_pattern_may_match_in_a_folder_that_cannot_be_read(
    posts: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts.write("tea.md")
    posts.write("closed/about.md")
    scandir = os.scandir

    def refusing(path: Path | str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    for exclude in (("closed/about.*",), ("closed", "closed/about.*")):
        codes = {problem.code for problem in _problems(posts, (), exclude)}
        assert codes <= {"unreadable"}


def test_single_paths_are_read_without_warnings(posts: PostFolder) -> None:
    posts.write("tea.md")
    folder = Folder(posts.root, 0, ["nothing", "*.md"], ["[ab]"])
    assert folder.survey(["tea.md"]).problems == []


def test_the_warnings_are_in_reports_and_checks(posts: PostFolder, store: Store) -> None:
    posts.write("tea.md")
    folder = Folder(posts.root, 0, exclude=["abuot/**"])
    report = publish(folder, store, SITE, NOW)
    assert [problem.code for problem in report.noticed] == ["unmatched-pattern"]
    assert report.refused == 0
    (problem,) = check(folder, SITE).problems
    assert str(problem).startswith(".: content.exclude has the pattern 'abuot/**'")
    part = Folder(posts.root, 0, exclude=["abuot/**"], checks_globs=False)
    assert check(part, SITE).problems == ()
