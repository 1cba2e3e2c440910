"""A repository that feedsvc fetches has the history that dates need, also in a preview."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from feedsvc.errors import HistoryError
from feedsvc.settings.load import load_settings
from feedsvc.source.history import Arrival
from feedsvc.source.opening import source_of
from feedsvc.source.source import Source
from tests.support.configuring import SITE
from tests.support.histories import git
from tests.support.origins import Origin

PUSHED = Arrival(datetime.fromtimestamp(1760000000, timezone(timedelta(hours=8))))


def source(url: str, dates: str) -> Source:
    """A source of notes; its clone is in the current folder."""
    named = {"SOURCE__GIT": url, "SOURCE__PATH": "notes", "CONTENT__DATES": dates}
    environ = SITE | {f"FEEDSVC_{name}": value for name, value in named.items()}
    return source_of(load_settings(None, environ))


def test_dates_of_git_fetch_what_a_shallow_clone_lacks(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = origin.push({"notes/tea.md": "tea"})
    origin.push({"notes/tea.md": "tea", "notes/cup.md": "cup"})
    shallow = source(origin.url, "front-matter")
    shallow.update()
    with shallow.folder.history() as history, pytest.raises(HistoryError) as refused:
        history.arrival("cup.md")
    assert "run feedsvc publish" in refused.value.cure
    full = source(origin.url, "git")
    full.update()
    with full.folder.history() as history:
        assert history.arrival("tea.md") == PUSHED
        assert history.arrival("no.md") is None
    proposed = {"notes/tea.md": "tea", "notes/new.md": "new"}
    change = origin.push(proposed, branch="change", onto=first)
    origin.git("update-ref", "refs/pull/7/head", change)
    with full.proposed("refs/pull/7/head") as folder, folder.history() as history:
        assert history.arrival("new.md") == PUSHED
        assert history.arrival("cup.md") is None
    with full.proposed("") as folder, folder.history() as history:
        assert history.arrival("cup.md") == PUSHED
    with full.folder.history() as history:  # a preview cuts nothing off
        assert history.arrival("tea.md") == PUSHED


def test_a_remote_that_is_a_shallow_clone_is_refused_with_its_cure(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    origin.push({"notes/tea.md": "tea"})
    origin.push({"notes/tea.md": "tea", "notes/cup.md": "cup"})
    remote = tmp_path / "remote"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{origin.path}", str(remote))
    notes = source(str(remote), "git")
    notes.update()
    with notes.folder.history() as history, pytest.raises(HistoryError) as refused:
        history.arrival("cup.md")
    assert "first run git fetch --unshallow there" in refused.value.cure
    git(remote, "fetch", "--quiet", "--unshallow")
    notes.update()
    with notes.folder.history() as history:
        assert history.arrival("tea.md") == PUSHED
