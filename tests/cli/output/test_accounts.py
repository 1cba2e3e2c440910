"""`publish` and `check` account for every file of the folder, and say why one is no post."""

import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.commands import Run
from tests.support.writing import PostFolder

EXCLUDING: Final = {"FEEDSVC_CONTENT__EXCLUDE": '["about*"]'}


def files_of(root: Path) -> int:
    return sum(path.is_file() for path in root.rglob("*"))


@pytest.fixture
def mixed(posts: PostFolder) -> PostFolder:
    """A folder with at least one file of each kind, and a link to another folder."""
    posts.write("tea.md", title="Tea")
    posts.write("pots/pot.md", title="Pot")
    posts.write("draft.md", draft="true")
    posts.write("other.md", Draft="yes", status="draft")
    posts.write("quiet.md", published="false")
    posts.write("soon.md", date="2099-03-01")
    posts.write("later.md", date="2100-03-01")
    posts.write("over.md", expiryDate="2026-03-02")
    posts.write("a.md", date="soon")
    posts.write_raw("b.md", b"---\ntitle: \xff\n---\n")
    posts.write("twin-1.md", guid="urn:tea")
    posts.write("twin-2.md", guid="urn:tea")
    posts.write_raw("note.md", b"Only text.\n")
    for name in ("a.jpg", "b.JPG", "c.png", "LICENSE", "about.md", "about/us.jpg"):
        posts.write_raw(name, b"x")
    for name in (".git/HEAD", ".git/objects/aa/bb", "_drafts/x.md", "README.md", "tea.md~"):
        posts.write_raw(name, b"x")
    outside = posts.root.with_name("outside.md")
    outside.write_text("x")
    (posts.root / "link.md").symlink_to(outside)
    (posts.root / "inside.md").symlink_to("tea.md")
    (posts.root / "folder").symlink_to("pots")
    (posts.root / "nowhere.md").symlink_to("gone.md")
    return posts


def parts(files: dict[str, Any]) -> dict[str, int]:
    """The counts of an account that are not 0, without the total."""
    return {
        name: part["count"]
        for name, part in files.items()
        if isinstance(part, dict) and part["count"]
    }


EXPECTED: Final = {
    "published": 4,
    "hidden": 3,
    "expired": 1,
    "waiting": 2,
    "refused": 3,
    "no_front_matter": 1,
    "other_suffix": 4,
    "ignored_by_name": 5,
    "not_chosen": 2,
    "link": 1,
}


@pytest.mark.parametrize("command", [("check",), ("publish", "--dry-run")])
def test_the_counts_in_json_add_up_to_the_files_of_the_folder(
    run: Run, mixed: PostFolder, command: tuple[str, ...]
) -> None:
    result = run(*command, "--format", "json", **EXCLUDING)
    files = json.loads(result.stdout)["files"]
    found = parts(files)
    assert found == EXPECTED
    assert files["total"] == sum(found.values()) == files_of(mixed.root)
    assert files["hidden"]["by"] == {
        "draft": {"count": 1},
        "Draft": {"count": 1},
        "published": {"count": 1},
    }
    assert files["refused"]["by"]["date"] == {"count": 1, "first": ["posts/a.md"]}
    assert files["other_suffix"]["by"] == {
        ".jpg": {"count": 2},
        ".png": {"count": 1},
        "none": {"count": 1},
    }
    assert files["not_chosen"]["by"] == {"content.exclude 'about*'": {"count": 2}}
    assert files["ignored_by_name"]["by"]['begins with "."'] == {"count": 2}


def account(text: str) -> list[str]:
    lines = text.splitlines()
    return lines[next(n for n, line in enumerate(lines) if line.startswith("files: ")) :]


