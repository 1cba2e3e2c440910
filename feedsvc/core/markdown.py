"""Markdown and HTML of authors in; HTML out that is safe and means the same on any page.

The one door to comrak (CommonMark with the tables, strikethrough, task lists, autolinks and
footnotes of GitHub) and to nh3 (the sanitiser). What comes before nh3 may be as rough as it
likes: nothing that it lets through is more than its lists below allow.
"""

import html
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urljoin

import nh3
from comrak import ExtensionOptions, ParseOptions, RenderOptions, markdown_to_html

from feedsvc.core.text import legal

_EXTENSIONS: Final = ExtensionOptions(
    table=True,
    strikethrough=True,
    tasklist=True,
    autolink=True,
    footnotes=True,
    cjk_friendly_emphasis=True,  # or **“quoted”** before a Chinese word would keep its stars
)
_PARSING: Final = ParseOptions()
_RENDERING: Final = RenderOptions(unsafe_=True)  # raw HTML stays: nh3 makes it safe

_TAGS: Final = (
    {"a", "abbr", "audio", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code"}
    | {"col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption"}
    | {"figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li"}
    | {"mark", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section"}
    | {"small", "source", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td"}
    | {"tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "video", "wbr"}
)
_ATTRIBUTES: Final = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "pre": {"class"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_URL_ATTRIBUTES: Final = frozenset(["href", "src", "poster", "cite"])
_SCHEMES: Final = {"http", "https", "mailto", "tel"}
_DROPPED_WHOLE: Final = {
    "script",
    "style",
    "template",
    "noscript",
    "svg",
    "math",
    "title",
    "head",
}

_FRAME = re.compile(r"<(iframe|embed|object)\b([^>]*)>(?:.*?</\1\s*>)?", re.S | re.I)
_FRAME_URL = re.compile(r"""\b(?:src|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_NUMBERED_CODE = re.compile(
    r"<table\b[^>]*>(?:(?!</table>).)*?<td\b[^>]*class=[\"'][^\"']*"
    r"(?:gutter|lineno|lntd|rouge-gutter)(?:(?!</table>).)*</table>",
    re.S | re.I,
)
_PRE = re.compile(r"<pre\b[^>]*>(.*?)</pre>", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_SPAN = re.compile(r"</?(?:span|div|code|figure)\b[^>]*>", re.I)
_CHECKBOX = re.compile(r'<input type="checkbox"( checked="")? disabled="" />')
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^>]*?(/?)>")
_DEEPEST: Final = 400
# A start tag of one of these ends the one before it, or nothing can be in it: it cannot nest.
_FLAT: Final = (
    frozenset(["area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li"])
    | frozenset(["link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot"])
    | frozenset(["th", "thead", "tr", "track", "wbr"])
)


class TooDeepError(ValueError):
    """HTML nested so deeply that sanitising it would take minutes."""


def html_of(markdown: str) -> str:
    """The HTML of GitHub Flavored Markdown, raw HTML included: not yet safe."""
    rendered = markdown_to_html(markdown, _EXTENSIONS, _PARSING, _RENDERING)
    return _CHECKBOX.sub(lambda box: "☑" if box[1] else "☐", rendered)


def safe_html(rough: str, base_url: str, id_prefix: str) -> str:
    """`rough` HTML, safe inside a DIV of a stranger's page.

    URLs are absolute against `base_url`. Ids carry `id_prefix`, so that two entries on one page
    do not clash; a fragment stays bare where its target is inside, and else leads to the
    permalink. Frames become links, numbered code becomes plain code. Raises TooDeepError.
    """
    if _depth(rough) > _DEEPEST:
        raise TooDeepError(f"the HTML is nested more than {_DEEPEST} deep")
    lowered = rough.lower()
    if "<table" in lowered and "<pre" in lowered:
        rough = _NUMBERED_CODE.sub(_plain_code, rough)
    if any(frame in lowered for frame in ("<iframe", "<embed", "<object")):
        rough = _FRAME.sub(_frame_link, rough)
    ids = {a or b or c for a, b, c in _ID.findall(rough)} if "id" in lowered else set()
    return legal(
        nh3.clean(
            legal(rough),
            tags=_TAGS,
            clean_content_tags=_DROPPED_WHOLE,
            attributes=_ATTRIBUTES,
            attribute_filter=_rewriter(base_url, id_prefix, ids),
            url_schemes=_SCHEMES,
            link_rel=None,
        )
    ).strip()


def _rewriter(
    base_url: str, id_prefix: str, ids: set[str]
) -> Callable[[str, str, str], str | None]:
    def rewritten(_tag: str, attribute: str, value: str) -> str | None:
        if attribute in _URL_ATTRIBUTES:
            if value.startswith("#") and value[1:] in ids:
                return f"#{id_prefix}{value[1:]}"
            return _absolute(base_url, value)
        if attribute == "srcset":
            return _absolute_srcset(base_url, value)
        if attribute == "id":
            return id_prefix + value
        return value

    return rewritten


def _absolute(base_url: str, value: str) -> str | None:
    if value.startswith(("https://", "http://")):
        return value.replace(" ", "%20")
    try:
        absolute = urljoin(base_url, value.strip())
    except ValueError:  # such as http://[
        return None
    scheme = absolute.partition(":")[0].lower()
    return absolute.replace(" ", "%20") if scheme in _SCHEMES else None


def _absolute_srcset(base_url: str, value: str) -> str | None:
    candidates = []
    for candidate in re.split(r",\s+|,(?=https?:)", value):
        target, *descriptor = candidate.split()[:2] or [""]
        absolute = _absolute(base_url, target) if target else None
        if absolute:
            candidates.append(" ".join([absolute.replace(",", "%2C"), *descriptor]))
    return ", ".join(candidates) or None


def _plain_code(table: re.Match[str]) -> str:
    blocks = _PRE.findall(table[0])
    code = _SPAN.sub("", _BREAK.sub("\n", blocks[-1])) if blocks else ""
    return f"<pre><code>{code}</code></pre>"


def _frame_link(frame: re.Match[str]) -> str:
    found = _FRAME_URL.search(frame[2])
    target = html.unescape(next(filter(None, found.groups()), "")) if found else ""
    if target.startswith("//"):
        target = "https:" + target
    if not target.lower().startswith(("http://", "https://", "/")):
        return ""
    shown = html.escape(target)
    return f'<p><a href="{shown}">{shown}</a></p>'


def _depth(rough: str) -> int:
    if rough.count("<") <= _DEEPEST:
        return 0
    depth = deepest = 0
    for closing, name, self_closing in _ANY_TAG.findall(rough):
        if self_closing or name.lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest
