"""Markdown of authors in; rough HTML out.

The one door to comrak: CommonMark with the tables, strikethrough, task lists, autolinks and
footnotes of GitHub, and with formulas between dollars.
"""

import html
import re
from functools import partial
from typing import Final
from urllib.parse import quote

from comrak import ExtensionOptions, ParseOptions, RenderOptions, markdown_to_html

from feedsvc.core.html.sanitise import safe_html
from feedsvc.core.html.scanner import TooDeepError
from feedsvc.core.markdown.heading_ids import links_within, with_targets

__all__ = ["TooDeepError", "html_of", "html_until_more", "safe_html"]

_GFM: Final = partial(
    ExtensionOptions,
    table=True,
    strikethrough=True,
    tasklist=True,
    autolink=True,
    footnotes=True,
    math_dollars=True,
    cjk_friendly_emphasis=True,  # or **“quoted”** before a Chinese word would keep its stars
)
_EXTENSIONS: Final = _GFM(header_attributes=True)  # comrak takes {#id} away and gives no id
_WITH_IDS: Final = _GFM(header_id_prefix="")
_PARSING: Final = ParseOptions()
_RENDERING: Final = RenderOptions(unsafe_=True)  # raw HTML stays: it is made safe elsewhere

_CHECKBOX = re.compile(r'<input type="checkbox"( checked="")? disabled="" />')
_FORMULA = re.compile(r'<span data-math-style="(inline|display)">([^<]*+)</span>')
_MORE = re.compile(r"<!--\s*+(?:more|truncate)\s*+-->", re.I)
# No address goes on behind one of these: a Chinese sentence does.
_STOPS: Final = "，。、；：！？…（）「」『』【】《》〈〉“”‘’\u3000"
_STOP = re.compile(f"[{_STOPS}]")
_BARE_LINK = re.compile(
    rf'<a href="[^"]*+">((?:https?://|www\.)[^<{_STOPS}]*+[{_STOPS}][^<]*+)</a>'
)
_WRITTEN_LINK = re.compile(
    rf"[<\[]((?:https?://|www\.)[^<>\[\]\s{_STOPS}]*+[{_STOPS}][^<>\[\]\s]*+)[>\]]"
)
_ADDRESS = re.compile(rf"(?:https?://|www\.)[^\s{_STOPS}]++")
_IN_URLS: Final = "!#$%&'()*+,/:;=?@[]~"


def html_of(markdown: str) -> str:
    """The HTML of GitHub Flavored Markdown, raw HTML included: not yet safe."""
    if links_within(markdown):
        rendered = with_targets(markdown_to_html(markdown, _WITH_IDS, _PARSING, _RENDERING))
    else:
        rendered = markdown_to_html(markdown, _EXTENSIONS, _PARSING, _RENDERING)
    if "<input" in rendered:
        rendered = _CHECKBOX.sub(lambda box: "☑" if box[1] else "☐", rendered)
    if "data-math-style" in rendered:
        rendered = _FORMULA.sub(_as_written, rendered)
    if _BARE_LINK.search(rendered):
        on_purpose = {html.escape(link) for link in _WRITTEN_LINK.findall(markdown)}
        rendered = _BARE_LINK.sub(
            lambda link: link[0] if link[1] in on_purpose else _linked(link[1]), rendered
        )
    return rendered


def html_until_more(rough: str) -> str | None:
    """What stands before the more-marker in the rough HTML of a body; None without one.

    A marker that is shown as code is escaped there, so it is none. What is defined below the
    marker, such as a footnote, has its effect above it.
    """
    marker = _MORE.search(rough)
    return rough[: marker.start()] if marker else None


def _as_written(formula: re.Match[str]) -> str:
    mark = "$" if formula[1] == "inline" else "$$"
    return f"{mark}{formula[2]}{mark}"


def _linked(text: str) -> str:
    """Text (escaped, as in HTML) with the addresses in it as links."""
    return _ADDRESS.sub(_link, text)


def _link(address: re.Match[str]) -> str:
    target = quote(html.unescape(address[0]), safe=_IN_URLS)
    if address[0].startswith("www."):
        target = "http://" + target
    return f'<a href="{html.escape(target)}">{address[0]}</a>'
