"""Every setting, with its type, its default, its check and an example."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    PrivateAttr,
    SecretStr,
    create_model,
    model_validator,
)

from feedsvc.core.redirects.presets import Preset
from feedsvc.core.rules import LANGUAGES, Generator
from feedsvc.core.websub.listener_names import MESSAGE_KINDS, MessageKind
from feedsvc.logs import Format, Level, Requests
from feedsvc.settings import checks, redirect_checks, urls

_Whole = Annotated[int, BeforeValidator(checks.no_bool)]
_Text = Annotated[str, AfterValidator(checks.legal_text)]
_Name = Annotated[_Text, AfterValidator(checks.not_blank)]
_Names = Annotated[dict[_Name, _Name], BeforeValidator(checks.from_json)]
_Language = Annotated[str, AfterValidator(checks.language)]
_Email = Annotated[_Text, AfterValidator(checks.email_or_none)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteSettings(_Section):
    """`[site]`: the title, the address and the author of the site."""

    title: _Name = Field(examples=["Tea notes"])
    url: Annotated[str, AfterValidator(urls.site_url)] = Field(examples=["https://example.org"])
    author: _Name = Field(examples=["Li Wei"])
    timezone: Annotated[str, AfterValidator(checks.zone_name)] = Field(
        examples=["Asia/Shanghai"]
    )
    tag_authority: Annotated[str, AfterValidator(checks.tag_authority)] = Field(
        examples=["example.org,2026"]
    )
    subtitle: _Text = Field("", examples=["What we brew"])
    email: _Email = Field("", examples=["li@example.org"])
    language: _Language = Field("en", examples=["zh-CN"])
    icon: Annotated[str, AfterValidator(urls.picture_or_none)] = Field(
        "", examples=["/icon.png"]
    )
    logo: Annotated[str, AfterValidator(urls.picture_or_none)] = Field(
        "", examples=["/logo.png"]
    )
    license: Annotated[str, AfterValidator(checks.licence_or_none)] = Field(
        "", examples=["CC-BY-4.0"]
    )
    rights: _Text = Field("", max_length=1000, examples=["© 2026 Li Wei"])


class PersonSettings(_Section):
    """A member of `content.authors`. Posts name the person by the key."""

    name: _Name
    uri: Annotated[str, AfterValidator(urls.person_url_or_none)] = ""
    email: _Email = ""


class ContentSettings(_Section):
    """`[content]`: the folder of posts, and how posts are read."""

    seeds: Path = Field(Path("seeds"), examples=["seeds"])
    permalink: Annotated[str, AfterValidator(checks.template)] = Field(
        "/posts/:key/", examples=["/posts/:key/"]
    )
    generator: Literal["auto", Generator] = Field("auto", examples=["hugo"])
    categories: Literal["auto", "hexo", "flat"] = Field("auto", examples=["flat"])
    tag_separators: str = Field(",，、;；", examples=[", "])
    dialect: Literal["auto", "yaml", "toml", "json", "headers"] = Field(
        "auto", examples=["auto"]
    )
    encoding: Annotated[str, AfterValidator(checks.encoding)] = Field("utf-8", examples=["gbk"])
    include: Annotated[tuple[str, ...], BeforeValidator(checks.from_json)] = Field(
        (), examples=['["posts/**"]']
    )
    exclude: Annotated[tuple[str, ...], BeforeValidator(checks.from_json)] = Field(
        (), examples=['["about/**"]']
    )
    languages: Annotated[tuple[_Language, ...], BeforeValidator(checks.from_json)] = Field(
        LANGUAGES, examples=['["en", "zh-CN"]']
    )
    id_is_guid: bool = Field(False, examples=["false"])
    lead_image: bool = Field(False, examples=["false"])
    encrypted: Literal["hidden", "teaser"] = Field("hidden", examples=["hidden"])
    harmless_keys: Annotated[tuple[_Name, ...], BeforeValidator(checks.from_json)] = Field(
        (), examples=['["members", "access"]']
    )
    updated: Literal["front-matter", "ledger"] = Field("front-matter", examples=["ledger"])
    dates: Literal["front-matter", "git"] = Field("front-matter", examples=["git"])
    authors: Annotated[dict[str, PersonSettings], BeforeValidator(checks.from_json)] = Field(
        {}, examples=['{ li = { name = "Li Wei" } }']
    )


class FeedSettings(_Section):
    """`[feeds]`: how much a feed holds, and further addresses of the main feed."""

    entries: _Whole = Field(20, ge=1, le=500, examples=[20])
    max_bytes: _Whole = Field(512 * 1024, ge=16 * 1024, examples=[524288])
    content: Literal["full", "summary"] = Field("full", examples=["full"])
    contents: Annotated[
        dict[Annotated[str, AfterValidator(checks.any_feed_path)], Literal["full", "summary"]],
        BeforeValidator(checks.from_json),
    ] = Field({}, examples=['{ "/tags/AI/" = "summary" }'])
    aliases: Annotated[
        dict[Annotated[str, AfterValidator(checks.address)], Literal["atom", "rss", "json"]],
        BeforeValidator(checks.from_json),
    ] = Field(
        {"/feed.xml": "atom", "/index.xml": "rss", "/rss2.xml": "rss", "/feed/": "rss"},
        examples=['{ "/feed.xml" = "atom" }'],
    )
    main: Annotated[str, AfterValidator(checks.main_query)] = Field(
        "", examples=["not-tag=micro&not-tag=diary"]
    )
    gone: Annotated[
        tuple[Annotated[str, AfterValidator(checks.feed_path)], ...],
        BeforeValidator(checks.from_json),
    ] = Field((), examples=['["/tags/AI/"]'])


class FilterSettings(_Section):
    """`[filters.NAME]`: a filter with feeds and a page of its own."""

    title: _Name = Field(examples=["Medicine"])
    query: Annotated[_Name, AfterValidator(checks.filter_query)] = Field(
        examples=["tag=AI&tag=CAR-T&not-tag=diary"]
    )


class PodcastSettings(_Section):
    """`[podcast]`: what feeds of which each entry has an audio file say to podcast apps."""

    category: Annotated[str, AfterValidator(checks.podcast_category)] = Field(
        "", examples=["Society & Culture > Documentary"]
    )
    explicit: bool = Field(False, examples=["false"])
    type: Literal["episodic", "serial"] = Field("episodic", examples=["serial"])
    image: Annotated[str, AfterValidator(urls.podcast_image_or_none)] = Field(
        "", examples=["/cover.jpg"]
    )
    author: _Text = Field("", max_length=255, examples=["Tea Radio"])
    email: _Email = Field("", max_length=255, examples=["li@example.org"])
    locked: bool = Field(False, examples=["true"])


class AliasSettings(_Section):
    """`[aliases]`: names of tags and categories that stand for another name."""

    tags: _Names = Field({}, examples=['{ "python" = "Python" }'])
    categories: _Names = Field({}, examples=['{ "Tech/py" = "Tech/Python" }'])


_Presets = Annotated[
    tuple[Preset, ...], BeforeValidator(checks.from_json), AfterValidator(checks.each_once)
]
# `from` is a word of Python, so the field cannot be written in the body of a class.
_From = create_model(
    "_From",
    __base__=_Section,
    **{"from": (_Presets, Field((), examples=['["hexo"]']))},  # type: ignore[call-overload]  # any names
)


class RedirectSettings(_From):
    """`[redirects]`: old addresses. A key that begins with a slash is a member of `paths`."""

    paths: Annotated[
        dict[str, str],
        BeforeValidator(checks.from_json),
        AfterValidator(redirect_checks.checked_paths),
    ] = Field({}, examples=['{ "/old/" = "/posts/new/" }'])
    tags: Annotated[_Names, AfterValidator(redirect_checks.checked_tags)] = Field(
        {}, examples=['{ "k8s" = "Kubernetes" }']
    )

    @model_validator(mode="before")
    @classmethod
    def _with_paths(cls, values: Any) -> Any:
        """`"/old/" = "/new/"` in the section itself is the same as in `paths`."""
        return redirect_checks.with_paths(values)

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The generators whose addresses are redirected: the setting `from`."""
        presets: tuple[Preset, ...] = getattr(self, "from")
        return presets


