"""The folder of posts: what counts as a post's file, and what is told of the rest."""

import hashlib
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from feedsvc.core.problems import Problem
from feedsvc.errors import FolderError
from feedsvc.source.folder import (
    HIDDEN,
    MOST_BYTES,
    Folder,
    SourceFile,
    Survey,
    Unsettled,
)
from tests.support.writing import PostFolder

NOBODY: Final = 65534


def paths(folder: Folder) -> set[str]:
    return set(folder.survey().stamps)


def read(folder: Folder, path: str = "tea.md") -> SourceFile | Problem:
    return folder.read(path, folder.survey().stamps[path])


def source(folder: Folder, path: str = "tea.md") -> bytes:
    file = read(folder, path)
    assert isinstance(file, SourceFile)
    return file.source


@pytest.fixture
def outside(tmp_path: Path) -> PostFolder:
    """Posts beside the folder, of which nothing may ever be published."""
    elsewhere = PostFolder(tmp_path / "outside")
    elsewhere.write("secret.md")
    return elsewhere


@pytest.fixture
def shared() -> Iterator[PostFolder]:
    """A folder that every user may look into, all the way down."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield PostFolder(Path(place) / "posts")


@contextmanager
def without_privileges() -> Iterator[None]:
    """root may read everything: for a while, be nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


# Which files count.


@pytest.mark.parametrize(
    "name", ["a.md", "a.markdown", "a.mdown", "a.txt", "a.html", "A.MD", "a.b.md", "茶.md"]
)
def test_a_file_with_the_suffix_of_a_post_counts(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == {name}


@pytest.mark.parametrize(
    "name",
    ["a.rst", "a.jpg", "a", "md", "a.md.bak", "a.mdx", "a.md.swp", "a.htm", "a.md~", "a.md%"],
)
def test_a_file_with_any_other_suffix_does_not_count(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == set()


@pytest.mark.parametrize(
    "name",
    [
        *("_a.md", ".a.md", "#a.md", ".#a.md", ".md"),
        *("README.md", "readme.txt", "ReadMe.markdown", "README.zh-CN.md"),
        *("_drafts/a.md", ".obsidian/a.md", ".git/a.md", "templates/a.md", "Templates/a.md"),
        *("a/_b/c.md", "a/.b/c.md", "old~/a.md"),
    ],
)
def test_a_file_with_an_ignored_name_does_not_count(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == set()


@pytest.mark.parametrize(
    "name", ["reading.md", "a_b.md", "a#.md", "my-templates/a.md", "~a.md"]
)
def test_a_name_that_only_resembles_an_ignored_one_counts(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == {name}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tea.md", True),
        ("2026/tea.md", True),
        ("_drafts/tea.md", False),
        ("2026/.tea.md", False),
        ("../tea.md", False),
        ("2026", False),
        ("", False),
    ],
)
def test_a_path_alone_says_whether_it_may_be_a_posts(
    folder: Folder, path: str, expected: bool
) -> None:
    assert folder.holds(path) is expected


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
        (("[ab].md",), (), ""),
    ],
)
def test_globs_say_which_files_are_posts(
    posts: PostFolder, include: tuple[str, ...], exclude: tuple[str, ...], held: str
) -> None:
    for path in ("a.md", "about/a.md", "posts/a.md", "posts/deep/b.md"):
        posts.write(path)
    folder = Folder(posts.root, 0, include, exclude)
    assert paths(folder) == set(held.split())
    assert set(folder.survey(paths(Folder(posts.root, 0))).stamps) == set(held.split())


def test_a_file_that_may_be_served_has_a_size(tmp_path: Path) -> None:
    root = tmp_path / "posts"
    (root / "tea").mkdir(parents=True)
    (root / "tea/a.mp3").write_bytes(b"12345")
    (tmp_path / "secret").write_bytes(b"1")
    (root / "link.mp3").symlink_to(tmp_path / "secret")
    folder = Folder(root, 0)
    assert folder.size_of("tea/a.mp3") == 5
    for path in ("gone.mp3", "tea", "a\0b", "tea/a.mp3/b", "a" * 300):
        assert folder.size_of(path) is None
    (root / ".env").write_bytes(b"1")
    (root / "other.md").write_bytes(b"1")
    (root / "loop.mp3").symlink_to("loop.mp3")
    os.mkfifo(root / "pipe.mp3")
    hidden = ".env other.md loop.mp3 pipe.mp3 ../secret link.mp3 /etc/passwd"
    for path in hidden.split():
        assert folder.size_of(path) == HIDDEN


def test_sub_folders_are_looked_into_at_any_depth(posts: PostFolder, folder: Folder) -> None:
    posts.write("a.md")
    posts.write("2026/03/b.md")
    posts.write("1/2/3/4/5/6/7/8/9/10/c.md")
    assert paths(folder) == {"a.md", "2026/03/b.md", "1/2/3/4/5/6/7/8/9/10/c.md"}


