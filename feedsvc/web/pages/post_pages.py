"""The page of a post: its text, its terms, the posts beside it, and where to subscribe.

The page of a retracted post has the notice alone.
"""

from collections.abc import Iterable
from typing import Final

from flask import Response

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic
from feedsvc.core.filters.placing import topics_in
from feedsvc.core.site import Site
from feedsvc.core.text import words_of
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.pages import navigation
from feedsvc.web.pages.code_colours import coloured
from feedsvc.web.pages.discovery import offered_by_post
from feedsvc.web.pages.error_answers import VARIES, line, wants_page
from feedsvc.web.pages.feed_pages import subscribing
from feedsvc.web.pages.rendering import kept, rendered

_ROWS: Final = 8  # feeds below a post
_TAGS: Final = 12  # above a post; all others are folded


def post_page(site: Site, snapshot: Snapshot, main: FeedRecord, entry: Entry) -> Response:
    """One post, with links only to feeds that contain it."""
    topics = topics_in(site, entry)
    categories = _among(topics, (Topic("category", names) for names in entry.categories))
    tags = _among(topics, (Topic("tag", (tag,)) for tag in entry.tags))
    is_listed = SITE_TOPIC in topics
    older, newer = snapshot.neighbours(main.number, entry) if is_listed else (None, None)
    (line,) = navigation.feed_lines(snapshot, site, [main])
    page = rendered(
        "post.html",
        site,
        offered_by_post(topics),
        entry.license,
        entry=entry,
        content=coloured(entry.content_html),
        address_of=lambda topic: navigation.address_of(site, topic),
        path=_path(topics, categories),
        categories=categories,
        tags=tags[:_TAGS],
        more_tags=tags[_TAGS:],
        authors=[
            (each, _among(topics, [Topic("author", (each.name,))])) for each in entry.authors
        ],
        older=older,
        newer=newer,
        main=line,
        **subscribing(line),
        rows=_lines(site, snapshot, (*categories, *tags)[:_ROWS]),
    )
    return kept(page)


def notice_page(site: Site, entry: Entry) -> Response:
    """The answer 410 with the notice of a retracted post: a page, or a line for programs."""
    if wants_page():
        page = rendered(
            "notice.html", site, offered_by_post(topics_in(site, entry)), entry=entry
        )
        page.status_code = 410
    else:
        page = line(410, f"410 Gone: {words_of(entry.content_html)}")
    page.headers["Cache-Control"] = "public, max-age=60"
    page.headers["Vary"] = VARIES
    return page


def _among(topics: Iterable[Topic], wanted: Iterable[Topic]) -> list[Topic]:
    """Those of the wanted topics that hold the post, each once."""
    holding = frozenset(topics)
    return [topic for topic in dict.fromkeys(wanted) if topic in holding]


def _path(topics: Iterable[Topic], categories: list[Topic]) -> list[Topic]:
    """The first category below its parents."""
    names = categories[0].names if categories else ()
    return _among(topics, (Topic("category", names[: n + 1]) for n in range(len(names))))


def _lines(
    site: Site, snapshot: Snapshot, topics: Iterable[Topic]
) -> list[navigation.FeedLine]:
    records = (snapshot.feed(topic.path) for topic in topics)
    return navigation.feed_lines(snapshot, site, [record for record in records if record])
