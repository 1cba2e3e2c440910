"""A preview reports what a publish would do, and writes nothing."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.schema import metadata
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.writing import PostFolder

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITE = a_site()


def rows_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with store._database.reading() as connection:
        return {
            name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


@pytest.fixture
def proposed(posts: PostFolder, store: Store) -> PostFolder:
    """A copy of a published folder, in which a change is proposed."""
    posts.write("stays.md", tags="[Green]")
    posts.write("edited.md", title="Before", tags="[Green]")
    posts.write("moved.md", title="Moved", tags="[Pots]", slug="moved")
    posts.write("gone.md", title="Gone", tags="[Black]")
    posts.write("broken.md", date="no date at all")
    publish(Folder(posts.root, 0), store, SITE, NOW)
    copy = posts.root.with_name("proposed")
    shutil.copytree(posts.root, copy)
    return PostFolder(copy)


def change(folder: PostFolder) -> None:
    folder.write("new.md", title="New", tags="[New]")
    folder.write("edited.md", title="After", tags="[Green]")
    (folder.root / "moved.md").rename(folder.root / "elsewhere.md")
    (folder.root / "gone.md").unlink()


def ask(folder: PostFolder, store: Store) -> Report:
    return preview(Folder(folder.root, 0, stands=True), store, SITE, NOW)


def titles(report: Report) -> dict[str, list[str]]:
    summary = report.to_dict(SITE.url)
    kinds = ("added", "changed", "withdrawn")
    return {kind: [line["title"] for line in summary[kind]["entries"]] for kind in kinds}


def test_a_preview_of_what_is_published_is_empty(proposed: PostFolder, store: Store) -> None:
    report = ask(proposed, store)
    assert not report.news
    assert [problem.path for problem in report.problems] == ["broken.md"]


def test_a_preview_reports_what_subscribers_would_see(
    proposed: PostFolder, store: Store
) -> None:
    change(proposed)
    report = ask(proposed, store)
    assert titles(report) == {"added": ["New"], "changed": ["After"], "withdrawn": ["Gone"]}
    assert (report.added, report.changed, report.withdrawn) == (
        *(("new.md",), ("edited.md",)),
        *(("gone.md",),),
    )
    assert {"", "tags/New", "tags/Green", "tags/Black"} <= set(report.feeds)
    assert "tags/Pots" not in report.feeds  # of the post that was only moved


def test_a_preview_reports_the_problems_that_would_remain(
    proposed: PostFolder, store: Store
) -> None:
    proposed.write("broken.md", title="Mended")
    proposed.write("worse.md", date="yesterday, perhaps")
    report = ask(proposed, store)
    assert [(problem.path, problem.code) for problem in report.problems] == [
        ("worse.md", "date")
    ]
    summary = report.to_dict(SITE.url)
    assert (summary["refused"], [p["path"] for p in summary["problems"]]) == (1, ["worse.md"])
    (proposed.root / "worse.md").unlink()
    (proposed.root / "broken.md").unlink()
    assert ask(proposed, store).problems == ()


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("p", marks=pytest.mark.postgres)])
def test_a_preview_writes_nothing(
    posts: PostFolder, tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    name = "sqlite_url" if engine == "sqlite" else "postgres_url"
    store = Store(request.getfixturevalue(name))
    posts.write("tea.md", tags="[Green]")
    publish(Folder(posts.root, 0), store, SITE, NOW)
    store.jobs.enqueue(NOW, message="github 1")
    store.listeners.register(["hub"])
    before = rows_of(store)
    posts.write("tea.md", title="Teas", tags="[Black]")
    posts.write("pots.md")
    assert ask(posts, store).news
    assert rows_of(store) == before
    store.close()


def test_a_preview_into_an_empty_store_writes_nothing(posts: PostFolder, store: Store) -> None:
    posts.write("tea.md")
    before = rows_of(store)
    assert ask(posts, store).added == ("tea.md",)
    assert rows_of(store) == before


def test_a_publish_does_what_the_preview_reported(proposed: PostFolder, store: Store) -> None:
    change(proposed)
    proposed.write("broken.md", title="Mended")
    proposed.write("worse.md", date="yesterday, perhaps")
    before = ask(proposed, store)
    after = publish(Folder(proposed.root, 0, stands=True), store, SITE, NOW)
    assert before.news == after.news
    assert before.to_dict(SITE.url) == after.to_dict(SITE.url)
    assert (before.added, before.changed, before.withdrawn, before.feeds, before.revision) == (
        *(after.added, after.changed, after.withdrawn, after.feeds),
        after.revision,
    )
    assert ask(proposed, store).to_dict(SITE.url)["added"]["count"] == 0


def test_the_published_folder_itself_can_be_previewed(posts: PostFolder, store: Store) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("pots.md", title="Pots")
    folder = Folder(posts.root, 3600, exclude=["drafts/**"])
    publish(folder.standing_at(posts.root), store, SITE, NOW)
    posts.write("tea.md", title="Teas")
    posts.write("drafts/cups.md", title="Cups")
    (posts.root / "pots.md").unlink()
    report = preview(folder.standing_at(posts.root), store, SITE, NOW)
    assert titles(report) == {"added": [], "changed": ["Teas"], "withdrawn": ["Pots"]}