def test_check_prints_the_account_below_the_problems(run: Run, mixed: PostFolder) -> None:
    assert account(run("check", **EXCLUDING).stdout) == [
        f"files: {files_of(mixed.root)}",
        "  published: 4",
        "  hidden: 3 (Draft: 1, draft: 1, published: 1)",
        "  expired: 1",
        "  waiting: 2",
        "    until 2099-03-01T00:00:00+08:00: posts/soon.md",
        "    until 2100-03-01T00:00:00+08:00: posts/later.md",
        "  refused: 3",
        "    date: 1 (posts/a.md)",
        "    encoding: 1 (posts/b.md)",
        "    twin: 1 (posts/twin-2.md)",
        "  no front matter: 1",
        "  other suffix: 4 (.jpg: 2, .png: 1, none: 1)",
        '  ignored by name: 5 (begins with ".": 2, README: 1, begins with "_": 1, '
        'ends with "~": 1)',
        "  not chosen: 2 (content.exclude 'about*': 2)",
        "  link out of the folder: 1",
    ]


def test_publish_prints_the_same_also_if_nothing_has_changed(
    run: Run, mixed: PostFolder
) -> None:
    (mixed.root / "inside.md").unlink()  # a copy, which check cannot know
    checked = account(run("check", **EXCLUDING).stdout)
    first = account(run("publish", **EXCLUDING).stdout)
    second = account(run("publish", **EXCLUDING).stdout)
    assert checked == first == second


def test_a_refused_file_that_stays_published_is_counted_as_one(
    run: Run, posts: PostFolder
) -> None:
    posts.write("tea.md")
    run("publish")
    posts.write("tea.md", date="soon")
    assert account(run("publish").stdout)[1:] == [
        "  refused: 1, of which 1 stay published as they were",
        "    date: 1 (posts/tea.md)",
    ]


def test_posts_that_are_held_are_counted(run: Run, posts: PostFolder) -> None:
    for number in range(30):
        posts.write(f"{number:02}.md", guid=f"urn:a:{number}")
    run("publish")
    for number in range(30):
        posts.write(f"{number:02}.md", guid=f"urn:b:{number}")
    for _ in range(2):
        result = run("publish")
        assert result.exit_code == 3
        assert account(result.stdout) == ["files: 30", "  held: 30"]


def test_the_account_is_bounded_in_length(run: Run, posts: PostFolder) -> None:
    for number in range(40):
        posts.write(f"{number}.md", **{f"members_only_{number}": "true"})
        posts.write(f"w{number}.md", date=f"2099-03-01 00:{number:02}:00")
        posts.write(f"r{number}.md", date="soon")
        posts.write_raw(f"x.s{number}", b"x")
        posts.write_raw(f"y.{'s' * 200}{number}", b"x")
    lines = account(run("check").stdout)
    assert lines[0] == "files: 200"
    assert len(lines) < 15
    assert max(map(len, lines)) < 400
    assert "    date: 40 (posts/r0.md, posts/r1.md, posts/r10.md, ...)" in lines
    assert lines[lines.index("  waiting: 40") + 4] == "    ..."


def test_files_in_a_folder_that_cannot_be_read_are_named_as_not_counted(
    run: Run, posts: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts.write("tea.md")
    posts.write("closed/more.md")
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)  # root may read everything
    assert account(run("check").stdout) == [
        "files: 1",
        "  published: 1",
        "  not counted: files in folders that cannot be read (folders: 1)",
    ]


# A folder without posts.


@pytest.mark.parametrize("command", ["check", "publish"])
def test_an_empty_folder_says_so(run: Run, posts: PostFolder, command: str) -> None:
    assert posts.root.is_dir()
    lines = account(run(command).stdout)
    assert lines[0] == "files: 0"
    assert lines[1].startswith("no files in posts; write a post there, or set content.seeds")


