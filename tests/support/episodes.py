"""Episodes of podcasts, from the front matter to the feed."""

from feedsvc.core.feeds import xml_feeds
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed
from feedsvc.core.podcasts.episode import Episode
from tests.support.builders import a_site, an_entry, an_episode, post_of


def an_episode_in_a_feed(n: int) -> bytes:
    """The RSS of a post with so many transcripts, read from a file and stored."""
    names = ", ".join(f"{number}.vtt" for number in range(n))
    front = f"podcast: {{season: 1}}\ntranscripts: [{names}]\n"
    post_of(front)
    episode = post_of(f"audio: a.mp3\n{front}").episode
    entry = an_entry(
        enclosures=(an_episode(duration=None),), episode=Episode.from_dict(episode.to_dict())
    )
    xml_feeds._rss_item(xml_feeds._rss_texts(entry, a_site()))
    return xml_feeds.rss_document(Feed(a_site(), SITE_TOPIC, (entry,)))
