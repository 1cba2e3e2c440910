"""The stamps of files: by these it is known whether a file has changed."""

import os

from feedsvc.core.file_records import Stamp


def stamp_of_status(status: os.stat_result) -> Stamp:
    """The stamp of a file with this status."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
