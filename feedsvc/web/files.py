"""Serves the files that posts show: images, audio, video and other enclosures.

A file is served only if a published entry shows exactly this address.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import IO, Any, Final

from flask import Response, request
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.http import is_resource_modified, parse_range_header
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.entry_files import entry_files
from feedsvc.core.media import file_candidates
from feedsvc.errors import FolderError
from feedsvc.source.folder import Folder, Unsettled
from feedsvc.source.source import Source
from feedsvc.source.stamps import stamp_of_status
from feedsvc.web.file_validators import Validators
from feedsvc.web.polls.conditions import reading_conditions

MOST_ENTRIES: Final = 20  # entries that are examined for one file
SMALL: Final = 256 * 1024  # octets; a larger file is read while it is sent
_PIECE: Final = 64 * 1024  # octets
# An SVG may contain a script, and a browser may guess another type.
_CSP: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_INLINE: Final = ("image/", "audio/", "video/", "text/plain")  # others are attachments
_STRONG_TAG: Final = re.compile(r'"[^"]*"')
_SOON: Final = 2  # seconds after which to retry for a file that is being written


class Files:
    """The files in the folder of posts that published entries show."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._validators = Validators()

    def answer(
        self, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> AnyResponse:
        """The file at a decoded path. `shown_by` has the entries that show it, with post paths.

        Raises NotFound if no file may be shown, or if the entries mean different files.
        Raises ServiceUnavailable while the file is being written.
        """
        return self._sent(lambda opened: self._open(opened, path, shown_by, site_url))

    def of_site(
        self, path: str, media_type: str, accepts: Callable[[bytes], bool] | None = None
    ) -> AnyResponse:
        """The file at a path of the folder that a setting, or a convention of the web, names.

        If `accepts` decides by the beginning of its content, its name may be that of a post.
        Raises NotFound if there is none that may be served, or if `accepts` refuses it, and
        ServiceUnavailable as `answer` does.
        """
        return self._sent(lambda opened: self._open_at(opened, path, media_type, accepts))

    def _sent(self, opening: Callable[[ExitStack], tuple[IO[bytes], str]]) -> AnyResponse:
        with ExitStack() as opened:
            try:
                response = self._answer(*opening(opened))
            except Unsettled:
                raise ServiceUnavailable(retry_after=_SOON) from None
            self._require_whole()
            response.call_on_close(opened.pop_all().close)
        return response

    def source_of(
        self, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> str | None:
        """A text that changes whenever the answer for a file does; empty if it is unknown now.

        None if no file may be shown.
        """
        return self._source_of(lambda opened: self._open(opened, path, shown_by, site_url))

    def source_of_site(self, path: str) -> str | None:
        """The same for a file that `of_site` may send, whatever its name is like."""
        return self._source_of(
            lambda opened: self._open_at(opened, path, "", lambda _: True),
        )

    def _source_of(self, opening: Callable[[ExitStack], tuple[IO[bytes], str]]) -> str | None:
        with ExitStack() as opened:
            try:
                file, media_type = opening(opened)
            except NotFound:
                return None
            except (Unsettled, ServiceUnavailable):
                return ""
            return f"{media_type} {stamp_of_status(os.fstat(file.fileno()))}"

    def _require_whole(self) -> Folder:
        """The current folder.

        Raises NotFound if there is none or it cannot be read, and ServiceUnavailable if it is
        being checked out or its disk fails.
        """
        try:
            folder = self._source.folder
            if not folder.root.is_dir():
                raise NotFound
            is_whole = self._source.is_whole
        except (PermissionError, FolderError):
            raise NotFound from None
        except OSError:
            raise ServiceUnavailable(retry_after=_SOON) from None
        if not is_whole:
            raise ServiceUnavailable(retry_after=_SOON)
        return folder

    def _open(
        self, opened: ExitStack, path: str, shown_by: list[tuple[Entry, str]], site_url: str
    ) -> tuple[IO[bytes], str]:
        """The one file that the entries mean, and its media type. Raises NotFound otherwise."""
        folder = self._require_whole()
        files: dict[tuple[int, int], tuple[IO[bytes], str]] = {}  # by device and inode
        for entry, post_path in shown_by:
            shown = entry_files(entry, site_url).get(path)
            for candidate in file_candidates(post_path, shown.name) if shown else ():
                file = folder.open_beside(candidate)
                if file and shown:
                    opened.enter_context(file)
                    status = os.fstat(file.fileno())
                    files[status.st_dev, status.st_ino] = (file, shown.media_type)
                    break
        if len(files) != 1:
            raise NotFound
        return files.popitem()[1]

    def _open_at(
        self,
        opened: ExitStack,
        path: str,
        media_type: str,
        accepts: Callable[[bytes], bool] | None,
    ) -> tuple[IO[bytes], str]:
        file = self._require_whole().open_beside(path, like_post=accepts is not None)
        if file is None:
            raise NotFound
        opened.enter_context(file)
        if accepts and not accepts(file.read(_PIECE)):
            raise NotFound
        file.seek(0)
        return file, media_type

    def _answer(self, file: IO[bytes], media_type: str) -> AnyResponse:
        """The whole file, a range of it, or 304."""
        status = os.fstat(file.fileno())
        response = Response(FileWrapper(file, _PIECE))
        response.headers["Content-Type"] = media_type
        response.headers["Content-Security-Policy"] = _CSP
        response.headers["Cache-Control"] = "public, max-age=3600"
        if not media_type.startswith(_INLINE):
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
            environ.pop(
                "HTTP_RANGE", None
            )  # Werkzeug 3.1 checks it too early; RFC 9110 §13.2.2
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
    """The pieces of a file, exactly as many octets as Content-Length announces.

    Raises Unsettled if the file changes meanwhile. If the answer has begun, this ends the
    connection.
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
    """This request's environ, with at most one range.

    Several ranges and invalid ranges are removed, so the whole file is sent. A range with an
    If-Range that is not a strong entity tag is removed too (RFC 9110 §13.1.5): the dates of a
    file differ between machines.
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
