"""Markdown inside of HTML elements: `<div markdown="1">` of kramdown and Python-Markdown."""

import re
from typing import Final

from feedsvc.core.markdown.code import sub_outside_code

_NAMES: Final = (
    "address|article|aside|blockquote|body|caption|center|dd|details|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|li|main|nav|ol|p|section|summary|table|tbody"
    "|td|tfoot|th|thead|tr|ul"
)
_TAG = re.compile(
    r"(?P<indentation>^[ \t>]++)?"
    rf"(?P<tag><(?P<end>/?)(?P<name>{_NAMES})(?P<attributes>(?:[ \t\n][^<>]{{0,2000}}+)?)>)",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER: Final = (
    r"""(?!markdown(?:[ \t\n=]|$))[^ \t\n="']++(?:="[^"]*+"|='[^']*+'|=[^ \t\n"']++)?"""
)
_MARKED = re.compile(
    rf"""(?:[ \t\n]++{_OTHER})*+[ \t\n]++markdown"""
    r"""(?:=(?:"(?:1|block|span|true)"|'(?:1|block|span|true)'|1|block|span))?+(?=[ \t\n]|$)""",
    re.I,
)
# https://pandoc.org/MANUAL.html#extension-native_divs: without an attribute too.
_ALWAYS: Final = frozenset(["div", "section", "details", "aside"])


def with_markdown_in_html(markdown: str, generator: str) -> str:
    """Markdown with blank lines around the content that is Markdown too.

    CommonMark reads the text of an HTML block as Markdown after a blank line.
    """
    is_pandoc = generator == "quarto"
    if not is_pandoc and "markdown" not in markdown:
        return markdown
    opened: dict[str, list[bool]] = {"details": []}  # for each open tag: is it marked?

    def separated(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        # A paragraph cannot hold the paragraphs that its content becomes.
        shown = "" if name == "p" else tag["tag"]
        indentation = tag["indentation"] or ""
        blank = f"\n{indentation}" * 2
        is_open = opened.setdefault(name, [])
        if tag["end"]:
            is_marked = is_open.pop() if is_open else False
            if is_marked:
                return f"{indentation}{blank}{shown}{blank}"
            is_within = name == "summary" and opened["details"][-1:] == [True]
            return f"{tag[0]}{blank}" if is_within else tag[0]
        is_marked = bool(_MARKED.match(tag["attributes"])) or (is_pandoc and name in _ALWAYS)
        if name == "figcaption" and opened.get("figure", [])[-1:] == [True]:
            is_marked = True
        is_open.append(is_marked)
        return f"{indentation}{shown}{blank}" if is_marked else tag[0]

    return sub_outside_code(_TAG, separated, markdown)
