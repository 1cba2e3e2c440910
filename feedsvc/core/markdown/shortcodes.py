"""Tags of site generators in a body: `{% %}` of Hexo and Jekyll, `{{ }}` of Hugo and Zola.

Known tags become Markdown. Unknown tags are replaced by their words and reported, so that
subscribers never see their source. Templates are filled in as far as their values are known,
and one branch of each condition stays. The same walk translates the marks of `dialect_marks`,
callouts and tables of contents. Fenced code and inline code stay unchanged.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

from feedsvc.core.html.post_targets import in_its_place
from feedsvc.core.markdown.generator_tags import (
    is_target_of_link,
    loses_target,
    markdown_of_block,
    markdown_of_tag,
)
from feedsvc.core.markdown.marks.dialect_marks import Marks
from feedsvc.core.markdown.templates.branches import (
    STATEMENTS,
    Block,
    Statement,
    blocks_of,
    is_statement,
)
from feedsvc.core.markdown.templates.extensions import without_extension
from feedsvc.core.markdown.templates.holes import HOLE, without_holes
from feedsvc.core.markdown.templates.remarks import (
    empty_tag_end,
    escaped_shortcode,
    remark_end,
)
from feedsvc.core.markdown.templates.shortcode_words import shown_of_shortcode
from feedsvc.core.markdown.templates.template import Template
from feedsvc.core.markdown.templates.values import Scope, text_of
from feedsvc.core.text import Ahead

_CALLOUT: Final = (
    r"(?P<callout>[ \t]*+(?:(?:[*+-]|\d{1,9}[.)])[ \t]++)?+(?:[ ]{0,3}>)++[ ]?)"
    r"\[!(?P<kind>[\w-]++)(?:\|[^\]\n]*+)?+\][+-]?(?P<title>.*+)"
)
_INDENTED_CALLOUT = re.compile(_CALLOUT)
_OPENER = re.compile(
    r"(?=[ \t`~{\[!@*+0-9>%\\<-])(?:"  # the first characters: three times as fast
    r"(?<=\n\n)(?P<indented>(?: {4}|\t)[^\n]*+(?:\n(?: {4}|\t)[^\n]*+)*+)"
    r"|^ {0,3}(?P<fence>`{3,}+|~{3,}+)|(?P<ticks>`++)|(?P<tag>\{[%{#])"
    r"|^(?P<contents>[ ]{0,3}(?:\[TOC\]|\[\[_?TOC_?\]\]|@\[TOC\](?:\([^()\n]*+\))?)[ \t]*+$"
    r"|(?:[*+-]|1\.)[ \t][^\n]*+\n[ \t]*+\{:[ \t]*+toc[^{}\n]*+\})"
    rf"|^{_CALLOUT}"
    r"|(?P<mark>\{:|!?\[\[|%%|\\{1,2}[(\[]|\[(?:source)?code\b|<(?:pre|code)(?=[\s>])"
    r"|-{1,9}8<-{1,9}))",
    re.MULTILINE | re.IGNORECASE,
)
_HTML_OPENER = re.compile(
    r"<(?P<code>pre|code|script|style|textarea)(?=[\s>])|(?P<tag>\{[%{#])", re.IGNORECASE
)
_HTML_ENDS: Final = {
    name: re.compile(f"</{name}\\s*+>", re.IGNORECASE)
    for name in ("pre", "code", "script", "style", "textarea")
}
_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*+)</p>", re.DOTALL)
_RAW: Final = ("raw", "rawhtml", "verbatim")
_ITEM = re.compile(r"[ \t]|[*+-][ \t]|\d{1,9}[.)][ \t]|\[\^")  # also its further lines
_ANY: Final = (
    *("{%", "{{", "{#", "{:", "[[", "%%", "[!", "\\(", "\\[", "[toc]", "[TOC]", "code]"),
)
_FENCE_END = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_TICKS = re.compile("`++")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_HEXO = re.compile(r"\{%-?+\s*+([A-Za-z_]\w*+(?:-\w++)*+)")
_HEXO_END = re.compile(r"%\}")
_HUGO = re.compile(r"\{\{[<%]\s*+(/?+\s*+[A-Za-z_][\w./-]*+)")
_ZOLA = re.compile(r"\{\{-?+\s*+([A-Za-z_]\w*+)\((?=\s*+(?:\)|[A-Za-z_]\w*+\s*+=))")
_LIQUID_END = re.compile(r"-?\}\}")
_HUGO_END = re.compile(r"[>%]\}\}")
_ENDS: Final = {
    name: re.compile(rf"\{{%-?+\s*+end{name}\s*+-?%\}}")
    for name in (
        *("raw", "verbatim", "codeblock", "code", "blockquote", "quote", "pullquote"),
        *("highlight", "comment", "cq", "centerquote"),
    )
}
_HUGO_ENDS: Final = {
    name: re.compile(rf"\{{\{{[<%]\s*+/\s*+{name}\s*+[>%]\}}\}}")
    for name in ("highlight", "raw", "rawhtml", "quote", "blockquote")
}
_BARE_WORD = re.compile(r"[^ \t\r\n]+")
_MOST_OPENERS: Final = 100_000  # in one body; the text after them stays unchanged
_MOST_WORDS: Final = 2_000  # characters after the name of a tag; a longer one is no tag


_DEEPEST: Final = 5
# What shows in a folder of no known generator that a body is a template.
_TEMPLATE = re.compile(
    r"\{\{-?+\s*+(?:(?:site|page|layout)\.\w"
    r"|[\"'][^\"'\n{}]{0,300}+[\"']\s*+\|\s*+(?:relative|absolute)_url)"
)
_WITHOUT_COMMENTS: Final = (
    frozenset(  # `{# #}` is text for their template engines, or none runs
        ["jekyll", "hugo", "quarto", "astro", "obsidian", "docusaurus"]
    )
)
_LOOK_BACK: Final = 200  # characters of a target before a value
_TARGET = re.compile(
    r"(?:\]\([ \t]*+<?|\]:[ \t]*+<?|(?:href|src)=[\"']?|<)(?:https?://[^\s<>()]*+|/[^\s<>()]*+)?\Z"
)
_VALUE = re.compile(r"\{\{-?+[^{}\n]{1,200}+\}\}")
_TARGET_END = re.compile(r"\{\{[^{}\n]{1,200}+\}\}[^\s<>]{0,200}+>")
_SPACE = re.compile(r"\s*+")
_PARAMETERS: Final = frozenset(["param", "meta"])  # front matter, in Hugo and in Quarto


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    words: str
    end: int

    def at(self, start: int) -> Statement:
        """The tag as a statement of a template."""
        return Statement(self.name, self.words, start, self.end)


@dataclass(frozen=True, slots=True)
class _Replacement:
    """The replacement of the text up to `end`; None leaves that text unchanged.

    `reported_tag` is the name of a tag that is unknown, or whose target or value is lost. If
    `trims`, the space before it goes too. `tag_end` is the end of the tag alone, if `end` is
    another. If `is_markdown`, an HTML body needs its HTML.
    """

    end: int
    text: str | None = None
    reported_tag: str = ""
    is_known: bool = False
    is_value: bool = False
    trims: bool = False
    is_markdown: bool = False
    tag_end: int = 0


@dataclass(frozen=True, slots=True)
class _Kind:
    """The tags of one generator: opening mark, forms of the name, closing mark."""

    mark: str
    forms: tuple[re.Pattern[str], ...]
    end: re.Pattern[str]


_KINDS: Final = (
    _Kind("{%", (_HEXO,), _HEXO_END),
    _Kind("{{<", (_HUGO,), _HUGO_END),
    _Kind("{{%", (_HUGO,), _HUGO_END),
    _Kind("{{", (_ZOLA,), _LIQUID_END),
)


@dataclass(frozen=True, slots=True)
class RemovedTag:
    """A tag that was removed: an unknown one, or a known one whose target is unknown.

    Line and column count from 0. `words` are what is shown in place of an unknown tag. If
    `is_value`, it is part of a template, and a value of it is unknown.
    """

    line: int
    column: int
    name: str
    text: str
    is_known: bool = False
    words: str = ""
    is_value: bool = False


_Found: TypeAlias = tuple[int, int, _Replacement]  # start and end of what is to be reported


class _Scan:
    """One walk through a body from start to end. It looks at no part twice."""

    _opener: re.Pattern[str] = _OPENER

    def __init__(self, body: str, scope: Scope | None = None, generator: str = "") -> None:
        self._body = body
        self._generator = generator
        self._ahead = Ahead(body)
        self._marks = Marks(body, generator, self._ahead, outside_code)
        self._scope = scope
        self._depth = 0  # of loops and captures in each other
        self.found: list[_Found] = []
        self._template = Template(scope, self._blocks, self._part) if scope else None

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """The positions of runs of backticks by their length."""
        runs: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self._body):
            runs.setdefault(len(run[0]), []).append(run.start())
        return runs

    def code_end(self, opener: re.Match[str]) -> int | None:
        """The end of the code that a fence or backticks begin; None if they begin no code."""
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
        return len(self._body)  # CommonMark: an unclosed fence ends with the document

    def _run_end(self, length: int, position: int) -> int | None:
        starts = self._runs[length]
        n = bisect_left(starts, position)
        if n == len(starts):
            return None
        blank = self._ahead.next(_BLANK_LINE, position)
        # Three backticks can be a fence in a list or quotation; fewer end in their paragraph.
        if length < 3 and blank and blank.start() < starts[n]:
            return None
        return starts[n] + length

    def tag(self, start: int) -> _Tag | None:
        """The tag that begins at `start`, or None. It never spans a blank line."""
        kind = next(kind for kind in _KINDS if self._body.startswith(kind.mark, start))
        opening = next(
            filter(None, (form.match(self._body, start) for form in kind.forms)), None
        )
        if opening is None:
            return None
        closing = self._ahead.next(kind.end, opening.end())
        if closing is None or closing.start() - opening.end() > _MOST_WORDS:
            return None
        words = self._body[opening.end() : closing.start()]
        if "\n" in words and _BLANK_LINE.search(words):
            return None
        if kind.mark == "{%":
            words = words.removesuffix("-")
        else:
            words = words.rstrip().removesuffix("/")
            words = words.removesuffix(")") if opening[0].endswith("(") else words
        return _Tag(opening[1].lstrip("/ "), words, closing.end())

    def end_tag(self, tag: _Tag, start: int) -> re.Match[str] | None:
        """The end tag of the block that `tag` at `start` begins, or None if it begins none."""
        if self._body.startswith("{%", start):
            pattern = _ENDS.get(tag.name)
        else:
            pattern = _HUGO_ENDS.get(tag.name)
        return self._ahead.next(pattern, tag.end) if pattern else None

    def replacement(self, opener: re.Match[str]) -> _Replacement:
        """The replacement of the tag, mark or code that begins with the opener."""
        start = opener.start()
        if opener["tag"]:
            return self._tag_replacement(start) or _Replacement(opener.end())
        if opener["indented"]:
            return self._indented_replacement(start, opener.end())
        if opener["contents"]:
            return _Replacement(opener.end(), "")
        if opener["callout"]:
            return _Replacement(opener.end(), self._callout(opener))
        if opener["mark"]:
            if self._body.startswith("{::", start):
                extension = without_extension(self._body, start, self._ahead)
                if extension:
                    return _Replacement(extension[1], extension[0])
            file_end = self._marks.file_end(start)
            if file_end:
                return _Replacement(file_end, "", "--8<--")
            mark = self._marks.markdown_of(start)
            return _Replacement(mark[1], mark[0]) if mark else _Replacement(opener.end())
        return _Replacement(self.code_end(opener) or opener.end())

    def _indented_replacement(self, start: int, end: int) -> _Replacement:
        if not self._in_list(start):
            return _Replacement(end)
        callout = _INDENTED_CALLOUT.match(self._body, start)
        if callout:
            return _Replacement(callout.end(), self._callout(callout))
        return _Replacement(start + 1)

    def _callout(self, callout: re.Match[str]) -> str:
        """The first line of a callout as a title line in the quotation."""
        title = callout["title"]
        if "[[" in title or "{" in title:
            title = self._part(*callout.span("title"))
        title = title.strip() or callout["kind"].capitalize()
        bars = callout["callout"]
        below = "".join(char if char in "> \t" else " " for char in bars)  # no new list item
        return f"{bars}**{title}**\n{below}"

    def _in_list(self, start: int) -> bool:
        """True if indented text after a blank line belongs to a list item, so is no code."""
        line_start = self._body.rfind("\n", 0, start - 2) + 1
        return _ITEM.match(self._body, line_start) is not None

    def _tag_replacement(self, start: int) -> _Replacement | None:
        if self._scope and self._scope.is_off:
            return None
        tag = None if self._body.startswith("{#", start) else self.tag(start)
        if tag is None:
            return self._value_replacement(start)
        if is_statement(tag.name) and self._body.startswith("{%", start):
            step = self._template and self._template.step(tag.at(start))
            if step:
                how = self._trimmed(start, step.end, step.text, is_known=step.is_known)
                return replace(how, tag_end=tag.end)
        closing = self.end_tag(tag, start)
        if closing:
            content = self._body[tag.end : closing.start()]
            block = markdown_of_block(tag.name, tag.words, content)
            is_markdown = tag.name not in _RAW
            return _Replacement(closing.end(), block, is_markdown=is_markdown)
        markdown = markdown_of_tag(tag.name, tag.words)
        if markdown is None:
            return self._parameter(tag) or self._unknown(tag, start)
        if markdown and is_target_of_link(tag.name, markdown):
            markdown = in_its_place(markdown, tag.words.strip(" \"'"), self._body, start)
        is_lost = loses_target(tag.name, markdown)
        if is_lost and not markdown:
            how = self._unknown(tag, start)
            return replace(how, is_known="](<" not in (how.text or ""))
        name = tag.name if is_lost else ""
        return _Replacement(tag.end, markdown, name, is_known=is_lost, is_markdown=True)

    def _value_replacement(self, start: int) -> _Replacement | None:
        """The replacement of `{{ value }}`, of a remark, or of a tag that shows as text."""
        body, generator = self._body, self._scope.generator if self._scope else ""
        escaped = escaped_shortcode(body, start, generator)
        if escaped:
            return _Replacement(escaped[1], escaped[0])
        if body.startswith("{#", start):
            end = remark_end(body, start, self._ahead, generator)
            return _Replacement(end, "") if end else None
        if body.startswith("{%", start):
            end = empty_tag_end(body, start)
            return self._trimmed(start, end, "") if end else None
        closing = self._ahead.next(_LIQUID_END, start + 2)
        if self._template is None or closing is None or closing.start() - start > _MOST_WORDS:
            return None
        inner = body[start + 2 : closing.start()].removeprefix("-")
        text = self._template.value(inner, body[max(0, start - 20) : start])
        if text is None:
            return None
        end = closing.end() + inner.startswith("{")  # {{{ unescaped }}}
        return self._trimmed(start, end, text, is_known=text != HOLE)

    def _trimmed(
        self, start: int, end: int, text: str, *, is_known: bool = True
    ) -> _Replacement:
        """A replacement without the space at which a hyphen points, as in `{%- if a -%}`."""
        trims = self._body.startswith(("{%-", "{{-"), start)
        end = self._after_space(end)
        name = "" if is_known else self._body[start:end].strip("{%-} \t\n")
        return _Replacement(end, text, name, is_value=not is_known, trims=trims)

    def _after_space(self, end: int) -> int:
        """The end of a tag, and of the space behind it if its last mark is a hyphen."""
        space = _SPACE.match(self._body, end) if self._body.startswith("-", end - 3) else None
        return space.end() if space else end

    def _parameter(self, tag: _Tag) -> _Replacement | None:
        """Front matter: `{{< param subtitle >}}` of Hugo, `{{< meta subtitle >}}` of Quarto."""
        key = tag.words.strip(" \t\"'")
        if tag.name not in _PARAMETERS or self._scope is None or not key:
            return None
        text = text_of(self._scope.lookup("page", [*key.split(".")]))
        return None if text is None else _Replacement(tag.end, text)

    def _unknown(self, tag: _Tag, start: int) -> _Replacement:
        text, end = shown_of_shortcode(self._body, start, tag.end, tag.name, tag.words)
        return _Replacement(end, text, tag.name, is_markdown=True)

    def _of(self, body: str, scope: Scope | None) -> "_Scan":
        """A walk of the same kind through another text."""
        return _Scan(body, scope, self._generator)

    def _blocks(self) -> dict[int, Block]:
        return self._survey

    @cached_property
    def _survey(self) -> dict[int, Block]:
        """The blocks of the template. The scope learns whether the body is one at all."""
        statements: list[Statement] = []
        scan, position = self._of(self._body, None), 0
        while opener := self._opener.search(self._body, position):
            start = opener.start()
            tag = scan.tag(start) if opener["tag"] in ("{%", "{{") else None
            how = scan.replacement(opener)
            position = how.end
            if opener["tag"] == "{#" and how.text is not None and self._scope:
                self._scope.is_template = True
            if tag and self._body.startswith("{%", start):
                statements.append(tag.at(start))
            elif self._scope and opener["tag"] and self._shows_template(start):
                self._scope.is_template = True
        if self._scope and any(each.name in STATEMENTS for each in statements):
            self._scope.is_template = True
        return blocks_of(statements)

    def _shows_template(self, start: int) -> bool:
        """True if the braces at `start` can only be a value: by their name or in a target."""
        if _TEMPLATE.match(self._body, start):
            return True
        before = self._body[max(0, start - _LOOK_BACK) : start]
        target = _TARGET.search(before)
        if target is None or not _VALUE.match(self._body, start):
            return False
        return target[0][0] != "<" or _TARGET_END.match(self._body, start) is not None

    def _part(self, start: int, end: int) -> str:
        """The text of a part of the body, such as a loop that is walked several times."""
        if self._depth == _DEEPEST:
            return HOLE
        start = self._after_space(start)
        text = self._body[start:end]
        text = text.rstrip() if self._body.startswith("{%-", end) else text
        part = self._of(text, self._scope)
        part._depth = self._depth + 1
        text = part.translated()
        self.found += [(start + each, start + last, how) for each, last, how in part.found]
        return text

    def translated(self) -> str:
        """The body with all replacements; `found` has those to report, with their positions."""
        body, pieces, done, position = self._body, [""], 0, 0
        for _ in range(_MOST_OPENERS):
            opener = self._opener.search(body, position)
            if opener is None:
                break
            start, replacement = opener.start(), self.replacement(opener)
            position = replacement.end
            if replacement.text is None:
                continue
            before = body[done:start]
            pieces += [before.rstrip() if replacement.trims else before, replacement.text]
            done = position
            if replacement.reported_tag:
                self.found.append((start, replacement.tag_end or position, replacement))
        pieces.append(body[done:])
        return "".join(pieces)


class _HtmlScan(_Scan):
    """A walk through a body of HTML, in which only the tags of generators mean something."""

    _opener = _HTML_OPENER

    def __init__(self, body: str, scope: Scope | None, as_html: Callable[[str], str]) -> None:
        super().__init__(body, scope)
        self._as_html = as_html

    def _of(self, body: str, scope: Scope | None) -> "_HtmlScan":
        return _HtmlScan(body, scope, self._as_html)

    def replacement(self, opener: re.Match[str]) -> _Replacement:
        start = opener.start()
        if not opener["tag"]:
            closing = self._ahead.next(_HTML_ENDS[opener["code"].lower()], opener.end())
            return _Replacement(closing.end() if closing else opener.end())
        how = self._tag_replacement(start) or _Replacement(opener.end())
        if how.text and how.is_markdown:
            text = self._as_html(how.text).strip()
            paragraph = _PARAGRAPH.fullmatch(text)
            return replace(how, text=paragraph[1] if paragraph else text)
        return how


def code_spans(body: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each code block and each inline code in a Markdown body."""
    scan, position = _Scan(body), 0
    while opener := _OPENER.search(body, position):
        end = None
        if opener["fence"] or opener["ticks"]:
            end = scan.code_end(opener)
        elif opener["indented"] and not scan._in_list(opener.start()):
            end = opener.end()
        position = end or (opener.start() + 1 if opener["indented"] else opener.end())
        if end:
            yield opener.start(), end


