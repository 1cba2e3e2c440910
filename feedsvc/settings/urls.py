"""Checks for URLs in settings. A URL that could leak a secret or be misread is refused.

No message repeats any part of the value, because it may hold a password.
"""

import re
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from feedsvc.core import git_remotes
from feedsvc.core.hosts import plain_host
from feedsvc.core.media import podcast_image

_POSTGRES: Final = "postgresql+psycopg://"
_SAFE: Final = "/~:?#[]@!$&'()*+,;=%"
_ILLEGAL: Final = re.compile(r"[\s\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NETLOC: Final = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_SECRET_KEY: Final = re.compile(
    r"pass(?:word|wd|phrase)?|pwd|secret|token|auth|key|credentials?|sig(?:nature)?"
)


def site_url(text: str) -> str:
    """The public URL of the site, without query, fragment and slash at the end."""
    checked = _web_url(text, "leave it out: every feed would show it")
    parts = urlsplit(checked)
    if "?" in checked or "#" in checked or "@" in checked:
        raise ValueError("it is not a plain http or https URL; leave out ?, # and @")
    path = quote(parts.path.rstrip("/"), safe="/%~:@!$&'()*+,;=[]")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def hub_url(text: str) -> str:
    """The URL of an outside hub. Every feed links to it."""
    return _public(_web_url(text, "leave it out: every feed would show it"))


def person_url_or_none(text: str) -> str:
    """The page of a person, which feeds link to. It may have a fragment."""
    if not text:
        return ""
    return _public(_web_url(text, "leave it out: feeds would show it", fragment=True))


def licence_url(text: str) -> str:
    """The page of a licence, which feeds link to. It may have a fragment."""
    return _public(_web_url(text, "leave it out: feeds would show it", fragment=True))


def picture_or_none(text: str) -> str:
    """The URL of a picture, or its path on the site, which begins with a slash."""
    if not text.startswith("/"):
        if text and "://" not in text:
            raise ValueError("it is neither an http or https URL nor a path that begins with /")
        cure = "leave it out: feeds would show it"
        return _public(_web_url(text, cure)) if text else ""
    parts = unquote(text).split("/")[1:]
    if any(part in ("", ".", "..") for part in parts) or not unquote(text).isprintable():
        raise ValueError("it is not the path of a file on the site, such as /images/icon.png")
    if set("?#\\") & set(text):
        raise ValueError("it has a ?, a # or a backslash; write only the path of the file")
    return text


def podcast_image_or_none(text: str) -> str:
    """A picture of a type that Apple allows, given like the pictures of the site."""
    if text and not podcast_image(text):
        raise ValueError("it is not a JPEG or PNG file, whose name ends in .jpg or .png")
    return picture_or_none(text)


def reader(text: str) -> str:
    """The URL of a feed reader, with `{url}` in place of the address of a feed."""
    if "{url}" not in text or "{" in re.sub(r"\{url\}", "", text):
        raise ValueError("it is not an http or https URL with {url} in place of the feed URL")
    checked = text.replace("{url}", "URL")
    _public(_web_url(checked, "leave it out: pages would show it", fragment=True))
    if "{url}" in urlsplit(text).netloc:
        raise ValueError("its host must not be {url}")
    return text


def notify_url(text: str) -> str:
    """A URL that receives messages. Its path and query may be secrets."""
    return _web_url(text, "leave it out: messages are signed with notify.secret")


def purge_url_or_none(text: str) -> str:
    """The URL of a cache in front of feedsvc."""
    cure = "leave it out; let the cache accept purges from the address of feedsvc"
    return _web_url(text, cure) if text else ""


def git_url(text: str) -> str:
    """The URL or the path of a git repository. An http or https URL may have a password."""
    if text:
        git_remotes.address_of(text)
    return text


def store_url(text: str) -> str:
    """The URL of the store, `sqlite:///PATH` or `postgresql+psycopg://...`."""
    if _CONTROL.search(text) or text != text.strip():
        raise ValueError("it has a control character, or a space at its start or end")
    if text.startswith("sqlite:///"):
        return _sqlite_url(text)
    if not text.startswith(_POSTGRES):
        raise ValueError("it is neither sqlite:///PATH nor postgresql+psycopg://...")
    return _postgres_url(text)


def _sqlite_url(text: str) -> str:
    path = text.removeprefix("sqlite:///")
    if "?" in path:
        raise ValueError("its path has a ?; options are not supported")
    if path in ("", ":memory:") or path.endswith("/"):
        raise ValueError("it does not name a file")
    return text


def _postgres_url(text: str) -> str:
    from sqlalchemy.engine import make_url  # not at the top: it takes 300 ms
    from sqlalchemy.exc import ArgumentError

    cure = "in a user name or password, write @ as %40, : as %3A, / as %2F, a space as %20"
    try:
        parsed = make_url(text)
    except (ArgumentError, ValueError):  # their text may repeat parts of a password
        raise ValueError(f"its host or port cannot be read; {cure}") from None
    if re.search(r"\s", text):
        raise ValueError(f"it has a space; {cure}")
    if _CONTROL.search(f"{parsed.username}{parsed.password}"):
        raise ValueError("its user name or password has a control character")
    if parsed.host is not None:
        _checked_host(parsed.host, cure)
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise ValueError("its port is not from 1 to 65535")
    if re.search("[@/]", parsed.database or ""):
        raise ValueError(f"its database cannot be read; {cure}")
    if not all(re.fullmatch("[a-z_]+", name) for name in parsed.query):
        raise ValueError(f"its options cannot be read; {cure}")
    if "?" in text and "@" in text.rpartition("?")[2]:
        raise ValueError(f"its options contain an @; {cure}")
    return text


def _web_url(text: str, cure: str, *, fragment: bool = False) -> str:
    """The URL in ASCII. `cure` says what to do about a user name. Raises ValueError."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        raise ValueError("it is not an http or https URL")
    netloc = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    if "@" in netloc:
        raise ValueError(f"it has a user name or a password; {cure}")
    if _ILLEGAL.search(text) or not text.isprintable():
        raise ValueError("it has a space or a character that is not allowed; percent-encode it")
    if "#" in text and not fragment:
        raise ValueError("it has a fragment; leave out # and everything after it")
    matched = _NETLOC.fullmatch(netloc)
    if matched is None or (matched["port"] and not 0 < int(matched["port"]) < 65536):
        raise ValueError("its host or port is not valid; a port is from 1 to 65535")
    host = _checked_host(matched["host"], "write a domain or an IP address")
    port = f":{matched['port']}" if matched["port"] else ""
    return f"{scheme}://{host}{port}{quote(rest[len(netloc) :], safe=_SAFE)}"


def _checked_host(host: str, cure: str) -> str:
    """The host in ASCII. Raises ValueError if it is not a valid domain or IP address."""
    try:
        if "%" in host:
            raise ValueError("an IPv6 zone is valid on one machine only")
        ascii_host = host if host.isascii() else host.encode("idna").decode()
        plain_host(f"[{host}]" if ":" in host and host[0] != "[" else ascii_host.lower())
    except ValueError:  # UnicodeError is one
        raise ValueError(f"its host is neither a domain nor an IP address; {cure}") from None
    return ascii_host


def _public(url: str) -> str:
    query = urlsplit(url).query.replace(";", "&")
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if any(map(_SECRET_KEY.fullmatch, re.split("[^a-z]+", name.lower()))):
            raise ValueError("its query has a secret, which would be public; leave it out")
    return url
