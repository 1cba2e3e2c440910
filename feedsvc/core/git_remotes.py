"""Where a git repository is: by which transport, at which address, with which password."""

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
    """A branch of a repository, as the settings name it; `url` may carry a user and a password.

    `depth` is how many commits of its past are fetched; 0 for all.
    """

    url: str = field(repr=False)
    branch: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says: `text` is without secrets, and so may be shown and handed to git."""

    transport: str
    text: str
    origin: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def address_of(url: str) -> Address:
    """Take a URL apart. Raises ValueError, which shows nothing of it, where it is not asked."""
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
    raise ValueError(f"git is not asked over such a URL; {_CURE}")


def _over_ssh(url: str) -> Address:
    netloc = url.removeprefix("ssh://").partition("/")[0]
    if ":" in netloc.rpartition("@")[0]:
        raise ValueError("ssh takes no password in its URL; give feedsvc's user a key")
    if not _is_place(netloc):
        raise ValueError(f"the URL's host or port is impossible; {_CURE}")
    return Address("ssh", url)


def _is_place(netloc: str) -> bool:
    """True if such a host and port can exist."""
    found = _NETLOC.fullmatch(netloc)
    if found is None or not 0 < int(found["port"] or 1) < 65536:
        return False
    try:
        host = found["host"]
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
            "the URL has ?, # or a second @; write %3F, %23 or %40, in a password too"
        )
    if not _is_place(host):
        raise ValueError(
            "the URL's host or port is impossible; write / in a password as %2F and @ as %40"
        )
    if any(_CONTROLS.search(secret) for secret in (user, password)):
        raise ValueError("the URL's user or password has a space or control character")
    origin = f"{scheme}://{host}"
    return Address(scheme, f"{origin}/{path}", origin, user, password)


def is_branch(name: str) -> bool:
    """True where git allows `refs/heads/<name>`, and no option could be meant."""
    return bool(name) and not _NOT_IN_BRANCHES.search(name)


def identity_of(remote: Remote) -> str:
    """Names what is followed: another address or branch has another one; a password has not."""
    named = f"{address_of(remote.url).text}\0{remote.branch}"
    return hashlib.sha256(named.encode(errors="surrogateescape")).hexdigest()


def without_secrets(text: str, address: Address) -> str:
    """The same text, with neither a user nor a password in it."""
    for secret in (address.password, address.user):
        if len(secret) > 2:  # shorter ones would blot out parts of words
            for form in (secret, quote(secret), quote(secret, safe="")):
                text = text.replace(form, "***")
    return re.sub(r"(?<=://)[^/@\s'\"]+@", "***@", text)
