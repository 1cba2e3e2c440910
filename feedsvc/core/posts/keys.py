"""Defines the front matter keys of each generator and what they mean.

Keys are compared *folded*: NFKC, lower case, without `-`, `_` and spaces, so `pubDate`,
`pubdate` and `pub_date` are equal. A dot names a member of a map: `extra.image`.
"""

import difflib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

# The keys of each meaning. If a post has several of them, the first in the row counts.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title",),
    "published": ("date", "publishDate", "pubDate", "published", "created"),
    "updated": (
        *("updated", "lastmod", "last_modified_at", "modified", "updatedDate"),
        "last_update.date",
    ),
    "expires": ("expiryDate", "unpublishDate"),
    "guid": ("guid", "uuid"),
    "id": ("id",),
    "slug": ("urlname", "abbrlink", "slug"),
    "permalink": ("permalink", "url", "path"),
    "tags": ("tags", "tag", "taxonomies.tags"),
    "categories": ("categories", "category", "taxonomies.categories"),
    "authors": ("authors", "author", "params.authors", "params.author"),
    "summary": ("description", "excerpt", "summary", "intro", "abstract"),
    "language": ("lang", "language"),
    "image": (
        *("cover", "banner_img", "index_img", "photos", "image", "heroImage", "images"),
        *("featured_image", "thumbnail", "extra.cover", "extra.image"),
    ),
    "enclosures": ("enclosure", "enclosures", "audio", "podcast"),
    "duration": ("duration",),
    "feed": ("feed",),
    "feeds": ("feeds",),
    "license": ("license", "licence", "extra.license", "params.license", "license_url"),
    "copyright": ("copyright", "extra.copyright", "params.copyright"),
    "layout": ("layout", "type"),
    # Keys that hide a post; see core/posts/visibility.py.
    "hides": (
        *("draft", "hidden", "hide", "unlisted", "private", "headless", "unpublished"),
        *("invisible", "eleventyExcludeFromCollections"),
    ),
    "shows": ("published", "publish", "public", "listed", "visible", "render", "dg-publish"),
    "status": ("status", "visibility"),
    "lists": ("build.list", "build.render"),
    "encrypted": ("password", "encrypt", "encrypted"),
    "retracted": ("retracted",),
}

# Keys of generators and themes that have no effect on a feed.
_WITHOUT_EFFECT: Final = """
    alias aliases allow_comments allowComments alt antdpage article_type aside asset_path
    author_profile background banner bookcomments breadcrumb build canonical canonical_url
    cascade catalog classes collection color comment commentable comments contributors
    copyright_author copyright_info css cssclass cssclasses custom_css
    description_short disableToc disqus edit editable email excerpt_separator
    exclude_search extra extracted feature featured featuredImage fig_caption file_path footer
    from full_width gallery geometry github guid_prefix hasMath header headline
    hide_table_of_contents hideMeta hideSummary highlight highlight_shrink home icon img
    in_search_index index indexing insert_anchor_links iscjklanguage js katex key keywords
    label last_update layout link links linkTitle location logo markup
    math math_engine mathjax media menu menus mermaid meta meta_description meta_title music
    name nav nav_order next no_comments noindex note noToc og_image ogImage order origin
    original outputs page_template pagination params parent part pin pinned plantuml
    podcast_duration poster prerequisites prev priority project publisher quote rating
    reading_time readingTime recommend redirect redirect_from redirect_to references related
    repo reprint resources reward robots robotsdisallow save_as search seo seo_title series
    series_order share shareable short_title show_date showDate showToc sidebar
    sidebar_label sidebar_position sitemap skip sort sort_by source sources sticky sub_title
    subject subtitle swiper_index tagline taxonomies template theme thumbnail_alt tldr toc
    toc_number tocOpen top top_group_index top_img topic topics translated translation
    translationKey translations translator up uri version video videos views weight
    wordcount
"""


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """The key in the form in which keys are compared."""
    plain = key if key.isascii() else unicodedata.normalize("NFKC", key)
    return plain.lower().replace("_", "").replace("-", "").replace(" ", "")


_KNOWN: Final = {
    fold(key.partition(".")[0]): key.partition(".")[0] for row in KEYS.values() for key in row
}
# Keys that `restrictions.py` reads, and of which a misspelling hides the post.
DATED: Final = ("expires", "expiry", "embargo")
_MEANT: Final = _KNOWN | {key: key for key in DATED}
_NO_EFFECT: Final = frozenset(map(fold, _WITHOUT_EFFECT.split()))


def is_read(key: str) -> bool:
    """True for a key that feedsvc reads, and for a map of which it reads a member."""
    return fold(key) in _KNOWN or key == "<<"


def is_known(key: str) -> bool:
    """True for a key that feedsvc reads, and for one that it knows to have no effect."""
    folded = fold(key)
    return folded in _KNOWN or folded in _NO_EFFECT


@lru_cache(maxsize=4096)
def nearest_key(key: str) -> str:
    """The key that an unknown key most likely misspells; empty if there is none."""
    folded = fold(key)
    if len(folded) < 4 or folded in _KNOWN or folded in _NO_EFFECT:
        return ""
    near = difflib.get_close_matches(folded, _MEANT, n=1, cutoff=0.8)
    near = near or [name for name in _MEANT if sorted(name) == sorted(folded)]  # `dtae`
    return _MEANT[near[0]] if near else ""
