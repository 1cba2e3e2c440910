"""The one door to python-frontmatter and YAML: a file's text in, its fields with lines out.

What is mended here (python-frontmatter 1.3.0, PyYAML 6.0): a body keeps its first line's
indent; a mark that is never closed, a list and a doubled key are refused instead of ignored; a
scalar stays the text that its author wrote (`no`, `3.10`, `12:30`), so dates and flags are read
by posts.py, which knows what each field means; aliases are walked with a budget, so that no
bomb goes off; and no tag (`!!python/object`) is ever obeyed.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml
from frontmatter.default_handlers import YAMLHandler

from feedsvc.errors import FrontMatterError

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

_MOST_NODES: Final = 20_000
_DEEPEST: Final = 50
_STACK: Final = 500
_BRACKET = re.compile(r"[\[\]{}]")
_NESTED_ON_A_LINE = re.compile(rf"(?:[-?:][ \t]+){{{_STACK + 1}}}")  # - - - - x
_NOTHING: Final = frozenset(["", "~", "null", "Null", "NULL"])  # where no quotes are
_SAFE_KINDS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the front matter: its value and the line, from 1, where its key stands."""

    value: Value
    line: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a file, by key, and its body, which starts at `body_line` of the file."""

    fields: dict[str, Field]
    body: str
    body_line: int


class _StrictYaml(YAMLHandler):
    """python-frontmatter's YAML handler with our splitting and loading."""

    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)

    def split(self, text: str) -> tuple[str, str]:
        assert self.FM_BOUNDARY is not None  # noqa: S101 - set above; the parent's type is wider
        opening = self.FM_BOUNDARY.match(text)
        closing = opening and self.FM_BOUNDARY.search(text, opening.end())
        if not opening or not closing:
            raise FrontMatterError(
                1, "the front matter is never closed", "end it with a line of three dashes"
            )
        return text[opening.end() + 1 : closing.start()], text[closing.end() + 1 :]

    def load(self, fm: str, **_: object) -> dict[str, Field]:
        if _nests_too_deep(fm):
            raise FrontMatterError(
                1, f"the front matter nests more than {_STACK} levels", "write it flatter"
            )
        try:
            node = yaml.compose(fm, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            fault = " ".join(filter(None, (error.context, error.problem)))
            raise FrontMatterError(
                mark.line + 2 if mark else 1,
                f"the front matter is not YAML: {fault}",
                "put a value that has : # [ { or quotes in it between quotes",
            ) from error
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise FrontMatterError(
                1, f"the front matter is not YAML: {error}", "write it as `key: value` lines"
            ) from error
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise FrontMatterError(
                2, "the front matter has no keys", "write it as `key: value` lines"
            )
        return _Walk().fields(node)


def _nests_too_deep(source: str) -> bool:
    """True where libyaml might overflow the stack, which would end the whole process."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(source):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest > _STACK or _NESTED_ON_A_LINE.search(source) is not None


class _Walk:
    """One walk over a YAML node graph, which aliases may make endless, within a budget."""

    def __init__(self) -> None:
        self._left = _MOST_NODES

    def fields(self, node: yaml.MappingNode) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            line = key_node.start_mark.line + 2
            if key in fields:
                raise FrontMatterError(
                    line,
                    f"the key {key!r} stands twice (first in line {fields[key].line})",
                    "keep one of them",
                )
            fields[key] = Field(self._value(value_node, 1), line)
        return fields

    def _value(self, node: yaml.Node, depth: int) -> Value:
        line = node.start_mark.line + 2
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise FrontMatterError(
                line,
                f"the front matter has more than {_MOST_NODES} values or {_DEEPEST} levels",
                "shorten it; mind anchors (&) and aliases (*)",
            )
        if node.tag not in _SAFE_KINDS:
            raise FrontMatterError(
                line, f"the YAML tag {node.tag!r} is not allowed", "write the value without it"
            )
        if isinstance(node, yaml.ScalarNode):
            plain = not node.style  # libyaml gives '' for it, the Python loader None
            return None if plain and node.value in _NOTHING else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, depth + 1) for child in node.value]
        return {self._key(key): self._value(value, depth + 1) for key, value in node.value}

    def _key(self, node: yaml.Node) -> str:
        self._left -= 1
        if not isinstance(node, yaml.ScalarNode) or len(node.value) > 200:
            raise FrontMatterError(
                node.start_mark.line + 2, "a key is not a short word", "write `key: value`"
            )
        return str(node.value)


_YAML = _StrictYaml()


def read_front_matter(text: str) -> FrontMatter | None:
    """The front matter of a file's text (line ends `\\n`), or None if it has none.

    It stands between two lines of `---`, the first of them the file's first that is not blank.
    Raises FrontMatterError where there is a beginning that cannot be read.
    """
    head = text.lstrip("\n")
    if not _YAML.detect(head):
        return None
    offset = len(text) - len(head)
    try:
        source, body = _YAML.split(head)
        fields = _YAML.load(source)
    except FrontMatterError as error:
        if offset:
            raise FrontMatterError(error.line + offset, error.fault, error.cure) from error
        raise
    body_line = offset + source.count("\n") + 3
    if offset:
        fields = {key: Field(f.value, f.line + offset) for key, f in fields.items()}
    return FrontMatter(fields, body, body_line)
