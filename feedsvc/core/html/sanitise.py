"""Rough HTML -> safe HTML that means the same on any page. The only module that uses nh3.

Before nh3, we replace elements that nh3 would drop. These steps need not be safe themselves:
nh3 comes last and lets through only what the lists below allow.
"""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

import nh3

from feedsvc.core.html.code_listings import (
    HINTS,
    code_of_table,
    without_numbers,
)
from feedsvc.core.html.depth import check_depth
from feedsvc.core.html.heading_anchors import without_heading_anchors
from feedsvc.core.html.hidden import HIDDEN, is_hidden, may_hide, with_marks, without_marked
from feedsvc.core.html.iframes import frame_link
from feedsvc.core.html.lazy_images import (
    eager_tag,
    image_addresses,
    noscript_images,
)
from feedsvc.core.html.links import (
    SCHEMES,
    absolute,
    absolute_file,
    absolute_picture,
    absolute_srcset,
)
from feedsvc.core.html.math import (
    tex_of_math,
    tex_of_script,
    without_duplicate,
)
from feedsvc.core.html.scanner import (
    RAW,
    Element,
    Rewriter,
    TooDeepError,
    opened_tags,
    rewritten,
    tags,
)
from feedsvc.core.html.source_targets import marked, source_target
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
_MARKED_ATTRIBUTES: Final = {
    **_ATTRIBUTES,
    "*": _ATTRIBUTES["*"] | {"hidden"},
    "a": _ATTRIBUTES["a"] | {"name"},
}
_URL_ATTRIBUTES: Final = frozenset(["background", "cite", "href", "poster", "src"])
_DROPPED_WHOLE: Final = {
    *("script", "style", "template", "noscript", "svg", "math", "title", "head")
}
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_ANCHOR_NAME = re.compile(  # <a name="x">, the old form of an id
    r"""(<a(?:\s+[a-z-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s+)name(?=\s*=)""", re.I
)
_EMPTY_IMAGE = re.compile(r'<img(?![^>]*? src(?:set)?=")[^>]*+>')
_MOST_REFERENCES: Final = 2_000  # `&...` in one run of text: nh3 copies the run for each
_REFERENCES = re.compile(r"(?:&[^&]*+){2000}")


# Elements of SVG and MathML. nh3 drops one outside of `<svg>` and `<math>` with all of the text
# that follows in its parent, but there they are placeholders of authors: `mv <path> <set>`.
_FOREIGN: Final = frozenset(
    (  # noqa: SIM905 - a list would take forty lines
        "animate circle defs desc discard ellipse filter g line marker mask metadata mpath "
        "path pattern polygon polyline rect set stop switch symbol text tspan use view "
        "maction maligngroup malignmark menclose merror mfenced mfrac mglyph mi mlabeledtr "
        "mlongdiv mmultiscripts mn mo mover mpadded mphantom mroot mrow ms mscarries mscarry "
        "msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext "
        "mtr munder munderover none mprescripts semantics annotation annotation-xml apply ci "
        "cn csymbol"
    ).split()
)
_BY_LETTER: Final = "|".join(  # three times as fast as eighty names one by one
    f"{first}(?:{'|'.join(name[1:] for name in names)})"
    for first, names in groupby(sorted(_FOREIGN), key=itemgetter(0))
)
_FOREIGN_TAG = re.compile(rf"</?+(?:{_BY_LETTER})(?=[\s/>])")

_Filter: TypeAlias = Callable[[str, str, str], str | None]
_of_this_post: ContextVar[_Filter] = ContextVar("_of_this_post")
# Created once: creating it takes as long as cleaning a short post.
_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes=_ATTRIBUTES,
    attribute_filter=lambda tag, name, value: _of_this_post.get()(tag, name, value),
    # Only `absolute_picture` lets `data:` through, and only `source_target` `link:`.
    url_schemes={*SCHEMES, "data", "link"},
    link_rel=None,
)


def safe_html(rough: str, base_url: str, id_prefix: str) -> str:
    """`rough` as HTML that is safe inside a DIV of any page.

    - URLs are absolute; relative ones are resolved against `base_url`.
    - Ids begin with `id_prefix`, so that ids of two entries on one page do not clash. Links to
      them stay fragments; other fragments become links to `base_url`.
    - Links to source files of posts are marked, so that they can be resolved later: see
      `source_targets`.
    - What HTML itself hides is removed, and so are the links of headings to themselves.
    - Frames become links, code with line numbers becomes plain code, formulas become TeX, and
      lazily loaded pictures get their real address.

    Raises TooDeepError.
    """
    rough = legal(rough)
    lowered = rough.lower()
    opened = opened_tags(lowered)
    if 'href="#' in opened:
        rough = without_heading_anchors(rough)
    hides = may_hide(opened)
    rough = _with_replacements(rough, lowered, opened, hides)
    if _FOREIGN_TAG.search(lowered):
        rough = _without_foreign_tags(rough)
    check_depth(rough)
    rough = _with_split_text(rough)
    if hides:
        rough = _without_hidden(rough)
    ids = set()
    if "#" in rough:  # only fragments need ids
        rough = _ANCHOR_NAME.sub(r"\1id", rough)
        ids = {double or single or bare for double, single, bare in _ID.findall(rough)}
    _of_this_post.set(_rewriter(base_url, id_prefix, ids))
    safe = legal(_CLEANER.clean(rough)).strip()
    if len(safe) > 5 * len(rough) + 65_536:
        raise TooDeepError("the HTML grows, because open tags are repeated in each block")
    return _EMPTY_IMAGE.sub("", safe) if "<img" in safe else safe


