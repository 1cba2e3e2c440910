"""Small blogs of the generators that feedsvc recognises, in their documented layouts.

Each has two posts and says what its generator makes of them. All are written for these tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Terms = Sequence[str]


@dataclass(frozen=True)
class LaidOutPost:
    """What a generator makes of a post: its path on the site, its tags and its categories.

    `source` is the path of the file below the folder of posts.
    """

    source: str
    path: str
    tags: Terms = ()
    categories: Sequence[Terms] = ()


@dataclass(frozen=True)
class Layout:
    """The folder of a blog: its files, and what should be recognised.

    `settings` are the assumptions with their file and line; `unknown` maps the settings to ask
    for to a part of the reason.
    """

    generator: str
    files: Mapping[str, str]
    settings: Mapping[str, tuple[Any, str, int]]
    unknown: Mapping[str, str] = field(default_factory=dict)
    feeds: Sequence[str] = ()
    posts: Sequence[LaidOutPost] = ()

    def write(self, folder: Path) -> Path:
        """Write the files of the blog into a folder."""
        for name, text in self.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return folder

    def setting(self, key: str) -> Any:
        """The value that the config of the generator has; empty if it has none."""
        return self.settings.get(key, ("", "", 0))[0]

    def items(self) -> dict[str, set[str]]:
        """The tags and categories of each post by its address, as the generator has them."""
        site_url = self.setting("site.url") or "http://127.0.0.1:8000"
        origin = "/".join(site_url.split("/")[:3])
        return {
            origin + post.path: {*post.tags, *("/".join(path) for path in post.categories)}
            for post in self.posts
        }


def shown_items(feed: dict[str, Any]) -> dict[str, set[str]]:
    """The tags and categories of each item of a JSON feed by its address."""
    return {item["url"]: set(item.get("tags", ())) for item in feed["items"]}


def dedented(text: str) -> str:
    """The text without the line end at its start."""
    return text.removeprefix("\n")


HEXO = Layout(
    "hexo",
    {
        "_config.yml": dedented("""
# Hexo Configuration
title: 茶记
subtitle: 'Notes on tea'
description: ''
author: 李文
language: zh-CN
timezone: 'Asia/Shanghai'

url: https://example.org
root: /blog/
permalink: :year/:month/:day/:title/
permalink_defaults:
pretty_urls:
  trailing_index: true
  trailing_html: true

source_dir: source
public_dir: public
new_post_name: :title.md # File name of new posts
per_page: 10
theme: landscape
feed:
  type: [atom, rss2]
  path: [atom.xml, rss2.xml]
  limit: 30
"""),
        "package.json": '{"name": "hexo-site", "hexo": {"version": "7.3.0"},\n'
        ' "dependencies": {"hexo": "^7.3.0", "hexo-generator-feed": "^3.0.0"}}\n',
        "source/_posts/green/first-pick.md": dedented("""
---
title: The first pick
date: 2026-03-01 00:30:00
tags: [Tea, 龙井]
categories:
  - Tea
  - Green
---
Spring.
"""),
        "source/_posts/two.md": dedented("""
---
title: Two
date: 2026-03-02
categories:
  - [Tea, Black]
  - [Notes]
---
Words.
"""),
    },
    {
        "site.title": ("茶记", "_config.yml", 2),
        "site.subtitle": ("Notes on tea", "_config.yml", 3),
        "site.author": ("李文", "_config.yml", 5),
        "site.language": ("zh-CN", "_config.yml", 6),
        "site.timezone": ("Asia/Shanghai", "_config.yml", 7),
        "site.url": ("https://example.org/blog", "_config.yml", 9),
        "content.permalink": ("/:year/:month/:day/:title/", "_config.yml", 11),
        "content.seeds": ("source/_posts", "_config.yml", 17),
        "feeds.entries": (30, "_config.yml", 25),
    },
    feeds=("/atom.xml", "/rss2.xml"),
    posts=(
        LaidOutPost(
            "green/first-pick.md",
            "/blog/2026/03/01/green/first-pick/",
            ("Tea", "龙井"),
            [("Tea", "Green")],
        ),
        LaidOutPost(
            "two.md", "/blog/2026/03/02/two/", categories=[("Tea", "Black"), ("Notes",)]
        ),
    ),
)

JEKYLL = Layout(
    "jekyll",
    {
        "_config.yml": dedented("""
title: Tea notes
email: li@example.org
description: >- # shown below the title
  Notes on
  tea.
baseurl: "/tea"
url: "https://example.org"
lang: en_GB
author:
  name: Li Wen

theme: minima
plugins:
  - jekyll-feed
"""),
        "Gemfile": 'source "https://rubygems.org"\n',
        "_posts/2026-03-01-first-pick.md": dedented("""
