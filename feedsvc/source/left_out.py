"""The files of a folder that are no posts, to judge by their names: why, and how many."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from feedsvc.core.posts.post import SUFFIXES

Cause: TypeAlias = Literal["other suffix", "ignored by name", "not chosen", "link"]

# In the folder of posts: our settings, and the folder of the store that init proposes.
_OUR_OWN: Final = frozenset(["feedsvc.toml", ".feedsvc"])
_SUFFIXES: Final = tuple(SUFFIXES)
_USUAL: Final = (".md", ".markdown", ".txt", ".html")  # no program renders them to another post
_FIRST: Final = ("_", ".", "#", "r", "R", "t", "T")  # of names that a rule may ignore
_LAST: Final = ("~", "%")
_LONGEST_SUFFIX: Final = 20  # characters that are shown
SUFFIX_LIST: Final = ", ".join(sorted(SUFFIXES))


class Reason(NamedTuple):
    """Why a path is no post: the cause, and what decides it, such as a suffix or a pattern."""

    cause: Cause
    detail: str


@dataclass(slots=True)
class LeftOut:
    """How many files are left out, by cause and by what decides it.

    The files below folders that are `closed` are not counted: these cannot be read.
    """

    counts: dict[Cause, Counter[str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def add(self, reason: Reason, files: int = 1) -> None:
        """Count files that are left out for this reason."""
        if files:
            self.counts.setdefault(reason.cause, Counter())[reason.detail] += files

    def add_child(self, root: Path, path: str, child: os.DirEntry[str], reason: Reason) -> None:
        """Count a file, or all files below a folder, that is left out.

        Our own files do not count: they are none of the user's, and those of the store come
        and go.
        """
        if path in _OUR_OWN:
            return
        try:
            if not child.is_dir(follow_symlinks=False):
                self.add(reason, int(child.is_file()))
                return
        except OSError:  # a link that leads nowhere, or a disk that fails
            return
        folders = [path]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(root / folder) as children:
                    for each in children:
                        if each.is_dir(follow_symlinks=False):
                            folders.append(f"{folder}/{each.name}")
                        else:
                            self.add(reason, int(each.is_file()))
            except OSError:
                self.closed.add(folder)


def is_post_name(name: str) -> bool:
    """True if a file of this name may be a post."""
    return has_post_suffix(name) and not rule_that_ignores(name)


def has_post_suffix(name: str) -> bool:
    """True if the suffix of a name is that of posts."""
    return name.lower().endswith(_SUFFIXES)


def is_usual_post(name: str) -> bool:
    """True for the names of most posts: as is_post_name, and it is no file to be rendered.

    It takes a tenth of the time, and may be False for any other name of a post.
    """
    return name.endswith(_USUAL) and name[0] not in _FIRST


def suffix_reason(name: str) -> Reason | None:
    """Why the suffix of a file says that it is no post; None if it may be one."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - faster than a Path
    if suffix in SUFFIXES:
        return None
    return Reason("other suffix", suffix[:_LONGEST_SUFFIX] or "none")


def ignored_reason(path: str) -> Reason | None:
    """Why a relative path is ignored: a rule that one of its names meets; None if none does."""
    for name in path.split("/"):
        rule = rule_that_ignores(name)
        if rule:
            return Reason("ignored by name", rule)
    return None


def rule_that_ignores(name: str) -> str:
    """The rule by which a file or folder of this name is ignored; empty if there is none."""
    if name[:1] not in _FIRST and name[-1:] not in _LAST:  # most names
        return ""
    if name == "_posts":  # where Hexo and Jekyll keep posts
        return ""
    if name.startswith(("_", ".", "#")):
        return f'begins with "{name[0]}"'
    if name.endswith(_LAST):
        return f'ends with "{name[-1]}"'
    lowered = name.lower()
    if lowered == "templates":
        return "templates"
    return "README" if lowered.partition(".")[0] == "readme" else ""
