"""Files that a post attaches: measure them, and leave out those that are not served."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from feedsvc.core.media import Enclosure, file_candidates
from feedsvc.core.podcasts.episode import Transcript
from feedsvc.core.posts.enclosures import (
    local_names,
    pictures_beside,
)
from feedsvc.core.posts.post import SPELLED_SUFFIXES, NotAPost, Post
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.reading.given_dates import GivenDates
from feedsvc.source.durations import duration_of
from feedsvc.source.folder import (
    HIDDEN,
    Folder,
    SourceFile,
    Unsettled,
)
from feedsvc.source.left_out import is_post_name

_UNKNOWN: Final = 0  # the length of a file that the disk cannot read now
_MOST_WARNINGS: Final = 20  # of one post
_SHOWN: Final = 500  # characters of a name


@dataclass(frozen=True, slots=True)
class AttachedFiles:
    """The files of a folder that posts of a site may attach at a point in time.

    `dates` parses these posts.
    """

    folder: Folder
    site: Site
    now: datetime
    dates: GivenDates

    def add_to(self, post: Post, file: SourceFile, measured: Mapping[str, int | None]) -> Post:
        """The post with lengths and durations of its files, without files that are not served.

        It gets a warning for each file that is missing or not served. `measured` are stored
        lengths by name, for files that the disk cannot read now.
        """
        enclosures: list[Enclosure] = []
        warnings: list[Problem] = []
        hidden: list[str] = []
        watched: list[tuple[str, int | None]] = []
        for enclosure in post.enclosures:
            if name := self._hidden_name(post, enclosure.href):
                hidden.append(name)
                warnings.append(_hidden_warning(file, name, "enclosure"))
                continue
            if enclosure.file and _lacks_duration(enclosure):
                try:
                    seconds = self._duration(post, enclosure.file)
                except (OSError, Unsettled):
                    seconds = None
                    watched.append((enclosure.file, None))
                enclosure = replace(enclosure, duration=seconds)
            if enclosure.length is not None:
                enclosure = replace(enclosure, file="")  # the author answers for its length
            if enclosure.file:
                length = self._size_or(measured.get(enclosure.file), post, enclosure.file)
                enclosure = replace(enclosure, length=length)
                if enclosure.length is None:
                    fault = f"there is no file {enclosure.file} whose length could be measured"
                    cure = "put it beside the post, or write its length"
                    warnings.append(_warning(file, enclosure.file, fault, cure, code="no-file"))
            enclosures.append(enclosure)
        image = post.image
        if name := self._hidden_name(post, image):
            hidden.append(name)
            warnings.append(_hidden_warning(file, name, "image"))
            image = ""
        transcripts = tuple(self._transcripts(post, file, measured, watched, warnings))
        missing = self._missing_image(replace(post, image=image))
        if missing:
            fault = f"there is no picture {missing} beside the post, so the feeds leave it out"
            cure = "put it there, or write its path from the root of the site"
            warnings.append(_warning(file, missing, fault, cure, code="no-picture"))
            image = ""
        for picture in pictures_beside(post.body, post.is_html):
            if picture == missing:
                continue  # one warning for one file
            size = self._size_or(_UNKNOWN, post, picture)
            if size is None:
                fault = f"there is no picture {picture} beside the post"
                cure = "put it there, or write its path from the root of the site"
                warnings.append(_warning(file, picture, fault, cure, code="no-picture"))
            elif size == HIDDEN:
                warnings.append(_hidden_warning(file, picture, "picture"))
        if not (enclosures or hidden or warnings):
            return post
        return replace(
            post,
            enclosures=tuple(enclosures),
            image=image,
            hidden_files=tuple(hidden),
            watched_files=(*watched, *([(missing, None)] if missing else [])),
            episode=replace(post.episode, transcripts=transcripts),
            warnings=(*post.warnings, *warnings[:_MOST_WARNINGS]),
        )

    def _transcripts(
        self,
        post: Post,
        file: SourceFile,
        measured: Mapping[str, int | None],
        watched: list[tuple[str, int | None]],
        warnings: list[Problem],
    ) -> Iterator[Transcript]:
        """The transcripts that are served or elsewhere; a warning for each of the others."""
        for transcript in post.episode.transcripts:
            name = transcript.file
            if hidden := self._hidden_name(post, transcript.href):
                watched.append((hidden, HIDDEN))
                warnings.append(_hidden_warning(file, hidden, "transcript"))
                continue
            if name:
                size = self._size_or(measured.get(name, _UNKNOWN), post, name)
                watched.append((name, size))
                if size is None:
                    fault = f"there is no transcript {name} beside the post"
                    cure = "put it there, or write its URL"
                    warnings.append(_warning(file, name, fault, cure, code="no-file"))
                    continue
            yield transcript

    def _duration(self, post: Post, name: str) -> int | None:
        """The seconds of an audio file that a post names; None if they cannot be measured.

        Raises OSError or Unsettled if the disk fails.
        """
        path, _ = self._found(post.path, name)
        # While a file is written, its length changes, so it is measured once more after that.
        opened = self.folder.open_beside(path, settled=False) if path else None
        if opened is None:
            return None
        with opened:
            return duration_of(opened)

    def _missing_image(self, post: Post) -> str:
        """The name of the lead image if it must be beside the post and is not; else ""."""
        has_file = post.image and post.image_file
        if has_file and self._size_or(_UNKNOWN, post, post.image_file) is None:
            return post.image_file
        return ""

    def _size_or(self, unknown: int | None, post: Post, name: str) -> int | None:
        """The size of a file that a post names; `unknown` if the disk does not answer."""
        try:
            return self.size(post.path, name)
        except OSError:
            return unknown

    def size(self, post_path: str, name: str) -> int | None:
        """The size in octets of a file that a post names.

        None if it is not in the folder, HIDDEN if it is there and not served. Raises OSError
        if the disk fails.
        """
        return self._found(post_path, name)[1]

    def _found(self, post_path: str, name: str) -> tuple[str, int | None]:
        """The path of a file that a post names, and its size as `size` gives it."""
        absent_or_hidden = None
        for path in file_candidates(post_path, name):
            size = self.folder.size_of(path)
            if size is None:
                continue
            if size != HIDDEN and not self._is_of_a_hidden_post(path, post_path):
                return path, size
            absent_or_hidden = HIDDEN
        return "", absent_or_hidden

    def _hidden_name(self, post: Post, url: str) -> str:
        """The name that a post uses for the file at a URL if it is not served; else ""."""
        if not url:
            return ""
        names = local_names(url, post.permalink, self.site.url)
        sizes = [self._size_or(_UNKNOWN, post, name) for name in names]
        if any(size is not None and size != HIDDEN for size in sizes):
            return ""
        for name, size in zip(names, sizes, strict=True):
            beside = [] if name.startswith(("/", "..")) else file_candidates(post.path, name)
            if size == HIDDEN or (beside and all(map(self.folder.ignores, beside))):
                return name
        return ""

    def _is_of_a_hidden_post(self, path: str, post_path: str) -> bool:
        """True if the file is in the folder of another post that is not public now."""
        return any(map(self._is_hidden_post, _owners(path, post_path)))

    def _is_hidden_post(self, path: str) -> bool:
        stamp = self.folder.survey([path]).stamps.get(path)
        if stamp is None:
            return False
        try:
            file = self.folder.read(path, stamp)
        except Unsettled:
            return True  # it may be hidden; the next look will show
        if isinstance(file, Problem):
            return True
        reading = self.dates.parse(file)
        if isinstance(reading, Post):
            ended = reading.expires is not None and reading.expires <= self.now
            return ended or reading.public_from > self.now
        return not isinstance(reading, NotAPost)


def _lacks_duration(enclosure: Enclosure) -> bool:
    return enclosure.medium == "audio" and enclosure.duration is None


def _owners(path: str, post_path: str) -> Iterator[str]:
    """Paths of other posts whose folder the file may be in, the innermost folder first."""
    own = (posixpath.splitext(post_path)[0], posixpath.dirname(post_path))
    folder = posixpath.dirname(path)
    while folder and folder != own[0] and not f"{own[1]}/".startswith(f"{folder}/"):
        for suffix in SPELLED_SUFFIXES:
            yield f"{folder}/index{suffix}"
            yield f"{folder}{suffix}"
        folder = posixpath.dirname(folder)


def _hidden_warning(file: SourceFile, name: str, what: str) -> Problem:
    fault = f"the {what} {name} is not served, so the feeds leave it out"
    if what == "picture":
        fault = f"the picture {name} is not served, so readers do not see it"
    cure = "put it beside this post, under a name that does not begin with . or _"
    if what == "transcript" and is_post_name(posixpath.basename(name)):
        cure = (
            "write its URL, or take a .vtt, .srt or .json file: this name may be that of a post"
        )
    return _warning(file, name, fault, cure, code="hidden-file")


def _warning(file: SourceFile, named: str, fault: str, cure: str, code: str) -> Problem:
    at = max(0, file.source.find(named.encode()))
    line_start = file.source.rfind(b"\n", 0, at) + 1
    line = file.source.count(b"\n", 0, at) + 1
    column = len(file.source[line_start:at].decode("utf-8", "replace")) + 1 if at else 0
    text = named[:_SHOWN]
    return Problem(file.path, line, fault, cure, False, code=code, column=column, text=text)