class StoreSettings(_Section):
    """`[store]`: the database, and how long to wait for it."""

    url: Annotated[str, AfterValidator(urls.store_url)] = Field(
        "sqlite:///var/feedsvc.sqlite3",
        examples=["sqlite:///var/feedsvc.sqlite3"],
        repr=False,  # it may hold a password
    )
    timeout: float = Field(5, ge=1, le=60, examples=[5])


class LedgerSettings(_Section):
    """`[ledger]`: a file that has the ledger too."""

    file: Annotated[str, AfterValidator(checks.file_or_none)] = Field(
        "", examples=["ledger.jsonl"]
    )


class SearchSettings(_Section):
    """`[search]`: what a search looks at."""

    full_text: bool = Field(False, examples=["true"])


class ServerSettings(_Section):
    """`[server]`: how feeds and pages are served."""

    host: Annotated[str, AfterValidator(checks.not_empty)] = Field(
        "127.0.0.1", examples=["127.0.0.1"]
    )
    port: _Whole = Field(8000, ge=1, le=65535, examples=[8000])
    workers: _Whole = Field(1, ge=1, le=64, examples=[1])
    max_age: _Whole = Field(1800, ge=0, le=86400, examples=[1800])
    max_ages: Annotated[
        dict[
            Annotated[str, AfterValidator(checks.any_feed_path)],
            Annotated[_Whole, Field(ge=0, le=86400)],
        ],
        BeforeValidator(checks.from_json),
    ] = Field({}, examples=['{ "/tags/AI/" = 600 }'])
    media_types: Literal["registered", "plain"] = Field("registered", examples=["plain"])
    pages: bool = Field(True, examples=["true"])
    robots: Annotated[str, AfterValidator(checks.robots)] = Field("allow", examples=["deny"])
    readers: Annotated[
        dict[_Name, Annotated[str, AfterValidator(urls.reader)]],
        BeforeValidator(checks.from_json),
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
    purge_method: Annotated[str, AfterValidator(checks.request_method)] = Field(
        "PURGE", examples=["PURGE"]
    )
    poll_limit: _Whole = Field(0, ge=0, le=3600, examples=[6])
    proxies: _Whole = Field(0, ge=0, le=10, examples=[1])
    proxy_header: Annotated[str, AfterValidator(checks.header_name)] = Field(
        "X-Forwarded-For", examples=["Forwarded"]
    )
    memory: _Whole = Field(16 * 1024 * 1024, ge=1024 * 1024, examples=[16777216])


class WatcherSettings(_Section):
    """`[watcher]`: how often the folder is scanned, and by how many processes."""

    interval: float = Field(60, ge=1, le=86400, examples=[60])
    quiet: float = Field(0.3, ge=0, le=60, examples=[0.3])
    workers: Annotated[int | str, BeforeValidator(checks.workers)] = Field(
        "auto", examples=["auto"]
    )


class GuardSettings(_Section):
    """`[guard]`: how many posts may be lost before somebody has to accept it."""

    entries: _Whole = Field(20, ge=0, le=1000, examples=[20])
    share: float = Field(0.2, ge=0, le=1, examples=[0.2])


class LogSettings(_Section):
    """`[log]`: which events are logged, and how."""

    level: Level = Field("info", examples=["info"])
    format: Format = Field("text", examples=["json"])
    requests: Requests = Field("errors", examples=["sampled"])


_Secret = Annotated[SecretStr, AfterValidator(checks.long_secret)]


class WebhookSettings(_Section):
    """`[webhook]`: the secrets of callers that may request a rebuild."""

    secret: Annotated[
        tuple[_Secret, ...],
        BeforeValidator(partial(checks.one_or_several, file_setting="webhook.secret_file")),
    ] = Field((), examples=["32 random characters"])
    secret_file: Annotated[tuple[_Secret, ...], BeforeValidator(checks.lines_of_file)] = Field(
        (), examples=["/run/secrets/webhook"]
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secrets that a caller may present. If there is none, the webhook is off."""
        return tuple(each.get_secret_value() for each in (*self.secret, *self.secret_file))


_Token = Annotated[SecretStr, AfterValidator(checks.admin_token)]


class AdminSettings(_Section):
    """`[admin]`: the tokens of operators, who may see `/status` and the like."""

    token: Annotated[
        tuple[_Token, ...],
        BeforeValidator(partial(checks.one_or_several, file_setting="admin.token_file")),
    ] = Field((), examples=["32 random characters"])
    token_file: Annotated[tuple[_Token, ...], BeforeValidator(checks.lines_of_file)] = Field(
        (), examples=["/run/secrets/admin"]
    )

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens that open the door. If there is none, there is no door."""
        return tuple(each.get_secret_value() for each in (*self.token, *self.token_file))


class AudienceSettings(_Section):
    """`[audience]`: whether polls are counted."""

    enabled: bool = Field(True, examples=["true"])


class SourceSettings(_Section):
    """`[source]`: the git repository of the posts, if they come from one."""

    git: Annotated[str, AfterValidator(urls.git_url)] = Field(
        "",
        examples=["https://example.org/posts.git"],
        repr=False,  # it may hold a password
    )
    branch: Annotated[str, AfterValidator(checks.branch)] = Field("main", examples=["main"])
    path: Annotated[str, AfterValidator(checks.inner_path)] = Field(
        "", examples=["source/_posts"]
    )
    depth: _Whole = Field(1, ge=0, le=1_000_000, examples=[1])


class HubSettings(_Section):
    """`[hub]`: the WebSub hub of feedsvc, and outside hubs to ping."""

    enabled: bool = Field(True, examples=["true"])
    others: Annotated[
        tuple[Annotated[str, AfterValidator(urls.hub_url)], ...],
        BeforeValidator(checks.from_json),
    ] = Field((), examples=['["https://hub.example.org/"]'])
    networks: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(checks.from_json)] = Field(
        (), examples=['["10.0.0.0/8"]']
    )
    most_subscriptions: _Whole = Field(50_000, ge=1, le=10_000_000, examples=[50000])


class NotifySettings(_Section):
    """A member of `[[notify]]`: a URL that receives signed messages, and of which kinds."""

    url: Annotated[str, AfterValidator(urls.notify_url)] = Field(
        examples=["https://ci.example.org/feeds"], repr=False
    )
    secret: Annotated[SecretStr, AfterValidator(checks.signing_secret)] = Field(
        examples=["whsec_ and 24 to 64 random octets in base64"]
    )
    kinds: Annotated[
        tuple[MessageKind, ...],
        BeforeValidator(checks.from_json),
        AfterValidator(checks.each_once),
    ] = Field(MESSAGE_KINDS, examples=['["attention"]'])


class Settings(_Section):
    """All settings, checked. No other module reads the environment."""

    site: SiteSettings
    content: ContentSettings = ContentSettings()
    feeds: FeedSettings = FeedSettings()
    filters: Annotated[
        dict[
            Annotated[str, AfterValidator(checks.filter_name)],
            Annotated[FilterSettings, BeforeValidator(checks.from_json)],
        ],
        BeforeValidator(checks.from_json),
        AfterValidator(checks.few_filters),
    ] = {}
    podcast: PodcastSettings = PodcastSettings()
    aliases: AliasSettings = AliasSettings()
    redirects: RedirectSettings = RedirectSettings()
    store: StoreSettings = StoreSettings()
    ledger: LedgerSettings = LedgerSettings()
    search: SearchSettings = SearchSettings()
    server: ServerSettings = ServerSettings()
    watcher: WatcherSettings = WatcherSettings()
    guard: GuardSettings = GuardSettings()
    log: LogSettings = LogSettings()
    webhook: WebhookSettings = WebhookSettings()
    audience: AudienceSettings = AudienceSettings()
    admin: AdminSettings = AdminSettings()
    source: SourceSettings = SourceSettings()
    hub: HubSettings = HubSettings()
    notify: Annotated[tuple[NotifySettings, ...], BeforeValidator(checks.from_json)] = ()
    _base: Path = PrivateAttr(default=Path())

    @property
    def base(self) -> Path:
        """The folder at which the relative paths of the settings file start."""
        return self._base

    def starting_at(self, base: Path) -> Self:
        """The same settings, of a file whose relative paths start at another folder."""
        settings = self.model_copy()
        settings._base = base
        return settings
