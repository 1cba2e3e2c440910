"""A file and its rendered file are one post: the rendered file."""

from pathlib import Path

import pytest

from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.source.folder import Folder
from feedsvc.source.rendered import has_rendered_post, unrendered_beside

FRONT = "---\ntitle: Tea\n---\n"
BROKEN = "---\ntitle: [\n---\n"


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(
    ("files", "listed"),
    [
        ({"tea.md": FRONT, "tea.mdx": FRONT}, {"tea.md"}),
        ({"tea.Rmd": FRONT, "tea.md": FRONT}, {"tea.md"}),
        ({"a/tea.qmd": FRONT, "a/tea.markdown": FRONT}, {"a/tea.markdown"}),
        ({"tea.Rmd": FRONT, "tea.html": FRONT + "<p>x</p>"}, {"tea.html"}),
        ({"index.qmd": FRONT, "index.html": "<!DOCTYPE html>"}, {"index.qmd", "index.html"}),
        ({"tea.mdx": FRONT, "tea.txt": "notes"}, {"tea.mdx", "tea.txt"}),
        ({"tea.mdx": FRONT, "tea.md": BROKEN}, {"tea.md"}),
        ({"tea.mdx": FRONT, "tea.md": ""}, {"tea.mdx", "tea.md"}),
        ({"tea.qmd": FRONT, "tea.ipynb": "{}"}, {"tea.qmd"}),
        ({"tea.qmd": FRONT, "a/tea.md": FRONT}, {"tea.qmd", "a/tea.md"}),
        ({"tea.qmd": FRONT, "teas.md": FRONT}, {"tea.qmd", "teas.md"}),
        ({"tea.mdx": FRONT, "tea.qmd": FRONT}, {"tea.mdx", "tea.qmd"}),
        ({"tea.html": FRONT, "tea.md": FRONT}, {"tea.html", "tea.md"}),
        ({"tea.mdx": FRONT, "tea.md/x": "y"}, {"tea.mdx"}),
    ],
)
def test_the_rendered_file_is_the_post(
    folder: Folder, files: dict[str, str], listed: set[str]
) -> None:
    put(folder.root, files)
    assert set(folder.survey().stamps) == listed
    assert set(folder.survey([*files]).stamps) == listed


def test_a_rendered_file_that_is_left_out_does_not_count(tmp_path: Path) -> None:
    put(tmp_path, {"tea.mdx": FRONT, "tea.md": FRONT})
    assert set(Folder(tmp_path, 0, (), ["*.md"]).survey().stamps) == {"tea.mdx"}


def test_an_unrendered_file_is_counted_with_its_reason(folder: Folder) -> None:
    put(folder.root, {"tea.Rmd": FRONT, "tea.md": FRONT})
    left_out = folder.survey(counts_all=True).left_out
    assert left_out
    assert left_out.counts == {"not chosen": {"its rendered file": 1}}
    assert folder.why_left_out("tea.Rmd") == ("not chosen", "its rendered file")


def test_a_rendered_file_that_cannot_be_read_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"tea.md": FRONT})

    def fails(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fails)
    assert has_rendered_post(tmp_path, "tea.mdx", lambda _: True)


def test_the_unrendered_files_beside_a_file(tmp_path: Path) -> None:
    put(tmp_path, {"a/tea.Rmd": FRONT, "a/tea.mdx": FRONT, "tea.qmd": FRONT})
    assert [*unrendered_beside(tmp_path, "a/tea.md")] == ["a/tea.mdx", "a/tea.Rmd"]
    assert [*unrendered_beside(tmp_path, "a/tea.mdx")] == []
    assert [*unrendered_beside(tmp_path, "a/milk.html")] == []


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts whose front matter is looked for."""
    texts: list[str] = []

    def reading(text: str) -> object:
        texts.append(text)
        return read_front_matter(text)

    monkeypatch.setattr("feedsvc.core.frontmatter.parse.read_front_matter", reading)
    return texts


def test_a_rendered_file_is_read_once_until_it_changes(
    folder: Folder, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.source.rendered._SETTLED_NS", 0)
    put(folder.root, {"tea.mdx": FRONT, "tea.md": FRONT})
    for _ in range(3):
        assert set(folder.survey().stamps) == {"tea.md"}
    assert len(readings) == 1
    put(folder.root, {"tea.md": "no front matter"})
    assert set(folder.survey().stamps) == {"tea.md", "tea.mdx"}


def test_a_rendered_file_that_has_just_changed_is_read_each_time(
    folder: Folder, readings: list[str]
) -> None:
    """It may change again within the precision of its time."""
    put(folder.root, {"tea.mdx": FRONT, "tea.md": FRONT})
    folder.survey()
    folder.survey()
    assert len(readings) == 2
