"""What reading one file can give: a post, a draft, a problem, or no post."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from feedsvc.core.media import Enclosure
from feedsvc.core.people import Person
from feedsvc.core.podcasts.episode import NO_EPISODE, Episode
from feedsvc.core.problems import Problem

# What the names of posts end in, in small letters, and as authors write it.
SUFFIXES: Final = frozenset(
    [".md", ".markdown", ".mdown", ".txt", ".html", ".mdx", ".qmd", ".rmd"]
)
SPELLED_SUFFIXES: Final = (*sorted(SUFFIXES), ".Rmd")


@dataclass(frozen=True, slots=True)
class Post:
    """The typed content of one file.

    `key` identifies the post permanently, without the site's tag authority: `guid:...`,
    `slug:...` or `path:...`, the first that the post has. `permalink` and `image` (the lead
    image) are absolute URLs. `summary` is text from the front matter. A category is the path
    of its names, the top level first. `feeds`, `content`, `license` and `episode` are as in
    Entry, but the episode has no image. The post is hidden before `public_from` and from
    `expires` on. If `keeps_updated`, readers keep the `updated` that they have. `held_by` is
    the warning to report while a key such as `publish_at` hides the post, and `ended_by` that
    once a key such as `expires` hides it. `image_file` is the file of the image if it must be
    beside the post. `hidden_files` are attached files that must not be served. `watched_files`
    are others whose size is not that of an enclosure; it is None if the file must be beside the
    post and is not, or cannot be read now. If a template in it shows the title, the subtitle or
    the email of the site, the post `names_site`. If it takes itself back, `retracted` is the
    reason, which may be empty. `positions` are line and column by meaning.
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
    license: str = ""
    episode: Episode = NO_EPISODE
    expires: datetime | None = None
    embargo: datetime | None = None
    image_file: str = ""
    hidden_files: tuple[str, ...] = ()
    watched_files: tuple[tuple[str, int | None], ...] = ()
    held_by: Problem | None = None
    ended_by: Problem | None = None
    keeps_updated: bool = False
    names_site: bool = False
    retracted: str | None = None
    positions: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)

    @property
    def public_from(self) -> datetime:
        """When the post becomes public: its date, or its embargo if that is later."""
        return max(self.published, self.embargo or self.published)

    def position_of(self, meaning: str) -> tuple[int, int]:
        """The line and column of the field with this meaning; (1, 0) if there is none."""
        return self.positions.get(meaning, (1, 0))

    @property
    def is_html(self) -> bool:
        """True if the body is HTML and not Markdown."""
        return self.path.lower().endswith(".html")


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that its author hides, and the `reason`; its published entry is withdrawn.

    If the file could not be read either, that problem is one of the `warnings`. The key, title,
    date and body tell which post it is, as far as they can be read. `names_site` is as in Post.
    """

    path: str
    warnings: tuple[Problem, ...] = ()
    reason: str = field(default="", compare=False)
    key: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    published: datetime | None = field(default=None, compare=False)
    body: str = field(default="", compare=False)
    names_site: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotAPost:
    """A file without front matter, such as a README.

    `reason` names a line that looks like a flag that hides; it counts if the file was a post.
    """

    path: str
    reason: str = field(default="", compare=False)


Reading: TypeAlias = Post | Draft | NotAPost | Problem


def may_name_site(reading: Reading) -> bool:
    """False if a file reads the same whatever the site is called: see Post.

    A file that cannot be read may have warnings about a template.
    """
    if isinstance(reading, Post | Draft):
        return reading.names_site
    return isinstance(reading, Problem)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a file was read: the result, its dialect, and the origin of each meaning."""

    reading: Reading
    dialect: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
