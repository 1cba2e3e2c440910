"""Removes the heading at the start of a text that only repeats the title of its entry.

Readers show the title above the text, so such a heading would stand there twice.
"""

import re
import unicodedata
from html import unescape
from typing import Final

from feedsvc.core.text import unicode_pattern, words_of

# In safe HTML, from which comments and hidden elements are gone.
_START = re.compile(r"(?:\s|</?(?:p|div|section|span|a|br)(?:\s[^<>]*+)?>)*+<(h[1-6])(?=[\s>])")
_LONGEST: Final = 5_000  # characters of a heading
_HREF = re.compile(r'<a [^<>]*?\bhref="([^"]*+)"')
_ID = re.compile(r' id="([^"]++)"')
_MEDIA = re.compile(r"<(?:img|picture|source|video|audio)\b[^<>]*+>|</(?:picture|video|audio)>")
_BETWEEN_DIGITS: Final = r"(?<=\d)\p{P}(?=\d)"
# Not signs that are read as words: C and C# are two languages.
_IGNORED: Final = r"[[\p{P}\p{Z}\p{C}\p{Sk}\s|~\uFE0F]--[#%@&]]++"


def without_title(safe: str, title: str, permalink: str) -> str:
    """Safe HTML without a first heading that repeats `title`.

    Pictures in the heading stay, and so does its id if something links to it. A heading that is
    a link to another page stays as it is.
    """
    start = _START.match(safe)
    if start is None:
        return safe
    begins, end_tag = start.start(1) - 1, f"</{start[1]}>"
    closes = safe.find(end_tag, start.end(), start.end() + _LONGEST)
    heading, rest = safe[begins:closes], safe[closes + len(end_tag) :]
    if closes < 0 or not is_same_title(words_of(heading), title):
        return safe
    if not all(_is_on_page(unescape(href), permalink) for href in _HREF.findall(heading)):
        return safe
    pictures = "".join(_MEDIA.findall(heading))
    kept = [f'<a id="{each}"></a>' for each in _ID.findall(heading) if f'"#{each}"' in rest]
    kept += [f"<p>{pictures}</p>"] if pictures else []
    return f"{safe[:begins]}{''.join(kept)}{rest}".strip()


def is_same_title(words: str, title: str) -> bool:
    """True if two titles are equal but for case, white space and punctuation."""
    letters = _letters(title)
    return _letters(words) == letters if letters else words.strip() == title.strip()


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = unicode_pattern(_BETWEEN_DIGITS).sub("$", folded)
    return str(unicode_pattern(_IGNORED).sub("", folded))


def _is_on_page(href: str, permalink: str) -> bool:
    return href.startswith("#") or href.partition("#")[0] == permalink
