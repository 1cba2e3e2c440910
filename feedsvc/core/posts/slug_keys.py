"""The forms of keys of posts that share a slug: a folder or a path stands behind the slug."""

import posixpath
from typing import Final

from feedsvc.core.text import nfc

SEPARATOR: Final = "//"  # no slug contains it: a slug has no empty segment


def shared_key(key: str) -> str:
    """The key without the folder or path behind the slug."""
    return key.partition(SEPARATOR)[0] if key.startswith("slug:") else key


def place_in(key: str) -> str:
    """The folder or path behind the slug in a key; empty if there is none."""
    return key.partition(SEPARATOR)[2].rstrip("/") if key.startswith("slug:") else ""


def folder_key(shared: str, path: str) -> str:
    """The key of a post that shares a slug, with its folder; empty for the root folder."""
    folder = posixpath.dirname(path)
    return f"{shared}{SEPARATOR}{nfc(folder)}/" if folder else ""


def path_key(shared: str, path: str) -> str:
    """The key of a post that shares a slug, with its path."""
    return f"{shared}{SEPARATOR}{nfc(path)}"
