"""What a file of the folder is: a post, a draft, no post, or a problem."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from feedsvc.core.media import Enclosure
from feedsvc.core.people import Person
from feedsvc.core.problems import Problem

SUFFIXES: Final = frozenset([".md", ".markdown", ".mdown", ".txt", ".html"])


@dataclass(frozen=True, slots=True)
class Post:
    """What an author wrote, typed.

    `key` names the post for good, without the site's tag authority: `guid:...`, `slug:...` or
    `path:...`, in this order of preference. `permalink` is absolute. `summary` is text from the
    front matter. A category is the path of its names from the top down. `image` is the absolute
    URL of the lead image. `feeds` and `content` are as in Entry. Until `public_from` the post
    waits; from `expires` on it is hidden. `held_by` is the warning for as long as it waits
    because of a key such as `publish_at`. `hidden_files` are the names of attached files that
    may not be served, and so are not among `enclosures` and `image`.
    """

    path: str
    key: str
    title: str
    published: datetime
    updated: datetime | None
    permalink: str
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    authors: tuple[Person, ...]
    summary: str
    language: str
    body: str
    warnings: tuple[Problem, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    feeds: tuple[str, ...] | None = None
    content: str = ""
    expires: datetime | None = None
    embargo: datetime | None = None
    hidden_files: tuple[str, ...] = ()
    held_by: Problem | None = None
    positions: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)

    @property
    def public_from(self) -> datetime:
        """When it may be shown: from its date on, unless it names a later one for that."""
        return max(self.published, self.embargo or self.published)

    def position_of(self, meaning: str) -> tuple[int, int]:
        """The line and the column where a meaning was found; the file's first, else."""
        return self.positions.get(meaning, (1, 0))

    @property
    def is_html(self) -> bool:
        """True where the body is HTML and not Markdown."""
        return self.path.lower().endswith(".html")


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that its author hides, and why; whatever was published of it is withdrawn.

    Where it could not be read either, the problem is among the `warnings`.
    """

    path: str
    warnings: tuple[Problem, ...] = ()
    reason: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotAPost:
    """A file without front matter, such as a README.

    `reason` is what would hide it all the same, if it was a post before.
    """

    path: str
    reason: str = field(default="", compare=False)


Reading: TypeAlias = Post | Draft | NotAPost | Problem


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a file was read: what came of it, its dialect, and where each meaning was found."""

    reading: Reading
    dialect: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
