"""Formulas: readers show no MathML and run no script, so each is shown as its TeX, once.

MathML mostly carries the TeX that it was made from. KaTeX and MathJax show a formula two or
three times, each for somebody else.
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


def formula_of(math: Element) -> str:
    """A `<math>` element as `$TeX$`, `$$TeX$$`, or its words where it carries no TeX."""
    annotation = _ANNOTATION.search(math.holds)
    tex = html.unescape(annotation[1]) if annotation else math.attributes.get("alttext", "")
    if not tex.strip():
        return html.escape(plain(math.holds), quote=False)
    return _shown(tex, math.attributes.get("display") == "block")


def formula_of_script(script: Element) -> str:
    """The TeX that MathJax keeps in a script; of any other script nothing."""
    kind = script.attributes.get("type", "").lower()
    if not kind.startswith(_TEX_SCRIPT):
        return ""
    return _shown(script.holds, "display" in kind)


def formula_once(element: Element) -> str | None:
    """Nothing for a span or a div of KaTeX or MathJax whose formula stands beside it too."""
    if element.has_class("katex-html", "MathJax_Preview"):
        return ""
    if element.has_class(*_MATHJAX, *_MATHJAX_DISPLAY):
        return "" if _TEX_SCRIPT in element.text else None
    return None


def _shown(tex: str, display: bool) -> str:
    mark = "$$" if display else "$"
    return f"{mark}{html.escape(tex.strip(), quote=False)}{mark}"
