"""`feedsvc check`: which problems it prints, and in which format."""

import json
import re
from pathlib import Path

import pytest

from tests.support.commands import Run, tree
from tests.support.writing import PostFolder


def problems(printed: str) -> list[str]:
    """The lines of problems; the account of the files follows them."""
    return printed.partition("files: ")[0].splitlines()


def problem(printed: str) -> str:
    """The line of the only problem."""
    (line,) = problems(printed)
    return line


def test_check_prints_path_line_fault_and_cure(run: Run, posts: PostFolder) -> None:
    posts.write("2026/broken.md", date="soon")
    result = run("check")
    assert result.exit_code == 1
    assert re.fullmatch(
        r"posts/2026/broken\.md:3(:\d+)?: date: 'soon' [^;]+; write [^\n]+ \[date\]",
        problem(result.stdout),
    )


def test_check_prints_every_problem_in_the_order_of_the_files(
    run: Run, posts: PostFolder
) -> None:
    posts.write("b.md", date="soon")
    posts.write_raw("a.md", b"---\ntitle: \xff\n---\n")
    posts.write("c.md", draft="perhaps")
    lines = problems(run("check").stdout)
    assert [line.split(":")[0] for line in lines] == ["posts/a.md", "posts/b.md", "posts/c.md"]


def test_check_names_both_files_that_have_the_same_key(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", guid="urn:tea")
    posts.write("b.md", guid="urn:tea")
    result = run("check")
    assert result.exit_code == 1
    position = _position_of(posts, "b.md", "guid")
    assert re.fullmatch(
        rf"posts/b\.md:{position}: .* as posts/a\.md; .* \[twin\]", problem(result.stdout)
    )


def test_check_warns_of_a_slug_that_two_posts_have(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", slug="tea")
    posts.write("b.md", slug="tea")
    result = run("check")
    assert result.exit_code == 0
    position = _position_of(posts, "b.md", "slug")
    line = rf"posts/b\.md:{position}: it has the same slug as posts/a\.md, .* \[twin\]"
    assert re.fullmatch(line, problem(result.stdout))


def _position_of(posts: PostFolder, name: str, key: str) -> str:
    """The line and the column of the value of a key."""
    lines = (posts.root / name).read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith(f"{key}: "))
    return f"{line}:{len(key) + 3}"


@pytest.mark.parametrize(
    ("code", "key", "first", "second"),
    [
        ("twin", "slug", {"slug": "tea"}, {"slug": "tea"}),
        ("one-page", "permalink", {"permalink": "/tea/"}, {"permalink": "/tea/"}),
        ("nearly-alike", "tags", {"tags": "[Tea]"}, {"tags": "[tea]"}),
        ("nearly-alike", "author", {"author": "Li Wen"}, {"author": "li wen"}),
    ],
)
def test_a_problem_of_two_posts_has_the_position_of_its_value(
    run: Run,
    posts: PostFolder,
    code: str,
    key: str,
    first: dict[str, str],
    second: dict[str, str],
) -> None:
    posts.write("a.md", **first)
    posts.write("b.md", **second)
    (problem,) = json.loads(run("check", "--format", "json").stdout)["problems"]
    position = f"{problem['line']}:{problem['column']}"
    assert (problem["path"], problem["code"]) == ("posts/b.md", code)
    assert position == _position_of(posts, "b.md", key)
    assert problem["text"].strip("/").endswith(("tea", "li wen"))


def test_check_prints_only_the_account_if_there_are_no_problems(
    run: Run, posts: PostFolder
) -> None:
    posts.write()
    result = run("check")
    assert (result.exit_code, result.output) == (0, "files: 1\n  published: 1\n")


def test_check_ends_with_0_when_there_are_only_warnings(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", lang="a b")
    result = run("check")
    assert (result.exit_code, result.stdout[:15]) == (0, "posts/tea.md:4:")


def test_check_of_one_post_prints_no_problems_of_other_posts(
    run: Run, posts: PostFolder
) -> None:
    posts.write("a.md", date="soon")
    posts.write("b.md", date="later")
    result = run("check", "posts/b.md").stdout
    problem, end = result.splitlines()
    assert problem.startswith("posts/b.md:3:7: ")
    assert end == "posts/b.md is refused (date)"


def test_check_of_a_good_post_ends_with_0_although_others_have_problems(
    run: Run, posts: PostFolder
) -> None:
    posts.write("a.md", date="soon")
    posts.write("b.md")
    assert run("check", "posts/b.md").exit_code == 0


def test_check_of_a_folder_reads_no_other_folder(run: Run, posts: PostFolder) -> None:
    posts.write("2025/a.md", date="soon")
    posts.write("2026/b.md", date="later")
    result = run("check", "posts/2026").stdout
    assert [line.split(":")[0] for line in problems(result)] == ["posts/2026/b.md"]


def test_check_prints_json_for_programs(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", lang="a b")
    (problem,) = json.loads(run("check", "--format", "json").stdout)["problems"]
    assert (problem["path"], problem["line"], problem["severity"]) == (
        "posts/tea.md",
        4,
        "warning",
    )
    assert (problem["code"], problem["text"]) == ("language", "'a b'")
    assert problem["fault"]
    assert problem["cure"]


def test_control_characters_are_escaped_as_json_requires(run: Run, posts: PostFolder) -> None:
    posts.write_raw("a\n\u202eb.md", "---\ntitle:\xa0Tea\x1b\n---\n".encode())
    output = run("check", "--format", "json").stdout
    assert json.loads(output)["problems"][-1]["path"] == "posts/a\n\u202eb.md"
    assert all(char.isprintable() or char in "\n\xa0" for char in output)


def test_check_of_good_posts_is_an_empty_list_in_json(run: Run, posts: PostFolder) -> None:
    posts.write()
    assert json.loads(run("check", "--format", "json").stdout)["problems"] == []


def test_check_prints_workflow_commands_for_github(run: Run, posts: PostFolder) -> None:
    posts.write("a,b.md", date="50%")
    result = run("check", "--format", "github")
    assert result.exit_code == 1
    assert re.fullmatch(
        r"::error file=posts/a%2Cb\.md,line=3(,col=\d+)?,title=date::date: '50%25' [^\n]+\n",
        result.stdout,
    )


def test_check_explains_how_a_post_is_read(run: Run, posts: PostFolder) -> None:
    posts.write("2026/tea.md", title="Tea", urlname="green", license="cc by 4.0")
    result = run("check", "--explain", "posts/2026/tea.md")
    assert result.exit_code == 0
    assert re.search(r"^title +Tea  \(title, line 2\)$", result.stdout, re.M)
    assert re.search(r"^key +slug:green  \(urlname, line \d\)$", result.stdout, re.M)
    assert re.search(r"^license +CC-BY-4.0  \(license, line \d\)$", result.stdout, re.M)


def test_check_explains_what_a_post_waits_for(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", publishDate="2999-03-01T00:00:00Z")
    posts.write("b.md", publishDate="2020-03-01")
    result = run("check", "--explain", "posts/a.md").stdout
    assert re.search(r"^waits for +2999-03-01T00:00:00Z", result, re.M)
    assert "waits for" not in run("check", "--explain", "posts/b.md").stdout


@pytest.mark.parametrize(
    ("name", "fields", "line"),
    [
        ("a.md", {"draft": "true"}, "hidden  (draft)"),
        ("a.md", {"date": "soon"}, "refused"),
        ("_a.md", {}, 'its path is ignored (begins with "_")'),
        ("a.md", {"retracted": "Wrong."}, "is hidden by retracted"),
        ("a.md", {"retracted": "Wrong."}, "Wrong.  (retracted, line 4)"),
    ],
)
def test_check_explains_why_a_post_is_not_published(
    run: Run, posts: PostFolder, name: str, fields: dict[str, str], line: str
) -> None:
    posts.write(name, **fields)
    assert line in run("check", "--explain", f"posts/{name}").stdout


def test_explain_needs_the_path_of_one_post(run: Run, posts: PostFolder) -> None:
    posts.write()
    result = run("check", "--explain", "posts")
    assert (result.exit_code, "PATH of a post" in result.stderr) == (2, True)


def test_check_names_tags_that_are_nearly_alike(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", tags="[Python, Go]")
    posts.write("b.md", tags="[python, Go]")
    posts.write("c.md", tags="[Python, Ｇｏ]")
    lines = problems(run("check").stdout)
    assert [line.split(":")[0] for line in lines] == ["posts/b.md", "posts/c.md"]
    assert "'python' and 'Python' are different" in lines[0]
    assert "'Ｇｏ' and 'Go' are different" in lines[1]


def test_check_names_both_posts_that_have_the_same_page(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", permalink="/tea/")
    posts.write("b.md", permalink="/tea/")
    result = run("check")
    assert (result.exit_code, result.stdout.count("also the permalink of posts/a.md")) == (0, 1)


def test_check_of_a_missing_file_ends_with_2(run: Run) -> None:
    result = run("check", "posts/gone.md")
    assert result.exit_code == 2
    assert "posts/gone.md" in result.stderr


def test_check_writes_nothing(run: Run, posts: PostFolder, tmp_path: Path) -> None:
    posts.write("tea.md")
    posts.write("broken.md", date="soon")
    before = tree(tmp_path)
    run("check")
    run("check", "posts/tea.md")
    assert tree(tmp_path) == before
