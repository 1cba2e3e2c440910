"""Formulas become their TeX source, because feed readers show no MathML and run no scripts.

MathML usually contains the TeX that it was made from. KaTeX and MathJax write each formula two
or three times, for different clients; only one copy is kept.
"""

import html
import re
from typing import Final

from feedsvc.core.html.scanner import Element
from feedsvc.core.text import plain

_ANNOTATION = re.compile(
    r"<annotation\b[^<>]*\bencoding\s*=\s*[\"']?[^\"'<>]*tex[^<>]*>([^<]*+)<", re.I
)
_TEX_SCRIPT: Final = "math/tex"
_MATHJAX: Final = ("MathJax", "MathJax_CHTML", "MathJax_SVG", "MathJax_Preview")
_MATHJAX_DISPLAY: Final = ("MathJax_Display", "MathJax_SVG_Display", "MJXc-display")


def tex_of_math(math: Element) -> str:
    """A `<math>` element as `$TeX$` or `$$TeX$$`, or its text if it contains no TeX."""
    annotation = _ANNOTATION.search(math.inner_html)
    tex = html.unescape(annotation[1]) if annotation else math.attributes.get("alttext", "")
    if not tex.strip():
        return html.escape(plain(math.inner_html), quote=False)
    return _as_tex(tex, math.attributes.get("display") == "block")


def tex_of_script(script: Element) -> str:
    """The TeX in a script of MathJax; empty for other scripts."""
    media_type = script.attributes.get("type", "").lower()
    if not media_type.startswith(_TEX_SCRIPT):
        return ""
    return _as_tex(script.inner_html, "display" in media_type)


def without_duplicate(element: Element) -> str | None:
    """Empty for an element of KaTeX or MathJax that repeats a formula; None for others."""
    if element.has_class("katex-html", "MathJax_Preview"):
        return ""
    if element.has_class(*_MATHJAX, *_MATHJAX_DISPLAY):
        return "" if _TEX_SCRIPT in element.text else None
    return None


def _as_tex(tex: str, is_block: bool) -> str:
    mark = "$$" if is_block else "$"
    return f"{mark}{html.escape(tex.strip(), quote=False)}{mark}"
