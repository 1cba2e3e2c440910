"""Syntax of Obsidian, kramdown, MathJax and WordPress that GitHub Flavored Markdown lacks.

Each mark becomes Markdown with the same meaning, or nothing if a feed cannot use it. Text that
only looks similar (`a[[1]]`, `{:ok, x}`, `100%%`) stays unchanged.
"""

import re
from functools import cached_property
from html import unescape
from typing import Final

from feedsvc.core.html.post_targets import wiki_link
from feedsvc.core.markdown.admonitions.admonitions import is_admonition_mark
from feedsvc.core.markdown.code import outside_code
from feedsvc.core.text import Ahead

_WIKI = re.compile(
    r"(!?)\[\[(?!\s)((?:[^\[\]|\\\n]|\\(?!\|)){1,300}+)(?:\\?\|([^\[\]\n]{0,300}+))?\]\]"
    r"(?!\(|\[(?!\[))"
)
_PICTURE = re.compile(r".*\.(?:png|jpe?g|gif|webp|avif|svg|bmp)", re.I)
_SIZE = re.compile(r"\d+(?:x\d+)?")
# Not names of notes: indices (`1`, `i+1`, `x, y`), quoted text, and code.
_INDEX = re.compile(r"(?:[^\w]|(?<!\w)(?:\d+|[A-Za-z_])(?!\w))*+")
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
_CODE = re.compile(
    r"""['"`].*|.*["`<>*;={}$\\].*|:.*|.*(?::/|\w:\w|::).*|.*\w\(\).*|.*\#\d++
    |[a-z_]\w*+(?:\.[a-z_]\w*+)++(?<!\.md)(?<!\.mdx)(?<!\.png|\.jpg|\.gif|\.svg|\.pdf)
        (?<!\.jpeg|\.webp|\.avif)(?<!\.canvas)
    |nodiscard|noreturn|deprecated|fallthrough|likely|unlikely|maybe_unused|assume
    |no_unique_address|carries_dependency""",  # https://en.cppreference.com/w/cpp/language/attributes
    re.VERBOSE,
)
_BETWEEN: Final = r"[ \t]*+(?:\n[ \t]*+(?!\n))?+"  # kramdown wraps attributes
_PAIRS: Final = (
    r"(?:[.#][\w:-]++|toc\b|[\w-]++=(?:\"[^\"\n]{0,300}+\"|'[^'\n]{0,300}+'|[^\s\"'{}]++))"
)
_ATTRIBUTES = re.compile(rf"\{{:{{1,2}}(?:{_BETWEEN}{_PAIRS})++{_BETWEEN}\}}")
_NAMED_ATTRIBUTES = re.compile(rf"\{{:([\w-]++):(?:{_BETWEEN}{_PAIRS})++{_BETWEEN}\}}")
_NAME = re.compile(r"\{:[ \t]*+([\w-]++)[ \t]*+\}")
_COMMENT = re.compile(r"%%[^%\n]{1,2000}+%%(?![0-9A-Za-z_%])")
_COMMENT_END = re.compile(r"%%[ \t]*+$", re.MULTILINE)
_COMMENT_LINE = re.compile(r"%%[ \t]*+\n")
_TEX_ENDS: Final = {
    opener: re.compile(re.escape(opener[:-1] + {"(": ")", "[": "]"}[opener[-1]]))
    for opener in (r"\(", r"\[", r"\\(", r"\\[")
}
_COMMAND = re.compile(r"(?<!\\)\\[A-Za-z]{2,}")
_TEX_SIGN = re.compile(
    r"(?<=[\w)}\]|'])\^(?=\{|\\|[^\s^\]])"
    r"|(?<!\\)(?:(?<![A-Za-z]{2})_(?=[A-Za-z0-9](?![A-Za-z0-9_])|\\)|_(?=\{))"
    r"|(?<![A-Za-z_]{2})(?<![A-Za-z_]{2} )(?<![=!<>:])=(?!=)|(?<!\\)\\[&,;:%]"
)
_NO_TEX = re.compile(
    r"://|\]\(|\n[ \t]*\n|[\"`$。；？！：]|[A-Za-z]{2}: |[A-Za-z]:\\|(?<!\\)\\[(\[]"
)
_WORDS = re.compile(r"(?<!\\)\b[^\W\d_]{2}|[^\x00-\x7f]")
_OPERATOR = re.compile(r"[\w)}] ?[+*/<>|-] ?[\w({\\]")
_BARS = re.compile(r"\n[ \t]*+(?:>[ \t]*+)++")
# What would begin a list, a heading or another block: Markdown sees no formula around it.
_BLOCK_START = re.compile(r"\n[ \t]*+(?=[-+*=#>|<~:]|\d{1,9}[.)])|\n(?=\t| {4})[ \t]*+")
# Dates, versions and ranges: `2026-01-01`, `v1.0 - v2.0`, `a-z`.
_RANGE = re.compile(r"v?[\d.]++(?: ?[/-] ?v?[\d.]++)++|[A-Za-z]-[A-Za-z]", re.IGNORECASE)
_LONGEST_TEX: Final = 2_000
_INDENTATION: Final = " \t>"
_NEAR: Final = 40  # characters
_DEFINITION = re.compile(  # of a reference, also in a quotation or a list
    r"^(?:[ \t>*+-]|\d{1,9}[.)])*+\[(?!\^)((?:[^\[\]\\\n]|\\.){1,999}+)\]:[ \t]*+\n?[ \t]*+\S",
    re.MULTILINE,
)
_BRACKETED = re.compile(r"!?\[\[((?:[^\[\]\\\n]|\\.){1,600}+)\]\]")
_HTML_ENDS: Final = {name[:3]: re.compile(f"</{name}", re.I) for name in ("pre", "code")}
_FILE = re.compile(r"-{1,9}8<-{1,9}[ \t]*+(?P<name>[\"'][^\n]*+|$)", re.MULTILINE)
_FILES_END = re.compile(r"^[ \t]*+-{1,9}8<-{1,9}[ \t]*+$", re.MULTILINE)
_WORDPRESS = re.compile(r"\[((?:source)?code)(?:[ \t][^\[\]\n]{0,300}+)?\](?![(\[:])")
_WORDPRESS_ENDS: Final = {name: re.compile(rf"\[/{name}\]") for name in ("code", "sourcecode")}
_LETTER = re.compile(r"[0-9A-Za-z_%]")
_WORD = re.compile(r"[0-9A-Za-z_\]%\\]")


