"""Each program in the form that it documents, and agents that are made up."""

import pytest

from feedsvc.core.audience.agents import LONGEST_AGENT, MOST_SUBSCRIBERS, agent_of
from feedsvc.core.audience.products import PRODUCTS, AgentKind

CLAIMS = [
    ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; )", "Feedly", 462, ""),
    (
        "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1 subscribers; "
        "like FeedFetcher-Google)",
        *("Feedly", 1, ""),
    ),
    ("Feedly/1.0 (poller; 131 subscribers;)", "Feedly", 131, ""),
    (
        "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 3 subscribers; )",
        *("Inoreader", 3, ""),
    ),
    ("Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)", "Inoreader", 114, ""),
    (
        "NewsBlur Feed Fetcher - 59 subscribers - https://www.newsblur.com/site/7/tea "
        '("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/14.0.1 Safari/605.1.15")',
        *("NewsBlur", 59, ""),
    ),
    ("NewsBlur Feed Fetcher - 1,234 subscribers - https://x/", "NewsBlur", 1234, ""),
    ("NewsBlur Feed Fetcher - 1 subscriber - https://x/", "NewsBlur", 1, ""),
    ("Feedbin feed-id:1306543 - 3 subscribers", "Feedbin", 3, "feed 1306543"),
    ("Feedbin - 12 subscribers", "Feedbin", 12, ""),
    (
        "Mozilla/5.0 (compatible; theoldreader.com; 1 subscribers; feed-id=cead6c3a837650ee)",
        *("The Old Reader", 1, "feed cead6c3a837650ee"),
    ),
    (
        "Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 7 subscribers)",
        *("BazQux", 7, ""),
    ),
    ("Bloglovin/1.0 (http://www.bloglovin.com; 12 subscribers)", "Bloglovin", 12, ""),
    (
        "Feedspot/1.0 (+https://www.feedspot.com/fs/fetcher; 2 subscribers; "
        "like FeedFetcher-Google)",
        *("Feedspot", 2, ""),
    ),
    ("g2reader-bot/1.0 (+http://www.g2reader.com; 4 subscribers)", "G2Reader", 4, ""),
    (
        "Feed Wrangler/1.0 (5 subscribers; feed-id=123; http://feedwrangler.net)",
        *("Feed Wrangler", 5, "feed 123"),
    ),
    (
        "FeedHQ/1.2 (https://github.com/feedhq/feedhq; 3 subscribers; https://x)",
        "FeedHQ",
        3,
        "",
    ),
    ("NewsGatorOnline/2.0 (http://www.newsgator.com; 20 subscribers)", "NewsGator", 20, ""),
    (
        "Netvibes (http://www.netvibes.com/; 8 subscribers; feedId: 8375)",
        *("Netvibes", 8, "feed 8375"),
    ),
    ("Bloglines/3.1 (http://www.bloglines.com; 154 subscribers)", "Bloglines", 154, ""),
    (
        "Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.2.1; Rojo 1.0; http://www.rojo.com/; "
        "Aggregating on behalf of 15 subscriber(s) online at http://www.rojo.com/?feed-id=9) "
        "Gecko/20021130",
        *("Rojo", 15, "feed 9"),
    ),
    (
        "YahooFeedSeeker/2.0 (compatible; Mozilla 4.0; MSIE 5.5; "
        "http://my.yahoo.com/s/publishers.html; users 2; views 169)",
        *("My Yahoo", 2, ""),
    ),
    (
        "Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 4 subscribers; "
        "feed-id=1794595805790851116)",
        *("Google FeedFetcher", 4, "feed 1794595805790851116"),
    ),
    (
        "LiveJournal.com (webmaster@livejournal.com; for http://x/; 1 readers)",
        *("LiveJournal", 1, ""),
    ),
    (
        "Dreamwidth Studios (webmaster@dreamwidth.org; for https://x/; 2 readers)",
        *("Dreamwidth", 2, ""),
    ),
    (
        "Overcast/1.0 Podcast Sync (123 subscribers; feed-id=45; +http://overcast.fm/)",
        *("Overcast", 123, "feed 45"),
    ),
    ("PlayerFM/1.0 Podcast Sync (5 subscribers; url=https://player.fm/x)", "Player FM", 5, ""),
    ("TeaReader/2.1 (1.204 readers)", "other", 1204, "agent TeaReader"),
    ("TeaReader/1.0; subscribers 1", "other", 1, "agent TeaReader"),
    ("TeaReader/1.0 (subscribers=12)", "other", 12, "agent TeaReader"),
    ("TeaReader/1.0 (subscribers: 1,200; +https://x)", "other", 1200, "agent TeaReader"),
    ("TeaReader/1.0 (users: 12)", "other", 12, "agent TeaReader"),
    ("TeaReader/1.0 Subscriber Count: 12", "other", 12, "agent TeaReader"),
    ("TeaReader (1 reader)", "other", 1, "agent TeaReader"),
    ("(0 SUBSCRIBERS)", "other", 0, "agent 0"),
    ("( 0 subscribers", "other", 0, "agent 0"),
]

