"""What an RSS channel says to podcast apps, if each of its items is an episode."""

from typing import Any, Final

import lxml.etree

from feedsvc.core.feeds.feeds import Feed
from feedsvc.core.feeds.podcasts.episode_tags import ITUNES, PODCAST
from feedsvc.core.media import podcast_image
from feedsvc.core.site import Site

_MOST_CHARACTERS: Final = 255  # of a tag, as Apple documents it


def add_show(channel: Any, feed: Feed) -> None:
    """Add the tags that Apple requires or recommends, and `podcast:locked`.

    Apple no longer documents `itunes:owner`, but other directories send a code to its address.
    """
    show = feed.site.podcast
    author = (show.author or feed.site.author)[:_MOST_CHARACTERS]
    _add(channel, "author", author)
    _add(channel, "type", show.kind)
    _add(channel, "explicit", str(show.explicit).lower())
    parent = channel
    for name in show.category:
        parent = lxml.etree.SubElement(parent, f"{{{ITUNES}}}category", text=name)
    if image := show_image(feed.site):
        lxml.etree.SubElement(channel, f"{{{ITUNES}}}image", href=image)
    locked = lxml.etree.SubElement(channel, f"{{{PODCAST}}}locked")
    locked.text = "yes" if show.locked else "no"
    if show.email:
        owner = lxml.etree.SubElement(channel, f"{{{ITUNES}}}owner")
        _add(owner, "name", author)
        _add(owner, "email", show.email)
        locked.set("owner", show.email)


def show_image(site: Site) -> str:
    """The picture of the show: the square icon of the site if the settings name no other."""
    return site.podcast.image or podcast_image(site.icon, site.logo)


def _add(parent: Any, name: str, text: str) -> None:
    lxml.etree.SubElement(parent, f"{{{ITUNES}}}{name}").text = text
