"""Converts values of config files to values that our settings take, or says why not."""

import posixpath
import re
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedsvc.core.generators.configs.config_values import ConfigValue, NotLiteral
from feedsvc.core.languages import language_tag
from feedsvc.core.text import one_line

Conversion: TypeAlias = "Callable[[ConfigValue], str | int | bool]"

_LONGEST: Final = 1_000
_MOST_ENTRIES: Final = 500  # what `feeds.entries` allows
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NOT_OF_URLS = re.compile(r"[\s\"<>\\^`{|}?#@]")


def text(value: ConfigValue) -> str:
    """A text on one line; numbers are texts too. Raises ValueError, with the reason."""
    content = value.content
    if isinstance(content, NotLiteral):
        raise ValueError(content.why)
    if isinstance(content, bool) or not isinstance(content, str | int):
        raise ValueError("is not a text")
    words = one_line(str(content))
    if len(words) > _LONGEST:
        raise ValueError("is too long")
    return words


def given(value: ConfigValue | None, default: str) -> str:
    """The text; the default if there is none, or an empty one. Raises ValueError as `text`."""
    return (text(value) if value else "") or default


def text_or(value: ConfigValue | None, default: str) -> str:
    """As `given`, but the default for what is no text too."""
    try:
        return given(value, default)
    except ValueError:
        return default


def texts(value: ConfigValue | None) -> list[str]:
    """The texts in a list; a text alone is a list of one. What is no text is left out."""
    return (
        [each for each in (text_or(member, "") for member in value.members) if each]
        if value
        else []
    )


def language(value: ConfigValue) -> str:
    """A language tag; `zh_CN` is `zh-CN`. Of a list, the first."""
    tag = text(value.members[0] if value.members else value).replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("is not a language tag")
    return language_tag(tag)


def zone(value: ConfigValue) -> str:
    """The name of an IANA time zone."""
    name = text(value)
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not an IANA time zone") from error


def email(value: ConfigValue) -> str:
    """An e-mail address."""
    address = text(value)
    if not _EMAIL.fullmatch(address):
        raise ValueError("is not an e-mail address")
    return address


def entries(value: ConfigValue) -> int:
    """The length of a feed. No limit (0, -1, false) is the most that `feeds.entries` allows."""
    if value.content is False or value.content == "false":
        return _MOST_ENTRIES
    try:
        number = int(text(value))
    except ValueError as error:
        raise ValueError("is not a whole number") from error
    return min(number, _MOST_ENTRIES) if number > 0 else _MOST_ENTRIES


def flag(value: ConfigValue | None, default: bool) -> bool:
    """True or false, as YAML, TOML or a program writes it; the default for anything else."""
    content = value.content if value else default
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(content, str):
        return words.get(content.lower(), default)
    return content if isinstance(content, bool) else default


def site_url(base: ConfigValue | None = None) -> Conversion:
    """A conversion to the address of a site at the path `base`, without a slash at its end.

    A URL that has this path already stays as it is.
    """

    def joined(value: ConfigValue) -> str:
        address = text(value)
        parts = urlsplit(address)  # ValueError for a broken IPv6 address
        is_web = parts.scheme in ("http", "https") and parts.hostname
        if not is_web or _NOT_OF_URLS.search(address):
            raise ValueError("is not the http or https address of a site")
        path = given(base, "").strip("/")
        if _NOT_OF_URLS.search(path):
            raise ValueError("is not the path of a site")
        address = address.rstrip("/")
        if not path or f"{parts.path.rstrip('/')}/".endswith(f"/{path}/"):
            return address
        return f"{address}/{path}"

    return joined


def folder(*parts: str) -> str:
    """The path of a folder below that of the blog. Raises ValueError if it is not below it."""
    path = posixpath.normpath(posixpath.join(*(part.strip() or "." for part in parts)))
    if path.startswith(("/", "..", "~")) or "\\" in path or "\0" in path:
        raise ValueError("leads out of the folder")
    return path