---
title: The first pick
tags: tea green
categories: Tech python
---
Spring.
"""),
        "_posts/2026-03-02-Two.md": dedented("""
---
title: Two
category: Tea Notes
tags: [a tag]
---
Words.
"""),
    },
    {
        "site.title": ("Tea notes", "_config.yml", 1),
        "site.subtitle": ("Notes on tea.", "_config.yml", 3),
        "site.author": ("Li Wen", "_config.yml", 10),
        "site.email": ("li@example.org", "_config.yml", 2),
        "site.language": ("en-GB", "_config.yml", 8),
        "site.timezone": ("UTC", "_config.yml", 0),
        "site.url": ("https://example.org/tea", "_config.yml", 7),
        "content.seeds": ("_posts", "_config.yml", 0),
        "content.permalink": ("date", "_config.yml", 0),
        "content.tag_separators": (", ", "_config.yml", 0),
    },
    feeds=("/feed.xml",),
    posts=(
        LaidOutPost(
            "2026-03-01-first-pick.md",
            "/tea/tech/python/2026/03/01/first-pick.html",
            ("tea", "green"),
            [("Tech",), ("python",)],
        ),
        LaidOutPost(
            "2026-03-02-Two.md",
            "/tea/tea%20notes/2026/03/02/Two.html",
            ("a tag",),
            [("Tea Notes",)],
        ),
    ),
)

HUGO = Layout(
    "hugo",
    {
        "hugo.toml": dedented("""
baseURL = 'https://example.org/'
languageCode = 'en-us'
title = "Tea & notes"
timeZone = "Europe/Berlin"
copyright = "Li"

[permalinks]
  [permalinks.page]
    posts = '/:year/:month/:slug/'

[params]
  description = "Notes on tea"
  mainSections = ["posts"]
  [params.author]
    name = "Li Wen"
    email = "li@example.org"

[services.rss]
  limit = 25
"""),
        "content/posts/first-pick.md": dedented("""
+++
title = "The First Pick: Don't rush!"
date = 2026-03-31T23:30:00Z
tags = ["Tea", "Green"]
categories = ["Tea", "Notes"]
+++
Spring.
"""),
        "content/posts/two/index.md": dedented("""
---
title: Two
slug: zwei
date: 2026-03-02
---
Words.
"""),
    },
    {
        "site.title": ("Tea & notes", "hugo.toml", 3),
        "site.subtitle": ("Notes on tea", "hugo.toml", 12),
        "site.author": ("Li Wen", "hugo.toml", 15),
        "site.email": ("li@example.org", "hugo.toml", 16),
        "site.language": ("en-US", "hugo.toml", 2),
        "site.timezone": ("Europe/Berlin", "hugo.toml", 4),
        "site.url": ("https://example.org", "hugo.toml", 1),
        "content.seeds": ("content", "hugo.toml", 0),
        "content.include": (("posts/**",), "hugo.toml", 13),
        "content.permalink": ("/:year/:month/:hugo_slug/", "hugo.toml", 9),
        "feeds.entries": (25, "hugo.toml", 19),
    },
    feeds=("/index.xml",),
    posts=(
        LaidOutPost(
            "posts/first-pick.md",
            "/2026/04/the-first-pick-dont-rush/",
            ("Tea", "Green"),
            [("Tea",), ("Notes",)],
        ),
        LaidOutPost("posts/two/index.md", "/2026/03/zwei/"),
    ),
)

ZOLA = Layout(
    "zola",
    {
        "config.toml": dedented("""
base_url = "https://example.org"
title = "Tea notes"
description = "On tea"
default_language = "de"
author = "Li Wen"
generate_feeds = true
feed_limit = 15
feed_filenames = ["rss.xml"]
taxonomies = [{ name = "tags", feed = true }]
"""),
        "content/blog/2026-03-01-first-pick.md": dedented("""
+++
title = "The first pick"
[taxonomies]
tags = ["tea", "green tea"]
categories = ["A", "B"]
+++
Spring.
"""),
        "content/blog/two/index.md": dedented("""
+++
title = "Two"
date = 2026-03-02
+++
Words.
"""),
    },
    {
        "site.title": ("Tea notes", "config.toml", 2),
        "site.subtitle": ("On tea", "config.toml", 3),
        "site.author": ("Li Wen", "config.toml", 5),
        "site.language": ("de", "config.toml", 4),
        "site.timezone": ("UTC", "config.toml", 0),
        "site.url": ("https://example.org", "config.toml", 1),
        "content.seeds": ("content", "config.toml", 0),
        "content.permalink": ("/:sections/:dateless/", "config.toml", 0),
        "feeds.entries": (15, "config.toml", 7),
    },
    feeds=("/rss.xml",),
    posts=(
        LaidOutPost(
            "blog/2026-03-01-first-pick.md",
            "/blog/first-pick/",
            ("tea", "green tea"),
            [("A",), ("B",)],
        ),
        LaidOutPost("blog/two/index.md", "/blog/two/"),
    ),
)

PELICAN = Layout(
    "pelican",
    {
        "pelicanconf.py": dedented("""