PLAIN = [
    ("Feedly/1.0 (+http://www.feedly.com/fetcher.html)", "Feedly", AgentKind.AGGREGATOR),
    (
        "Mozilla/5.0 (compatible; Feedspotbot/1.0; +http://www.feedspot.com/fs/bot)",
        *("Feedspot", AgentKind.AGGREGATOR),
    ),
    ("FreshRSS/1.24.3 (Linux; https://freshrss.org)", "FreshRSS", AgentKind.SERVER),
    ("Tiny Tiny RSS/23.04-0 (https://tt-rss.org/)", "Tiny Tiny RSS", AgentKind.SERVER),
    (
        "Mozilla/5.0 (compatible; Miniflux/2.1.0; +https://miniflux.app)",
        *("Miniflux", AgentKind.SERVER),
    ),
    ("CommaFeed/4.6.0 (https://github.com/Athou/commafeed)", "CommaFeed", AgentKind.SERVER),
    (
        "Fever/1.39 (Feed Parser; http://feedafever.com; Allow like Gecko)",
        *("Fever", AgentKind.SERVER),
    ),
    ("NextCloud-News/1.0", "Nextcloud News", AgentKind.SERVER),
    ("NetNewsWire (RSS Reader; https://netnewswire.com/)", "NetNewsWire", AgentKind.READER),
    ("Reeder/5.3 CFNetwork/1494 Darwin/23.4.0", "Reeder", AgentKind.READER),
    ("Newsboat/2.30.1 (Linux x86_64)", "Newsboat", AgentKind.READER),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.3.1",
        *("Thunderbird", AgentKind.READER),
    ),
    (
        "SpaceCowboys Android RSS Reader / 2.6.21(309)",
        *("Feeder for Android", AgentKind.READER),
    ),
    ("Akregator/5.22.3; syndication", "Akregator", AgentKind.READER),
    ("Liferea/1.13.5 (Linux; en_US; https://lzone.de/liferea/)", "Liferea", AgentKind.READER),
    (
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/534.34 (KHTML, like Gecko) "
        "QuiteRSS/0.18.12 Safari/534.34",
        *("QuiteRSS", AgentKind.READER),
    ),
    ("Mozilla/5.0 Vienna/3.1.1", "Vienna", AgentKind.READER),
    ("FeedDemon/4.5 (http://www.feeddemon.com/; Windows XP)", "FeedDemon", AgentKind.READER),
    ("Slackbot 1.0 (+https://api.slack.com/robots)", "Slack", AgentKind.SERVICE),
    (
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        *("Discord", AgentKind.SERVICE),
    ),
    ("http.rb/5.1.1 (Mastodon/4.2.0; +https://example.org/)", "Mastodon", AgentKind.SERVICE),
    ("IFTTT-Protocol/v1", "IFTTT", AgentKind.SERVICE),
    ("Zapier", "Zapier", AgentKind.SERVICE),
    ("WordPress/6.4.2; https://example.org", "WordPress", AgentKind.SERVICE),
    ("FeedBurner/1.0 (http://www.FeedBurner.com)", "FeedBurner", AgentKind.SERVICE),
    (
        "SimplePie/1.5.6 (Feed Parser; http://simplepie.org; Allow like Gecko) Build/2",
        *("SimplePie", AgentKind.LIBRARY),
    ),
    ("curl/8.5.0", "curl", AgentKind.LIBRARY),
    ("Wget/1.21.4", "Wget", AgentKind.LIBRARY),
    ("python-requests/2.32.3", "Python", AgentKind.LIBRARY),
    ("Go-http-client/1.1", "Go", AgentKind.LIBRARY),
    (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        *("Googlebot", AgentKind.BOT),
    ),
    ("TeaBot/1.0 (+https://example.org)", "Other crawlers", AgentKind.BOT),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        *("Browsers", AgentKind.BROWSER),
    ),
    ("", "other", AgentKind.UNKNOWN),
    ("TeaReader/3", "other", AgentKind.UNKNOWN),
]


@pytest.mark.parametrize(("text", "product", "subscribers", "source"), CLAIMS)
def test_a_claim_is_read_in_the_form_that_its_program_documents(
    text: str, product: str, subscribers: int, source: str
) -> None:
    agent = agent_of(text)
    assert (agent.product.name, agent.subscribers, agent.source) == (
        product,
        subscribers,
        source,
    )
    assert not agent.is_individual


@pytest.mark.parametrize(("text", "product", "kind"), PLAIN)
def test_a_program_is_known_without_a_claim(text: str, product: str, kind: AgentKind) -> None:
    agent = agent_of(text)
    assert (agent.product.name, agent.product.kind) == (product, kind)
    assert agent.subscribers is None
    crowds = (AgentKind.AGGREGATOR, AgentKind.SERVICE, AgentKind.BOT)
    assert agent.is_individual == (kind not in crowds)


@pytest.mark.parametrize(
    "text",
    [
        "Reader 3 Reader/2.0",
        "Tea Reader 12",
        "RSS Readers 2.0",
        "iOS 17 User",
        "-5 subscribers",
        "v2.5 subscribers",
        "subscribers=12px",
        "subscribers: many",
        "12 subscriberships",
        f"{MOST_SUBSCRIBERS + 1} subscribers",
        "9" * 400 + " subscribers",
        "subscribers=" + "9" * 400,
        "x" * LONGEST_AGENT + " 12 subscribers",
        "１２ subscribers",
        "\x00\xff 12\x00subscribers",
    ],
)
def test_what_is_no_claim_counts_as_none(text: str) -> None:
    assert agent_of(text).subscribers is None


def test_a_claim_has_an_upper_bound() -> None:
    assert agent_of(f"Feedly ({MOST_SUBSCRIBERS} subscribers)").subscribers == MOST_SUBSCRIBERS


def test_hostile_agents_are_bounded() -> None:
    agent = agent_of("feed-id=" + "a" * 300 + "; 12 subscribers")
    assert len(agent.source) <= 100
    assert agent_of("\udcff\x00" * 10_000).product.name == "other"
    assert agent_of("x" * 300 + " 5 subscribers").source == f"agent {'x' * 64}"


def test_a_mark_of_the_table_is_in_lower_case_and_leads_to_its_product() -> None:
    names = [product.name for product in PRODUCTS]
    assert len(names) == len(set(names))
    for product in PRODUCTS:
        for mark in product.marks:
            assert mark == mark.lower()
            assert agent_of(mark).product == product
