"""HTML of authors in; HTML out that is safe and means the same on any page.

The one door to nh3. What comes before it mends what nh3 would lose, and may be as rough as it
likes: nothing that nh3 lets through is more than the lists below allow.
"""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from html import escape
from typing import Final, TypeAlias

import nh3

from feedsvc.core.html.code_listings import (
    HINTS,
    plain_table,
    without_numbers,
)
from feedsvc.core.html.depth import check_depth
from feedsvc.core.html.iframes import frame_link
from feedsvc.core.html.lazy_images import (
    loaded,
    only_without_script,
    shown_addresses,
)
from feedsvc.core.html.links import (
    SCHEMES,
    absolute,
    absolute_picture,
    absolute_srcset,
)
from feedsvc.core.html.math import (
    formula_of,
    formula_of_script,
    formula_once,
)
from feedsvc.core.html.scanner import (
    Element,
    Rewriter,
    TooDeepError,
    rewritten,
    tags,
)
from feedsvc.core.html.styles import absolute_style
from feedsvc.core.text import legal

_TAGS: Final = (
    {"a", "abbr", "audio", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code"}
    | {"col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption"}
    | {"figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li"}
    | {"mark", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section"}
    | {"small", "source", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td"}
    | {"tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "video", "wbr"}
)
_ATTRIBUTES: Final = {
    "*": {"id", "lang", "dir", "style", "title"},
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
    "table": {"background"},
    "td": {"align", "background", "colspan", "rowspan"},
    "th": {"align", "background", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_URL_ATTRIBUTES: Final = frozenset(["background", "cite", "href", "poster", "src"])
_DROPPED_WHOLE: Final = {
    *("script", "style", "template", "noscript", "svg", "math", "title", "head")
}
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_ANCHOR_NAME = re.compile(  # <a name="x">, which HTML had for targets before ids
    r"""(<a(?:\s+[a-z-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s+)name(?=\s*=)""", re.I
)
_EMPTY_PICTURE = re.compile(r'<img(?![^>]*? src(?:set)?=")[^>]*+>')
_MOST_REFERENCES: Final = 2_000  # `&...` in one run of text: for each nh3 copies the run
_REFERENCES = re.compile(r"(?:&[^&]*+){2000}")


_Filter: TypeAlias = Callable[[str, str, str], str | None]
_of_this_post: ContextVar[_Filter] = ContextVar("_of_this_post")
# Made once: to make it takes as long as to clean a short post.
_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes=_ATTRIBUTES,
    attribute_filter=lambda tag, name, value: _of_this_post.get()(tag, name, value),
    url_schemes={*SCHEMES, "data"},  # which only `absolute_picture` lets through
    link_rel=None,
)


def safe_html(rough: str, base_url: str, id_prefix: str) -> str:
    """`rough` HTML, safe inside a DIV of a stranger's page.

    URLs are absolute against `base_url`. Ids carry `id_prefix`, so that two entries on one page
    do not clash; a fragment stays bare where its target is inside, and else leads to the
    permalink. Frames become links, numbered code plain code, formulas TeX; pictures that a
    script would load late are there at once. Raises TooDeepError.
    """
    rough = _mended(legal(rough))
    check_depth(rough)
    rough = _with_breaks(rough)
    # Ids are asked for by fragments alone.
    ids = set()
    if "#" in rough:
        rough = _ANCHOR_NAME.sub(r"\1id", rough)
        ids = {a or b or c for a, b, c in _ID.findall(rough)}
    _of_this_post.set(_rewriter(base_url, id_prefix, ids))
    safe = legal(_CLEANER.clean(rough)).strip()
    if len(safe) > 5 * len(rough) + 65_536:
        raise TooDeepError("the HTML grows, since tags that stay open are opened anew")
    return _EMPTY_PICTURE.sub("", safe) if "<img" in safe else safe


def _rewriter(base_url: str, id_prefix: str, ids: set[str]) -> _Filter:
    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if attribute in _URL_ATTRIBUTES:
            if value.startswith("#") and value[1:] in ids:
                return f"#{id_prefix}{value[1:]}"
            if tag == "img" and attribute == "src":
                return absolute_picture(base_url, value)
            return absolute(base_url, value)
        if attribute == "srcset":
            return absolute_srcset(base_url, value)
        if attribute == "style":
            return absolute_style(base_url, value)
        if attribute == "id":
            return id_prefix + value
        return value

    return filtered


def _nothing(_: Element) -> str:
    return ""


def _as_text(element: Element) -> str:
    return element.holds.replace("<", "&lt;")


def _preformatted(element: Element) -> str:
    return f"<pre>{escape(element.holds, quote=False)}</pre>"


# Where the text of one of these ends depends on more than the text: gone before nh3 reads it,
# they can mislead nobody about what comes behind them.
_ALWAYS: Final[Mapping[str, Rewriter]] = {
    "embed": frame_link,
    "iframe": frame_link,
    "math": formula_of,
    "noembed": _nothing,
    "noframes": _nothing,
    "object": frame_link,
    "plaintext": _nothing,
    "script": formula_of_script,
    "style": _nothing,
    "svg": _nothing,
    "template": _nothing,
    "textarea": _as_text,
    "title": _nothing,
    "xmp": _preformatted,
}
_ANY = re.compile(f"<(?:{'|'.join([*_ALWAYS, 'noscript'])})")
_PICTURES: Final = dict.fromkeys(("img", "source", "video", "audio"), loaded)
_CODE: Final[Mapping[str, Rewriter]] = {"table": plain_table, "pre": without_numbers}
_FORMULAS: Final = dict.fromkeys(("span", "div"), formula_once)


def _mended(rough: str) -> str:
    """`rough` with all that nh3 would lose as something that it keeps."""
    lowered = rough.lower()
    rewriters: dict[str, Rewriter] = {}
    if _ANY.search(lowered):
        rewriters |= _ALWAYS
    if "<noscript" in lowered:
        shown = shown_addresses(rough)
        rewriters["noscript"] = lambda element: only_without_script(element, shown)
    if "data-" in lowered or "lazy" in lowered:
        rewriters |= _PICTURES
    if ("<pre" in lowered or "<td" in lowered) and any(hint in lowered for hint in HINTS):
        rewriters |= _CODE
    if "katex" in lowered or "mathjax" in lowered:
        rewriters |= _FORMULAS
    return rewritten(rough, rewriters) if rewriters else rough


def _with_breaks(rough: str) -> str:
    """`rough` with an empty comment in long runs of text that are full of references."""
    if rough.count("&") <= _MOST_REFERENCES:
        return rough
    pieces, done = [], 0
    for tag in tags(rough):
        pieces += [_broken(rough[done : tag.start()]), tag[0]]
        done = tag.end()
    return "".join([*pieces, _broken(rough[done:])])


def _broken(text: str) -> str:
    if "<!" in text or text.count("&") <= _MOST_REFERENCES:
        return text
    return _REFERENCES.sub(lambda run: run[0] + "<!---->", text)
