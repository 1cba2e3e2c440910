"""Small blogs of generators whose configs are JavaScript, and of documentation tools."""

from tests.support.layouts import (
    HEXO,
    HUGO,
    JEKYLL,
    NIKOLA,
    PELICAN,
    ZOLA,
    LaidOutPost,
    Layout,
    dedented,
)

ELEVENTY = Layout(
    "11ty",
    {
        "eleventy.config.js": dedented("""
import { feedPlugin } from "@11ty/eleventy-plugin-rss";
import pluginNavigation from "@11ty/eleventy-navigation";

/** @param {import("@11ty/eleventy").UserConfig} eleventyConfig */
export default async function(eleventyConfig) {
	eleventyConfig.addPreprocessor("drafts", "*", (data, content) => {
		if(data.draft && process.env.ELEVENTY_RUN_MODE === "build") { return false; }
	});
	eleventyConfig.addPlugin(pluginNavigation);
	eleventyConfig.addPlugin(feedPlugin, {
		type: "atom", // or "rss", "json"
		outputPath: "/feed/feed.xml",
		collection: { name: "posts", limit: 10 },
		metadata: {
			language: "en",
			title: "Blog Title",
			base: "https://example.com/",
			author: { name: "Your Name" }
		}
	});
};

export const config = {
	templateFormats: ["md", "njk"],
	dir: { input: "content", includes: "../_includes", data: "../_data" },
};
"""),
        "_data/metadata.js": dedented("""
export default {
	title: "Tea notes",
	url: "https://example.org/",
	language: "en-GB",
	description: `On tea`,
	author: {
		name: "Li Wen",
		email: "li@example.org",
	}
}
"""),
        "content/blog/2026-03-01-first-pick.md": dedented("""
---
title: The first pick
tags: [posts, tea]
---
Spring.
"""),
        "content/blog/two.md": dedented("""
---
title: Two
date: 2026-03-02
categories: [A, B]
---
Words.
"""),
    },
    {
        "site.title": ("Tea notes", "_data/metadata.js", 2),
        "site.subtitle": ("On tea", "_data/metadata.js", 5),
        "site.author": ("Li Wen", "_data/metadata.js", 7),
        "site.email": ("li@example.org", "_data/metadata.js", 8),
        "site.language": ("en-GB", "_data/metadata.js", 4),
        "site.timezone": ("UTC", "eleventy.config.js", 0),
        "site.url": ("https://example.org", "_data/metadata.js", 3),
        "content.seeds": ("content", "eleventy.config.js", 25),
        "content.exclude": (("node_modules/**",), "eleventy.config.js", 0),
        "content.permalink": ("/:sections/:dateless/", "eleventy.config.js", 0),
        "feeds.entries": (10, "eleventy.config.js", 13),
    },
    feeds=("/feed/feed.xml",),
    posts=(
        LaidOutPost("blog/2026-03-01-first-pick.md", "/blog/first-pick/", ("posts", "tea")),
        LaidOutPost("blog/two.md", "/blog/two/", (), [("A",), ("B",)]),
    ),
)

ASTRO = Layout(
    "astro",
    {
        "astro.config.mjs": dedented("""
// @ts-check
import { defineConfig } from 'astro/config';
import mdx from '@astrojs/mdx';

// https://astro.build/config
export default defineConfig({
	site: 'https://example.org',
	base: '/tea',
	integrations: [mdx()],
});
"""),
        "src/consts.ts": dedented("""
// Place any global data in this file.

export const SITE_TITLE = 'Li\\'s tea';
export const SITE_DESCRIPTION: string = 'On tea';
"""),
        "src/content.config.ts": dedented("""
import { defineCollection, z } from 'astro:content';
import { glob } from 'astro/loaders';

const blog = defineCollection({
	loader: glob({ base: './src/content/blog', pattern: '**/*.{md,mdx}' }),
	schema: ({ image }) => z.object({ title: z.string() }),
});

export const collections = { blog };
"""),
        "src/pages/blog/[...slug].astro": "---\n---\n",
        "src/pages/rss.xml.js": "export async function GET(context) { return rss({}) }\n",
        "src/content/blog/first-pick.md": dedented("""
---
title: 'The first pick'
description: 'Spring'
pubDate: 'Mar 01 2026'
tags: ["tea", "green"]
---
Spring.
"""),
        "src/content/blog/de/two.md": dedented("""
---
title: Two
pubDate: 2026-03-02
categories: [A, B]
---
Words.
"""),
    },
    {
        "site.title": ("Li's tea", "src/consts.ts", 3),
        "site.subtitle": ("On tea", "src/consts.ts", 4),
        "site.timezone": ("UTC", "astro.config.mjs", 0),
        "site.url": ("https://example.org/tea", "astro.config.mjs", 7),
        "content.seeds": ("src/content/blog", "src/content.config.ts", 5),
        "content.permalink": ("/blog/:key/", "src/pages/blog/[...slug].astro", 0),
    },
    {"site.author": "names no author"},
    ("/rss.xml",),
    posts=(
        LaidOutPost("first-pick.md", "/tea/blog/first-pick/", ("tea", "green")),
        LaidOutPost("de/two.md", "/tea/blog/de/two/", (), [("A",), ("B",)]),
    ),
)

