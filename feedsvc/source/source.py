"""Where the posts are: a folder that others write, or the tree of a repository of ours."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from feedsvc.errors import FolderError
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Repository

SWAP_SECONDS: Final = 0.5  # in which a link to the folder may be replaced
_SWAP_TICK: Final = 0.02


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
        self._folder = folder
        self._repository = repository
        self._branch = branch
        self._path = path

    @property
    def folder(self) -> Folder:
        """The folder at the place that its path leads to now.

        Raises FolderError if that is outside of the repository.
        """
        folder = self._folder.resolved()
        if self._repository is not None:
            _require_inside(folder, self._repository.tree)
        return folder

    def folder_to_read(self) -> Folder:
        """The same; if there is none now, wait a moment, for a link may just be replaced.

        `ln -sfn` and `rm` with `mv` take the old away before the new is there.
        """
        until = time.monotonic() + SWAP_SECONDS
        while True:
            folder = self.folder
            try:
                folder.require_root()
            except FolderError:
                if self._repository is None and time.monotonic() < until:
                    time.sleep(_SWAP_TICK)
                    continue
            return folder

    @property
    def name(self) -> str:
        """The folder as it is configured, not what a link in it leads to; or the repository.

        Two watchers of one source may have different names: machines may mount a folder at
        different paths.
        """
        if self._repository is None:
            return str(self._folder.path.absolute())
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
        if changed is None or self._repository is None:
            return None
        below = f"{self._path}/" if self._path else ""
        tree = self._repository.tree.resolve()
        if (
            self._folder.resolved().root != tree / self._path
        ):  # a link, whose target the paths name
            return None
        if any(below.startswith(f"{path}/") for path in changed):  # it was a link before
            return None
        return frozenset(path.removeprefix(below) for path in changed if path.startswith(below))

    @contextmanager
    def proposed(self, ref: str) -> Iterator[Folder]:
        """The folder as it would be at a proposed change, as long as the context lasts.

        `ref` is the change's name at its forge, or nothing for the branch as it is there now.
        Without a repository it is the folder as it stands.
        """
        if self._repository is None:
            folder = self.folder_to_read()
            yield folder.standing_at(folder.root)
            return
        with tempfile.TemporaryDirectory(prefix="feedsvc-preview-") as place:
            tree = Path(place) / "tree"
            self._repository.preview(ref or self._branch, tree)
            folder = self._folder.standing_at(tree / self._path)
            _require_inside(folder, tree)
            yield folder


def _require_inside(folder: Folder, tree: Path) -> None:
    """Whoever writes the repository could name any folder of this machine by a link."""
    if not folder.root.is_relative_to(tree.resolve()):
        raise FolderError(
            "source.path is a link that leads out of the repository; let it lead to a folder "
            "in it"
        )
