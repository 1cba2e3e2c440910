"""The files that posts show: pictures, sounds, films, and what their enclosures are.

A file is sent if a published entry shows this very address, and never else.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import IO, Any, Final

from flask import Response, request
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.http import is_resource_modified, parse_range_header
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.entry_files import attached
from feedsvc.core.posts.enclosures import file_candidates
from feedsvc.errors import FolderError
from feedsvc.source.folder import Folder, Unsettled
from feedsvc.source.source import Source
from feedsvc.web.file_validators import Validators
from feedsvc.web.polls.conditions import reading_conditions

MOST_ENTRIES: Final = 20  # that are asked for one file
SMALL: Final = 256 * 1024  # octets; what is larger is read while it is sent
_PIECE: Final = 64 * 1024  # octets
# An SVG may hold a script, and a browser may be misled about anything else.
_CSP: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_SHOWN: Final = ("image/", "audio/", "video/")  # by a browser; all else is saved
_STRONG_TAG: Final = re.compile(r'"[^"]*"')
_SOON: Final = 2  # seconds until a file that is being written may stand


class Files:
    """The files in the folder of posts, as far as published entries show them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._validators = Validators()

    def answer(
        self, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> AnyResponse:
        """The file at a decoded path, which these entries show; with the paths of their posts.

        Raises NotFound where there is none that may be shown, or where it may be either of two.
        Raises ServiceUnavailable while it is being written.
        """
        with ExitStack() as opened:
            try:
                file, media_type = self._opened(opened, path, shown_by, site_url)
                response = self._answer(file, media_type)
            except Unsettled:
                raise ServiceUnavailable(retry_after=_SOON) from None
            self._require_whole()
            response.call_on_close(opened.pop_all().close)
        return response

    def _require_whole(self) -> Folder:
        """The folder as it is now.

        Raises NotFound if we have none, ServiceUnavailable while it is laid out or if its disk
        does not answer.
        """
        try:
            folder = self._source.folder
            if not folder.root.is_dir():
                raise NotFound
            is_whole = self._source.is_whole
        except (PermissionError, FolderError):  # it is not ours to read
            raise NotFound from None
        except OSError:
            raise ServiceUnavailable(retry_after=_SOON) from None
        if not is_whole:
            raise ServiceUnavailable(retry_after=_SOON)
        return folder

    def _opened(
        self, opened: ExitStack, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> tuple[IO[bytes], str]:
        folder = self._require_whole()
        found: dict[tuple[int, int], tuple[IO[bytes], str]] = {}
        for entry, post_path in shown_by:
            shown = attached(entry, site_url).get(path)
            for candidate in file_candidates(post_path, shown.name) if shown else ():
                file = folder.open_beside(candidate)
                if file and shown:
                    opened.enter_context(file)
                    status = os.fstat(file.fileno())
                    found[status.st_dev, status.st_ino] = (file, shown.media_type)
                    break
        if len(found) != 1:
            raise NotFound
        return found.popitem()[1]

    def _answer(self, file: IO[bytes], media_type: str) -> AnyResponse:
        """All of the file, a range of it, or that it has not changed."""
        status = os.fstat(file.fileno())
        response = Response(FileWrapper(file, _PIECE))
        response.headers["Content-Type"] = media_type
        response.headers["Content-Security-Policy"] = _CSP
        response.headers["Cache-Control"] = "public, max-age=3600"
        if not media_type.startswith(_SHOWN):
            response.headers["Content-Disposition"] = "attachment"
        response.content_length = status.st_size
        modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
        response.last_modified = modified
        tag = self._validators.tag_of(file.fileno(), status)
        environ = _conditions(modified)
        if tag:
            response.set_etag(tag)
        elif "HTTP_IF_NONE_MATCH" in environ:
            environ.pop("HTTP_IF_MODIFIED_SINCE", None)  # RFC 9110 §13.1.3
        if not is_resource_modified(environ, response.headers.get("ETag"), None, modified):
            environ.pop("HTTP_RANGE", None)  # Werkzeug 3.1 looks at it first; RFC 9110 §13.2.2
        response.make_conditional(environ, accept_ranges=True, complete_length=status.st_size)
        response.last_modified = min(modified, datetime.now(UTC))  # RFC 9110 §8.8.2.1
        if request.method == "HEAD" or response.status_code == 304:
            response.response = []
            return response
        octets = response.content_length or 0
        pieces = _steady(response.response, octets, file, status)  # type: ignore[arg-type]  # bytes
        response.response = [b"".join(pieces)] if octets <= SMALL else pieces
        return response


def _steady(
    pieces: Iterable[bytes], octets: int, file: IO[bytes], status: os.stat_result
) -> Iterator[bytes]:
    """The pieces, as many octets as were announced, of a file that nobody changes meanwhile.

    Raises Unsettled otherwise; a connection on which the answer has begun ends with that.
    """
    for piece in pieces:
        now = os.fstat(file.fileno())
        octets -= len(piece)
        if octets < 0 or (now.st_size, now.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            raise Unsettled
        yield piece
    if octets:
        raise Unsettled


def _conditions(modified: datetime) -> dict[str, Any]:
    """This request's environ, with one range at most.

    What asks for several, or is none, is left out: all of the file is right then, too. So is a
    range with an If-Range that is not a strong entity tag (RFC 9110 §13.1.5): machines give one
    file different dates.
    """
    environ = reading_conditions(request.environ, modified)
    wanted = parse_range_header(environ.pop("HTTP_RANGE", ""))
    if_range = environ.get("HTTP_IF_RANGE", '""').strip()
    if (
        request.method == "GET"
        and _STRONG_TAG.fullmatch(if_range)
        and wanted
        and wanted.units == "bytes"
        and len(wanted.ranges) == 1
    ):
        environ["HTTP_RANGE"] = wanted.to_header()
    return environ
