"""The one door to PyYAML: the text of YAML front matter in, its fields out.

What is mended here (PyYAML 6.0): a scalar stays the text that its author wrote (`no`, `3.10`,
`12:30`), so dates and flags are read by posts.py, which knows what each field means; a doubled
key is refused; aliases are walked with an allowance, so that no bomb goes off; no tag
(`!!python/object`) is ever obeyed; tabs that indent a line are two spaces each, as in Hexo.
"""

import re
from contextlib import suppress
from typing import Final

import yaml

from feedsvc.core.frontmatter.flat_yaml import (
    NO_MEMBER,
    NOTHING,
    flat_fields,
)
from feedsvc.core.frontmatter.source import (
    Allowance,
    Field,
    FrontMatterText,
    Value,
)

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

_STACK: Final = 500
_ENDING: Final = ("while scanning a quoted scalar", "while parsing a flow")  # libyaml's words
_BEGINS_A_LEVEL: Final = "[{-?:"
_TABS = re.compile(r"^\t++", re.MULTILINE)
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # YAML 1.1, 5.1
)
_SAFE_KINDS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}
_PLAINLY = "write it as `key: value` lines"


def yaml_fields(source: FrontMatterText) -> dict[str, Field]:
    """The fields of a YAML mapping; none where there is nothing but comments.

    Raises FrontMatterError for what is not YAML, not a mapping, or beyond the limits. A column
    in a line that tabs indent counts each of them as two.
    """
    fields = flat_fields(source)
    return _Mapping(source).fields() if fields is None else fields


class _Mapping:
    """One walk over a YAML node graph, which aliases may make endless."""

    def __init__(self, source: FrontMatterText) -> None:
        if "\t" in source.text:
            text = _TABS.sub(lambda tabs: "  " * len(tabs[0]), source.text)
            source = FrontMatterText(text, source.line)
        self._source = source
        self._allowance = Allowance(source)

    def fields(self) -> dict[str, Field]:
        node = self._node()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._source.fault(
                node.start_mark.index,
                "the front matter has no keys",
                _PLAINLY + ", or begin the page with *** if you meant a rule",
            )
        fields: dict[str, Field] = {}
        for key_node, value_node in node.value:
            index = key_node.start_mark.index
            key = self._key(key_node)
            self._source.check_key(key, index, fields)
            value = self._value(value_node, 1)
            empty = value_node.start_mark.index == value_node.end_mark.index
            begin = index if empty else value_node.start_mark.index
            fields[key] = self._source.field(value, index, begin)
        return fields

    def _node(self) -> yaml.Node | None:
        source = self._source
        deep = _too_deep(source.text)
        if deep is not None:
            raise source.fault(
                deep, f"the front matter nests more than {_STACK} levels", "write it flatter"
            )
        try:
            return yaml.compose(source.text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = _where(error)
            fault = " ".join(filter(None, (error.context, error.problem)))
            raise source.fault(
                mark.index if mark else 0,
                f"the front matter is not YAML: {fault}",
                "put a value that has : # [ { or quotes in it between quotes",
            ) from error
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            found = _UNREADABLE.search(source.text)
            raise source.fault(
                found.start() if found else 0,
                f"the front matter is not YAML: {error}",
                _PLAINLY,
            ) from error

    def _value(self, node: yaml.Node, depth: int, nothing: frozenset[str] = NOTHING) -> Value:
        index = node.start_mark.index
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        self._allowance.spend(index, depth, text)
        self._check_tag(node)
        if isinstance(node, yaml.ScalarNode):
            plain = not node.style  # libyaml gives '' for it, the Python loader None
            return None if plain and node.value in nothing else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, depth + 1, NO_MEMBER) for child in node.value]
        return self._mapping(node, depth + 1)

    def _mapping(self, node: yaml.Node, depth: int) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in values:
                raise self._source.fault(
                    key_node.start_mark.index,
                    f"the key {key!r} stands twice",
                    "keep one of them",
                )
            values[key] = self._value(value_node, depth)
        return values

    def _key(self, node: yaml.Node) -> str:
        index = node.start_mark.index
        if not isinstance(node, yaml.ScalarNode):
            raise self._source.fault(index, "a key is not a short word", "write `key: value`")
        self._check_tag(node)
        self._allowance.spend(index, 1, node.value)
        self._source.check_key(node.value, index, {})
        return str(node.value)

    def _check_tag(self, node: yaml.Node) -> None:
        if node.tag not in _SAFE_KINDS:
            fault = f"the YAML tag {node.tag!r} is not allowed"
            raise self._source.fault(node.start_mark.index, fault, "write the value without it")


def _where(error: yaml.MarkedYAMLError) -> yaml.Mark | None:
    """Where the author has to look: what is never closed is at fault where it begins."""
    begin, noticed = error.context_mark, error.problem_mark
    if (
        begin
        and noticed
        and str(error.context).startswith(_ENDING)
        and begin.line < noticed.line
    ):
        return begin
    return noticed or begin


def _too_deep(text: str) -> int | None:
    """Where compose would go too deep for the stack, which would end the whole process.

    Quotes and comments may hide brackets, so libyaml itself says what they are: its events,
    unlike its nodes, are read without recursion.
    """
    if sum(map(text.count, _BEGINS_A_LEVEL)) <= _STACK:
        return None
    depth = 0
    with suppress(yaml.YAMLError):  # compose gets no further either
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _STACK:
                    return event.start_mark.index if event.start_mark else 0
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    return None
