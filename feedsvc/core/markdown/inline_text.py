"""Plain text of titles, summaries and names: Markdown, HTML and entities are read, not shown.

It is stricter than Markdown, because most titles are plain text: `C<T>`, `a < b`, `snake_case`,
`__init__`, `5 * 3 * 2`, `2**8`, `~/.bashrc` and `#hash` stay as they are.
"""

import html
import re
from html.entities import html5
from typing import Final

from feedsvc.core.html.hidden import without_closed
from feedsvc.core.text import one_line

_MARK: Final = re.compile(r"[&*_`<\[\\~]")
_MOST_ROUNDS: Final = 4  # of emphasis in emphasis
_WIKI: Final = re.compile(
    r"(?<![0-9A-Za-z_\]])!?\[\[([^\[\]|\n]{1,300}+)(?:\|([^\[\]\n]{0,300}+))?\]\]"
)
_NUMBERED: Final = re.compile(r".*\s#\d++\s*+")  # `Bug #21` is no heading of a note
_CODE: Final = re.compile(r"(<code>[^<]*+</code>)")
_BETWEEN: Final = re.compile(r"[\s,;&，、；]*+")

# What is text whatever stands around it: code, an escaped mark, an entity, a bare URL.
_LITERAL: Final = re.compile(
    r"(?<![`\\])(?P<ticks>`{1,3}+)(?P<code>[^`]++)(?P=ticks)(?!`)"
    r"|\\(?P<escaped>[*_`\[\]~])"
    r"|(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|<(?P<url>(?:https?://|mailto:)[^\s<>]++)>"
)
_HELD: Final = re.compile("\0([0-9]++)\0")  # no text of a post has U+0000
_LINK: Final = re.compile(
    r"(?<![A-Za-z0-9)\]\0])!?\[(?P<words>[^\[\]]*+)\]"
    r"\([ ]*+(?:<[^<>\n]*+>|[^\s()<>]++(?:\([^\s()<>]*+\)[^\s()<>]*+)?+)"
    r"(?:[ ]++(?:\"[^\"]*+\"|'[^']*+'))?+[ ]*+\)"
)
_STARS: Final = re.compile(
    r"(?<![A-Za-z0-9*])(?P<mark>\*{1,3}+)(?=[^\s*])(?P<words>[^*]++)(?<!\s)(?P=mark)"
    r"(?![A-Za-z0-9*])"
)
_LINES: Final = re.compile(
    r"(?<!\w)(?P<mark>_{1,3}+)(?=[^\s_])(?P<words>(?:[^_]++|(?<=\w)_{1,2}(?=\w))+?)(?<!\s)"
    r"(?P=mark)(?!\w)"
)
_STRUCK: Final = re.compile(r"(?<!~)~~(?=[^\s~])(?P<words>[^~]++)(?<!\s)~~(?!~)")
_IDENTIFIER: Final = re.compile("__[a-z0-9]++__")  # `__name__` is Python, not emphasis
_COMMENT: Final = re.compile(r"<!--(?:[^-]|-(?!->)){0,200}+-->")
_TAG: Final = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?:\s[^<>]*+)?/?>")
_EMPTY: Final = frozenset(["br", "hr", "img", "wbr"])
_BLOCKS: Final = frozenset(
    ["br", "hr", "p", "div", "li", "ul", "ol", "pre", "blockquote", "center"]
) | frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_INLINE: Final = frozenset(
    [
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font"),
        *("i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span"),
        *("strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
    ]
)


def words_of_links(text: str) -> str:
    """A text with the words of the links of Obsidian in it: `[[Jo|J]]` is `J`."""
    return _WIKI.sub(_words, text) if "[[" in text else text


def words_of_only_links(text: str) -> list[str]:
    """The words of each link of Obsidian, if the text is nothing but such links; else empty."""
    if _BETWEEN.fullmatch(_WIKI.sub("", text)):
        return [_words(link) for link in _WIKI.finditer(text)]
    return []


def words_of_free_links(html: str, body: str) -> str:
    """HTML with the words of the links of Obsidian in it, outside of code.

    A link is free if the body has no reference definition of its label.
    """
    defined = body.lower()

    def words(link: re.Match[str]) -> str:
        is_free = f"[{link[1].lower()}]:" not in defined
        return _words_unless_number(link) if is_free else link[0]

    parts = _CODE.split(html)
    return "".join(part if i % 2 else _WIKI.sub(words, part) for i, part in enumerate(parts))


def targets_of_links(text: str) -> list[str]:
    """The names of the notes to which the links of Obsidian in a text lead."""
    notes = (link[1].partition("#")[0] for link in _WIKI.finditer(text))
    return [note.rpartition("/")[2].strip() for note in notes]


def _words(link: re.Match[str]) -> str:
    if title := (link[2] or "").strip():
        return title
    if _NUMBERED.fullmatch(link[1]):
        return link[1].strip()
    page, *headings = link[1].strip().split("#")
    name = page.rpartition("/")[2].removesuffix(".md")
    return " > ".join(filter(None, [name, *headings]))


def _words_unless_number(link: re.Match[str]) -> str:
    return link[0] if link[1].isdigit() else _words(link)


def plain_words(text: str) -> str:
    """The text of a title or summary without the marks of Markdown and HTML, on one line.

    An element counts only if it is closed: `The <b> element` has no markup.
    """
    if not _MARK.search(text):
        return text
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        literal = match["code"] or match["escaped"] or match["url"]
        held.append(literal or _unescaped(match[0]))
        return f"\0{len(held) - 1}\0"

    marked = _without_tags(_LITERAL.sub(hold, text))
    marked = _WIKI.sub(_words_unless_number, _LINK.sub(r"\g<words>", marked))
    marked = _without_emphasis(marked)
    words = _HELD.sub(lambda match: held[int(match[1])], marked)
    return one_line(words.replace("\xa0", " ")) or text


def _unescaped(entity: str) -> str:
    """The characters of an entity; the entity itself if HTML has none of this name."""
    known = entity[1] == "#" or entity[1:] in html5
    return html.unescape(entity) if known else entity


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = without_closed(text)
    ends = {tag["name"].lower() for tag in _TAG.finditer(text) if tag["end"]}
    begins = {tag["name"].lower() for tag in _TAG.finditer(text) if not tag["end"]}
    paired = ends & begins & (_BLOCKS | _INLINE) | _EMPTY

    def replaced(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        if name not in paired:
            return tag[0]
        return " " if name in _BLOCKS else ""

    return _TAG.sub(replaced, _COMMENT.sub("", text))


def _without_emphasis(text: str) -> str:
    for _ in range(_MOST_ROUNDS):
        before = text
        for pattern in (_STARS, _LINES, _STRUCK):
            text = pattern.sub(_bare, text)
        if text == before:
            break
    return text


def _bare(match: re.Match[str]) -> str:
    return match[0] if _IDENTIFIER.fullmatch(match[0]) else match["words"]
