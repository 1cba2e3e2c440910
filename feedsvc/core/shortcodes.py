"""Tags of other generators inside a body: Hexo's `{% %}` and Hugo's `{{< >}}`.

Those that are known become Markdown, any other is removed and named (REQUIREMENTS X5): a reader
never sees one raw. Fenced and inline code is left as it stands.
"""

import re
import shlex
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feedsvc.core.text import Ahead

_OPENER = re.compile(r"^ {0,3}(?P<fence>`{3,}+|~{3,}+)|`++|\{%|\{\{[<%]", re.MULTILINE)
_FENCE_END = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_TICKS = re.compile("`++")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_HEXO = re.compile(r"\{%-?+\s*+([A-Za-z_]\w*+)")
_HEXO_END = re.compile(r"%\}")
_HUGO = re.compile(r"\{\{[<%]\s*+(/?+\s*+[A-Za-z_][\w./-]*+)")
_HUGO_END = re.compile(r"[>%]\}\}")
_ENDS: Final = {
    name: re.compile(rf"\{{%-?+\s*+end{name}\s*+-?%\}}")
    for name in ("raw", "codeblock", "code", "blockquote", "quote", "pullquote")
}
_HIGHLIGHT_END = re.compile(r"\{\{[<%]\s*+/\s*+highlight\s*+[>%]\}\}")
_BARE_WORD = re.compile(r"[^ \t\r\n]+")
_MOST_WORDS: Final = 2_000  # characters of one tag behind its name; with more it is no tag


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    words: str
    end: int


class _Scan:
    """One walk through a body, from its start to its end; no part is looked at twice."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._ahead = Ahead(body)

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """Where the runs of backticks begin, by their length."""
        runs: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self._body):
            runs.setdefault(len(run[0]), []).append(run.start())
        return runs

    def code_end(self, opener: re.Match[str]) -> int | None:
        """Where the code ends that the fence or the backticks begin; None if it is none."""
        fence = opener["fence"]
        if fence:
            line_end = self._body.find("\n", opener.end())
            line_end = len(self._body) if line_end < 0 else line_end
            if fence[0] == "~" or "`" not in self._body[opener.end() : line_end]:
                return self._fence_end(fence, line_end)
        return self._run_end(len(opener[0].lstrip(" ")), opener.end())

    def _fence_end(self, fence: str, position: int) -> int:
        for closing in _FENCE_END.finditer(self._body, position):
            if closing[1].startswith(fence):
                return closing.end()
        return len(self._body)  # CommonMark: what is never closed ends with the document

    def _run_end(self, length: int, position: int) -> int | None:
        starts = self._runs[length]
        n = bisect_left(starts, position)
        if n == len(starts):
            return None
        blank = self._ahead.next(_BLANK_LINE, position)
        # Three ticks may be a fence inside a list or a quotation; fewer end with a paragraph.
        if length < 3 and blank and blank.start() < starts[n]:
            return None
        return starts[n] + length

    def tag(self, start: int) -> _Tag | None:
        """The tag that begins at `start`, if one does; it stands on one line."""
        hexo = self._body.startswith("{%", start)
        opening = (_HEXO if hexo else _HUGO).match(self._body, start)
        if opening is None:
            return None
        closing = self._ahead.next(_HEXO_END if hexo else _HUGO_END, opening.end())
        if closing is None or closing.start() - opening.end() > _MOST_WORDS:
            return None
        words = self._body[opening.end() : closing.start()]
        if "\n" in words:
            return None
        words = words.removesuffix("-") if hexo else words.rstrip().removesuffix("/")
        return _Tag(opening[1].lstrip("/ "), words, closing.end())

    def inside(self, tag: _Tag, start: int) -> re.Match[str] | None:
        """The end tag of the block that `tag` at `start` begins, if it begins one."""
        if self._body.startswith("{%", start):
            pattern = _ENDS.get(tag.name)
        else:
            pattern = _HIGHLIGHT_END if tag.name == "highlight" else None
        return self._ahead.next(pattern, tag.end) if pattern else None


def code_spans(body: str) -> Iterator[tuple[int, int]]:
    """Where each fenced block and each inline code of a Markdown body begins and ends."""
    scan, position = _Scan(body), 0
    while opener := _OPENER.search(body, position):
        end = None if opener[0].startswith("{") else scan.code_end(opener)
        position = end or opener.end()
        if end:
            yield opener.start(), end


def without_shortcodes(body: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The body with known tags as Markdown; (line from 0, name) of each that was removed."""
    if "{%" not in body and "{{" not in body:
        return body, ()
    removed: list[tuple[int, str]] = []
    pieces: list[str] = []
    scan, done, position, line, counted = _Scan(body), 0, 0, 0, 0
    while opener := _OPENER.search(body, position):
        start = opener.start()
        if not opener[0].startswith("{"):
            position = scan.code_end(opener) or opener.end()
            continue
        tag = scan.tag(start)
        if tag is None:
            position = opener.end()
            continue
        closing = scan.inside(tag, start)
        position = closing.end() if closing else tag.end
        pieces.append(body[done:start])
        done = position
        if closing:
            pieces.append(_block(tag.name, tag.words, body[tag.end : closing.start()]))
        elif tag.name in _KNOWN:
            pieces.append(_KNOWN[tag.name](_words(tag.words)))
        else:
            line += body.count("\n", counted, start)
            counted = start
            removed.append((line, tag.name))
    pieces.append(body[done:])
    return "".join(pieces), tuple(removed)


