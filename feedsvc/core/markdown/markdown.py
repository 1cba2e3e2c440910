"""Markdown -> rough HTML. The only module that uses comrak.

The dialect is CommonMark with GitHub's tables, strikethrough, task lists, autolinks and
footnotes, and with formulas between dollar signs. Some generators also have definition lists,
and marks for sub- and superscripts.
"""

import html
import re
from functools import partial
from typing import Final
from urllib.parse import quote

from comrak import ExtensionOptions, ParseOptions, RenderOptions, markdown_to_html

from feedsvc.core.markdown.heading_ids import keep_linked_ids, may_link_to_headings
from feedsvc.core.markdown.more_markers import MARKER
from feedsvc.core.markdown.subscripts import with_subscripts

_GFM: Final = partial(
    ExtensionOptions,
    table=True,
    strikethrough=True,
    tasklist=True,
    autolink=True,
    footnotes=True,
    math_dollars=True,
    cjk_friendly_emphasis=True,  # else **“quoted”** before a Chinese word keeps its stars
)
_EXTENSIONS: Final = {  # by whether there are definition lists
    definitions: _GFM(header_attributes=True, description_lists=definitions)
    for definitions in (False, True)  # comrak removes {#id} and sets no id
}
_WITH_IDS: Final = {
    definitions: _GFM(header_id_prefix="", description_lists=definitions)
    for definitions in (False, True)
}
# https://kramdown.gettalong.org/syntax.html#definition-lists, Hugo's `definitionList`, pandoc's
# `definition_lists`, and Python-Markdown's `def_list`, which the others use.
_WITH_DEFINITIONS: Final = frozenset(
    ["jekyll", "hugo", "quarto", "pelican", "nikola", "mkdocs"]
)
_WITH_SUBSCRIPTS: Final = frozenset(["quarto", "mkdocs"])  # pandoc; pymdownx.tilde and .caret
_PARSING: Final = ParseOptions()
_RENDERING: Final = RenderOptions(unsafe_=True)  # keeps raw HTML; `safe_html` cleans it

_CHECKBOX = re.compile(r'<input type="checkbox"( checked="")? disabled="" />')
_FORMULA = re.compile(r'<span data-math-style="(inline|display)">([^<]*+)</span>')
# Chinese punctuation ends a bare URL: authors write no space between a URL and the next word.
_STOPS: Final = "，。、；：！？…（）「」『』【】《》〈〉“”‘’\u3000"
_STOP = re.compile(f"[{_STOPS}]")
_BARE_LINK = re.compile(
    rf'<a href="[^"]*+">((?:https?://|www\.)[^<{_STOPS}]*+[{_STOPS}][^<]*+)</a>'
)
_WRITTEN_LINK = re.compile(
    rf"[<\[]((?:https?://|www\.)[^<>\[\]\s{_STOPS}]*+[{_STOPS}][^<>\[\]\s]*+)[>\]]"
)
_URL = re.compile(rf"(?:https?://|www\.)[^\s{_STOPS}]++")
_IN_URLS: Final = "!#$%&'()*+,/:;=?@[]~"


def html_of(markdown: str, generator: str = "") -> str:
    """The HTML of GitHub Flavored Markdown, including raw HTML: it is not safe yet.

    `generator` is that of the rules; some know more marks.
    """
    definitions = generator in _WITH_DEFINITIONS
    if generator in _WITH_SUBSCRIPTS:
        markdown = with_subscripts(markdown)
    if may_link_to_headings(markdown):
        how = (_WITH_IDS[definitions], _PARSING, _RENDERING)
        rendered = keep_linked_ids(markdown_to_html(markdown, *how))
    else:
        rendered = markdown_to_html(markdown, _EXTENSIONS[definitions], _PARSING, _RENDERING)
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


def _between_dollars(formula: re.Match[str]) -> str:
    mark = "$" if formula[1] == "inline" else "$$"
    return f"{mark}{formula[2]}{mark}"


def _linked(text: str) -> str:
    """HTML text in which bare URLs become links."""
    return _URL.sub(_link, text)


def _link(url: re.Match[str]) -> str:
    target = quote(html.unescape(url[0]), safe=_IN_URLS)
    if url[0].startswith("www."):
        target = "http://" + target
    return f'<a href="{html.escape(target)}">{url[0]}</a>'
