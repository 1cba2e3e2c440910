"""Where the posts are: a folder that others write, or the work tree of a git branch."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from feedsvc.errors import FolderError
from feedsvc.source.folder import Folder, shown_path
from feedsvc.source.repository import Repository

SWAP_SECONDS: Final = 0.5  # for which a link to the folder may be missing while it is replaced
_SWAP_TICK: Final = 0.02


class Source:
    """The folder of posts, and how to update it if git brings the posts.

    With a `repository`, the folder is `path` in the work tree of its `branch`, and only feedsvc
    writes there.
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
        """The folder, with the links in its path followed now.

        Raises FolderError if a link leads out of the repository.
        """
        folder = self._folder.resolved()
        if self._repository is not None:
            _require_inside(folder, self._repository.tree)
            folder = folder.of_commit(self._repository.checked_out)
        return folder

    def folder_to_read(self) -> Folder:
        """The folder. If it is missing, wait a moment: a link to it may just be replaced.

        `ln -sfn`, and `rm` with `mv`, remove the old link before they create the new one.
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
        """The configured path with its links not followed, or the address of the repository.

        Two watchers of one source may have different names, because machines may mount a folder
        at different paths.
        """
        if self._repository is None:
            return str(self._folder.path.absolute())
        return " ".join((self._repository.address, self._branch, self._path)).rstrip()

    @property
    def shown_root(self) -> str:
        """The folder as readers of a message write it, or its path in the repository."""
        return self._path if self._repository else shown_path(self._folder.path)

    @property
    def is_whole(self) -> bool:
        """True if the folder may be read now."""
        return self._repository is None or self._repository.whole is not None

    @property
    def is_fetched(self) -> bool:
        """True if `update` brings the posts, so that no file events are needed."""
        return self._repository is not None

    def mend(self) -> bool:
        """Complete an interrupted checkout. False if nothing was ever fetched.

        Raises RepositoryError if that fails.
        """
        if self.is_whole or self._repository is None:
            return True
        return self._repository.mend() is not None

    def update(self) -> frozenset[str] | None:
        """Fetch the branch. Returns the paths that may have changed; None means all paths.

        Raises RepositoryError if the fetch fails.
        """
        changed = self._repository.update().changed if self._repository else None
        if changed is None or self._repository is None:
            return None
        below = f"{self._path}/" if self._path else ""
        tree = self._repository.tree.resolve()
        if self._folder.resolved().root != tree / self._path:
            return None  # it is a link, and git names the paths of its target
        if any(below.startswith(f"{path}/") for path in changed):  # it was a link until now
            return None
        return frozenset(path.removeprefix(below) for path in changed if path.startswith(below))

    @contextmanager
    def proposed(self, ref: str) -> Iterator[Folder]:
        """The folder as a proposed change would make it. It exists within the context.

        `ref` is the ref of the change at its forge, or "" for the branch as it is there now.
        Without a repository, this is the folder itself.
        """
        if self._repository is None:
            folder = self.folder_to_read()
            yield folder.standing_at(folder.root)
            return
        with tempfile.TemporaryDirectory(prefix="feedsvc-preview-") as temporary:
            tree = Path(temporary) / "tree"
            commit = self._repository.preview(ref or self._branch, tree)
            folder = self._folder.standing_at(tree / self._path)
            _require_inside(folder, tree)
            yield folder.of_commit(self._repository.work_tree(tree, commit))


def _require_inside(folder: Folder, tree: Path) -> None:
    """Raise FolderError if the folder is outside: a link in a repository can lead anywhere."""
    if not folder.root.is_relative_to(tree.resolve()):
        raise FolderError(
            "source.path is a link that leads out of the repository; make it lead to a "
            "folder inside"
        )
