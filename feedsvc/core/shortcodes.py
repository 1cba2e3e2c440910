"""Tags of other generators inside a body: Hexo's `{% %}` and Hugo's `{{< >}}`.

Those that are known become Markdown, any other is removed and named (REQUIREMENTS X5): a reader
never sees one raw. Fenced and inline code is left as it stands.
"""

import re
import shlex
from collections.abc import Callable
from typing import Final

_CODE = (
    r"(?P<code>(?:^|\n) {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)?? {0,3}(?P=fence)[^\n]*"
    r"|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
)
_BLOCKS = (
    r"|\{%\s*(?P<block>raw|codeblock|code|blockquote|quote|pullquote)\b(?P<block_words>[^%\n]*)%\}"
    r"(?P<inside>.*?)\{%\s*end(?P=block)\s*%\}"
    r"|\{\{[<%]\s*highlight\b(?P<hugo_words>[^\n]*?)[>%]\}\}(?P<hugo_inside>.*?)"
    r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}"
)
_SINGLE = (
    r"|\{%-?\s*(?P<hexo>[A-Za-z_]\w*)(?P<hexo_words>[^%\n]*(?:%(?!\})[^%\n]*)*)%\}"
    r"|\{\{[<%]\s*(?P<hugo>/?\s*[A-Za-z_][\w./-]*)(?P<hugo_single>[^\n]*?)/?\s*[>%]\}\}"
)
_TAGS = re.compile(_CODE + _BLOCKS + _SINGLE, re.DOTALL)


def without_shortcodes(body: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The body with known tags as Markdown; (line from 0, name) of each that was removed."""
    if "{%" not in body and "{{" not in body:
        return body, ()
    removed: list[tuple[int, str]] = []

    def replaced(match: re.Match[str]) -> str:
        if match["code"] is not None:
            return match[0]
        if match["block"] is not None:
            return _block(match["block"], match["block_words"], match["inside"])
        if match["hugo_inside"] is not None:
            return _fenced(_words(match["hugo_words"])[:1], match["hugo_inside"])
        name = match["hexo"] or match["hugo"].lstrip("/ ")
        words = _words(match["hexo_words"] if match["hexo"] else match["hugo_single"])
        if name in _KNOWN:
            return _KNOWN[name](words)
        removed.append((body.count("\n", 0, match.start()), name))
        return ""

    return _TAGS.sub(replaced, body), tuple(removed)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # an apostrophe that opens nothing
        return text.split()


def _block(name: str, words: str, inside: str) -> str:
    if name == "raw":
        return inside
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
