"""Style attributes keep harmless declarations: colours, alignment, sizes, backgrounds.

A declaration must not move an element over the page of a feed reader, and must load nothing
except pictures from http(s) or `data:` URLs.
"""

import re
from typing import Final

from feedsvc.core.html.links import absolute_picture

_PROPERTIES: Final = (
    frozenset(["background", "background-color", "background-image", "color", "float"])
    | frozenset(["font-style", "font-weight", "height", "list-style-type", "max-height"])
    | frozenset(["max-width", "min-width", "text-align", "text-decoration", "text-indent"])
    | frozenset(["vertical-align", "white-space", "width"])
    | frozenset(["border", "border-radius", "margin", "margin-left", "margin-right"])
    | frozenset(["margin-top", "margin-bottom", "padding", "padding-left", "padding-right"])
    | frozenset(["padding-top", "padding-bottom"])
)
_DECLARATION = re.compile(
    r"\s*+([a-zA-Z-]++)\s*+:"
    r"((?:[^;()\"']++|\([^()\"']*+\)|\(\s*+\"[^\"]*+\"\s*+\)|\(\s*+'[^']*+'\s*+\))*+)(?:;|\Z)"
)
_URL = re.compile(r"url\(\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^)\"']*+))\s*+\)", re.I)
# Words, numbers, colours. A negative number could move an element over another.
_PLAIN_VALUE = re.compile(
    r"(?:(?:rgb|rgba|hsl|hsla)\([\d.,%/\s]*+\)|[\w.%#,/!\s]|(?<=[\w#])-)*+", re.ASCII | re.I
)
_MOST: Final = 2_000  # characters; a longer attribute is dropped


def absolute_style(base_url: str, style: str) -> str | None:
    """The harmless declarations of a style attribute; None if none is left."""
    kept, position = [], 0
    while position < len(style) <= _MOST:
        declaration = _DECLARATION.match(style, position)
        if declaration is None:  # browsers continue after the next semicolon
            position = style.find(";", position) + 1 or len(style)
            continue
        position = declaration.end()
        name = declaration[1].lower()
        value = _harmless(base_url, declaration[2].strip()) if name in _PROPERTIES else None
        if value:
            kept.append(f"{name}:{value}")
    return ";".join(kept) or None


def _harmless(base_url: str, value: str) -> str | None:
    pieces, position = [], 0
    for url in _URL.finditer(value):
        target = absolute_picture(base_url, url[1] or url[2] or url[3] or "")
        if target is None or any(char in target for char in "\"'()\\<>\n"):
            return None
        pieces += [value[position : url.start()], f"url('{target}')"]
        position = url.end()
    if not _PLAIN_VALUE.fullmatch(_URL.sub("", value)):
        return None
    return "".join(pieces) + value[position:]