@pytest.mark.parametrize("command", ["check", "publish"])
@pytest.mark.parametrize(
    ("names", "text", "cure"),
    [
        (["a.rst", "b.rst"], b"x", "the names of posts end in one of .html, .markdown"),
        (["a.md", "b.md"], b"Text.\n", "begin each post with front matter"),
        (["_a.md", ".b.md"], b"x", "give posts other names"),
        (["about.md", "about/a.md"], b"x", "change content.include and content.exclude"),
    ],
)
def test_a_folder_without_posts_says_so_with_the_likely_cure(
    run: Run, posts: PostFolder, command: str, names: list[str], text: bytes, cure: str
) -> None:
    for name in names:
        posts.write_raw(name, text)
    (line,) = run(command, **EXCLUDING).stdout.splitlines()[-1:]
    assert line.startswith(f"no posts among the 2 files in posts; {cure}")


def test_a_folder_with_one_file_that_is_no_post_says_so(run: Run, posts: PostFolder) -> None:
    posts.write_raw("_config.yml", b"x")
    (line,) = run("check").stdout.splitlines()[-1:]
    assert line.startswith("the only file in posts is no post; give posts other names: names")


def test_a_folder_of_drafts_has_posts(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", draft="true")
    assert "no posts" not in run("publish").stdout


# One file.

WHY: Final = {
    "tea.md": ("published", "would be published"),
    "draft.md": ("hidden", "is hidden by draft"),
    "soon.md": ("waiting", "waits until 2099-03-01T00:00:00+08:00"),
    "over.md": ("expired", "has expired at 2026-03-02T00:00:00+08:00"),
    "a.md": ("refused", "is refused (date)"),
    "b.md": ("refused", "is refused (encoding)"),
    "note.md": ("no front matter", "is no post: it has no front matter; begin"),
    "a.jpg": ("other suffix", "is no post: its suffix is .jpg; posts end in .html"),
    "LICENSE": ("other suffix", "is no post: its suffix is none; posts end in .html"),
    "README.md": ("ignored by name", "is no post: its path is ignored (README)"),
    "_drafts/x.md": ("ignored by name", 'its path is ignored (begins with "_")'),
    ".git/HEAD": ("ignored by name", 'its path is ignored (begins with ".")'),
    "tea.md~": ("ignored by name", 'its path is ignored (ends with "~")'),
    "about.md": ("not chosen", "content.exclude 'about*' leaves it out"),
    "link.md": ("link", "it is a link that leads out of the folder"),
}


def test_check_of_a_file_says_what_becomes_of_it_and_why(run: Run, mixed: PostFolder) -> None:
    for name, (fate, why) in WHY.items():
        path = f"posts/{name}"
        result = run("check", path, **EXCLUDING)
        assert result.stdout.splitlines()[-1].startswith(f"{path} "), name
        assert why in result.stdout.splitlines()[-1], name
        assert result.exit_code == (fate == "refused"), name
        printed = json.loads(run("check", path, "--format", "json", **EXCLUDING).stdout)
        (file,) = printed["file"]
        assert (file["path"], file["fate"]) == (path, fate)
        assert printed["files"]["total"] == 1, name


def test_explain_says_why_a_file_is_no_post(run: Run, mixed: PostFolder) -> None:
    for name, (_, why) in WHY.items():
        explained = run("check", "--explain", f"posts/{name}", **EXCLUDING)
        assert explained.exit_code == 0, name
        reason = {"draft.md": "hidden  (draft)", "a.md": "posts/a.md:3:7: date: 'soon'"}
        reason |= {"b.md": "posts/b.md:2:8: "}
        assert reason.get(name, why.removeprefix("is no post: ")) in explained.stdout, name


def test_a_post_that_include_does_not_choose_says_so(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md")
    chosen = {"FEEDSVC_CONTENT__INCLUDE": '["2026/**"]'}
    printed = run("check", "posts/tea.md", **chosen).stdout
    assert printed == "posts/tea.md is no post: content.include leaves it out\n"


def test_a_post_of_nobodys_folder_is_checked_below_its_own(run: Run, tmp_path: Path) -> None:
    PostFolder(tmp_path / "elsewhere").write("tea.md")
    printed = run("check", "elsewhere/tea.md").stdout
    assert printed == "elsewhere/tea.md would be published\n"
