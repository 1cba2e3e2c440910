"""Reads YAML front matter; the only module that parses with PyYAML.

Differences from PyYAML 6.0: scalars stay text (`no`, `3.10`, `12:30`), because core/posts knows
which fields are dates or flags; of a repeated key the first value counts; values are counted
where aliases repeat them, which stops alias bombs; tags such as `!!python/object` are refused;
a tab that indents a line counts as two spaces, as in Hexo.
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
_ENDING: Final = ("while scanning a quoted scalar", "while parsing a flow")  # texts of libyaml
_BEGINS_A_LEVEL: Final = "[{-?:"
_TABS = re.compile(r"^\t++", re.MULTILINE)
_UNREADABLE = re.compile(  # YAML 1.1 §5.1; the complement of what is readable compiles faster
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)
_SAFE_KINDS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}
_PLAINLY = "write it as `key: value` lines"


def yaml_fields(source: FrontMatterText) -> dict[str, Field]:
    """The fields of a YAML mapping; empty if the text has only comments.

    Raises FrontMatterError if the text is not YAML, not a mapping, or beyond the limits. A tab
    that indents a line counts as two columns.
    """
    fields = flat_fields(source)
    return _Mapping(source).fields() if fields is None else fields


class _Mapping:
    """Reads a YAML node graph, in which aliases may form cycles."""

    def __init__(self, source: FrontMatterText) -> None:
        if "\t" in source.text:
            source = source.with_text(_TABS.sub(lambda tabs: "  " * len(tabs[0]), source.text))
        self._source = source
        self._allowance = Allowance(source)

    def fields(self) -> dict[str, Field]:
        node = yaml_node(self._source)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._source.fault(
                node.start_mark.index,
                "the front matter has no keys",
                _PLAINLY + ", or write *** if you want a horizontal rule",
            )
        fields: dict[str, Field] = {}
        for key_node, value_node in node.value:
            index = key_node.start_mark.index
            key = self._key(key_node)
            is_new = self._source.is_new_key(key, index, fields)
            value = self._value(value_node, 1, key)
            if not is_new:
                continue
            empty = value_node.start_mark.index == value_node.end_mark.index
            begin = index if empty else value_node.start_mark.index
            fields[key] = self._source.field(value, index, begin)
        return fields

    def _value(
        self, node: yaml.Node, depth: int, name: str, nothing: frozenset[str] = NOTHING
    ) -> Value:
        """The value of a node; `name` is the key of the field."""
        index = node.start_mark.index
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        self._allowance.spend(index, depth, text)
        self._check_tag(node)
        if isinstance(node, yaml.ScalarNode):
            plain = not node.style  # libyaml gives '' for it, the Python loader None
            return None if plain and node.value in nothing else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, depth + 1, name, NO_MEMBER) for child in node.value]
        return self._mapping(node, depth + 1, name)

    def _mapping(self, node: yaml.Node, depth: int, name: str) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            value = self._value(value_node, depth, name)
            if key in values:
                self._source.add_repeated(f"{name}.{key}", key_node.start_mark.index)
            values.setdefault(key, value)
        return values

    def _key(self, node: yaml.Node) -> str:
        index = node.start_mark.index
        if not isinstance(node, yaml.ScalarNode):
            raise self._source.fault(index, "a key is not a short word", "write `key: value`")
        self._check_tag(node)
        self._allowance.spend(index, 1, node.value)
        self._source.is_new_key(node.value, index, {})
        return str(node.value)

    def _check_tag(self, node: yaml.Node) -> None:
        if node.tag not in _SAFE_KINDS:
            fault = f"the YAML tag {node.tag!r} is not allowed"
            raise self._source.fault(node.start_mark.index, fault, "write the value without it")


def yaml_node(source: FrontMatterText) -> yaml.Node | None:
    """The nodes of a YAML text; None if it has only comments. Scalars have no types.

    Raises FrontMatterError if it is not YAML, or nested so deep that PyYAML would crash.
    """
    deep = _too_deep(source.text)
    if deep is not None:
        raise source.fault(
            deep, f"the front matter has more than {_STACK} levels", "use fewer levels"
        )
    try:
        return yaml.compose(source.text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = _mark_of(error)
        fault = " ".join(filter(None, (error.context, error.problem)))
        raise source.fault(
            mark.index if mark else 0,
            f"the front matter is not YAML: {fault}",
            "quote values that contain : # [ { or quotes",
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        match = _UNREADABLE.search(source.text)
        raise source.fault(
            match.start() if match else 0,
            f"the front matter is not YAML: {error}",
            _PLAINLY,
        ) from error


def _mark_of(error: yaml.MarkedYAMLError) -> yaml.Mark | None:
    """The position of the mistake: for an unclosed quote or bracket, its beginning."""
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
    """The index at which compose would overflow the stack and end the process; None if safe.

    Brackets may be in quotes or comments, so libyaml's parser counts the levels. Unlike
    compose, it does not use recursion.
    """
    if sum(map(text.count, _BEGINS_A_LEVEL)) <= _STACK:
        return None
    depth = 0
    with suppress(yaml.YAMLError):  # compose fails at the same position
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _STACK:
                    return event.start_mark.index if event.start_mark else 0
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    return None
