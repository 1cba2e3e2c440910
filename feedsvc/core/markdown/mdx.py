"""MDX to Markdown: imports, exports, expressions and components go, and their words stay.

https://mdxjs.com/docs/what-is-mdx/. Nothing is run, so an expression that is no literal leaves
nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import Final

from feedsvc.core.markdown.code import CodeSpans
from feedsvc.core.markdown.shortcodes import RemovedTag
from feedsvc.core.text import Ahead

_MARK = re.compile(
    r"\\[{<]|(?P<comment><!--)|^(?P<module>(?:import|export)\b)"
    r"|^[ \t]*+:::[^\n]*+|(?P<brace>\{)"
    r"|(?P<tag></?+(?:[A-Za-z][\w.-]*+(?=[\s/>])|(?=>)))"
    r"|\$\$[^$]{1,2000}+\$\$|\$(?!\s)[^$\n\\^_]*+[\\^_][^$\n]*+\$",
    re.MULTILINE,
)
_MODULE = re.compile(
    r"import\s++(?:[\"'{*]|type\s|[\w$]++\s*+(?:,|from\b))"
    r"|export\s*+(?:[{*]|(?:const|let|var|function|async|default|class|type|interface|enum)\b)"
)
_IMPORTED = re.compile(r"import\s++([\w$]++)\s++from\s++[\"']([^\"'\n]*+)[\"']")
_CONSTANT = re.compile(
    r"export\s++const\s++([\w$]++)\s*+=\s*+([\"'][^\"'\n]*+[\"']|-?\d++(?:\.\d++)?+);?+\s*+"
)
_BLANK_LINE = re.compile(r"\n[ \t]*+(?=\n|$)")
_TOKEN = re.compile(r"[{}\"']|/\*")
_SCRIPT_TOKEN = re.compile(r"[{}()\[\]\"'`\n]|/\*|//")
_STRING_ENDS: Final = {
    quote: re.compile(rf"(?:[^{quote}\\\n]|\\.)*+{quote}") for quote in ("'", '"')
}
_TEMPLATE_END = re.compile("`")
_COMMENT_END = re.compile(r"\*/")
_HTML_COMMENT_END = re.compile("-->")
_GOES_ON: Final = (" ", "\t", "}", ")", "]", ".", "&", "|", "?", ":", "+")
_LITERAL = re.compile(
    r"(?:(?:require|useBaseUrl)\s*+\(\s*+)?+"
    r"(?:\"([^\"]*+)\"|'([^']*+)'|`([^`$]*+)`|(-?\d++(?:\.\d++)?+))\s*+\)?+(?:\.default)?+"
)
_ESCAPED = re.compile(r"\\(.)")
_COMMENT = re.compile(r"(?:\s|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_MORE = re.compile(r"\s*+/\*\s*+(truncate|more)\s*+\*/\s*+")
# Words with marks between two tags on one line: MDX reads them as Markdown.
_MARKED = re.compile(r"[^<\n*_`\[]*+[*_`\[][^<\n]*+</(summary|li|td|th|dd|dt|figcaption)>")
_SPACE = re.compile(r"\s*+")
_TAG_END = re.compile(r"\s*+>")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.-]*+)(\s*+=\s*+)?+")
_BARE = re.compile(r"[^\s>{}]++")
_STYLE = re.compile(r"([A-Za-z]++)\s*+:\s*+[\"']?+([\w.#% -]++)")
_TAB_LABEL = re.compile(
    r"\{\s*+label\s*+:\s*+[\"']([^\"']*+)[\"']\s*+,\s*+value\s*+:\s*+[\"']([^\"']++)[\"']"
    r"|\{\s*+value\s*+:\s*+[\"']([^\"']++)[\"']\s*+,\s*+label\s*+:\s*+[\"']([^\"']*+)[\"']"
)
_CAPITAL = re.compile(r"(?=[A-Z])")
_PICTURE = re.compile(
    r"[^\s<>\"'`]++(?<=\.png|\.jpg|\.svg|\.gif|jpeg|webp|avif)", re.IGNORECASE
)
_FENCE = re.compile(r"(`{3,}+|~{3,}+)")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]++")

_SOURCES: Final = ("src", "image", "img", "url", "sources", "source", "poster")
_LINKS: Final = ("href", "to", "link", "url")
_TITLES: Final = ("title", "label", "caption")
_WORDS: Final = (*_TITLES, "alt", "text", "summary")
_LONGEST: Final = 2_000  # characters of an expression that may be a literal
_NEAR: Final = 80  # characters around a tag that decide whether it is alone on its line
_KINDS: Final = ("note", "tip", "info", "warning", "danger", "caution", "important", "success")
_BOXES: Final = ("admonition", "aside", "callout", "alert")
_WITHOUT_WORDS: Final = ("tocinline", "toc")
_VOID: Final = frozenset(["br", "hr", "img", "input", "source", "wbr", "col", "embed", "track"])
_FRAMES: Final = frozenset(
    ["div", "p", "section", "article", "main", "header", "footer", "center"]
)
_HTML_NAMES: Final = {"className": "class", "htmlFor": "for", "srcSet": "srcset"}


def is_mdx(path: str, generator: str) -> bool:
    """True if the body of this file is MDX: Docusaurus reads `.md` files as MDX too."""
    lowered = path.lower()
    return lowered.endswith(".mdx") or (generator == "docusaurus" and lowered.endswith(".md"))


def markdown_of_mdx(
    body: str, values: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, tuple[RemovedTag, ...]]:
    """The Markdown of a body of MDX, and the components and expressions that leave no words.

    `values` has those of the front matter by their expressions, such as `frontMatter.title`.
    Most lines stay where they are.
    """
    if "    " in body or "\t" in body:
        body = _dedented(body)
    return _MdxWalk(body, values).markdown()


@dataclass(frozen=True, slots=True)
class _JsxTag:
    """A tag of JSX. The value of an attribute is None if it is no literal."""

    name: str
    attributes: dict[str, str | None]
    end: int
    is_closed: bool
    is_alone: bool

    def first(self, names: tuple[str, ...]) -> str:
        """The first of these attributes that has a value."""
        return next((value for name in names if (value := self.attributes.get(name))), "")


class _MdxWalk:
    """One walk through a body from start to end."""

    def __init__(self, body: str, values: Mapping[str, str]) -> None:
        self._body = body
        self._ahead = Ahead(body)
        self._code = CodeSpans(body)
        self._values = {**values}  # and of imports and constants
        self._tab_labels: dict[str, str] = {}  # Docusaurus may write them in <Tabs>
        self._open: list[tuple[str, str]] = []  # names of open elements, and what ends them
        self._last_end = 0  # of an import or a comment
        self._is_broken = False  # a bracket of an export is never closed

    def markdown(self) -> tuple[str, tuple[RemovedTag, ...]]:
        pieces: list[str] = []
        removed: list[RemovedTag] = []
        done, position, line, line_start, counted = 0, 0, 0, 0, 0
        while mark := _MARK.search(self._body, position):
            start = mark.start()
            code_end = self._code.end_at(start)
            end, text = (code_end, None) if code_end else self._replacement(mark)
            position = max(end, mark.end())
            if text is None:
                continue
            source = self._body[start:end]
            lines = "\n" * (source.count("\n") - text.count("\n"))
            if len(lines) > 1 and not _is_alone(self._body, start, end):
                lines = "\n"  # a blank line would end the paragraph
            pieces += [self._body[done:start], text.strip("\0"), lines]
            done = position = end
            if text == _NOTHING:
                line += self._body.count("\n", counted, start)
                line_start = max(line_start, self._body.rfind("\n", counted, start) + 1)
                counted = start
                removed.append(RemovedTag(line, start - line_start, _name_of(source), source))
        pieces.append(self._body[done:])
        return "".join(pieces), tuple(removed)

    def _replacement(self, mark: re.Match[str]) -> tuple[int, str | None]:
        if mark["comment"]:
            closing = self._ahead.next(_HTML_COMMENT_END, mark.end())
            return closing.end() if closing else mark.end(), None
        if mark["module"]:
            return self._module(mark.start())
        if mark["brace"]:
            return self._expression(mark.start())
        if mark["tag"] is not None:
            return self._element(mark)
        return mark.end(), None

    def _module(self, start: int) -> tuple[int, str | None]:
        """The end of an import or export, which begins after a blank line or another one."""
        line_start = self._body.rfind("\n", 0, max(start - 1, 0)) + 1
        follows = self._last_end == start - 1 or not self._body[line_start:start].strip()
        if not follows or not _MODULE.match(self._body, start):
            return start, None
        end = -1 if self._is_broken else self._module_end(start)
        if end < 0:
            self._is_broken = True
            blank = self._ahead.next(_BLANK_LINE, start)
            end = blank.start() if blank else len(self._body)
        self._last_end = end
        if imported := _IMPORTED.match(self._body, start):
            self._values[imported[1]] = imported[2]
        if constant := _CONSTANT.fullmatch(self._body, start, end):
            self._values[constant[1]] = constant[2].strip("\"'")
        return end, ""

    def _module_end(self, start: int) -> int:
        """The end of the line on which all brackets are closed; -1 if there is none."""
        depth, position = 0, start
        while token := _SCRIPT_TOKEN.search(self._body, position):
            position = token.end()
            char = token[0]
            if char == "\n" and depth <= 0:
                if not self._body.startswith(_GOES_ON, position):
                    return token.start()
            elif char in "{([":
                depth += 1
            elif char in "})]":
                depth -= 1
            elif char == "//":
                position = self._line_end(position)
            elif char != "\n":
                position = self._end_of_text(char, position)
        return len(self._body) if depth <= 0 else -1

    def _line_end(self, position: int) -> int:
        end = self._body.find("\n", position)
        return len(self._body) if end < 0 else end

    def _end_of_text(self, char: str, position: int) -> int:
        """The end of a comment, a template or a string on one line that begins there."""
        if char in _STRING_ENDS:
            string = _STRING_ENDS[char].match(self._body, position)
            return string.end() if string else position
        closing = self._ahead.next(_TEMPLATE_END if char == "`" else _COMMENT_END, position)
        return closing.end() if closing else position

    @cached_property
    def _braces(self) -> dict[int, int]:
        """The end of each expression by its start."""
        ends: dict[int, int] = {}
        stack: list[int] = []
        ahead, position = Ahead(self._body), 0
        while token := _TOKEN.search(self._body, position):
            start, position, char = token.start(), token.end(), token[0]
            if code_end := self._code.end_at(start):
                position = code_end
            elif char == "{" and not self._body.startswith("\\", max(start - 1, 0)):
                stack.append(start)
            elif stack and char == "}":
                ends[stack.pop()] = position
            elif stack and char == "/*":
                closing = ahead.next(_COMMENT_END, position)
                position = closing.end() if closing else position
            elif stack and char in _STRING_ENDS:
                position = self._end_of_text(char, position)
        return ends

    def _expression(self, start: int) -> tuple[int, str | None]:
        end = self._braces.get(start)
        inner = self._body[start + 1 : end - 1] if end else ""
        if end is None or inner.startswith("#"):  # the id of a heading
            return start + 1, None
        if _COMMENT.fullmatch(inner):
            self._last_end = end
            more = _MORE.fullmatch(inner)
            return end, f"<!-- {more[1]} -->" if more else ""
        value = self._value(inner)
        if value is None:
            return end, _NOTHING
        if self._open and self._open[-1][0] == "CodeBlock":
            return end, f"\n```\n{value}\n```\n"
        return end, escape(value, quote=False)

    def _value(self, expression: str) -> str | None:
        """The text of a literal, an import or a constant; None if it has to be computed."""
        if len(expression) > _LONGEST:
            return None
        expression = expression.strip()
        literal = _LITERAL.fullmatch(expression)
        if literal:
            value = next(group for group in literal.groups() if group is not None)
            return _ESCAPED.sub(r"\1", value)
        return self._values.get(expression.removesuffix(".src"))

    def _element(self, mark: re.Match[str]) -> tuple[int, str | None]:
        if mark["tag"].startswith("</"):
            return self._end_tag(mark)
        tag = self._tag(mark)
        if tag is None:
            return mark.end(), None
        if tag.name[:1].islower():
            return tag.end, self._html(tag, self._body[mark.start() : tag.end])
        if tag.is_closed:
            return tag.end, _words_of(tag)
        if tag.name == "TabItem" and not tag.attributes.get("label"):
            tag.attributes["label"] = self._tab_labels.get(tag.first(("value",)))
        text, ending = _opened(tag)
        self._open.append((tag.name, ending))
        return tag.end, text

    def _end_tag(self, mark: re.Match[str]) -> tuple[int, str | None]:
        name = mark["tag"][2:]
        closing = _TAG_END.match(self._body, mark.end())
        if closing is None:
            return mark.end(), None
        end = closing.end()
        is_alone = _is_alone(self._body, mark.start(), end)
        if self._open and self._open[-1][0] == name:
            ending = self._open.pop()[1]
            return end, f"\n{ending}\n" if ending == ":::" and not is_alone else ending
        if name == "summary" and self._body.startswith("\n", end):
            return end, "</summary>\n"  # what follows is Markdown
        return end, None if name[:1].islower() else ""

    def _tag(self, mark: re.Match[str]) -> _JsxTag | None:
        """The tag that begins at the mark; None if it never ends."""
        attributes: dict[str, str | None] = {}
        body, position = self._body, mark.end()
        while True:
            position = _SPACE.match(body, position).end()  # type: ignore[union-attr]  # it matches nothing
            if body.startswith((">", "/>"), position):
                is_closed = body.startswith("/", position)
                end = position + 1 + is_closed
                is_alone = _is_alone(body, mark.start(), end)
                return _JsxTag(mark["tag"][1:], attributes, end, is_closed, is_alone)
            if spread := self._braces.get(position):
                position = spread
                continue
            name = _ATTRIBUTE.match(body, position)
            if name is None:
                return None
            position = name.end()
            attributes[name[1]] = ""
            if name[2]:
                position, attributes[name[1]] = self._attribute_value(name[1], position)
                if not position:
                    return None

    def _attribute_value(self, name: str, position: int) -> tuple[int, str | None]:
        """The end of the value that begins there, and the value; 0 if there is none."""
        quote = self._body[position : position + 1]
        if quote in ("'", '"'):
            end = self._body.find(quote, position + 1)
            return end + 1, self._body[position + 1 : end]
        if end := self._braces.get(position, 0):
            inner = self._body[position + 1 : min(end, position + _LONGEST) - 1]
            value = self._value(inner)
            if name == "values":
                for pair in _TAB_LABEL.finditer(inner):
                    self._tab_labels[pair[2] or pair[3]] = pair[1] or pair[4]
            if value is None and name in _SOURCES and (picture := _PICTURE.search(inner)):
                value = picture[0]
            if value is None and name == "style":
                pairs = _STYLE.findall(inner)
                names = (_CAPITAL.sub("-", each).lower() for each, _ in pairs)
                value = ";".join(f"{n}:{v}" for n, (_, v) in zip(names, pairs, strict=True))
            return end, value
        bare = _BARE.match(self._body, position)
        return (bare.end(), bare[0]) if bare else (0, None)

    def _html(self, tag: _JsxTag, source: str) -> str | None:
        """The tag as HTML has it. A block that only has children goes: they are Markdown."""
        marked = _MARKED.match(self._body, tag.end)
        indent = self._indent_of_html(tag.end - len(source)) if marked else None
        if marked and marked[1] == tag.name and indent is not None:
            self._open.append((tag.name, f"\n\n{indent}</{tag.name}>\n{indent}"))
            return f"<{tag.name}{_attributes_of(tag)}>\n\n{indent}"
        is_hidden = "hidden" in tag.attributes or "style" in tag.attributes
        is_frame = tag.name in _FRAMES and not tag.is_closed
        if is_frame:
            drops = tag.is_alone and not is_hidden
            self._open.append((tag.name, "" if drops else f"</{tag.name}>"))
            if drops:
                return ""
        is_void = tag.name in _VOID
        # HTML that begins a line would go on until a blank line.
        blank = "\n" if is_void and tag.is_alone else ""
        if "{" not in source and "className" not in source and (is_void or not tag.is_closed):
            return f"{source}\n" if blank else None
        ending = f"</{tag.name}>" if tag.is_closed and not is_void else ""
        return f"<{tag.name}{_attributes_of(tag)}>{ending}{blank}"

    def _indent_of_html(self, start: int) -> str | None:
        """The space before the line of a tag; None if more than tags is before it.

        Blank lines would end a table.
        """
        before = self._body[max(0, start - _NEAR) : start].rpartition("\n")[2]
        text = before.lstrip()
        is_html = text[:1] in ("", "<") and len(before) < _NEAR
        return before[: len(before) - len(text)] if is_html else None


_NOTHING: Final = "\0"  # what leaves no words is reported


def _is_alone(body: str, start: int, end: int) -> bool:
    """True if nothing else is on the line; a long line counts as one with something else."""
    before = body[max(0, start - _NEAR) : start]
    after, newline, _ = body[end : end + _NEAR].partition("\n")
    is_first = "\n" in before or start <= _NEAR
    is_last = bool(newline) or end + _NEAR >= len(body)
    return is_first and is_last and not (before.rpartition("\n")[2] + after).strip()


def _attributes_of(tag: _JsxTag) -> str:
    return "".join(
        f' {_HTML_NAMES.get(name, name)}="{escape(value)}"'
        for name, value in tag.attributes.items()
        if value is not None
    )


def _name_of(source: str) -> str:
    name = source[1:].split(None, 1)[0].rstrip("/>") if source[0] == "<" else source
    return name if len(name) <= 40 else f"{name[:37]}..."


def _words_of(tag: _JsxTag) -> str:
    """The Markdown of a component without children."""
    words, name = tag.first(_WORDS), tag.name.lower()
    source, target = tag.first(_SOURCES), tag.first(_LINKS)
    if source and (_PICTURE.fullmatch(source) or "image" in name):
        caption = tag.first(_TITLES)
        picture = f"![{tag.first(('alt', *_WORDS))}](<{source}>)"
        return f"{picture}\n\n{caption}\n" if caption and tag.is_alone else picture
    if "youtube" in name and (number := tag.first(("id", "youTubeId", "videoId"))):
        target = f"https://www.youtube.com/watch?v={number}"
    target = target or source
    if target.startswith(("http://", "https://", "/")):
        return f"[{words}](<{target}>)" if words else f"<{target}>"
    if words:
        return words
    return "" if name in _WITHOUT_WORDS else _NOTHING


def _opened(tag: _JsxTag) -> tuple[str, str]:
    """The Markdown for the start and the end of a component with children."""
    name, target = tag.name.lower(), tag.first(_LINKS)
    title = tag.first(_TITLES) or (tag.first(("value",)) if name in ("tabitem", "tab") else "")
    if tag.is_alone and (name in _KINDS or name in _BOXES):
        kind = tag.attributes.get("type") or name
        kind = kind if kind in _KINDS else "note"
        return f":::{kind}[{title}]" if title else f":::{kind}", ":::"
    if target and not tag.is_alone:
        strong = f"<strong>{title}</strong> " if title else ""
        return f'<a href="{escape(target)}">{strong}', "</a>"
    if title and target:
        return f"\n**[{title}](<{target}>)**\n\n", ""
    if title:
        return f"\n**{title}**\n\n" if tag.is_alone else f"**{title}** ", ""
    return "", ""


def _dedented(body: str) -> str:
    """The body without the indentation of children: MDX has no indented code."""
    lines, fence, shift, item = body.split("\n"), "", 0, 0
    for number, line in enumerate(lines):
        text = line.lstrip(" \t")
        indent = len(line[: len(line) - len(text)].expandtabs(4))
        if not text:
            continue
        if not fence:
            if indent < shift:
                shift, item = 0, 0
            indent -= shift
            if indent >= item + 4:
                shift, indent = shift + indent - item, item
            item = min(item, indent)
            if marker := _ITEM.match(text):
                item = indent + min(marker.end(), 4)
        else:
            indent = max(indent - shift, 0)
        lines[number] = " " * indent + text if shift else line
        mark = _FENCE.match(text)
        if mark and not fence:
            fence = mark[1]
        elif mark and text.rstrip().strip(fence[0]) == "" and mark[1].startswith(fence):
            fence = ""
    return "\n".join(lines)
