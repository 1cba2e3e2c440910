"""Read one file: its bytes become a post, and the post an entry. A fault stays in its file."""

from collections.abc import Collection
from dataclasses import replace

from feedsvc.core.feeds.entries import Entry, compose, new_id
from feedsvc.core.feeds.link_positions import located
from feedsvc.core.posts.post import Draft, Post, Reading
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.reading.attached_files import AttachedFiles
from feedsvc.source.folder import SourceFile


def read_post(
    file: SourceFile | Problem,
    attached: AttachedFiles,
    measured: Collection[tuple[str, int | None]] = (),
    own_key: str = "",
) -> Reading:
    """What a file contains. If feedsvc itself fails on it, that is a problem of this file only.

    `measured` are names of attached files with their stored lengths. They are used for files
    that the disk cannot read now. `own_key` is as in parse_post.
    """
    if isinstance(file, Problem):
        return file
    try:
        reading = attached.dates.parse(file, own_key)
        if isinstance(reading, Post):
            return attached.add_to(reading, file, dict(measured))
        return reading
    except BaseException as error:  # noqa: BLE001 - _own_fault raises what is not a fault
        return _own_fault(file.path, error)


def compose_entry(post: Post, site: Site) -> Entry | Problem:
    """The entry of a post. Its id is the one that a post with this key gets if it is new."""
    try:
        return compose(post, site, new_id(post.key, site), post.published)
    except BaseException as error:  # noqa: BLE001 - as in read_post
        return _own_fault(post.path, error)


def with_positions(entry: Entry, file: SourceFile) -> Entry:
    """The entry with the positions of its links to other posts in the file."""
    if entry.unresolved is None:
        return entry
    text = file.source.decode("utf-8", "replace")
    return located(entry, text, is_html=file.path.lower().endswith(".html"))


def problems_of(reading: Reading) -> list[Problem]:
    """The problems of a file that its author should know."""
    if isinstance(reading, Problem):
        return [replace(reading, warnings=()), *reading.warnings]
    return list(reading.warnings) if isinstance(reading, Post | Draft) else []


def _own_fault(path: str, error: BaseException) -> Problem:
    """The problem for an exception, or for a panic in Rust, which derives from BaseException.

    Raises any other BaseException, such as KeyboardInterrupt.
    """
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    fault = f"feedsvc failed on it ({type(error).__name__}: {error})"
    cure = "simplify the file, and report this to the authors of feedsvc"
    return Problem(path, 0, fault, cure, code="bug")