class Marks:
    """The marks of one body. The positions must not decrease from call to call: see Ahead."""

    def __init__(self, body: str, generator: str, ahead: Ahead) -> None:
        self._body = body
        self._generator = generator
        self._ahead = ahead
        self._html_code_end = 0
        self._whole: Marks | None = None

    def labels_of(self, whole: "Marks") -> None:
        """Take the labels of the whole body: this one is a part of it."""
        self._whole = whole

    def markdown_of(self, start: int) -> tuple[str, int] | None:
        """The Markdown for the mark that begins at `start`, and its end; None if no mark."""
        body = self._body
        if body.startswith("<", start):
            closing = self._ahead.next(_HTML_ENDS[body[start + 1 : start + 4].lower()], start)
            self._html_code_end = closing.start() if closing else 0
            return None
        if start < self._html_code_end:
            return None
        if body.startswith("{:", start):
            is_escaped = body.startswith("\\", max(start - 1, 0))
            return None if is_escaped else self._attributes(start)
        if body.startswith(("[[", "!"), start):
            return self._wiki_link(start)
        if _WORD.match(body[start - 1 : start]):
            return None
        if body.startswith("%%", start):
            return _comment(body, start, self._ahead)
        if body.startswith("[", start):
            return self._code(start)
        return self._formula(start) if body.startswith("\\", start) else None

    def file_end(self, start: int) -> int | None:
        """The end of the name of a file, or of names of files, that MkDocs would include."""
        if self._generator != "mkdocs" or self._before(start).strip():
            return None
        file = _FILE.match(self._body, start)
        if file is None or file["name"]:
            return file and file.end()
        closing = self._ahead.next(_FILES_END, file.end())
        return closing and closing.end()

    def _before(self, start: int) -> str:
        """What is before `start` on its line, or a part of it, because a line can be long."""
        return self._body[max(0, start - _NEAR) : start].rpartition("\n")[2]

    @cached_property
    def _labels(self) -> frozenset[str]:
        """The labels of the reference definitions outside of code, in one form."""
        if self._whole:
            return self._whole._labels
        found = outside_code(_DEFINITION, self._body)
        return frozenset(_normalised(definition[1]) for definition in found)

    @cached_property
    def _attribute_names(self) -> frozenset[str]:
        """The names of lists of attributes in kramdown: `{:center: .c}`."""
        return frozenset(_NAMED_ATTRIBUTES.findall(self._body))

    def _attributes(self, start: int) -> tuple[str, int] | None:
        for pattern in (_ATTRIBUTES, _NAMED_ATTRIBUTES):
            match = pattern.match(self._body, start)
            if match and is_admonition_mark(self._body, start, match.end()):
                return None
            if match:
                return "", match.end()
        name = _NAME.match(self._body, start)
        return ("", name.end()) if name and name[1] in self._attribute_names else None

    def _wiki_link(self, start: int) -> tuple[str, int] | None:
        link = _WIKI.match(self._body, start)
        before = self._body[start - 1 : start]
        if link is None or before == "\\":
            return None
        bracketed = _BRACKETED.match(self._body, start)
        if bracketed and _normalised(bracketed[1]) in self._labels:
            return None
        is_code = _LETTER.match(before) or not may_name_a_note(link[2], link[3] or "")
        if is_code and self._generator != "obsidian":
            return None
        return _wiki(link), link.end()

    def _code(self, start: int) -> tuple[str, int] | None:
        """`[code]` stays, as in all generators, but its content is kept as code."""
        opening = _WORDPRESS.match(self._body, start)
        if opening is None:
            return None
        closing = self._ahead.next(_WORDPRESS_ENDS[opening[1]], opening.end())
        if closing is None:
            return None
        content = unescape(self._body[opening.end() : closing.start()])
        if not content.strip() or content[0] == content[-1] == " ":  # `[code] and [/code]`
            return None
        ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", content)), 3)
        if "\n" in content:
            code = f"\n\n{ticks}\n{content.strip(chr(10))}\n{ticks}\n\n"
        else:
            code = f"{ticks} {content} {ticks}"
        return f"{opening[0]}{code}{closing[0]}", closing.end()

    def _formula(self, start: int) -> tuple[str, int] | None:
        r"""`\(x\)` and `\[x\]` between dollar signs: Markdown would drop the backslashes."""
        body = self._body
        opener = body[start : start + (3 if body.startswith("\\\\", start) else 2)]
        closing = self._ahead.next(_TEX_ENDS[opener], start + len(opener))
        if closing is None or closing.start() - start > _LONGEST_TEX:
            return None
        written = body[start + len(opener) : closing.start()]
        if "\n" in written and ">" in self._before(start):
            written = _BARS.sub("\n", written)
        tex = written.strip()
        if not tex or _NO_TEX.search(tex):
            return None
        if opener[-1] == "(":
            is_formula = "\n" not in tex and _signs_of_tex(tex) > 0
            return (f"${tex}$", closing.end()) if is_formula else None
        if "\n" in tex and "%" not in tex:  # a comment of TeX ends with its line
            tex = _BLOCK_START.sub(" ", tex)
        if self._is_alone(start, closing.end()):
            is_formula = _signs_of_tex(tex) > 0 or _is_calculation(written)
        else:
            is_formula = _signs_of_tex(tex) > 1
        return (f"$${tex}$$", closing.end()) if is_formula else None

    def _is_alone(self, start: int, end: int) -> bool:
        """True if there is nothing else on the lines from `start` to `end`."""
        before = self._before(start)
        after = self._body[end : end + _NEAR].partition("\n")[0].strip()
        is_alone = not before.strip(_INDENTATION) and after in ("", ".", ",", "。", "，")
        return is_alone and len(before) < _NEAR