def outside_code(pattern: re.Pattern[str], body: str) -> Iterator[re.Match[str]]:
    """Each match of the pattern, except in code blocks and inline code."""
    position = 0
    for start, end in [*code_spans(body), (len(body), len(body))]:
        yield from pattern.finditer(body, position, start)
        position = end


def sub_outside_code(
    pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str], body: str
) -> str:
    """The body with each match of the pattern replaced, except in code."""
    pieces: list[str] = []
    done = 0
    for match in outside_code(pattern, body):
        pieces += [body[done : match.start()], replacement(match)]
        done = match.end()
    return "".join([*pieces, body[done:]])


def without_shortcodes(
    body: str,
    scope: Scope | None = None,
    as_html: Callable[[str], str] | None = None,
    *,
    generator: str = "",
) -> tuple[str, tuple[RemovedTag, ...]]:
    """The body with known tags as Markdown or HTML, and the tags to report.

    `scope` has the values of a template; without one, a body has no template. If the body is
    HTML, `as_html` renders the Markdown of its tags.
    """
    any_mark = (*_ANY, "8<-") if generator == "mkdocs" else _ANY
    if not any(mark[0] in body and mark in body for mark in any_mark):  # a character is fast
        return body, ()
    scan = _HtmlScan(body, scope, as_html) if as_html else _Scan(body, scope, generator)
    text = scan.translated()
    if HOLE in text:
        text = without_holes(text)
    return text, tuple(_removed(body, scan.found))


def _removed(body: str, found: list[_Found]) -> Iterator[RemovedTag]:
    line, line_start, counted = 0, 0, 0
    for start, (end, how) in sorted({start: (end, how) for start, end, how in found}.items()):
        lines = body.count("\n", counted, start)
        line += lines
        line_start = body.rfind("\n", counted, start) + 1 if lines else line_start
        counted = start
        text, words = body[start:end].rstrip(), how.text or ""
        words = "" if how.is_known or how.is_value else words.replace(HOLE, "")
        column = start - line_start
        yield RemovedTag(
            line, column, how.reported_tag, text, how.is_known, words, how.is_value
        )
