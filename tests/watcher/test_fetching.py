"""Fetches: which paths are to be published after each."""

from typing import cast

from feedsvc.source.source import Source
from feedsvc.watcher.fetching import Fetches


class FakeSource:
    """A source whose fetches bring what a test wants."""

    def __init__(self, *fetches: frozenset[str] | None, is_fetched: bool = True) -> None:
        self.is_fetched = is_fetched
        self.is_whole = True
        self._fetches = list(fetches)

    def update(self) -> frozenset[str] | None:
        return self._fetches.pop(0)

    def mend(self) -> bool:
        self.is_whole = True
        return True


def fetches_of(source: FakeSource) -> Fetches:
    return Fetches(cast(Source, source))


def test_a_plain_folder_is_read_completely() -> None:
    fetches = fetches_of(FakeSource(is_fetched=False))
    fetches.mark_published()
    assert fetches.fetch() is None


def test_the_first_fetch_reads_everything() -> None:
    assert fetches_of(FakeSource(frozenset({"tea.md"}))).fetch() is None


def test_paths_add_up_until_they_are_published() -> None:
    source = FakeSource(frozenset({"tea.md"}), frozenset({"pots.md"}), frozenset({"cups.md"}))
    fetches = fetches_of(source)
    fetches.mark_published()
    assert fetches.fetch() == {"tea.md"}
    assert fetches.fetch() == fetches.unpublished == {"tea.md", "pots.md"}
    fetches.mark_published()
    assert fetches.fetch() == {"cups.md"}


def test_a_fetch_with_unknown_changes_reads_everything_until_it_is_published() -> None:
    fetches = fetches_of(FakeSource(None, frozenset({"tea.md"})))
    fetches.mark_published()
    assert fetches.fetch() is None
    assert fetches.fetch() is None


def test_a_mended_tree_is_read_completely() -> None:
    source = FakeSource(frozenset({"tea.md"}))
    fetches = fetches_of(source)
    fetches.mark_published()
    fetches.fetch()
    assert fetches.mend()
    assert fetches.unpublished == {"tea.md"}
    source.is_whole = False
    assert fetches.mend()
    assert fetches.unpublished is None
