"""The files that posts show: pictures, sounds, films, and what their enclosures are.

A file is sent if a published entry shows this very address, and never else. Its body is read
whole, since granian 2.8 holds a thread for as long as an iterable is read: hence the limits.
"""

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import IO, Any, Final

from flask import Response, request
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.http import is_resource_modified, parse_range_header
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

from feedsvc.core.attached import attached
from feedsvc.core.attachments import file_candidates
from feedsvc.core.entries import Entry
from feedsvc.folder import Unsettled
from feedsvc.source import Source
from feedsvc.web.conditions import for_readers
from feedsvc.web.refusals import line
from feedsvc.web.room import LARGE, Room

MOST_ENTRIES: Final = 20  # that are asked for one file
MOST_WHOLE: Final = 8 * 1024 * 1024  # octets; what is larger is sent in ranges
MOST_RANGE: Final = 1024 * 1024  # of such a file
# An SVG may hold a script, and a browser may be misled about anything else.
_CSP: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_SHOWN: Final = ("image/", "audio/", "video/")  # by a browser; all else is saved
_SOON: Final = 2  # seconds until a file that is being written may stand


class Files:
    """The files in the folder of posts, as far as published entries show them."""

    def __init__(self, source: Source, room: Room) -> None:
        self._source = source
        self._room = room

    def answer(
        self, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> AnyResponse:
        """The file at a decoded path, which these entries show; with the paths of their posts.

        Raises NotFound where there is none that may be shown, or where it may be either of two.
        Raises ServiceUnavailable while it is being written, or too many read slowly.
        """
        with ExitStack() as opened:
            try:
                file, media_type = self._opened(opened, path, shown_by, site_url)
                response = _answer(file, media_type, self._room)
            except Unsettled:
                raise ServiceUnavailable(retry_after=_SOON) from None
            self._require_whole()
        return response

    def _require_whole(self) -> None:
        """Raises NotFound where we have no folder, ServiceUnavailable while it is laid out."""
        try:
            if not self._source.folder.root.is_dir():
                raise NotFound
            is_whole = self._source.is_whole
        except OSError:  # it is not ours to read
            raise NotFound from None
        if not is_whole:
            raise ServiceUnavailable(retry_after=_SOON)

    def _opened(
        self, opened: ExitStack, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> tuple[IO[bytes], str]:
        self._require_whole()
        found: dict[tuple[int, int], tuple[IO[bytes], str]] = {}
        for entry, post_path in shown_by:
            shown = attached(entry, site_url).get(path)
            for candidate in file_candidates(post_path, shown.name) if shown else ():
                file = self._source.folder.open_beside(candidate)
                if file and shown:
                    opened.enter_context(file)
                    status = os.fstat(file.fileno())
                    found[status.st_dev, status.st_ino] = (file, shown.media_type)
                    break
        if len(found) != 1:
            raise NotFound
        return found.popitem()[1]


def _answer(file: IO[bytes], media_type: str, room: Room) -> AnyResponse:
    """All of the file, a range of it, or that it has not changed."""
    status = os.fstat(file.fileno())
    size = status.st_size
    response = Response(FileWrapper(file, 65536), direct_passthrough=True)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "public, max-age=3600"
    if not media_type.startswith(_SHOWN):
        response.headers["Content-Disposition"] = "attachment"
    response.content_length = size
    response.last_modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
    response.set_etag(f"{size:x}-{status.st_mtime_ns:x}")
    environ = _conditions(size)
    if not is_resource_modified(
        environ, response.headers["ETag"], None, response.last_modified
    ):
        environ.pop("HTTP_RANGE", None)  # Werkzeug 3.1 looks at it first; RFC 9110 §13.2.2
    response.make_conditional(environ, accept_ranges=True, complete_length=size)
    if request.method == "HEAD" or response.status_code == 304:
        response.response = []
        return response
    octets = response.content_length or 0
    if octets > MOST_WHOLE:
        refused = line(413, f"the file has {size} octets: ask for ranges of it")
        refused.headers["Accept-Ranges"] = "bytes"
        return refused
    if octets > LARGE and not room.take():
        raise ServiceUnavailable(retry_after=_SOON)
    body = b"".join(response.response)  # type: ignore[arg-type]  # FileWrapper yields bytes
    after = os.fstat(file.fileno())
    if len(body) != octets or (after.st_size, after.st_mtime_ns) != (size, status.st_mtime_ns):
        raise Unsettled
    response.response = [body]
    return response


def _conditions(size: int) -> dict[str, Any]:
    """This request's environ, with one range at most, and no more of a large file than allowed.

    What asks for several, or is none, is left out: all of the file is right then, too.
    """
    environ = for_readers(request.environ)
    wanted = parse_range_header(environ.pop("HTTP_RANGE", ""))
    if request.method != "GET" or not wanted or wanted.units != "bytes":
        return environ
    if len(wanted.ranges) == 1:
        environ["HTTP_RANGE"] = wanted.to_header()
        span = wanted.range_for_length(size)
        if span and size > MOST_WHOLE:
            last = min(span[1], span[0] + MOST_RANGE) - 1
            environ["HTTP_RANGE"] = f"bytes={span[0]}-{last}"
    return environ
