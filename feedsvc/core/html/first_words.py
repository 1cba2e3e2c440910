"""The first words of a text, for its summary: what the author says before anything else.

Tables of contents, captions, tables, code and addresses of frames are no sentences. They count
only if a text has nothing else.
"""

import re
from typing import Final

from feedsvc.core.html.repeated_title import is_same_title
from feedsvc.core.text import BLOCKS, words_of

_ALIKE: Final = 3  # letters with which a repeated title begins
_ASIDE = re.compile(r"<(/?)(?:pre|table|figcaption)(?:\s[^<>]*+)?>")
# The paragraph in which feedsvc.core.html.iframes shows a frame.
_FRAME = re.compile(r'<p><a href="(https?://[^"]*+)">\1</a></p>')
# Italics alone below a picture: `![cup](/a.png)` and `*A cup.*` in the next line or paragraph.
_CAPTION = re.compile(
    r"(<img [^<>]*+>(?:</a>)?+(?:<br>)?+(?:\s*+</p>\s*+<p>)?+)\s*+"
    r"<em>(?:[^<]++|<(?!/?(?:em|p)>))*+</em>(?=\s*+</p>)"
)
_BLOCK = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})(?:\s[^<>]*+)?>")
_FRAGMENT_LINK = re.compile(r'<a href="#[^"]*+"[^<>]*+>(?:[^<]++|<(?!/a>))*+</a>')
_TITLES: Final = (  # of tables of contents
    *("table of contents", "contents", "toc", "on this page", "in this article"),
    *("in this post", "目录", "目錄", "本文目录", "本文目錄", "文章目录", "文章目錄", "目次"),
    *("大纲", "もくじ", "목차", "차례", "inhalt", "inhaltsverzeichnis", "sommaire", "indice"),
    *("table des matières", "índice", "contenido", "contenidos", "tabla de contenidos"),
    *("sumário", "sommario", "inhoud", "inhoudsopgave", "оглавление", "содержание"),
    *("spis treści", "içindekiler", "mục lục", "innehåll", "obsah", "зміст"),
)
_FIRST_LETTERS: Final = "".join({title[0] for title in _TITLES})
_TITLE = re.compile(
    rf"[\s:：\[【]*+(?=[{_FIRST_LETTERS}])(?:{'|'.join(_TITLES)})[\s:：\]】]*+"
    r"(?:generated with doctoc)?[\s.]*+",
    re.I,
)
_MAY_BE_TITLE = re.compile(rf">(?=[{_FIRST_LETTERS}:：\[【\s])" + _TITLE.pattern, re.I)
_WORD = re.compile(r"[^\W\d_]")


def first_words(safe: str, title: str, permalink: str) -> str:
    """The text of safe HTML on one line, without a repetition of `title`."""
    text = safe
    if "<pre" in safe or "<table" in safe or "<figcaption" in safe:
        text = _without_asides(text)
    if "<em>" in safe and "<img" in safe:
        text = _CAPTION.sub(r"\1 ", text)
    if ">http" in safe:
        text = _FRAME.sub(" ", text)
    if f'"{permalink}#' in safe:  # a link to a fragment that the text does not have
        text = text.replace(f'"{permalink}#', '"#')
    words = words_of(text)
    if words.casefold().startswith(title[:_ALIKE].casefold()) or (
        '<a href="#' in text or _MAY_BE_TITLE.search(text)
    ):
        words = " ".join(_sentences(text, title))
    return words or words_of(safe)


def _without_asides(safe: str) -> str:
    pieces, done, depth = [], 0, 0
    for tag in _ASIDE.finditer(safe):
        if not depth:
            pieces.append(safe[done : tag.start()])
        depth += -1 if tag[1] else 1
        done = tag.end()
    return " <br>".join(pieces if depth else [*pieces, safe[done:]])


def _sentences(safe: str, title: str) -> list[str]:
    """The text of each block, without the title and tables of contents."""
    found: list[str] = []
    for block in _BLOCK.split(safe):
        words = words_of(block)
        if not words or _TITLE.fullmatch(words) or (not found and is_same_title(words, title)):
            continue
        if '<a href="#' not in block or _WORD.search(words_of(_FRAGMENT_LINK.sub("", block))):
            found.append(words)
    return found
