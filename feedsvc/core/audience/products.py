"""The table of programs that poll feeds: what their User-Agent contains, and what they are."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class AgentKind(StrEnum):
    """What a program is. It decides whether a client with it counts as a reader."""

    AGGREGATOR = "aggregator"  # hosted; polls for many people from many addresses
    SERVER = "server"  # an aggregator that people host themselves
    READER = "reader"  # a program on somebody's computer or phone
    SERVICE = "service"  # passes entries on: chats, automation, link previews
    BOT = "bot"  # search engines and other crawlers
    LIBRARY = "library"  # of a programming language, or a command
    BROWSER = "browser"
    UNKNOWN = "unknown"

    @property
    def is_individual(self) -> bool:
        """True if each client with such a program is one reader."""
        return self not in (AgentKind.AGGREGATOR, AgentKind.SERVICE, AgentKind.BOT)


@dataclass(frozen=True, slots=True)
class Product:
    """A program. Its User-Agent contains one of `marks`, which are in lower case."""

    name: str
    kind: AgentKind
    marks: tuple[str, ...]


OTHER: Final = Product("other", AgentKind.UNKNOWN, ())

_AGGREGATORS: Final = {
    "Feedly": ("feedly/", "feedly.com", "feedlybot"),
    "Inoreader": ("inoreader",),
    "NewsBlur": ("newsblur",),
    "Feedbin": ("feedbin",),
    "The Old Reader": ("theoldreader", "the old reader"),
    "BazQux": ("bazqux",),
    "Bloglovin": ("bloglovin",),
    "Feedspot": ("feedspot",),
    "G2Reader": ("g2reader",),
    "Feed Wrangler": ("feed wrangler", "feedwrangler"),
    "FeedHQ": ("feedhq",),
    "NewsGator": ("newsgator",),
    "Netvibes": ("netvibes",),
    "Digg Reader": ("digg feed fetcher", "digg.com/reader"),
    "Bloglines": ("bloglines",),
    "Rojo": ("rojo 1", "rojo/", "rojo.com"),
    "My Yahoo": ("yahoofeedseeker",),
    "livedoor Reader": ("livedoor feedfetcher",),
    "HanRSS": ("hanrss",),
    "LiveJournal": ("livejournal",),
    "Dreamwidth": ("dreamwidth",),
    "AOL Reader": ("aolreader", "aol reader"),
    "Feeder": ("feeder.co", "feederbot"),
    "Readwise Reader": ("readwise",),
    "Lion Reader": ("lionreader", "lion reader"),
    "Feeds Fun": ("feeds.fun",),
    "goread": ("goread",),
    "Overcast": ("overcast/",),
    "Player FM": ("playerfm", "player.fm"),
    "Pocket Casts": ("pocketcasts", "pocket casts"),
    "Apple Podcasts": ("itms", "applepodcasts", "podcasts/"),
    "Spotify": ("spotify/",),
    "Superfeedr": ("superfeedr",),
    "Kill the Newsletter": ("kill-the-newsletter",),
    "Blogtrottr": ("blogtrottr",),
    "Follow": ("folo/", "follow.is"),
    "Google FeedFetcher": ("feedfetcher-google",),  # Feedly and others name it too
}

_SERVERS: Final = {
    "FreshRSS": ("freshrss",),
    "Tiny Tiny RSS": ("tiny tiny rss", "tt-rss"),
    "Miniflux": ("miniflux",),
    "CommaFeed": ("commafeed",),
    "Fever": ("fever/", "feedafever"),
    "Nextcloud News": ("nextcloud-news", "nextcloud news", "owncloud news"),
    "selfoss": ("selfoss",),
    "Yarr": ("yarr/",),
    "Stringer": ("stringer/", "(stringer"),
    "rss2email": ("rss2email",),
    "JARR": ("jarr/",),
    "Glean": ("glean/",),
    "RSSHub": ("rsshub",),
    "Huginn": ("huginn",),
}

_READERS: Final = {
    "NetNewsWire": ("netnewswire",),
    "Reeder": ("reeder/", "reeder "),
    "Newsboat": ("newsboat", "newsbeuter"),
    "Thunderbird": ("thunderbird/", "betterbird/"),
    "Feeder for Android": ("spacecowboys", "feeder/", "feeder /"),
    "Akregator": ("akregator",),
    "Liferea": ("liferea",),
    "QuiteRSS": ("quiterss",),
    "Vienna": ("vienna/",),
    "FeedDemon": ("feeddemon",),
    "RSS Guard": ("rssguard", "rss guard"),
    "RSSOwl": ("rssowl",),
    "RSS Bandit": ("rssbandit", "rss bandit"),
    "Fluent Reader": ("fluent reader", "fluentreader"),
    "Raven Reader": ("ravenreader", "raven-reader"),
    "NewsFlash": ("newsflash", "news_flash"),
    "GNOME Feeds": ("gnome feeds", "gfeeds"),
    "Unread": ("unread rss reader",),
    "ReadKit": ("readkit",),
    "lire": ("lire/",),
    "NewsFire": ("newsfire",),
    "Leaf": ("leaf/",),
    "Feedme": ("feedme/",),
    "Read You": ("readyou", "read you"),
    "Elfeed": ("elfeed", "emacs elfeed"),
    "Gnus": ("gnus/",),
    "sfeed": ("sfeed",),
    "reader (Python)": ("python-reader", "reader-rss"),
    "Outlook": ("windows-rss-platform", "microsoft outlook", "msoffice"),
    "AntennaPod": ("antennapod",),
    "gPodder": ("gpodder",),
    "Podcast Addict": ("podcastaddict", "podcast addict"),
    "Castro": ("castro ", "castro/"),
    "Brief": ("brief/",),
}

_SERVICES: Final = {
    "Slack": ("slackbot", "slack-imgproxy"),
    "Discord": ("discordbot", "discord-", "monitorss"),
    "Mastodon": ("mastodon/",),
    "Pleroma": ("pleroma", "akkoma"),
    "IFTTT": ("ifttt",),
    "Zapier": ("zapier",),
    "Make": ("make/production", "integromat"),
    "n8n": ("n8n",),
    "Mailchimp": ("mailchimp",),
    "Buttondown": ("buttondown",),
    "follow.it": ("follow.it", "specificfeeds"),
    "FeedBurner": ("feedburner",),
    "FeedPress": ("feedpress", "uri.lv"),
    "dlvr.it": ("dlvr.it", "dlvrit"),
    "Telegram": ("telegrambot",),
    "Facebook": ("facebookexternalhit", "facebot", "meta-externalagent"),
    "X": ("twitterbot",),
    "WhatsApp": ("whatsapp/",),
    "Microsoft Teams": ("skypeuripreview", "microsoft teams"),
    "Flipboard": ("flipboard",),
    "WordPress": ("wordpress/", "wordpress.com", "jetpack"),
    "W3C Feed Validator": ("feedvalidator", "w3c_validator"),
    "Planet": ("planet venus", "planet/", "pluto/"),
}

_BOTS: Final = {
    "Googlebot": ("googlebot", "google-inspectiontool", "googleother", "mediapartners-google"),
    "Bingbot": ("bingbot", "msnbot", "bingpreview"),
    "Applebot": ("applebot",),
    "Yandex": ("yandex",),
    "Baidu": ("baiduspider",),
    "DuckDuckGo": ("duckduckbot", "duckduckgo-favicons"),
    "Yahoo Slurp": ("slurp",),
    "Sogou": ("sogou",),
    "Seznam": ("seznambot",),
    "PetalBot": ("petalbot",),
    "Qwant": ("qwantify", "qwantbot"),
    "Naver": ("yeti/", "naver.me"),
    "Ahrefs": ("ahrefsbot",),
    "Semrush": ("semrushbot",),
    "Majestic": ("mj12bot",),
    "DotBot": ("dotbot",),
    "Barkrowler": ("barkrowler",),
    "Amazonbot": ("amazonbot",),
    "Bytespider": ("bytespider",),
    "OpenAI": ("gptbot", "oai-searchbot", "chatgpt-user"),
    "Anthropic": ("claudebot", "claude-web", "claude-user", "anthropic-ai"),
    "Perplexity": ("perplexity",),
    "Common Crawl": ("ccbot",),
    "Internet Archive": ("archive.org_bot", "ia_archiver", "heritrix"),
    "UptimeRobot": ("uptimerobot",),
    "Uptime Kuma": ("uptime-kuma",),
    "Other crawlers": ("bot/", "bot;", "bot)", "crawler", "spider", "-bot "),
}

_LIBRARIES: Final = {
    "SimplePie": ("simplepie",),
    "feedparser": ("feedparser", "universalfeedparser"),
    "MagpieRSS": ("magpierss",),
    "gofeed": ("gofeed",),
    "curl": ("curl/", "libcurl"),
    "Wget": ("wget",),
    "Python": ("python-requests", "python-urllib", "python-httpx", "aiohttp", "python/"),
    "Go": ("go-http-client",),
    "Java": ("java/", "okhttp", "apache-httpclient", "jersey/", "rome client"),
    "Node.js": ("axios/", "node-fetch", "undici", "rss-parser", "node.js", "got ("),
    "PHP": ("guzzlehttp", "php/", "symfony httpclient"),
    "Ruby": ("ruby", "http.rb/", "faraday", "feedjira"),
    "Perl": ("libwww-perl", "lwp::", "mojolicious"),
    "Rust": ("reqwest", "ureq/", "hyper/"),
    ".NET": ("dotnet", ".net/"),
    "HTTPie": ("httpie/",),
    "Apple's libraries": ("cfnetwork/",),
    "Other libraries": ("httpclient", "http-client", "libhttp", "postmanruntime"),
}

_BROWSERS: Final = {
    "Browsers": ("mozilla/", "opera/", "lynx/", "w3m/", "links (", "elinks"),
}

# In the order in which they are tried: the first product of which a mark is found.
PRODUCTS: Final = tuple(
    Product(name, kind, marks)
    for kind, table in (
        (AgentKind.AGGREGATOR, _AGGREGATORS),
        (AgentKind.SERVER, _SERVERS),
        (AgentKind.SERVICE, _SERVICES),
        (AgentKind.READER, _READERS),
        (AgentKind.BOT, _BOTS),
        (AgentKind.LIBRARY, _LIBRARIES),
        (AgentKind.BROWSER, _BROWSERS),
    )
    for name, marks in table.items()
)