DOCUSAURUS = Layout(
    "docusaurus",
    {
        "docusaurus.config.ts": dedented("""
import {themes as prismThemes} from 'prism-react-renderer';
import type {Config} from '@docusaurus/types';
import type * as Preset from '@docusaurus/preset-classic';

const config: Config = {
  title: 'Tea notes',
  tagline: 'On tea',
  url: 'https://example.org',
  baseUrl: '/tea/',
  i18n: {
    defaultLocale: 'en',
    locales: ['en', 'zh-Hans'],
  },
  presets: [
    [
      'classic',
      {
        docs: {
          sidebarPath: './sidebars.ts',
        },
        blog: {
          showReadingTime: true,
          feedOptions: {
            type: ['rss', 'atom'],
            xslt: true,
            limit: 20,
          },
          editUrl: ({blogPath}) => `https://example.org/edit/${blogPath}`,
        },
        theme: {
          customCss: './src/css/custom.css',
        },
      } satisfies Preset.Options,
    ],
  ],
  themeConfig: {
    navbar: {
      title: 'My Site',
    },
    footer: {copyright: `Copyright ${new Date().getFullYear()} Li`},
    prism: {theme: prismThemes.github},
  } satisfies Preset.ThemeConfig,
};

export default config;
"""),
        "blog/authors.yml": dedented("""
li:
  name: Li Wen
  title: Tea master
  url: https://example.org/li
"""),
        "blog/2026-03-01-first-pick.md": dedented("""
---
title: The first pick
authors: [li]
tags: [tea, green]
---
Spring.
"""),
        "blog/2026/03/02-two/index.md": dedented("""
---
title: Two
date: 2026-03-02
---
Words.
"""),
    },
    {
        "site.title": ("Tea notes", "docusaurus.config.ts", 6),
        "site.subtitle": ("On tea", "docusaurus.config.ts", 7),
        "site.language": ("en", "docusaurus.config.ts", 11),
        "site.timezone": ("UTC", "docusaurus.config.ts", 0),
        "site.url": ("https://example.org/tea", "docusaurus.config.ts", 8),
        "content.seeds": ("blog", "docusaurus.config.ts", 0),
        "content.permalink": ("/blog/:docusaurus_path", "docusaurus.config.ts", 0),
        "content.authors": (
            {"li": {"name": "Li Wen", "uri": "https://example.org/li"}},
            "blog/authors.yml",
            1,
        ),
        "feeds.entries": (20, "docusaurus.config.ts", 26),
    },
    {"site.author": "names no author"},
    ("/blog/rss.xml", "/blog/atom.xml"),
    posts=(
        LaidOutPost(
            "2026-03-01-first-pick.md", "/tea/blog/2026/03/01/first-pick", ("tea", "green")
        ),
        LaidOutPost("2026/03/02-two/index.md", "/tea/blog/2026/03/02/two"),
    ),
)

