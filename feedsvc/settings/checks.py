"""Checks for the values of settings. Each returns the value to use, or raises ValueError."""

import base64
import json
import re
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from feedsvc.core import addresses
from feedsvc.core.admin.tokens import token_fault
from feedsvc.core.feeds import renamed_feeds
from feedsvc.core.filters.placing import filter_of_setting
from feedsvc.core.licences.licences import known_licence, near_ids
from feedsvc.core.podcasts.categories import category_of, near_categories, written_category
from feedsvc.core.posts.permalinks import names_one_post
from feedsvc.core.text import legal
from feedsvc.core.webhook.authentication import secret_fault
from feedsvc.settings import urls

MOST_WORKERS: Final = 64
MOST_FILTERS: Final = 100  # each post is compared with each of them
_ANY_ZONE: Final = ZoneInfo("UTC")  # whether a query can be read depends on no zone
_AGENT: Final = re.compile(r"^[ \t]*user-agent[ \t]*:", re.IGNORECASE | re.MULTILINE)


def header_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", text):
        raise ValueError("it is not a header name, which has only letters, digits and hyphens")
    return text


def legal_text(text: str) -> str:
    if legal(text) != text:
        raise ValueError("it has a character that XML does not allow")
    return text


def not_empty(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    return text


def no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("it is not a number")
    return value


def workers(value: Any) -> Any:
    if value == "auto":
        return value
    if re.fullmatch(r"[0-9]{1,2}", str(value)) and int(value) <= MOST_WORKERS:
        return int(value)
    raise ValueError(f'it is neither "auto" nor a whole number from 0 to {MOST_WORKERS}')


def language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError("it is not a language tag (RFC 5646)")
    return text


def email_or_none(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise ValueError("it is not an e-mail address")
    return text


def licence_or_none(text: str) -> str:
    """The SPDX identifier of a licence, or its URL; empty for none."""
    if known := known_licence(text):
        return known
    if not text:
        return ""
    if "://" in text:
        return urls.licence_url(text)
    near = " or ".join(near_ids(text))
    raise ValueError(
        "it is neither an SPDX identifier (spdx.org/licenses) nor a URL"
        + (f"; did you mean {near}?" if near else "")
    )


def podcast_category(text: str) -> str:
    """A category of Apple Podcasts as Apple writes it, with its subcategory."""
    if not text.strip():
        return ""
    if category := category_of(text):
        return written_category(category)
    near = " or ".join(repr(each) for each in near_categories(text))
    raise ValueError(
        "it is not a category of Apple Podcasts, such as 'Society & Culture > Documentary'"
        + (f"; did you mean {near}?" if near else "")
    )


def robots(text: str) -> str:
    if text in ("allow", "deny") or (legal(text) == text and _AGENT.search(text)):
        return text
    raise ValueError(
        'it is neither "allow" nor "deny", nor a robots.txt with a User-agent line'
    )


def request_method(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{1,20}", text):
        raise ValueError("it is not a request method, which has 1 to 20 capital letters")
    return text


def file_or_none(text: str) -> str:
    if "\0" in text or text.endswith("/") or (text and not text.strip()):
        raise ValueError("it is not the path of a file")
    return text


def zone_name(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it is not an IANA time zone") from error
    return text


def tag_authority(text: str) -> str:
    fault = "it is not a domain, a comma and a date (RFC 4151, section 2.1)"
    if not re.fullmatch(r"[a-z0-9@._-]+,[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise ValueError(fault)
    year, month, day = (*map(int, text.rpartition(",")[2].split("-")), 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError as error:
        raise ValueError(fault) from error
    return text


def address(text: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._/-]*", text):
        raise ValueError("it is not a path that starts with a slash")
    return text


def feed_path(text: str) -> str:
    path = renamed_feeds.feed_path(text)
    if path is None:
        raise ValueError("it is not the address of a feed, such as /tags/AI/")
    return path


def filter_name(text: str) -> str:
    if not text or addresses.segment(text) != text or not text.isprintable():
        raise ValueError("it is not a name such as medicine, with letters, digits and hyphens")
    return text


def filter_query(text: str) -> str:
    """The query of a filter; its terms need not exist yet."""
    filter_of_setting(text, _ANY_ZONE)
    return text


def main_query(text: str) -> str:
    """The query of a filter that chooses the entries of the site's feed; empty for all."""
    if text and filter_of_setting(text, _ANY_ZONE).only_summaries:
        raise ValueError("content is not for feeds.main; write it into feeds.contents")
    return text


def few_filters(filters: dict[str, Any]) -> dict[str, Any]:
    if len(filters) > MOST_FILTERS:
        raise ValueError(f"there are more than {MOST_FILTERS} filters")
    return filters


def any_feed_path(text: str) -> str:
    return "" if text == "/" else feed_path(text)


def template(text: str) -> str:
    if not names_one_post(text):
        raise ValueError("it has no token that differs for each post: :key, :title or :slug")
    return text


def long_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 16:
        raise ValueError("it is shorter than 16 characters")
    if fault := secret_fault(value.get_secret_value()):
        raise ValueError(fault)
    return value


def admin_token(value: SecretStr) -> SecretStr:
    if fault := token_fault(value.get_secret_value()):
        raise ValueError(fault)
    return value


def one_or_several(value: Any, file_setting: str) -> Any:
    """One secret or a list of secrets, so that a secret can be replaced without a gap.

    The environment gives a list as JSON. A secret may start with a bracket, so a text is
    refused only if it starts like a list of texts but is not valid JSON. `file_setting` names
    the file for such secrets.
    """
    if not isinstance(value, str):
        return value
    try:
        members = json.loads(value) if value.startswith("[") else None
    except (ValueError, RecursionError):
        members = None
    if isinstance(members, list) and all(isinstance(member, str) for member in members):
        return members
    if re.match(r'\[\s*"', value):
        raise ValueError(
            'it starts like a JSON list but is not one; write ["one", "two"], or put a secret '
            f"that starts like this into {file_setting}"
        )
    return (value,)


def lines_of_file(value: Any) -> Any:
    """The secrets in a file, one per line. systemd and Kubernetes provide such files."""
    if not isinstance(value, str):
        return value
    try:
        lines = Path(value).read_text("utf-8").splitlines() if value else []
    except OSError as error:  # its text has the path, which may be a secret by mistake
        raise ValueError(f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8") from None
    secrets = tuple(line.strip() for line in lines if line.strip())
    if value and not secrets:
        raise ValueError("the file is empty")
    return secrets


def signing_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    try:
        octets = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        octets = b""
    if not text.startswith("whsec_") or not 24 <= len(octets) <= 64:
        raise ValueError("it is not whsec_ and 24 to 64 bytes in base64 (Standard Webhooks)")
    return value


def branch(text: str) -> str:
    # the rules of git-check-ref-format(1)
    odd = re.search(r"[\s~^:?*\[\\\x00-\x1f\x7f]|\.\.|@\{|//|/\.|\.lock(/|$)", text)
    if odd or not text or text.startswith(("-", "/", ".")) or text.endswith(("/", ".")):
        raise ValueError("it is not a branch name")
    return text


def inner_path(text: str) -> str:
    parts = text.strip("/").split("/")
    if text.startswith("/") or ".." in parts or ".git" in parts:
        raise ValueError("it is not a path inside the repository")
    return "/".join(part for part in parts if part not in ("", "."))


def encoding(text: str) -> str:
    try:
        "".encode(text)
    except LookupError as error:  # also raised for codecs that are not for text, such as base64
        raise ValueError("it is not a text encoding that Python supports") from error
    return text


def each_once(names: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(names))


def from_json(value: Any) -> Any:
    """The value of a JSON text. A value that is not a text is returned as it is."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
