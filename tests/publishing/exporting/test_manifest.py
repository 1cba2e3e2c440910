"""The manifest saves rendering, and is never believed more than the files."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from feedsvc.publishing.exporting import feed_files
from feedsvc.publishing.exporting.export import ExportPlan, export
from feedsvc.publishing.exporting.feed_files import CurrentFile
from feedsvc.publishing.exporting.manifest import MANIFEST, Manifest, listed_in, sole_export
from feedsvc.publishing.exporting.replacing import digest_of, replaced
from feedsvc.store.store import Store
from tests.support.exporting import exporting
from tests.support.houses import House
from tests.support.pipeline import documents_of


@pytest.fixture
def target(house: House, tmp_path: Path) -> Path:
    """A folder into which two posts were exported."""
    house.posts.write("green.md", title="Green", tags="[Green]")
    house.posts.write("black.md", title="Black", tags="[Black]")
    house.publish()
    target = tmp_path / "public"
    export(house.store, target, ExportPlan())
    return target


@pytest.fixture
def no_rendering(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first export nothing can be rendered."""
    assert target.exists()
    monkeypatch.setattr(feed_files, "FORMATS", {})
    monkeypatch.setattr("feedsvc.publishing.exporting.export.opml_document", None)


def changed_at(folder: Path) -> dict[Path, tuple[int, int]]:
    every = [folder, *folder.rglob("*")]
    return {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in every}


def written(store: Store, target: Path) -> int:
    """How many files an export writes; all are right after it."""
    exported = export(store, target, ExportPlan())
    documents = documents_of(store)
    assert exported.files == len(documents)
    assert {name: (target / name).read_bytes() for name in documents} == documents
    return exported.written


@pytest.mark.usefixtures("no_rendering")
def test_an_unchanged_export_renders_nothing_and_changes_no_file_or_folder(
    house: House, target: Path
) -> None:
    before = changed_at(target)
    assert written(house.store, target) == 0
    assert changed_at(target) == before


def test_a_deleted_file_is_written_again(house: House, target: Path) -> None:
    (target / "tags" / "Green" / "rss.xml").unlink()
    shutil.rmtree(target / "lang")
    assert written(house.store, target) == 1 + 3