import os

AUTHOR = 'Li Wen'
SITENAME = 'Tea ' 'notes'
SITESUBTITLE = "On tea"
SITEURL = ''

PATH = 'content'
TIMEZONE = 'Europe/Paris'
DEFAULT_LANG = 'fr'
ARTICLE_URL = '{date:%Y}/{date:%m}/{slug}/'
ARTICLE_SAVE_AS = '{date:%Y}/{date:%m}/{slug}/index.html'

FEED_ALL_ATOM = None
DEFAULT_PAGINATION = 10
"""),
        "publishconf.py": dedented("""
import sys
sys.path.append(os.curdir)
from pelicanconf import *

SITEURL = 'https://example.org'
FEED_ALL_ATOM = 'feeds/all.atom.xml'
FEED_MAX_ITEMS = 40
"""),
        "content/brewing/first-pick.md": dedented("""
Title: The first pick: don't rush
Date: 2026-03-01 09:30
Tags: Tea, Green tea

Spring.
"""),
        "content/two.md": dedented("""
Title: Two
Date: 2026-03-02
Slug: zwei
Category: Notes

Words.
"""),
    },
    {
        "site.title": ("Tea notes", "pelicanconf.py", 4),
        "site.subtitle": ("On tea", "pelicanconf.py", 5),
        "site.author": ("Li Wen", "pelicanconf.py", 3),
        "site.language": ("fr", "pelicanconf.py", 10),
        "site.timezone": ("Europe/Paris", "pelicanconf.py", 9),
        "site.url": ("https://example.org", "publishconf.py", 5),
        "content.seeds": ("content", "pelicanconf.py", 8),
        "content.exclude": (("pages/**",), "pelicanconf.py", 0),
        "content.permalink": ("/:year/:month/:pelican_slug/", "pelicanconf.py", 11),
        "feeds.entries": (40, "publishconf.py", 7),
    },
    feeds=("/feeds/all.atom.xml",),
    posts=(
        LaidOutPost(
            "brewing/first-pick.md",
            "/2026/03/the-first-pick-dont-rush/",
            ("Tea", "Green tea"),
            [("brewing",)],
        ),
        LaidOutPost("two.md", "/2026/03/zwei/", (), [("Notes",)]),
    ),
)

NIKOLA = Layout(
    "nikola",
    {
        "conf.py": dedented('''
import time

# !! This is the configuration of Nikola. !! #
BLOG_AUTHOR = "Li Wen"  # (translatable)
BLOG_TITLE = {"en": "Tea notes", "de": "Teenotizen"}
SITE_URL = "https://example.org/"
BLOG_EMAIL = "li@example.org"
BLOG_DESCRIPTION = """On tea"""

DEFAULT_LANG = "de"
TIMEZONE = "Europe/Berlin"

POSTS = (
    ("posts/*.rst", "posts", "post.tmpl"),
    ("posts/*.md", "blog", "post.tmpl"),
)
FEED_LENGTH = 12
GENERATE_ATOM = True
GLOBAL_CONTEXT = {"time": time.time()}
'''),
        "posts/2026/first-pick.md": dedented("""
---
title: The first pick
date: 2026-03-01 09:30:00
tags: tea, green tea
category: Brewing
---
Spring.
"""),
        "posts/two.md": dedented("""
---
title: Two
slug: zwei
date: 2026-03-02
---
Words.
"""),
    },
    {
        "site.title": ("Teenotizen", "conf.py", 5),
        "site.subtitle": ("On tea", "conf.py", 8),
        "site.author": ("Li Wen", "conf.py", 4),
        "site.email": ("li@example.org", "conf.py", 7),
        "site.language": ("de", "conf.py", 10),
        "site.timezone": ("Europe/Berlin", "conf.py", 11),
        "site.url": ("https://example.org", "conf.py", 6),
        "content.seeds": ("posts", "conf.py", 15),
        "content.permalink": ("/blog/:sections/:slug/", "conf.py", 15),
        "feeds.entries": (12, "conf.py", 17),
    },
    feeds=("/rss.xml", "/index.atom"),
    posts=(
        LaidOutPost(
            "2026/first-pick.md",
            "/blog/2026/first-pick/",
            ("tea", "green tea"),
            [("Brewing",)],
        ),
        LaidOutPost("two.md", "/blog/zwei/"),
    ),
)
