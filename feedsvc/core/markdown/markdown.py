"""Markdown -> rough HTML. The only module that uses comrak.

The dialect is CommonMark with GitHub's tables, strikethrough, task lists, autolinks and
footnotes, and with formulas between dollar signs. Some generators have more: definition lists,
abbreviations, emoji, highlights, and the marks of `generator_marks`.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import quote

from comrak import ExtensionOptions, ParseOptions, RenderOptions, markdown_to_html

from feedsvc.core.html.post_targets import wiki_text
from feedsvc.core.markdown.admonitions.admonitions import with_admonitions
from feedsvc.core.markdown.heading_ids import keep_linked_ids, may_link_to_headings
from feedsvc.core.markdown.marks.abbreviations import with_abbreviations, without_abbreviations
from feedsvc.core.markdown.marks.comments import with_ended_comments
from feedsvc.core.markdown.marks.generator_marks import with_generator_marks
from feedsvc.core.markdown.marks.markdown_in_html import with_markdown_in_html
from feedsvc.core.markdown.marks.tildes import keeping_single_tildes
from feedsvc.core.markdown.more_markers import MARKER
from feedsvc.core.text import CHINESE_STOPS

# https://kramdown.gettalong.org/syntax.html#definition-lists, Hugo's `definitionList`, pandoc's
# `definition_lists`, and Python-Markdown's `def_list`, which the others use.
_WITH_DEFINITIONS: Final = frozenset(
    ["jekyll", "hugo", "quarto", "pelican", "nikola", "mkdocs"]
)
_WITH_ABBREVIATIONS: Final = frozenset(["jekyll", "pelican", "nikola", "mkdocs"])
_WITH_MARKDOWN_IN_HTML: Final = frozenset(
    ["jekyll", "pelican", "nikola", "mkdocs", "quarto", "plain", ""]
)
_WITH_EMOJI: Final = frozenset(["docusaurus", "mkdocs"])  # remark-emoji; pymdownx.emoji
_WITH_HIGHLIGHTS: Final = frozenset(["obsidian", "mkdocs"])  # and pymdownx.mark
_WITH_INLINE_NOTES: Final = frozenset(["obsidian", "quarto"])
_PARSING: Final = ParseOptions()
_RENDERING: Final = RenderOptions(unsafe_=True)  # keeps raw HTML; `safe_html` cleans it

_CHECKBOX = re.compile(r'<input type="checkbox"( checked="")? disabled="" />')
_TERMS = re.compile(r"<dt>([^<\n]++(?:\n[^<\n]++)++)</dt>")
_FORMULA = re.compile(r'<span data-math-style="(inline|display)">([^<]*+)</span>')
# What `dialect_marks` made of `[[x]]` in a formula, before anything knew that it is one.
_NO_LINK = re.compile(
    r"&lt;a href=&quot;((?:(?!&quot;)[^<])*+)&quot;&gt;((?:(?!&lt;/a)[^<])*+)&lt;/a&gt;"
)
_SUMMARY = re.compile(r"<summary>\n<p>(.*)</p>\n {0,3}</summary>")
# And an end tag of WordPress ends it: `[embed]https://example.org/v[/embed]`, and an escaped
# bracket: `\[see https://example.org/v\]`. Other signs are escaped within: `v\_1`.
_NO_STOP: Final = rf"(?:[^\s<{CHINESE_STOPS}\[\\]++|\[(?!/)|\\(?=[^()\[\]&]|&amp;))"
_BARE_LINK = re.compile(
    r'<a href="[^"]*+">'
    rf"((?:https?://|www\.)[^\s<{CHINESE_STOPS}\[\\]*+(?:\[(?!/)[^\s<{CHINESE_STOPS}\[\\]*+)*+"
    rf"(?:[{CHINESE_STOPS}\\]|\[/)[^<]*+)</a>"
)
_WRITTEN_LINK = re.compile(
    rf"[<\[]((?:https?://|www\.)[^<>\[\]\s{CHINESE_STOPS}]*+[{CHINESE_STOPS}][^<>\[\]\s]*+)[>\]]"
)
_URL = re.compile(rf"(?:https?://|www\.){_NO_STOP}++")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_IN_URLS: Final = "!#$%&'()*+,/:;=?@[]~"


def html_of(markdown: str, generator: str = "") -> str:
    """The HTML of GitHub Flavored Markdown, including raw HTML: it is not safe yet.

    `generator` is that of the rules; some know more marks.
    """
    markdown = with_ended_comments(with_admonitions(markdown, generator))
    markdown = with_generator_marks(markdown, generator)
    if generator in _WITH_MARKDOWN_IN_HTML:
        markdown = with_markdown_in_html(markdown, generator)
    if markdown.endswith(">"):  # comrak needs a line end behind `[a]: <https://example.org>`
        markdown += "\n"
    meanings: Mapping[str, str] = {}
    if "*[" in markdown and generator in _WITH_ABBREVIATIONS:
        markdown, meanings = without_abbreviations(markdown)
    with_ids = may_link_to_headings(markdown)
    extensions = _extensions(generator, with_ids=with_ids)
    rendered = keeping_single_tildes(
        markdown, lambda text: markdown_to_html(text, extensions, _PARSING, _RENDERING)
    )
    if with_ids:
        rendered = keep_linked_ids(rendered)
    if meanings:
        rendered = with_abbreviations(rendered, meanings)
    if extensions.description_lists and "<dt>" in rendered:
        rendered = _TERMS.sub(_one_by_one, rendered)
    if "<summary>\n<p>" in rendered:
        rendered = _SUMMARY.sub(r"<summary>\1</summary>", rendered)
    if "<input" in rendered:
        rendered = _CHECKBOX.sub(lambda box: "☑" if box[1] else "☐", rendered)
    if "data-math-style" in rendered:
        rendered = _FORMULA.sub(_between_dollars, rendered)
    if _BARE_LINK.search(rendered):
        explicit_links = {html.escape(link) for link in _WRITTEN_LINK.findall(markdown)}
        rendered = _BARE_LINK.sub(
            lambda link: link[0] if link[1] in explicit_links else _linked(link[1]), rendered
        )
    return rendered


def html_until_more(rough: str) -> str | None:
    """The rough HTML of a body before its more marker; None if there is no marker.

    A marker in code is escaped in HTML, so it does not count. Definitions after the marker,
    such as footnotes, still apply to the text before it.
    """
    marker = MARKER.search(rough) if "<!--" in rough else None
    return rough[: marker.start()] if marker else None


@cache
def _extensions(generator: str, *, with_ids: bool) -> ExtensionOptions:
    return ExtensionOptions(
        table=True,
        strikethrough=True,
        tasklist=True,
        autolink=True,
        footnotes=True,
        math_dollars=True,
        cjk_friendly_emphasis=True,  # else **“quoted”** before a Chinese word keeps its stars
        header_id_prefix="" if with_ids else None,
        header_attributes=not with_ids,  # comrak removes {#id} and sets no id
        description_lists=generator in _WITH_DEFINITIONS,
        shortcodes=generator in _WITH_EMOJI,
        highlight=generator in _WITH_HIGHLIGHTS,
        inline_footnotes=generator in _WITH_INLINE_NOTES,
    )


def _one_by_one(terms: re.Match[str]) -> str:
    """Terms on lines of their own, which comrak joins."""
    return "\n".join(f"<dt>{term}</dt>" for term in terms[1].split("\n"))


def _between_dollars(formula: re.Match[str]) -> str:
    mark = "$" if formula[1] == "inline" else "$$"
    tex = formula[2]
    if "&lt;a href=" in tex:
        tex = _NO_LINK.sub(lambda link: f"[[{wiki_text(link[1], link[2])}]]", tex)
    return f"{mark}{tex}{mark}"


def _linked(text: str) -> str:
    """HTML text in which bare URLs become links."""
    linked = _URL.sub(_link, text.removesuffix("\\"))
    return _ESCAPED.sub(r"\1", linked) if "\\" in linked else linked


def _link(url: re.Match[str]) -> str:
    shown = _ESCAPED.sub(r"\1", url[0])
    target = quote(html.unescape(shown), safe=_IN_URLS)
    if shown.startswith("www."):
        target = "http://" + target
    return f'<a href="{html.escape(target)}">{shown}</a>'