def test_a_folder_with_the_name_of_a_post_is_a_folder(
    posts: PostFolder, folder: Folder
) -> None:
    posts.write("x.md/tea.md")
    assert paths(folder) == {"x.md/tea.md"}


def test_asked_for_single_paths_only_those_are_looked_at(
    posts: PostFolder, folder: Folder
) -> None:
    for name in ("a.md", "b.md", "_c.md"):
        posts.write(name)
    asked = {"a.md", "_c.md", "gone.md"}
    assert folder.survey(asked) == Survey({"a.md": folder.survey().stamps["a.md"]})


def test_new_bytes_of_the_same_size_and_mtime_have_another_stamp(
    posts: PostFolder, folder: Folder
) -> None:
    path = posts.write_raw("tea.md", b"aaa")
    before, status = folder.survey(), path.stat()
    time.sleep(0.02)  # the clock of the file system ticks every few milliseconds
    path.write_bytes(b"bbb")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert folder.survey() != before


# Links.


def test_a_link_to_a_file_inside_is_followed(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("2026/tea.md", b"leaves")
    (posts.root / "link.md").symlink_to("2026/tea.md")
    assert source(folder, "link.md") == b"leaves"


def test_a_link_to_a_file_outside_is_not_followed(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    (posts.root / "relative.md").symlink_to("../outside/secret.md")
    (posts.root / "absolute.md").symlink_to(outside.root / "secret.md")
    assert paths(folder) == set()


def test_a_chain_of_links_that_ends_outside_is_not_followed(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    (posts.root / "door").symlink_to(outside.root)
    (posts.root / "link.md").symlink_to("door/secret.md")
    assert paths(folder) == set()


@pytest.mark.parametrize("target", ["/proc/self/environ", "/dev/zero", "/etc/passwd"])
def test_a_link_to_the_machine_is_not_followed(
    posts: PostFolder, folder: Folder, target: str
) -> None:
    (posts.root / "link.md").symlink_to(target)
    assert paths(folder) == set()


@pytest.mark.parametrize("name", ["link", "link.md"])
def test_a_link_to_a_folder_outside_is_not_followed(
    posts: PostFolder, folder: Folder, outside: PostFolder, name: str
) -> None:
    (posts.root / name).symlink_to(outside.root)
    assert folder.survey() == Survey()


def test_a_path_below_a_link_to_a_folder_is_not_followed_when_asked_for(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    """File events name such paths."""
    (posts.root / "link").symlink_to(outside.root)
    assert folder.survey({"link/secret.md"}) == Survey()


def test_a_link_to_the_folder_itself_is_not_an_endless_walk(
    posts: PostFolder, folder: Folder
) -> None:
    posts.write("2026/tea.md")
    (posts.root / "2026" / "up").symlink_to(posts.root)
    assert paths(folder) == {"2026/tea.md"}


def test_a_link_to_a_folder_beside_with_a_longer_name_leads_outside(
    posts: PostFolder, folder: Folder, tmp_path: Path
) -> None:
    secret = PostFolder(tmp_path / "posts-private").write("secret.md")
    (posts.root / "link.md").symlink_to(secret)
    assert paths(folder) == set()


def test_a_loop_of_links_is_a_problem_of_its_own_file_alone(
    posts: PostFolder, folder: Folder
) -> None:
    (posts.root / "a.md").symlink_to("b.md")
    (posts.root / "b.md").symlink_to("a.md")
    posts.write("tea.md")
    survey = folder.survey()
    assert [problem.path for problem in survey.problems] == ["a.md", "b.md"]
    assert set(survey.stamps) == {"tea.md"}


def test_a_link_to_nothing_is_no_post(posts: PostFolder, folder: Folder) -> None:
    (posts.root / "link.md").symlink_to("gone.md")
    assert folder.survey() == Survey()


def test_the_folder_itself_may_be_a_link(posts: PostFolder, tmp_path: Path) -> None:
    posts.write_raw("tea.md", b"leaves")
    (tmp_path / "current").symlink_to(posts.root)
    assert source(Folder(tmp_path / "current", 0)) == b"leaves"


def test_a_file_that_becomes_a_link_outside_before_it_is_read_is_not_read(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    path = posts.write()
    stamp = folder.survey().stamps["tea.md"]
    path.unlink()
    path.symlink_to(outside.root / "secret.md")
    with pytest.raises(Unsettled):
        folder.read("tea.md", stamp)


# What a post brings along.


def test_a_file_beside_a_post_is_opened(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("tea/a.png", b"12345")
    (posts.root / "tea/b.png").symlink_to("a.png")
    for path in ("tea/a.png", "tea/b.png"):
        file = folder.open_beside(path)
        assert file is not None
        with file:
            assert file.read() == b"12345"


def test_what_may_not_be_shown_is_not_opened(posts: PostFolder, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"1")
    posts.write("tea/index.md")
    for path in ("_drafts/a.png", "tea/.a.png", "private/a.png", ".git/a.png"):
        posts.write_raw(path, b"1")
    tea = posts.root / "tea"
    (tea / "out.png").symlink_to(tmp_path / "secret.png")
    posts.write_raw("tea/a.png", b"1")
    (tea / ".link.png").symlink_to("a.png")
    (tea / "source.png").symlink_to("index.md")
    (tea / "draft.png").symlink_to("../_drafts/a.png")
    (tea / "dir").symlink_to("../_drafts")
    (tea / "loop.png").symlink_to("loop.png")
    (tea / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(tea / "pipe.png")
    folder = Folder(posts.root, 0, exclude=["private"])
    tried = "_drafts/a.png tea/.a.png private/a.png .git/a.png tea/out.png tea/source.png "
    tried += "tea/.link.png tea/draft.png tea/dir/a.png tea/loop.png tea/zero.png tea/pipe.png "
    tried += "tea tea/index.md tea/gone.png ../secret.png tea/../../secret.png"
    for path in (*tried.split(), str(tmp_path / "secret.png"), "a\0b.png"):
        assert folder.open_beside(path) is None, path


def test_a_file_beside_a_post_that_is_being_written_is_unsettled(posts: PostFolder) -> None:
    posts.write_raw("a.png", b"1")
    with pytest.raises(Unsettled):
        Folder(posts.root, 60).open_beside("a.png")


def test_a_folder_that_becomes_a_link_is_not_gone_through(
    posts: PostFolder, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.png").write_bytes(b"1")
    posts.write_raw("tea/a.png", b"1")
    true_is_file = Path.is_file

    def swap(path: Path) -> bool:
        found = true_is_file(path)
        (posts.root / "tea").rename(tmp_path / "away")
        (posts.root / "tea").symlink_to(tmp_path / "outside")
        return found

    monkeypatch.setattr(Path, "is_file", swap)
    assert folder.open_beside("tea/a.png") is None


# What is no regular file.


def test_a_pipe_is_never_opened(posts: PostFolder, folder: Folder) -> None:
    """Who opens a pipe for writing waits until somebody opens it for reading."""
    pipe = posts.root / "pipe.md"
    os.mkfifo(pipe)
    opened = threading.Event()

    def wait_for_a_reader() -> None:
        os.close(os.open(pipe, os.O_WRONLY))
        opened.set()

    writer = threading.Thread(target=wait_for_a_reader)
    writer.start()
    try:
        for stamps in (folder.survey().stamps, folder.survey({"pipe.md"}).stamps):
            for path, stamp in stamps.items():
                folder.read(path, stamp)
        was_opened = opened.wait(0.1)
    finally:
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        writer.join()
        os.close(reader)
    assert not was_opened


def test_a_file_that_becomes_a_pipe_before_it_is_read_does_not_block(
    posts: PostFolder, folder: Folder
) -> None:
    path = posts.write()
    stamp = folder.survey().stamps["tea.md"]
    path.unlink()
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(folder.read, "tea.md", stamp)
        ended, _ = wait([reading], timeout=5)
        if not ended:  # let it go, so that the test can end
            os.close(os.open(path, os.O_RDWR))
    assert ended
    assert isinstance(reading.exception(), Unsettled)


def test_a_socket_is_no_post(
    posts: PostFolder, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(posts.root)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("talk.md")
        assert paths(folder) == set()


# Reading.


def test_a_file_is_read_whole_with_its_digest(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("tea.md", b"leaves\r\n\x00\xff")
    stamp = folder.survey().stamps["tea.md"]
    digest = hashlib.sha256(b"leaves\r\n\x00\xff").hexdigest()
    expected = SourceFile("tea.md", stamp, digest, b"leaves\r\n\x00\xff")
    assert folder.read("tea.md", stamp) == expected


def test_an_empty_file_is_read_too(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("tea.md", b"")
    assert source(folder) == b""


def test_a_file_that_is_too_large_is_a_problem(posts: PostFolder, folder: Folder) -> None:
    posts.write()
    os.truncate(posts.root / "tea.md", MOST_BYTES + 1)
    file = read(folder)
    assert isinstance(file, Problem)
    assert "5,242,881 bytes" in file.fault


def test_a_file_that_is_too_large_is_not_even_opened(posts: PostFolder, folder: Folder) -> None:
    """It is gone when it is to be read, and nobody notices."""
    path = posts.write()
    os.truncate(path, MOST_BYTES + 1)
    stamp = folder.survey().stamps["tea.md"]
    path.unlink()
    assert isinstance(folder.read("tea.md", stamp), Problem)


def test_a_file_as_large_as_may_be_is_read(posts: PostFolder, folder: Folder) -> None:
    posts.write()
    os.truncate(posts.root / "tea.md", MOST_BYTES)
    assert len(source(folder)) == MOST_BYTES


@pytest.mark.parametrize("change", ["grown", "shrunk", "same size", "replaced", "vanished"])
def test_a_file_that_changed_since_the_survey_is_unsettled(
    posts: PostFolder, folder: Folder, change: str
) -> None:
    path = posts.write_raw("tea.md", b"leaves")
    stamp = folder.survey().stamps["tea.md"]
    time.sleep(0.02)  # the clock of the file system ticks every few milliseconds
    match change:
        case "grown":
            path.write_bytes(b"leaves and water")
        case "shrunk":
            path.write_bytes(b"")
        case "same size":
            path.write_bytes(b"stalks")
        case "replaced":
            posts.write_raw("new.md", b"stalks").rename(path)
        case "vanished":
            path.unlink()
    with pytest.raises(Unsettled):
        folder.read("tea.md", stamp)


def test_a_file_younger_than_the_quiet_period_is_unsettled(posts: PostFolder) -> None:
    posts.write()
    with pytest.raises(Unsettled):
        read(Folder(posts.root, quiet=30))


def test_a_file_is_read_once_the_quiet_period_is_over(posts: PostFolder) -> None:
    posts.write_raw("tea.md", b"leaves")
    time.sleep(0.15)
    assert source(Folder(posts.root, quiet=0.1)) == b"leaves"


def test_an_old_mtime_does_not_shorten_the_quiet_period(posts: PostFolder) -> None:
    """`cp -p` and `rsync -t` give a file that is being written the time of the original."""
    os.utime(posts.write(), (0, 0))
    with pytest.raises(Unsettled):
        read(Folder(posts.root, quiet=30))


# What cannot be read.


def test_a_file_that_may_not_be_read_is_a_problem(shared: PostFolder) -> None:
    shared.write().chmod(0)
    with without_privileges():
        file = read(Folder(shared.root, 0))
    assert isinstance(file, Problem)
    assert (file.path, file.fault) == ("tea.md", "it cannot be read: Permission denied")


def test_a_folder_that_may_not_be_read_hides_its_files_and_no_others(
    shared: PostFolder,
) -> None:
    shared.write("closed/tea.md")
    shared.write("open/tea.md")
    (shared.root / "closed").chmod(0)
    with without_privileges():
        survey = Folder(shared.root, 0).survey()
    assert [problem.path for problem in survey.problems] == ["closed"]
    assert set(survey.stamps) == {"open/tea.md"}
    hidden = [survey.hides(path) for path in ("closed/tea.md", "closed", "closed-too/tea.md")]
    assert hidden == [True, True, False]


def test_a_file_of_a_folder_that_may_not_be_read_is_hidden_when_asked_for(
    shared: PostFolder,
) -> None:
    shared.write("closed/tea.md")
    (shared.root / "closed").chmod(0)
    with without_privileges():
        survey = Folder(shared.root, 0).survey({"closed/tea.md"})
    assert survey.hides("closed/tea.md")


def test_the_folder_itself_that_may_not_be_read_is_an_error(shared: PostFolder) -> None:
    shared.root.chmod(0)
    folder = Folder(shared.root, 0)
    with without_privileges(), pytest.raises(FolderError, match="Permission denied"):
        folder.survey()


def test_a_name_that_is_not_utf_8_is_a_problem_that_can_be_printed(
    posts: PostFolder, folder: Folder
) -> None:
    Path(os.fsdecode(os.fsencode(posts.root) + b"/caf\xe9.md")).write_text("---\n---\n")
    posts.write("tea.md")
    survey = folder.survey()
    (problem,) = survey.problems
    assert str(problem).encode() == rb"caf\xe9.md: the file's name is not UTF-8; rename it"
    assert set(survey.stamps) == {"tea.md"}


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"gone is not a folder; set content\.seeds"):
        Folder(tmp_path / "gone", 0).survey()


def test_a_folder_that_is_gone_is_an_error_for_a_single_path_too(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        Folder(tmp_path / "gone", 0).survey({"tea.md"})


def test_a_file_is_not_a_folder_of_posts(posts: PostFolder) -> None:
    with pytest.raises(FolderError, match=r"tea\.md is not a folder"):
        Folder(posts.write(), 0).survey()


def test_the_posts_folder_of_hexo_and_jekyll_is_looked_into(
    posts: PostFolder, folder: Folder
) -> None:
    posts.write("source/_posts/a.md")
    posts.write("source/_drafts/b.md")
    assert set(folder.survey().stamps) == {"source/_posts/a.md"}
