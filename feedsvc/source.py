"""Where the posts are: a folder that others write, or the tree of a repository of ours."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.folder import Folder
from feedsvc.repository import Repository


class Source:
    """The folder of posts, and how it is brought up to date where that is for us to do.

    A folder of a `repository` is `path` in the tree of its `branch`; only we write there.
    """

    def __init__(
        self,
        folder: Folder,
        repository: Repository | None = None,
        *,
        branch: str = "",
        path: str = "",
    ) -> None:
        self.folder = folder
        self._repository = repository
        self._branch = branch
        self._path = path

    @property
    def name(self) -> str:
        """The folder as it is configured, not what a link in it leads to; or the repository.

        Two watchers of one source may have different names: machines may mount a folder at
        different paths.
        """
        if self._repository is None:
            return str(self.folder.configured)
        return " ".join((self._repository.address, self._branch, self._path)).rstrip()

    @property
    def is_whole(self) -> bool:
        """True where the folder may be read now."""
        return self._repository is None or self._repository.whole is not None

    @property
    def is_fetched(self) -> bool:
        """True where the posts come with `update`, and no event tells of them."""
        return self._repository is not None

    def mend(self) -> bool:
        """Make the folder whole again; False where nothing was ever fetched.

        Raises RepositoryError where that cannot be done.
        """
        if self.is_whole or self._repository is None:
            return True
        return self._repository.mend() is not None

    def update(self) -> frozenset[str] | None:
        """Fetch what is new: the paths that may have changed, None for all of the folder.

        Raises RepositoryError where it cannot be fetched.
        """
        changed = self._repository.update().changed if self._repository else None
        if changed is None:
            return None
        below = f"{self._path}/" if self._path else ""
        return frozenset(path.removeprefix(below) for path in changed if path.startswith(below))

    @contextmanager
    def proposed(self, ref: str) -> Iterator[Folder]:
        """The folder as it would be at a proposed change, as long as the context lasts.

        `ref` is the change's name at its forge, or nothing for the branch as it is there now.
        Without a repository it is the folder as it stands.
        """
        if self._repository is None:
            yield self.folder.standing_at(self.folder.root)
            return
        with tempfile.TemporaryDirectory(prefix="feedsvc-preview-") as place:
            tree = Path(place) / "tree"
            self._repository.preview(ref or self._branch, tree)
            yield self.folder.standing_at(tree / self._path)
