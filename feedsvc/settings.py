"""The configuration: a TOML file and the environment in, one frozen value out, checked once."""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from feedsvc.core.addresses import web_url
from feedsvc.core.people import Person
from feedsvc.core.permalinks import names_one_post
from feedsvc.core.renames import feed_path
from feedsvc.core.rules import LANGUAGES, Rules
from feedsvc.core.site import Site
from feedsvc.core.text import legal
from feedsvc.errors import SettingsError

PREFIX: Final = "FEEDSVC_"
DEFAULT_FILE: Final = Path("config/feedsvc.toml")


def _web_url(text: str) -> str:
    parts = urlsplit(text)
    try:
        plain = parts.port is None or parts.port > 0
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is not an http or https URL")
    if re.search(r"[\s\x00-\x1f\x7f@?#<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})", text):
        raise ValueError("it is not a plain http or https URL")
    path = quote(parts.path.rstrip("/"), safe="/%~:@!$&'()*+,;=[]")
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{_host(parts.hostname)}{port}{path}"


def _host(name: str) -> str:
    if ":" in name:
        return f"[{name}]"
    try:
        host = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not re.fullmatch(r"[a-z0-9._-]+", host):
        raise ValueError("its host is neither a domain nor an IP address")
    return host


def _legal(text: str) -> str:
    if legal(text) != text:
        raise ValueError("it has a character that XML cannot carry")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    return text


def _not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("it is not a number")
    return value