MKDOCS = Layout(
    "mkdocs",
    {
        "mkdocs.yml": dedented("""
site_name: Tea notes
site_url: !ENV [SITE_URL, "https://example.net"]
site_author: Li Wen
site_description: >-
  On tea

theme:
  name: material
  language: de
  custom_dir: overrides
plugins:
  - search
  - blog:
      post_url_date_format: yyyy/MM
      post_slugify: !!python/object/apply:pymdownx.slugs.slugify
        kwds:
          case: lower
  - rss:
      match_path: blog/posts/.*
      length: 15
markdown_extensions:
  - def_list
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
"""),
        "docs/blog/.authors.yml": dedented("""
authors:
  li:
    name: Li Wen
    description: Creator
    avatar: https://example.org/li.png
"""),
        "docs/blog/posts/first.md": dedented("""
---
date: 2026-03-01
authors: [li]
categories:
  - Tea
  - Notes
tags: [green]
---

# The first pick: don't rush

Spring.
"""),
        "docs/blog/posts/two.md": dedented("""
---
title: Two
slug: zwei
date: 2026-03-02
---
Words.
"""),
    },
    {
        "site.title": ("Tea notes", "mkdocs.yml", 1),
        "site.subtitle": ("On tea", "mkdocs.yml", 4),
        "site.author": ("Li Wen", "mkdocs.yml", 3),
        "site.language": ("de", "mkdocs.yml", 9),
        "site.timezone": ("UTC", "mkdocs.yml", 0),
        "content.seeds": ("docs/blog/posts", "mkdocs.yml", 0),
        "content.permalink": ("/blog/:year/:month/:mkdocs_slug/", "mkdocs.yml", 14),
        "content.authors": ({"li": {"name": "Li Wen"}}, "docs/blog/.authors.yml", 2),
        "feeds.entries": (15, "mkdocs.yml", 20),
    },
    {"site.url": "has the YAML tag !ENV"},
    ("/feed_rss_created.xml", "/feed_rss_updated.xml", "/feed_json_created.json"),
    posts=(
        LaidOutPost(
            "first.md",
            "/blog/2026/03/the-first-pick-dont-rush/",
            ("green",),
            [("Tea",), ("Notes",)],
        ),
        LaidOutPost("two.md", "/blog/2026/03/zwei/"),
    ),
)

QUARTO = Layout(
    "quarto",
    {
        "_quarto.yml": dedented("""
project:
  type: website

website:
  title: "Tea notes"
  site-url: https://example.org
  site-path: /tea
  description: "On tea"
  navbar:
    right:
      - about.qmd

author: Li Wen
lang: en
format:
  html:
    theme: cosmo
"""),
        "index.qmd": dedented("""
---
title: "Blog"
listing:
  contents: posts
  sort: "date desc"
  feed:
    items: 10
---
"""),
        "posts/first-pick/index.qmd": dedented("""
---
title: "The first pick"
author: "Li Wen"
date: "2026-03-01"
categories: [tea, green]
---
H~2~O
"""),
        "posts/two.md": dedented("""
---
title: Two
date: 2026-03-02
---
Words.
"""),
    },
    {
        "site.title": ("Tea notes", "_quarto.yml", 5),
        "site.subtitle": ("On tea", "_quarto.yml", 8),
        "site.author": ("Li Wen", "_quarto.yml", 13),
        "site.language": ("en", "_quarto.yml", 14),
        "site.timezone": ("UTC", "_quarto.yml", 0),
        "site.url": ("https://example.org/tea", "_quarto.yml", 6),
        "content.seeds": ("posts", "index.qmd", 4),
        "content.permalink": ("/posts/:quarto_path", "_quarto.yml", 0),
        "feeds.entries": (10, "index.qmd", 7),
    },
    feeds=("/index.xml",),
    posts=(
        LaidOutPost(
            "first-pick/index.qmd",
            "/tea/posts/first-pick/",
            categories=[("tea",), ("green",)],
        ),
        LaidOutPost("two.md", "/tea/posts/two.html"),
    ),
)

OBSIDIAN = Layout(
    "obsidian",
    {
        ".obsidian/app.json": dedented("""
{
  "attachmentFolderPath": "files",
  "userIgnoreFilters": [
    "Private/",
    "/^x.*/"
  ]
}
"""),
        ".obsidian/templates.json": '{ "folder": "Templates" }\n',
        "Tea/First pick.md": dedented("""
---
tags:
  - tea/green
  - Notes
created: 2026-03-01
---
Spring, and [[Two]].
"""),
        "Two.md": dedented("""
---
created: 2026-03-02
categories: [A, B]
---
Words.
"""),
    },
    {
        "content.seeds": (".", ".obsidian/app.json", 0),
        "content.exclude": (("Private/**", "Templates/**"), ".obsidian/app.json", 3),
    },
    {
        "site.title": "names no title",
        "site.url": "names no address",
        "site.author": "names no author",
        "site.timezone": "names no time zone",
    },
    posts=(
        LaidOutPost("Tea/First pick.md", "/posts/Tea/First%20pick/", ("tea/green", "Notes")),
        LaidOutPost("Two.md", "/posts/Two/", (), [("A",), ("B",)]),
    ),
)

LAYOUTS = {
    each.generator: each
    for each in (
        *(HEXO, JEKYLL, HUGO, ZOLA, PELICAN, NIKOLA),
        *(ELEVENTY, ASTRO, DOCUSAURUS, MKDOCS, QUARTO, OBSIDIAN),
    )
}