def may_name_a_note(target: str, title: str = "") -> bool:
    """True if the target of a wiki link can be the name of a note, rather than code.

    Only Obsidian has such links for sure; elsewhere `[[1]]`, `[[x, y]]`, `[[i+1]]`,
    `[["a"]]` and `[[nodiscard]]` are text.
    """
    if not title and _INDEX.fullmatch(target) and not _DATE.fullmatch(target):
        return False
    return not _CODE.fullmatch(target)


def _wiki(link: re.Match[str]) -> str:
    """The link to a note, or its words; a picture stays a picture."""
    target, title = link[2].strip(), (link[3] or "").strip()
    if link[1] and _PICTURE.fullmatch(target):
        alt = target if not title or _SIZE.fullmatch(title) else title
        return f"![{alt}](<{target}>)"
    return wiki_link(target, title)


def _comment(body: str, start: int, ahead: Ahead) -> tuple[str, int] | None:
    opened = _COMMENT_LINE.match(body, start)
    if opened and body[start - 1 : start] in ("", "\n"):
        closed = ahead.next(_COMMENT_END, opened.end())
        return ("", closed.end()) if closed else None
    inline = _COMMENT.match(body, start)
    return ("", inline.end()) if inline else None


def _normalised(label: str) -> str:
    """A label in the form in which CommonMark compares labels."""
    return " ".join(label.split()).casefold()


def _signs_of_tex(tex: str) -> int:
    r"""How much in a text is TeX: 2 for a command such as `\frac`, 1 for `_`, `^` and `=`.

    Not in identifiers such as `let_chains`.
    """
    return 2 if _COMMAND.search(tex) else len(_TEX_SIGN.findall(tex))


def _is_calculation(written: str) -> bool:
    r"""True for `x + y`, and for anything whose `\[` and `\]` have lines of their own."""
    has_own_lines = written.startswith("\n") and written.rstrip(_INDENTATION).endswith("\n")
    if has_own_lines:
        return True
    is_text = _WORDS.search(written) or _RANGE.fullmatch(written.strip())
    return bool(_OPERATOR.search(written)) and not is_text
