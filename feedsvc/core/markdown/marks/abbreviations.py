"""Abbreviations of kramdown and Python-Markdown: `*[HTML]: Hyper Text Markup Language`."""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final

from feedsvc.core.html.scanner import tags
from feedsvc.core.markdown.code import sub_outside_code

_DEFINITION = re.compile(
    r"^ {0,3}\*\[([^\[\]\n]{1,200}+)\]:[ \t]*+([^\n]{0,1000}+)$\n?", re.MULTILINE
)
_MOST: Final = 200  # of one post; more would take long to find
_NOT_SEARCHED: Final = frozenset(
    [
        "abbr",
        "code",
        "kbd",
        "math",
        "pre",
        "samp",
        "script",
        "style",
        "svg",
        "textarea",
        "title",
    ]
)


def without_abbreviations(markdown: str) -> tuple[str, Mapping[str, str]]:
    """Markdown without the definitions of abbreviations, and what they mean."""
    meanings: dict[str, str] = {}

    def collected(definition: re.Match[str]) -> str:
        meanings[unescape(definition[1]).strip()] = unescape(definition[2]).strip()
        return ""

    return sub_outside_code(_DEFINITION, collected, markdown), meanings


def with_abbreviations(rendered: str, meanings: Mapping[str, str]) -> str:
    """HTML with `<abbr>` around each abbreviation, outside of code."""
    longest_first = sorted(filter(None, meanings), key=len, reverse=True)[:_MOST]
    if not longest_first:
        return rendered
    names = "|".join(re.escape(escape(name)) for name in longest_first)
    pattern = re.compile(rf"(?<!\w)(?:{names})(?!\w)")

    def marked(word: re.Match[str]) -> str:
        return f'<abbr title="{escape(meanings[unescape(word[0])])}">{word[0]}</abbr>'

    pieces: list[str] = []
    done, inside = 0, 0
    for tag in tags(rendered):
        text = rendered[done : tag.start()]
        pieces += [text if inside else pattern.sub(marked, text), tag[0]]
        done = tag.end()
        if tag["name"].lower() in _NOT_SEARCHED:
            inside = max(0, inside + (-1 if tag["end"] else 1))
    text = rendered[done:]
    return "".join([*pieces, text if inside else pattern.sub(marked, text)])
