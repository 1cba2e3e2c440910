"""The configuration: a TOML file and the environment in, one frozen value out, checked once."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
)

from feedsvc.core import addresses
from feedsvc.core.people import Person
from feedsvc.core.rules import LANGUAGES, Rules
from feedsvc.core.site import Site
from feedsvc.errors import SettingsError
from feedsvc.settings import checks as values
from feedsvc.settings import urls as urls
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source
from feedsvc.store.engine.limits import Limits

PREFIX: Final = "FEEDSVC_"
DEFAULT_FILE: Final = Path("config/feedsvc.toml")
CLONE: Final = Path("var/source")

_Whole = Annotated[int, BeforeValidator(values.no_bool)]
_Text = Annotated[str, AfterValidator(values.legal_text)]
_Name = Annotated[_Text, AfterValidator(values.not_blank)]
_Names = Annotated[dict[_Name, _Name], BeforeValidator(values.from_json)]
_Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
_EMAIL: Final = r"^$|^[^@\s]+@[^@\s]+$"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteSettings(_Section):
    """`[site]`: who publishes, under which address."""

    title: _Name = Field(examples=["Tea notes"])
    url: Annotated[str, AfterValidator(urls.site_url)] = Field(examples=["https://example.org"])
    author: _Name = Field(examples=["Li Wei"])
    timezone: Annotated[str, AfterValidator(values.zone_name)] = Field(
        examples=["Asia/Shanghai"]
    )
    tag_authority: Annotated[str, AfterValidator(values.tag_authority)] = Field(
        examples=["example.org,2026"]
    )
    subtitle: _Text = Field("", examples=["What we brew"])
    email: _Text = Field("", pattern=_EMAIL, examples=["li@example.org"])
    language: _Language = Field("en", examples=["zh-CN"])


class PersonSettings(_Section):
    """A member of `content.authors`: the person that posts name by its key."""

    name: _Name
    uri: Annotated[str, AfterValidator(urls.person_url_or_none)] = ""
    email: _Text = Field("", pattern=_EMAIL)


class ContentSettings(_Section):
    """`[content]`: where the posts are, and how they are read."""

    seeds: Path = Field(Path("seeds"), examples=["seeds"])
    permalink: Annotated[str, AfterValidator(values.template)] = Field(
        "/posts/:key/", examples=["/posts/:key/"]
    )
    categories: Literal["hexo", "flat"] = Field("hexo", examples=["hexo"])
    tag_separators: str = Field(",，、;；", examples=[", "])
    dialect: Literal["auto", "yaml", "toml", "json", "headers"] = Field(
        "auto", examples=["auto"]
    )
    encoding: Annotated[str, AfterValidator(values.encoding)] = Field("utf-8", examples=["gbk"])
    include: Annotated[tuple[str, ...], BeforeValidator(values.from_json)] = Field(
        (), examples=['["posts/**"]']
    )
    exclude: Annotated[tuple[str, ...], BeforeValidator(values.from_json)] = Field(
        (), examples=['["about/**"]']
    )
    languages: Annotated[tuple[_Language, ...], BeforeValidator(values.from_json)] = Field(
        LANGUAGES, examples=['["en", "zh-CN"]']
    )
    id_is_guid: bool = Field(False, examples=["false"])
    lead_image: bool = Field(False, examples=["false"])
    encrypted: Literal["hidden", "teaser"] = Field("hidden", examples=["hidden"])
    harmless_keys: Annotated[tuple[_Name, ...], BeforeValidator(values.from_json)] = Field(
        (), examples=['["members", "access"]']
    )
    authors: Annotated[dict[str, PersonSettings], BeforeValidator(values.from_json)] = Field(
        {}, examples=['{ li = { name = "Li Wei" } }']
    )


class FeedSettings(_Section):
    """`[feeds]`: how large a feed is, and where else the main one answers."""

    entries: _Whole = Field(20, ge=1, le=500, examples=[20])
    max_bytes: _Whole = Field(512 * 1024, ge=16 * 1024, examples=[524288])
    content: Literal["full", "summary"] = Field("full", examples=["full"])
    contents: Annotated[
        dict[Annotated[str, AfterValidator(values.any_feed_path)], Literal["full", "summary"]],
        BeforeValidator(values.from_json),
    ] = Field({}, examples=['{ "/tags/AI/" = "summary" }'])
    aliases: Annotated[
        dict[Annotated[str, AfterValidator(values.address)], Literal["atom", "rss", "json"]],
        BeforeValidator(values.from_json),
    ] = Field(
        {"/feed.xml": "atom", "/index.xml": "rss", "/rss2.xml": "rss", "/feed/": "rss"},
        examples=['{ "/feed.xml" = "atom" }'],
    )
    gone: Annotated[
        tuple[Annotated[str, AfterValidator(values.feed_path)], ...],
        BeforeValidator(values.from_json),
    ] = Field((), examples=['["/tags/AI/"]'])


class AliasSettings(_Section):
    """`[aliases]`: names that mean another name."""

    tags: _Names = Field({}, examples=['{ "python" = "Python" }'])
    categories: _Names = Field({}, examples=['{ "Tech/py" = "Tech/Python" }'])


class StoreSettings(_Section):
    """`[store]`: where the state is kept."""

    url: Annotated[str, AfterValidator(urls.store_url)] = Field(
        "sqlite:///var/feedsvc.sqlite3",
        examples=["sqlite:///var/feedsvc.sqlite3"],
        repr=False,  # it may hold a password
    )
    timeout: float = Field(5, ge=1, le=60, examples=[5])

    @property
    def limits(self) -> Limits:
        """How long a process that may work for minutes waits for a database."""
        return Limits(self.timeout)

    @property
    def web_limits(self) -> Limits:
        """How long a web process waits, whose clients wait for it."""
        return Limits(self.timeout, statement=self.timeout)


class ServerSettings(_Section):
    """`[server]`: how the feeds are served."""

    host: str = Field("127.0.0.1", min_length=1, examples=["127.0.0.1"])
    port: _Whole = Field(8000, ge=1, le=65535, examples=[8000])
    workers: _Whole = Field(1, ge=1, le=64, examples=[1])
    max_age: _Whole = Field(1800, ge=0, le=86400, examples=[1800])
    max_ages: Annotated[
        dict[
            Annotated[str, AfterValidator(values.any_feed_path)],
            Annotated[_Whole, Field(ge=0, le=86400)],
        ],
        BeforeValidator(values.from_json),
    ] = Field({}, examples=['{ "/tags/AI/" = 600 }'])
    media_types: Literal["registered", "plain"] = Field("registered", examples=["plain"])
    pages: bool = Field(True, examples=["true"])
    readers: Annotated[
        dict[_Name, Annotated[str, AfterValidator(urls.reader)]],
        BeforeValidator(values.from_json),
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
    purge: Annotated[str, AfterValidator(urls.purge_url_or_none)] = Field(
        "",
        examples=["http://127.0.0.1:6081"],
        repr=False,  # its path may be a secret
    )
    purge_method: str = Field("PURGE", pattern=r"^[A-Z]{1,20}$", examples=["PURGE"])
    poll_limit: _Whole = Field(0, ge=0, le=3600, examples=[6])
    proxies: _Whole = Field(0, ge=0, le=10, examples=[1])
    proxy_header: Annotated[str, AfterValidator(values.header_name)] = Field(
        "X-Forwarded-For", examples=["Forwarded"]
    )
    memory: _Whole = Field(16 * 1024 * 1024, ge=1024 * 1024, examples=[16777216])


class WatcherSettings(_Section):
    """`[watcher]`: when the folder is looked at."""

    interval: float = Field(60, ge=1, le=86400, examples=[60])
    quiet: float = Field(0.3, ge=0, le=60, examples=[0.3])


_Secret = Annotated[SecretStr, AfterValidator(values.long_secret)]


class WebhookSettings(_Section):
    """`[webhook]`: who may ask for a rebuild."""

    secret: Annotated[tuple[_Secret, ...], BeforeValidator(values.one_or_several)] = Field(
        (), examples=["32 random characters"]
    )
    secret_file: Annotated[tuple[_Secret, ...], BeforeValidator(values.lines_of_file)] = Field(
        (), examples=["/run/secrets/webhook"]
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that opens the door; none where it is shut."""
        return tuple(each.get_secret_value() for each in (*self.secret, *self.secret_file))