def _without_foreign_tags(rough: str) -> str:
    """`rough` without tags of SVG and MathML outside of pictures and formulas."""
    pieces: list[str] = []
    done, depth = 0, 0
    for tag in tags(rough):
        name = tag["name"].lower()
        if name in ("svg", "math"):
            depth = max(0, depth - 1) if tag["end"] else depth + 1
        elif not depth and name in _FOREIGN:
            pieces.append(rough[done : tag.start()])
            done = tag.end()
    return "".join([*pieces, rough[done:]])


def _rewriter(base_url: str, id_prefix: str, ids: set[str]) -> _Filter:
    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if attribute in _URL_ATTRIBUTES:
            if value.startswith("#") and value[1:] in ids:
                return f"#{id_prefix}{value[1:]}"
            if tag == "img" and attribute == "src":
                return absolute_picture(base_url, value)
            if tag == "a" and source_target(value):
                return marked(value)
            is_link = attribute == "href"
            return (absolute if is_link else absolute_file)(base_url, value)
        if attribute == "srcset":
            return absolute_srcset(base_url, value)
        if attribute == "style":
            return absolute_style(base_url, value)
        if attribute == "id":
            return id_prefix + value
        return value

    return filtered


def _dropped(_: Element) -> str:
    return ""


def _as_text(element: Element) -> str:
    return element.inner_html.replace("<", "&lt;")


def _preformatted(element: Element) -> str:
    return f"<pre>{escape(element.inner_html, quote=False)}</pre>"


def _template(element: Element) -> str:
    """Nothing; a template without an end hides what is behind it."""
    return "" if element.end > element.opened else f"<div{HIDDEN}>"


def _shown(rewriter: Rewriter) -> Rewriter:
    """The rewriter, which leaves nothing of a hidden element."""

    def rewrite(element: Element) -> str | None:
        return "" if is_hidden(element.name, element.attributes) else rewriter(element)

    return rewrite


# Parsers disagree about where these elements end. They are replaced before nh3 reads the HTML,
# so that nh3 and a browser see the same structure.
_REPLACEMENTS: Final[Mapping[str, Rewriter]] = {
    "embed": frame_link,
    "iframe": frame_link,
    "math": tex_of_math,
    "noembed": _dropped,
    "noframes": _dropped,
    "object": frame_link,
    "plaintext": _dropped,
    "script": tex_of_script,
    "style": _dropped,
    "svg": _dropped,
    "template": _template,
    "textarea": _as_text,
    "title": _dropped,
    "xmp": _preformatted,
}
_ANY_REPLACED = re.compile(f"<(?:{'|'.join([*_REPLACEMENTS, 'noscript'])})")
_PICTURES: Final = dict.fromkeys(("img", "source", "video", "audio"), eager_tag)
_CODE: Final[Mapping[str, Rewriter]] = {"table": code_of_table, "pre": without_numbers}
_FORMULAS: Final = dict.fromkeys(("span", "div"), without_duplicate)


def _with_replacements(rough: str, lowered: str, opened: str, hides: bool) -> str:
    """`rough` with elements that nh3 drops replaced by elements that it keeps."""
    rewriters: dict[str, Rewriter] = {}
    if _ANY_REPLACED.search(lowered):
        rewriters |= _REPLACEMENTS
        if "<noscript" in lowered:
            shown = image_addresses(rough)
            rewriters["noscript"] = lambda element: noscript_images(element, shown)
    if "data-" in opened or "lazy" in opened:
        rewriters |= _PICTURES
    if ("<pre" in lowered or "<td" in opened) and any(hint in opened for hint in HINTS):
        rewriters |= _CODE
    if "katex" in opened or "mathjax" in opened:
        rewriters |= _FORMULAS
    if hides:
        rewriters = {name: _shown(rewriter) for name, rewriter in rewriters.items()}
    return rewritten(rough, rewriters) if rewriters else rough


def _without_hidden(rough: str) -> str:
    """`rough` without its hidden elements. As in browsers, nh3 decides where they end."""
    marked = with_marks(rough)
    if marked is None:
        return rough
    text, names = marked
    cleaner = nh3.Cleaner(
        tags=(names | _TAGS) - _DROPPED_WHOLE - RAW,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_MARKED_ATTRIBUTES,
        url_schemes={*SCHEMES, "data"},
        link_rel=None,
    )
    return _with_split_text(without_marked(cleaner.clean(text)))


def _with_split_text(rough: str) -> str:
    """`rough` with empty comments in runs of text that contain many references."""
    if rough.count("&") <= _MOST_REFERENCES:
        return rough
    pieces, done = [], 0
    for tag in tags(rough):
        pieces += [_split(rough[done : tag.start()]), tag[0]]
        done = tag.end()
    return "".join([*pieces, _split(rough[done:])])


def _split(text: str) -> str:
    if "<!" in text or text.count("&") <= _MOST_REFERENCES:
        return text
    return _REFERENCES.sub(lambda run: run[0] + "<!---->", text)