def test_an_edit_that_keeps_size_and_time_is_noticed(house: House, target: Path) -> None:
    file = target / "atom.xml"
    status = file.stat()
    file.write_bytes(file.read_bytes().replace(b"Green", b"Grey!"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert written(house.store, target) == 1


def test_a_deleted_list_of_feeds_is_written_again(house: House, target: Path) -> None:
    (target / "opml.xml").unlink()
    assert written(house.store, target) == 1


@pytest.mark.usefixtures("no_rendering")
def test_a_copy_of_the_folder_needs_no_rendering(house: House, target: Path) -> None:
    copy = target.with_name("copy")
    shutil.copytree(target, copy)
    assert written(house.store, copy) == 0
    assert Manifest(copy).is_current("atom.xml", source_of(copy, "atom.xml"))


def source_of(target: Path, path: str) -> str:
    lines = (target / MANIFEST).read_text("utf-8").splitlines()[1:-1]
    sources: dict[str, str] = {fields[0]: fields[1] for fields in map(json.loads, lines)}
    return sources[path]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "\n".join(text.splitlines()[:-1]),
        lambda text: text.replace('"version":2', '"version":3'),
        lambda text: text.replace('["atom.xml"', "[1"),
        lambda text: text.replace('["atom.xml",', "["),
        lambda text: '{"name": "of another program"}\n',
        lambda text: "[" * 100_000,
        lambda text: "\ud800",
    ],
)
def test_a_damaged_or_foreign_manifest_means_a_full_export(
    house: House, target: Path, damage: "type[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = target / MANIFEST
    text = damage(manifest.read_text("utf-8"))
    manifest.write_bytes(text.encode(errors="surrogatepass"))
    (target / "tags" / "Green" / "atom.xml").write_bytes(b"<feed>")
    assert written(house.store, target) == 1
    monkeypatch.setattr(feed_files, "FORMATS", {})  # and the manifest is whole again
    assert written(house.store, target) == 0


def test_a_missing_manifest_means_a_full_export(house: House, target: Path) -> None:
    before = changed_at(target / "tags")
    (target / MANIFEST).unlink()
    assert written(house.store, target) == 0
    assert changed_at(target / "tags") == before
    assert (target / MANIFEST).exists()


def test_after_an_upgrade_of_the_renderer_all_is_rendered_again(
    house: House, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target / MANIFEST).touch()
    monkeypatch.setattr("feedsvc.core.feeds.feeds.RENDERER_VERSION", "next")
    monkeypatch.setattr(feed_files, "FORMATS", {})
    with pytest.raises(KeyError):
        export(house.store, target, ExportPlan())


def test_a_failed_export_leaves_a_manifest_that_does_no_harm(
    house: House, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are edited, the export fails after some, and the edit is taken back."""
    house.posts.write("green.md", title="Greener", tags="[Green]")
    house.publish()

    def fail(done: int, total: int) -> None:
        if done == total:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        export(house.store, target, ExportPlan(), fail)
    house.posts.write("green.md", title="Green", tags="[Green]")
    house.publish()
    assert written(house.store, target) > 0


def test_what_a_killed_export_left_is_removed_and_nothing_else(
    house: House, target: Path
) -> None:
    left, ours = target / "tags" / ".feedsvc-part-a1b2c3d4", target / "tags" / ".htaccess"
    left.touch()
    ours.touch()
    (target / f"{MANIFEST}.next").touch()
    assert written(house.store, target) == 0
    assert (left.exists(), ours.exists()) == (False, True)


def test_a_second_export_waits_for_the_first(sqlite_url: str, target: Path) -> None:
    file = target / "atom.xml"
    file.unlink()
    with exporting(sqlite_url, target) as second:
        with sole_export(target):
            assert second.stdout
            assert second.stdout.readline() == "begins\n"
            time.sleep(0.2)
            assert not file.exists()
        assert second.wait(60) == 0
    assert file.exists()


@pytest.mark.parametrize("feeds", [1, 10, 40])
def test_after_an_export_was_killed_the_next_one_completes_it(
    sqlite_url: str, house: House, target: Path, feeds: int
) -> None:
    for number in range(40):
        house.posts.write(f"{number}.md", title=f"Green {number}", tags=f"[Tag {number}]")
    house.publish()
    with exporting(sqlite_url, target) as process:
        assert process.stdout
        for _ in range(1 + feeds):
            process.stdout.readline()
        process.kill()
    assert written(house.store, target) > 0
    left = [name for name in os.listdir(target) if name.startswith(".")]  # noqa: PTH208
    assert left == [MANIFEST]
    assert not list(target.rglob(".feedsvc-part-*"))


HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def noted(folder: Path, path: str) -> CurrentFile:
    _, stamp = replaced(folder, path, path.encode())
    return CurrentFile(path, "source", digest_of(path.encode()), stamp, True)


def test_the_journal_of_a_killed_export_has_the_files_that_it_wrote(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    journal = tmp_path / f"{MANIFEST}.next"
    with manifest.writing():
        manifest.add(noted(tmp_path, "a.html"), HEADERS, "a.html")
        manifest.add(noted(tmp_path, "b/c"), (), "b/c")
        left = journal.read_bytes()
    (tmp_path / MANIFEST).unlink()
    journal.write_bytes(left + b'["half a li')
    found = listed_in(tmp_path)
    assert [(each.path, each.headers, each.address) for each in found] == [
        ("a.html", HEADERS, "a.html"),
        ("b/c", (), "b/c"),
    ]
    assert Manifest(tmp_path).is_current("a.html", "source")


def test_a_manifest_of_version_1_is_understood(tmp_path: Path) -> None:
    file = noted(tmp_path, "atom.xml")
    assert file.stamp
    lines = [
        {"manifest": "feedsvc export", "version": 1},
        ["atom.xml", "source", file.digest, *file.stamp],
        {"files": 1},
    ]
    (tmp_path / MANIFEST).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    manifest = Manifest(tmp_path)
    assert manifest.is_current("atom.xml", "source")
    manifest.keep("atom.xml", HEADERS, "atom.xml")
    assert manifest.has_changed()


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b"])
def test_a_manifest_never_names_a_file_outside(tmp_path: Path, path: str) -> None:
    lines = [
        {"manifest": "feedsvc export", "version": 2, "headers": []},
        [path, "source", "digest", 1, 2, 3, 4, -1, "x"],
        {"files": 1},
    ]
    (tmp_path / MANIFEST).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert listed_in(tmp_path) == []


ODD = "标签/a\u2028\x85b.html"


def _add(folder: Path, manifest: Manifest, path: str) -> None:
    _, stamp = replaced(folder, path, b"tea")
    manifest.add(CurrentFile(path, "source", digest_of(b"tea"), stamp, True), (), path)


def test_a_path_may_have_a_separator_of_lines(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    with manifest.writing():
        _add(tmp_path, manifest, ODD)
    assert [listed.path for listed in listed_in(tmp_path)] == [ODD]


def test_the_last_line_of_a_journal_may_be_torn_within_a_letter(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    journal = tmp_path / ".feedsvc-export.next"
    with manifest.writing():
        _add(tmp_path, manifest, ODD)
        whole = journal.read_bytes()
        _add(tmp_path, manifest, "标.txt")
        torn = journal.read_bytes()[: len(whole) + len('["标'.encode()) - 1]
    (tmp_path / MANIFEST).unlink()
    journal.write_bytes(torn)
    assert [listed.path for listed in listed_in(tmp_path)] == [ODD]


def test_the_journal_stays_if_the_manifest_cannot_be_written(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    in_the_way = tmp_path / ".feedsvc-part-manifest"

    def export_and_stop() -> None:
        with manifest.writing():
            _add(tmp_path, manifest, "a.html")
            in_the_way.mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_and_stop()
    in_the_way.rmdir()
    assert [listed.path for listed in listed_in(tmp_path)] == ["a.html"]


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_a_path_that_no_file_can_have_makes_no_manifest(tmp_path: Path, path: str) -> None:
    lines = [
        {"manifest": "feedsvc export", "version": 2, "headers": []},
        [path, "source", "digest", 1, 1, 1, 1, -1, "a"],
        {"files": 1},
    ]
    (tmp_path / MANIFEST).write_text("\n".join(map(json.dumps, lines)))
    assert listed_in(tmp_path) == []
