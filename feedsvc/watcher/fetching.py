"""Fetches posts from the repository, and remembers which of them are not published yet."""

from collections.abc import Collection

from feedsvc.source.source import Source


class Fetches:
    """The fetches of a source. A plain folder is never fetched: all of it is to be read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._unpublished: frozenset[str] | None = None  # None: any path may be unpublished

    @property
    def unpublished(self) -> Collection[str] | None:
        """The paths that may differ from what is published; None for the whole folder."""
        return self._unpublished

    def fetch(self) -> Collection[str] | None:
        """Fetch, and return the unpublished paths. Raises RepositoryError."""
        if not self._source.is_fetched:
            return None
        changed = self._source.update()
        if self._unpublished is not None and changed is not None:
            self._unpublished |= changed
        else:
            self._unpublished = None
        return self._unpublished

    def mend(self) -> bool:
        """Complete the tree after a failed fetch. False if nothing was ever fetched.

        Raises RepositoryError if the tree cannot be completed.
        """
        if not self._source.is_whole:
            self._unpublished = None  # it is unknown which files this changes
        return self._source.mend()

    def mark_published(self) -> None:
        """Record that everything fetched is published."""
        self._unpublished = frozenset()
