"""Tags of site generators in a body: `{% %}` of Hexo and Jekyll, `{{ }}` of Hugo and Zola.

Known tags become Markdown. Unknown tags are replaced by their words and reported, so that
subscribers never see their source. Templates are filled in as far as their values are known,
and one branch of each condition stays. The same walk translates the marks of `dialect_marks`,
callouts and tables of contents. Fenced code and inline code stay unchanged.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

from feedsvc.core.html.post_targets import in_its_place
from feedsvc.core.markdown.code import OPENERS, CodeEnds, sub_outside_code
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
    without_raw,
)
from feedsvc.core.markdown.templates.shortcode_words import shown_of_shortcode
from feedsvc.core.markdown.templates.template import Template
from feedsvc.core.markdown.templates.values import Scope, text_of
from feedsvc.core.text import Ahead, AnyOf

_CALLOUT: Final = (
    r"(?P<callout>[ \t]*+(?:(?:[*+-]|\d{1,9}[.)])[ \t]++)?+(?:[ ]{0,3}>)++[ ]?)"
    r"\[!(?P<kind>[\w-]++)(?:\|[^\]\n]*+)?+\][+-]?(?P<title>.*+)"
)
_INDENTED_CALLOUT = re.compile(_CALLOUT)
_OPENER = re.compile(
    r"(?=[ \t`~{\[!@*+0-9>%\\<-])(?:"  # the first characters: three times as fast
    rf"{OPENERS}|(?P<tag>\{{[%{{#])"
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
_ANY: Final = AnyOf(
    *("{%", "{{", "{#", "{:", "[[", "%%", "[!", "\\(", "\\[", "[toc]", "[TOC]", "[/code]"),
    "[/sourcecode]",
)
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
    for name in ("highlight", "raw", "rawhtml", "quote", "blockquote", "comment")
}
_MOST_OPENERS: Final = 100_000  # in one body; the text after them stays unchanged
_MOST_WORDS: Final = 2_000  # characters after the name of a tag; a longer one is no tag


_DEEPEST: Final = 5
# What shows in a folder of no known generator that a body is a template.
_TEMPLATE = re.compile(
    r"\{\{-?+\s*+(?:(?:site|page|layout)\.\w"
    r"|[\"'][^\"'\n{}]{0,300}+[\"']\s*+\|\s*+(?:relative|absolute)_url)"
)
_LOOK_BACK: Final = 200  # characters of a target before a value
_TARGET = re.compile(
    r"(?:\]\([ \t]*+<?|\]:[ \t]*+<?|(?:href|src)=[\"']?|<)(?:https?://[^\s<>()]*+|/[^\s<>()]*+)?\Z"
)
_VALUE = re.compile(r"\{\{-?+[^{}\n]{1,200}+\}\}")
_TARGET_END = re.compile(r"\{\{[^{}\n]{1,200}+\}\}[^\s<>]{0,200}+>")
# Themes of Hexo write the titles of tabs as comments: <!-- tab Python@icon -->
_HAS_PARTS = re.compile(r"\{%-?+\s*+(?:sub)*+(?:tabs|timeline)\b")
_COMMENTED_TITLE = re.compile(
    r"^[ \t]*+<!-- ?(?:tab|timeline|node) ++([^\s@][^@\n]{0,200}?)"
    r"(?:@[^@\n]{0,100}?)?[ \t]*+-->",
    re.MULTILINE,
)
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
        self._code_ends = CodeEnds(body, self._ahead)
        self._marks = Marks(body, generator, self._ahead)
        self._scope = scope
        self._depth = 0  # of loops and captures in each other
        self.found: list[_Found] = []
        self._template = Template(scope, self._blocks, self._part) if scope else None

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
        if opener["indented"] and self._code_ends.is_in_list(start):
            callout = _INDENTED_CALLOUT.match(self._body, start)
            if callout:
                return _Replacement(callout.end(), self._callout(callout))
            return _Replacement(start + 1)
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
        end = self._code_ends.end_of(opener)
        return self._code(start, end) if end else _Replacement(opener.end())

    def _code(self, start: int, end: int) -> _Replacement:
        """Code stays. Where Liquid runs before Markdown, `{% raw %}` in it is no part of it."""
        if self._scope and self._scope.runs_in_code and "endraw" in self._body[start:end]:
            return _Replacement(end, without_raw(self._body[start:end]))
        return _Replacement(end)

    def _callout(self, callout: re.Match[str]) -> str:
        """The first line of a callout as a title line in the quotation."""
        title = callout["title"].strip() or callout["kind"].capitalize()
        if any(mark in title for mark in ("[[", "{", "\\", "%%")):
            title = self._part(callout.start("title"), callout.end("title")).strip()
        bars = callout["callout"]
        below = "".join(char if char in "> \t" else " " for char in bars)  # no new list item
        return f"{bars}**{title}**\n{below}"

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
        if self._template and self._body.startswith("{%", start):
            tag = replace(tag, words=self._template.filled(tag.name, tag.words))
        closing = self.end_tag(tag, start)
        if closing:
            content = self._body[tag.end : closing.start()]
            if tag.name == "highlight" and self._body.startswith("{%", start):
                content = without_raw(content)
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
        how = self._trimmed(start, end, text, is_known=text != HOLE)
        return self._markdownified(how, start) if "markdownify" in inner else how

    def _markdownified(self, how: _Replacement, start: int) -> _Replacement:
        """A value that is Markdown even in HTML: `<div>{{ notice | markdownify }}</div>`."""
        before = self._body[max(0, start - _LOOK_BACK) : start].rstrip(" \t").removesuffix("\n")
        line = before[before.rfind("\n") + 1 :].lstrip()
        text = f"\n\n{how.text}\n\n" if how.text and line.startswith("<") else how.text
        return replace(how, text=text, is_markdown=True)

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
        keys = key.split(".")
        texts = (text_of(self._scope.lookup(root, [*keys])) for root in ("page", ".params"))
        text = next((each for each in texts if each is not None), None)
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
        part._marks.labels_of(self._marks)
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
    if not (_ANY.is_in(body) or (generator == "mkdocs" and "8<-" in body)):
        return body, ()
    scan = _HtmlScan(body, scope, as_html) if as_html else _Scan(body, scope, generator)
    text = scan.translated()
    if HOLE in text:
        text = without_holes(text)
    if "<!--" in text and not as_html and _HAS_PARTS.search(body):
        text = sub_outside_code(_COMMENTED_TITLE, lambda tab: f"\n**{tab[1]}**\n", text)
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