class SourceSettings(_Section):
    """`[source]`: the repository that the posts come from, where git brings them."""

    git: Annotated[str, AfterValidator(urls.git_url)] = Field(
        "",
        examples=["https://example.org/posts.git"],
        repr=False,  # it may hold a password
    )
    branch: Annotated[str, AfterValidator(values.branch)] = Field("main", examples=["main"])
    path: Annotated[str, AfterValidator(values.inner_path)] = Field(
        "", examples=["source/_posts"]
    )
    depth: _Whole = Field(1, ge=0, le=1_000_000, examples=[1])


class HubSettings(_Section):
    """`[hub]`: WebSub: our own hub, and others that are told of what has changed."""

    enabled: bool = Field(True, examples=["true"])
    others: Annotated[
        tuple[Annotated[str, AfterValidator(urls.hub_url)], ...],
        BeforeValidator(values.from_json),
    ] = Field((), examples=['["https://hub.example.org/"]'])
    networks: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(values.from_json)] = Field(
        (), examples=['["10.0.0.0/8"]']
    )
    most_subscriptions: _Whole = Field(50_000, ge=1, le=10_000_000, examples=[50000])


class NotifySettings(_Section):
    """A member of `[[notify]]`: who is sent a signed message for each publish."""

    url: Annotated[str, AfterValidator(urls.notify_url)] = Field(
        examples=["https://ci.example.org/feeds"], repr=False
    )
    secret: Annotated[SecretStr, AfterValidator(values.signing_secret)] = Field(
        examples=["whsec_ and 24 to 64 random octets in base64"]
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
    source: SourceSettings = SourceSettings()
    hub: HubSettings = HubSettings()
    notify: Annotated[tuple[NotifySettings, ...], BeforeValidator(values.from_json)] = ()

    def publication(self) -> Site:
        """What of the settings shows in a feed."""
        return Site(
            **self.site.model_dump(),
            entries=self.feeds.entries,
            max_bytes=self.feeds.max_bytes,
            content=self.feeds.content,
            contents=tuple(self.feeds.contents.items()),
            pages=self.server.pages,
            hubs=self._hubs(),
            rules=self._rules(),
        )

    def posts(self) -> Source:
        """Where the posts are: the folder of the settings, or the tree of a repository."""
        content, source = self.content, self.source
        globs = (content.include, content.exclude)
        if not source.git:
            return Source(Folder(content.seeds, self.watcher.quiet, *globs))
        repository = Repository(CLONE, Remote(source.git, source.branch, source.depth))
        folder = Folder(repository.tree / source.path, 0, *globs, stands=True)
        return Source(folder, repository, branch=source.branch, path=source.path)

    def _hubs(self) -> tuple[str, ...]:
        own = (addresses.url(self.site.url, addresses.HUB_PATH),) if self.hub.enabled else ()
        return (*own, *self.hub.others)

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
    except RecursionError:
        raise SettingsError((f"{path} is not TOML: it is nested too deep",)) from None
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
        if section == "notify" and not separator:
            tree[section] = value
            continue
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
    if where[0] == "notify":
        where = [where[0], *where[2:]]  # without the number in the list
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
        heading = re.match(r"\s*\[\[?\s*([\w.]+)\s*\]", line)
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
    section: Any = model.model_fields[where[0]].annotation
    if where[0] == "notify":
        section = NotifySettings
    found = section.model_fields.get(where[1])
    if found is None:
        return f"; [{where[0]}] has {', '.join(section.model_fields)}"
    example = found.examples[0]
    bare = not isinstance(example, str) or example[0] in "{[" or example in ("true", "false")
    shown = example if bare else f'"{example}"'
    return f"; write {where[1]} = {shown}"