def _zone_name(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such IANA time zone") from error
    return text


def _tag_authority(text: str) -> str:
    fault = "it is not a domain, a comma and a date (RFC 4151)"
    if not re.fullmatch(r"[a-z0-9@._-]+,[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise ValueError(fault)
    year, month, day = (*map(int, text.rpartition(",")[2].split("-")), 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError as error:
        raise ValueError(fault) from error
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._/-]*", text):
        raise ValueError("it is not a path that begins with a slash")
    return text


def _feed_path(text: str) -> str:
    path = feed_path(text)
    if path is None:
        raise ValueError("it is not the address of a feed, such as /tags/AI/")
    return path


def _any_feed_path(text: str) -> str:
    return "" if text == "/" else _feed_path(text)


def _template(text: str) -> str:
    if not names_one_post(text):
        raise ValueError("it has no token such as :key, :title or :slug that tells posts apart")
    return text


def _reader(text: str) -> str:
    if not text.startswith(("https://", "http://")) or "{url}" not in text:
        raise ValueError("it is not an http or https URL with {url} for the feed's address")
    return text


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 16:
        raise ValueError("it is shorter than 16 characters")
    return value


def _store_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("it is neither sqlite:///PATH nor postgresql+psycopg://...")
    return text


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except LookupError as error:  # also for those that are not of text, such as base64
        raise ValueError("it is no encoding of text that Python knows") from error
    return text


def _page_or_none(text: str) -> str:
    if text and not web_url("", text):
        raise ValueError("it is not an http or https URL")
    return web_url("", text) or ""


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_Whole = Annotated[int, BeforeValidator(_not_bool)]
_Text = Annotated[str, AfterValidator(_legal)]
_Name = Annotated[_Text, AfterValidator(_not_blank)]
_Names = Annotated[dict[_Name, _Name], BeforeValidator(_from_json)]
_Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
_EMAIL: Final = r"^$|^[^@\s]+@[^@\s]+$"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteSettings(_Section):
    """`[site]`: who publishes, under which address."""

    title: _Name = Field(examples=["Tea notes"])
    url: Annotated[str, AfterValidator(_web_url)] = Field(examples=["https://example.org"])
    author: _Name = Field(examples=["Li Wei"])
    timezone: Annotated[str, AfterValidator(_zone_name)] = Field(examples=["Asia/Shanghai"])
    tag_authority: Annotated[str, AfterValidator(_tag_authority)] = Field(
        examples=["example.org,2026"]
    )
    subtitle: _Text = Field("", examples=["What we brew"])
    email: _Text = Field("", pattern=_EMAIL, examples=["li@example.org"])
    language: _Language = Field("en", examples=["zh-CN"])


class PersonSettings(_Section):
    """A member of `content.authors`: the person that posts name by its key."""

    name: _Name
    uri: Annotated[str, AfterValidator(_page_or_none)] = ""
    email: _Text = Field("", pattern=_EMAIL)


class ContentSettings(_Section):
    """`[content]`: where the posts are, and how they are read."""

    seeds: Path = Field(Path("seeds"), examples=["seeds"])
    permalink: Annotated[str, AfterValidator(_template)] = Field(
        "/posts/:key/", examples=["/posts/:key/"]
    )
    categories: Literal["hexo", "flat"] = Field("hexo", examples=["hexo"])
    tag_separators: str = Field(",，、;；", examples=[", "])
    dialect: Literal["auto", "yaml", "toml", "json", "headers"] = Field(
        "auto", examples=["auto"]
    )
    encoding: Annotated[str, AfterValidator(_encoding)] = Field("utf-8", examples=["gbk"])
    include: Annotated[tuple[str, ...], BeforeValidator(_from_json)] = Field(
        (), examples=['["posts/**"]']
    )
    exclude: Annotated[tuple[str, ...], BeforeValidator(_from_json)] = Field(
        (), examples=['["about/**"]']
    )
    languages: Annotated[tuple[_Language, ...], BeforeValidator(_from_json)] = Field(
        LANGUAGES, examples=['["en", "zh-CN"]']
    )
    id_is_guid: bool = Field(False, examples=["false"])
    lead_image: bool = Field(False, examples=["false"])
    encrypted: Literal["hidden", "teaser"] = Field("hidden", examples=["hidden"])
    authors: Annotated[dict[str, PersonSettings], BeforeValidator(_from_json)] = Field(
        {}, examples=['{ li = { name = "Li Wei" } }']
    )


class FeedSettings(_Section):
    """`[feeds]`: how large a feed is, and where else the main one answers."""

    entries: _Whole = Field(20, ge=1, le=500, examples=[20])
    max_bytes: _Whole = Field(512 * 1024, ge=16 * 1024, examples=[524288])
    content: Literal["full", "summary"] = Field("full", examples=["full"])
    contents: Annotated[
        dict[Annotated[str, AfterValidator(_address)], Literal["full", "summary"]],
        BeforeValidator(_from_json),
    ] = Field({}, examples=['{ "/tags/AI/" = "summary" }'])
    aliases: Annotated[
        dict[Annotated[str, AfterValidator(_address)], Literal["atom", "rss", "json"]],
        BeforeValidator(_from_json),
    ] = Field(
        {"/feed.xml": "atom", "/index.xml": "rss", "/rss2.xml": "rss", "/feed/": "rss"},
        examples=['{ "/feed.xml" = "atom" }'],
    )
    gone: Annotated[
        tuple[Annotated[str, AfterValidator(_feed_path)], ...], BeforeValidator(_from_json)
    ] = Field((), examples=['["/tags/AI/"]'])


class AliasSettings(_Section):
    """`[aliases]`: names that mean another name."""

    tags: _Names = Field({}, examples=['{ "python" = "Python" }'])
    categories: _Names = Field({}, examples=['{ "Tech/py" = "Tech/Python" }'])


class StoreSettings(_Section):
    """`[store]`: where the state is kept."""

    url: Annotated[str, AfterValidator(_store_url)] = Field(
        "sqlite:///var/feedsvc.sqlite3",
        examples=["sqlite:///var/feedsvc.sqlite3"],
        repr=False,  # it may hold a password
    )


class ServerSettings(_Section):
    """`[server]`: how the feeds are served."""

    host: str = Field("127.0.0.1", min_length=1, examples=["127.0.0.1"])
    port: _Whole = Field(8000, ge=1, le=65535, examples=[8000])
    workers: _Whole = Field(1, ge=1, le=64, examples=[1])
    max_age: _Whole = Field(1800, ge=0, le=86400, examples=[1800])
    max_ages: Annotated[
        dict[
            Annotated[str, AfterValidator(_any_feed_path)],
            Annotated[_Whole, Field(ge=0, le=86400)],
        ],
        BeforeValidator(_from_json),
    ] = Field({}, examples=['{ "/tags/AI/" = 600 }'])
    media_types: Literal["registered", "plain"] = Field("registered", examples=["plain"])
    pages: bool = Field(True, examples=["true"])
    readers: Annotated[
        dict[_Name, Annotated[str, AfterValidator(_reader)]], BeforeValidator(_from_json)
    ] = Field(
        {
            "Feedly": "https://feedly.com/i/subscription/feed%2F{url}",
            "Inoreader": "https://www.inoreader.com/?add_feed={url}",
            "NewsBlur": "https://www.newsblur.com/?url={url}",
            "Feedbin": "https://feedbin.com/?subscribe={url}",
            "The Old Reader": "https://theoldreader.com/feeds/subscribe?url={url}",
        },
        examples=['{ "Feedly" = "https://feedly.com/i/subscription/feed%2F{url}" }'],
    )
    shared_max_age: _Whole = Field(0, ge=0, le=31_536_000, examples=[86400])
    cache_keys: Literal["", "Surrogate-Key", "Cache-Tag"] = Field(
        "", examples=["Surrogate-Key"]
    )
    purge: Annotated[str, AfterValidator(_page_or_none)] = Field(
        "", examples=["http://127.0.0.1:6081"]
    )
    purge_method: str = Field("PURGE", pattern=r"^[A-Z]{1,20}$", examples=["PURGE"])
    poll_limit: _Whole = Field(0, ge=0, le=3600, examples=[6])
    proxies: _Whole = Field(0, ge=0, le=10, examples=[1])
    memory: _Whole = Field(24 * 1024 * 1024, ge=1024 * 1024, examples=[25165824])


class WatcherSettings(_Section):
    """`[watcher]`: when the folder is looked at."""

    interval: float = Field(60, ge=1, le=86400, examples=[60])
    quiet: float = Field(0.3, ge=0, le=60, examples=[0.3])


class WebhookSettings(_Section):
    """`[webhook]`: who may ask for a rebuild."""

    secret: Annotated[SecretStr, AfterValidator(_secret)] | None = Field(
        None, examples=["32 random characters"]
    )


class Settings(_Section):
    """All settings; every value is checked, and nothing else reads the environment."""

    site: SiteSettings
    content: ContentSettings = ContentSettings()
    feeds: FeedSettings = FeedSettings()
    aliases: AliasSettings = AliasSettings()
    store: StoreSettings = StoreSettings()
    server: ServerSettings = ServerSettings()
    watcher: WatcherSettings = WatcherSettings()
    webhook: WebhookSettings = WebhookSettings()

    def publication(self) -> Site:
        """What of the settings shows in a feed."""
        return Site(
            **self.site.model_dump(),
            entries=self.feeds.entries,
            max_bytes=self.feeds.max_bytes,
            content=self.feeds.content,
            contents=tuple((k.strip("/"), shape) for k, shape in self.feeds.contents.items()),
            pages=self.server.pages,
            rules=self._rules(),
        )

    def _rules(self) -> Rules:
        content = self.content
        elsewhere = {"seeds", "include", "exclude", "authors"}
        return Rules(
            **content.model_dump(exclude=elsewhere),
            authors=tuple((k, Person(**a.model_dump())) for k, a in content.authors.items()),
            tag_aliases=tuple(self.aliases.tags.items()),
            category_aliases=tuple(self.aliases.categories.items()),
            gone=self.feeds.gone,
        )


def load_settings(file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings in `file` (by default config/feedsvc.toml, if it is there) and `environ`.

    `FEEDSVC_SECTION__KEY` overrides a key of the file, `PORT` the port. Raises SettingsError
    with every problem at once.
    """
    path = file or DEFAULT_FILE
    source = ""
    if file is not None or path.exists():
        try:
            source = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"{path} cannot be read: {error}",)) from error
    try:
        tree = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((f"{path} is not TOML: {error}",)) from error
    strangers = _overridden(tree, environ)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        faults = [_fault(dict(detail), path, source, environ) for detail in error.errors()]
        raise SettingsError((*strangers, *faults)) from None  # it would print the values
    if strangers:
        raise SettingsError(tuple(strangers))
    return settings


def _overridden(tree: dict[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Put the environment into the tree; the names that mean nothing come back as problems."""
    strangers = []
    if environ.get("PORT") and isinstance(tree.setdefault("server", {}), dict):
        tree["server"]["port"] = environ["PORT"]
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        branch = tree.setdefault(section, {}) if section in Settings.model_fields else None
        if not separator or not isinstance(branch, dict):
            strangers.append(
                f"{name} in the environment is no setting; write {PREFIX}SITE__TITLE"
            )
        else:
            branch[key] = value
    return strangers


def _fault(detail: dict[str, Any], path: Path, source: str, environ: Mapping[str, str]) -> str:
    where = [str(part) for part in detail["loc"]]
    key = ".".join(where[:2])
    fault = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        fault = "there is no such setting"
    elif detail["type"] == "missing":
        fault = "it is missing"
    line = _line_of(where, source)
    variable = PREFIX + "__".join(where[:2]).upper()
    place = f"{path}:{line}" if line else str(path)
    if where[:2] == ["server", "port"] and environ.get("PORT") and variable not in environ:
        variable = "PORT"
    place = f"{variable} in the environment" if variable in environ else place
    return f"{place}: {key}: {fault}{_example(where)}"


def _line_of(where: list[str], source: str) -> int:
    section = ""
    for number, line in enumerate(source.splitlines(), 1):
        heading = re.match(r"\s*\[\s*([\w.]+)\s*\]", line)
        if heading:
            section = heading[1]
            if section in (".".join(where), ".".join(where[:2])):
                return number
        key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line)
        if key and [*filter(None, [section]), key[1]] == where[: 1 + bool(section)]:
            return number
    return 0


def _example(where: list[str]) -> str:
    model: Any = Settings
    if len(where) < 2 or where[0] not in model.model_fields:
        known = ", ".join(Settings.model_fields)
        return "; write a [site] section" if where == ["site"] else f"; sections are {known}"
    section = model.model_fields[where[0]].annotation
    found = section.model_fields.get(where[1])
    if found is None:
        return f"; [{where[0]}] has {', '.join(section.model_fields)}"
    example = found.examples[0]
    bare = not isinstance(example, str) or example[0] in "{[" or example in ("true", "false")
    shown = example if bare else f'"{example}"'
    return f"; write {where[1]} = {shown}"
