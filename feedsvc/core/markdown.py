"""Markdown and HTML of authors in; HTML out that is safe and means the same on any page.

The one door to comrak (CommonMark with the tables, strikethrough, task lists, autolinks and
footnotes of GitHub) and to nh3 (the sanitiser). What comes before nh3 may be as rough as it
likes: nothing that it lets through is more than its lists below allow.
"""

import html
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urljoin, urlsplit

import nh3
from comrak import ExtensionOptions, ParseOptions, RenderOptions, markdown_to_html

from feedsvc.core.text import Ahead, legal

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
_WITH_HOST: Final = frozenset(["http", "https"])
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

_FRAME = re.compile(r"<(iframe|embed|object)\b", re.I)
_FRAME_ENDS: Final = {
    name: re.compile(rf"</{name}\s*+>", re.I) for name in ("iframe", "embed", "object")
}
_TAG_END = re.compile(">")
_FRAME_URL = re.compile(r"""\b(?:src|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_TABLE = re.compile(r"<table\b", re.I)
_TABLE_END = re.compile("</table>", re.I)
_NUMBERS = re.compile(
    r"<td\b[^<>]*\bclass=(?:\"[^\"<>]*|'[^'<>]*)(?:gutter|lineno|lntd|rouge-gutter)", re.I
)
_PRE = re.compile(r"<pre\b[^<>]*>", re.I)
_PRE_END = re.compile("</pre>", re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_SPAN = re.compile(r"</?(?:span|div|code|figure)\b[^<>]*>", re.I)
# A comma inside a URL is part of it; one behind a descriptor (`2x,`) ends the candidate.
_CANDIDATE_END = re.compile(r",\s+|,(?=https?:)|(?<=\d[xw]),")
_CHECKBOX = re.compile(r'<input type="checkbox"( checked="")? disabled="" />')
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)")
_MOST_OPEN: Final = 50
_FORMATTING: Final = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike"]
) | frozenset(["strong", "tt", "u"])
_ONE: Final = frozenset(["a", "nobr"])  # which HTML never nests
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
    _check_depth(rough)
    lowered = rough.lower()
    if "<table" in lowered and "<pre" in lowered:
        rough = _with_plain_code(rough)
    if any(frame in lowered for frame in ("<iframe", "<embed", "<object")):
        rough = _with_linked_frames(rough)
    ids = {a or b or c for a, b, c in _ID.findall(rough)} if "id" in lowered else set()
    safe = legal(
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
    if len(safe) > 5 * len(rough) + 65_536:
        raise TooDeepError("the HTML grows, since tags that stay open are opened anew")
    return safe


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
    value = value.strip().replace(" ", "%20").replace("\\", "%5C").replace("|", "%7C")
    try:
        # urljoin would drop a bare `?` or `#`: what is absolute stays as it was written.
        written = value.startswith(("https://", "http://"))
        absolute = value if written else urljoin(base_url, value)
        parts = urlsplit(absolute)
    except ValueError:  # such as http://[
        return None
    if parts.scheme not in _SCHEMES or (parts.scheme in _WITH_HOST and not parts.netloc):
        return None
    return absolute


def _absolute_srcset(base_url: str, value: str) -> str | None:
    candidates = []
    for candidate in _CANDIDATE_END.split(value):
        target, *descriptor = candidate.split()[:2] or [""]
        absolute = _absolute(base_url, target) if target else None
        if absolute:
            candidates.append(" ".join([absolute.replace(",", "%2C"), *descriptor]))
    return ", ".join(candidates) or None


def _with_plain_code(rough: str) -> str:
    """`rough` with each table of code and line numbers as its code."""
    pieces: list[str] = []
    position = 0
    ahead = Ahead(rough)
    while table := _TABLE.search(rough, position):
        end = ahead.next(_TABLE_END, table.end())
        if end is None:
            break
        pieces.append(rough[position : table.start()])
        whole = rough[table.start() : end.end()]
        pieces.append(_plain_code(whole) if _has_numbers(whole) else whole)
        position = end.end()
    return "".join(pieces) + rough[position:]


def _has_numbers(table: str) -> bool:
    return any(_NUMBERS.match(tag) for tag in _td_tags(table))


def _td_tags(table: str) -> list[str]:
    return ["<" + tag[:500] for tag in table.split("<") if tag[:2].lower() == "td"]


def _plain_code(table: str) -> str:
    starts = [pre.end() for pre in _PRE.finditer(table)]
    if not starts:
        return "<pre><code></code></pre>"
    inside = _PRE_END.split(table[starts[-1] :], maxsplit=1)[0]
    code = _SPAN.sub("", _BREAK.sub("\n", inside))
    return f"<pre><code>{code}</code></pre>"


def _with_linked_frames(rough: str) -> str:
    """`rough` with each frame as a link."""
    pieces: list[str] = []
    position = 0
    ahead = Ahead(rough)
    while frame := _FRAME.search(rough, position):
        end = ahead.next(_TAG_END, frame.end())
        if end is None:
            break
        pieces += [
            rough[position : frame.start()],
            _frame_link(rough[frame.end() : end.start()]),
        ]
        closing = ahead.next(_FRAME_ENDS[frame[1].lower()], end.end())
        position = closing.end() if closing else end.end()
    return "".join(pieces) + rough[position:]


def _frame_link(attributes: str) -> str:
    found = _FRAME_URL.search(attributes)
    target = html.unescape(next(filter(None, found.groups()), "")) if found else ""
    if target.startswith("//"):
        target = "https:" + target
    if not target.lower().startswith(("http://", "https://", "/")):
        return ""
    shown = html.escape(target)
    return f'<p><a href="{shown}">{shown}</a></p>'


def _check_depth(rough: str) -> None:
    """Raises TooDeepError; an end tag counts only where its element is open."""
    if rough.count("<") <= _MOST_OPEN:
        return
    opened: dict[str, int] = {}
    depth = formatting = most_formatting = 0
    ahead = Ahead(rough)
    for tag in _ANY_TAG.finditer(rough):
        name = tag[2].lower()
        if name in _FLAT:
            continue
        if ahead.next(_TAG_END, tag.end()) is None:
            break
        if tag[1] and not opened.get(name):
            continue
        if not tag[1] and name in _ONE and opened.get(name):
            continue  # it ends the one before it
        step = -1 if tag[1] else 1
        opened[name] = opened.get(name, 0) + step
        depth += step
        formatting += step if name in _FORMATTING else 0
        most_formatting = max(most_formatting, formatting)
        if depth > _DEEPEST:
            raise TooDeepError(f"the HTML is nested more than {_DEEPEST} deep")
    if most_formatting > _MOST_OPEN:
        raise TooDeepError(f"more than {_MOST_OPEN} tags such as <b> are open at once")