def _words(text: str) -> list[str]:
    if not any(char in text for char in "'\"\\"):  # shlex is slow
        return _BARE_WORD.findall(text)
    try:
        return shlex.split(text)
    except ValueError:  # an apostrophe that opens nothing
        return text.split()


def _block(name: str, words: str, inside: str) -> str:
    if name == "raw":
        return inside
    if name == "highlight":
        return _fenced(_words(words)[:1], inside)
    if name in ("codeblock", "code"):
        language = [word[5:] for word in _words(words) if word.startswith("lang:")]
        return _fenced(language, inside)
    lines = inside.strip("\n").split("\n")
    source = words.strip()
    if source:
        lines += ["", f"— {source}"]
    return "\n\n" + "\n".join(f"> {line}" for line in lines) + "\n\n"


def _fenced(language: list[str], inside: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", inside)), 3)
    code = inside.strip("\n")
    return f"\n\n{fence}{''.join(language)}\n{code}\n{fence}\n\n"


def _named(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words if "=" in word)


def _bare(words: list[str]) -> list[str]:
    return [word for word in words if "=" not in word or "/" in word.split("=", 1)[0]]


def _link(label: str, target: str) -> str:
    return f"[{label}](<{target}>)" if target else label


def _image(words: list[str]) -> str:
    """Hexo: `img [class] url [width] [height] ["title" ["alt"]]`."""
    targets = [n for n, word in enumerate(words) if "/" in word or "." in word]
    if not targets:
        return ""
    rest = [word for word in words[targets[0] + 1 :] if not word.isdigit()]
    alt = rest[-1].strip("'\"") if rest else ""
    return f"![{alt}](<{words[targets[0]]}>)"


def _figure(words: list[str]) -> str:
    """Hugo: `figure src="..." alt="..." caption="..."`."""
    named = _named(words)
    picture = f"![{named.get('alt', '')}](<{named.get('src', '')}>)" if "src" in named else ""
    caption = named.get("caption") or named.get("title") or ""
    return f"\n\n{picture}\n\n{caption}\n\n"


def _video(prefix: str) -> Callable[[list[str]], str]:
    def link(words: list[str]) -> str:
        name = (_bare(words) or [_named(words).get("id", "")])[0]
        return f"\n\n<{prefix}{name}>\n\n" if name else ""

    return link


def _hexo_link(words: list[str]) -> str:
    """Hexo: `link text... url [external] [title]`."""
    targets = [n for n, word in enumerate(words) if "://" in word or word.startswith("/")]
    if not targets:
        return " ".join(words)
    return _link(" ".join(words[: targets[0]]) or words[targets[0]], words[targets[0]])


def _asset(words: list[str]) -> str:
    return _link(" ".join(words[1:]) or words[0], words[0]) if words else ""


_KNOWN: Final[dict[str, Callable[[list[str]], str]]] = {
    "img": _image,
    "asset_img": _image,
    "image": _image,
    "figure": _figure,
    "link": _hexo_link,
    "asset_link": _asset,
    "post_link": lambda words: " ".join(words[1:]) or "".join(words),
    "more": lambda _: "<!-- more -->",
    "youtube": _video("https://www.youtube.com/watch?v="),
    "vimeo": _video("https://vimeo.com/"),
    "bilibili": _video("https://www.bilibili.com/video/"),
    "ref": lambda words: "".join(words[:1]),
    "relref": lambda words: "".join(words[:1]),
}
