"""Parses URLs of git repositories into transport, address and credentials."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from feedsvc.core.hosts import plain_host

_CURE: Final = "give https://, ssh://, git@host:path or an absolute path"
_HOST: Final = r"(?:(?![-.])[\w.-]+|\[[0-9A-Fa-f:.]+\])"
_USER: Final = r"(?![-.])[\w.+-]+"
_SCP: Final = re.compile(rf"(?:{_USER}@)?{_HOST}:(?![-:]).+")  # git@example.org:posts.git
_NETLOC: Final = re.compile(rf"(?:{_USER}@)?(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?")
_CONTROLS: Final = re.compile(r"[\x00-\x20\x7f]")
_NOT_IN_BRANCHES: Final = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|^[-/.]|[/.]$|^HEAD$"
)


@dataclass(frozen=True, slots=True)
class Remote:
    """A branch of a repository, from the settings; `url` may contain a user and a password.

    `depth` is the number of commits to fetch; 0 for all.
    """

    url: str = field(repr=False)
    branch: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a URL; `text` has no secrets, so it may be logged and passed to git."""

    transport: str
    text: str
    origin: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def address_of(url: str) -> Address:
    """Parse a URL. Raises ValueError, which does not show the URL, if it is not supported."""
    if not url or _CONTROLS.search(url):
        raise ValueError(f"the URL is empty or has a space or control character; {_CURE}")
    scheme, separator, _ = url.partition("://")
    if url.startswith("/"):
        return Address("file", url)
    if not separator and "/" not in url.partition(":")[0] and _SCP.fullmatch(url):
        return Address("ssh", url)
    if separator and scheme in ("http", "https"):
        return _over_http(url)
    if separator and scheme == "ssh":
        return _over_ssh(url)
    if url.startswith("file:///"):
        return Address("file", url)
    raise ValueError(f"the URL is not of a supported kind; {_CURE}")


def _over_ssh(url: str) -> Address:
    netloc = url.removeprefix("ssh://").partition("/")[0]
    if ":" in netloc.rpartition("@")[0]:
        raise ValueError("an ssh URL cannot contain a password; give feedsvc's user a key")
    if not _is_host_and_port(netloc):
        raise ValueError(f"the URL's host or port is invalid; {_CURE}")
    return Address("ssh", url)


def _is_host_and_port(netloc: str) -> bool:
    """True if such a host and port can exist."""
    match = _NETLOC.fullmatch(netloc)
    if match is None or not 0 < int(match["port"] or 1) < 65536:
        return False
    try:
        host = match["host"]
        plain_host((host if host.isascii() else host.encode("idna").decode()).lower())
    except ValueError:  # UnicodeError is one
        return False
    return True


def _over_http(url: str) -> Address:
    scheme, _, rest = url.partition("://")
    netloc, _, path = rest.partition("/")
    credentials, _, host = netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    user, password = unquote(user), unquote(password)
    if any(mark in rest for mark in "?#") or "@" in path:
        raise ValueError(
            "the URL has ?, # or a second @; write %3F, %23 or %40, also in a password"
        )
    if not _is_host_and_port(host):
        raise ValueError(
            "the URL's host or port is invalid; write / in a password as %2F and @ as %40"
        )
    if any(_CONTROLS.search(secret) for secret in (user, password)):
        raise ValueError("the URL's user or password has a space or control character")
    origin = f"{scheme}://{host}"
    return Address(scheme, f"{origin}/{path}", origin, user, password)


def is_branch(name: str) -> bool:
    """True if git allows `refs/heads/<name>` and the name cannot be taken for an option."""
    return bool(name) and not _NOT_IN_BRANCHES.search(name)


def identity_of(remote: Remote) -> str:
    """A hash that changes with the address or the branch, but not with the password."""
    source = f"{address_of(remote.url).text}\0{remote.branch}"
    return hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()


def without_secrets(text: str, address: Address) -> str:
    """The text with the user and the password of the address replaced by `***`."""
    for secret in (address.password, address.user):
        if len(secret) > 2:  # shorter ones may be parts of words
            for form in (secret, quote(secret), quote(secret, safe="")):
                text = text.replace(form, "***")
    return re.sub(r"(?<=://)[^/@\s'\"]+@", "***@", text)
