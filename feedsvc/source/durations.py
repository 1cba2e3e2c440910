"""Measures how long an audio file takes. The only module that uses mutagen."""

import math
from typing import BinaryIO, Final

_MOST_OCTETS: Final = 16 * 1024 * 1024  # tags hold pictures of some megabytes
_LEAST_COST: Final = 1024  # octets that a read of fewer counts as: a file may have many parts


class _TooMuch(Exception):  # noqa: N818 - it ends the measuring, and nothing else
    """More of the file would be read than its headers have."""


def duration_of(file: BinaryIO) -> int | None:
    """The duration of an audio file in whole seconds; None if its headers do not tell it.

    Raises OSError if the disk fails.
    """
    from mutagen import File  # takes long, and most folders have no audio
    from mutagen.aac import AAC
    from mutagen.aiff import AIFF
    from mutagen.flac import FLAC
    from mutagen.mp3 import MP3
    from mutagen.mp4 import MP4
    from mutagen.oggflac import OggFLAC
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis
    from mutagen.wave import WAVE

    formats = (MP3, MP4, OggVorbis, OggOpus, OggFLAC, FLAC, WAVE, AIFF, AAC)
    limited = _Limited(file)
    try:
        measured = File(limited, options=formats)
        seconds = float(measured.info.length) if measured is not None else 0.0
    except Exception:  # noqa: BLE001 - whatever mutagen raises on a broken file
        if limited.error:
            raise limited.error from None
        return None
    if not math.isfinite(seconds) or seconds <= 0:
        return None
    return max(1, round(seconds))


class _Limited:
    """A file of which only so much can be read; it keeps the error of the disk."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _MOST_OCTETS
        self.error: OSError | None = None
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            size = self._left + 1
        try:
            octets = self._file.read(size)
        except OSError as error:
            self.error = error
            raise
        self._left -= max(len(octets), _LEAST_COST if size else 0)
        if self._left < 0:
            raise _TooMuch
        return octets
