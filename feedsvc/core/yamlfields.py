"""The one door to PyYAML: the text of YAML front matter in, its fields out.

What is mended here (PyYAML 6.0): a scalar stays the text that its author wrote (`no`, `3.10`,
`12:30`), so dates and flags are read by posts.py, which knows what each field means; a doubled
key is refused; aliases are walked with an allowance, so that no bomb goes off; no tag
(`!!python/object`) is ever obeyed; tabs that indent a line are two spaces each, as in Hexo.
"""

import re
from typing import Final

import yaml

from feedsvc.core.fields import Allowance, Field, Source, Value
from feedsvc.core.flatyaml import NO_MEMBER, NOTHING, flat_fields

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

_STACK: Final = 500
_BRACKET = re.compile(r"[\[\]{}]")
_NESTED_ON_A_LINE = re.compile(rf"(?:[-?:][ \t]++){{{_STACK + 1}}}")  # - - - - x
_TABS = re.compile(r"^\t++", re.MULTILINE)
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # YAML 1.1, 5.1
)
_SAFE_KINDS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}
_PLAINLY = "write it as `key: value` lines"


def yaml_fields(source: Source) -> dict[str, Field]:
    """The fields of a YAML mapping; none where there is nothing but comments.

    Raises FrontMatterError for what is not YAML, not a mapping, or beyond the limits. A column
    in a line that tabs indent counts each of them as two.
    """
    fields = flat_fields(source)
    return _Mapping(source).fields() if fields is None else fields


class _Mapping:
    """One walk over a YAML node graph, which aliases may make endless."""

    def __init__(self, source: Source) -> None:
        if "\t" in source.text:
            text = _TABS.sub(lambda tabs: "  " * len(tabs[0]), source.text)
            source = Source(text, source.line)
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
        if _nests_too_deep(source.text):
            raise source.fault(
                0, f"the front matter nests more than {_STACK} levels", "write it flatter"
            )
        try:
            return yaml.compose(source.text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
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
        if node.tag not in _SAFE_KINDS:
            raise self._source.fault(
                index, f"the YAML tag {node.tag!r} is not allowed", "write the value without it"
            )
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
        self._allowance.spend(index, 1, node.value)
        self._source.check_key(node.value, index, {})
        return str(node.value)


def _nests_too_deep(text: str) -> bool:
    """True where libyaml might overflow the stack, which would end the whole process."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest > _STACK or _NESTED_ON_A_LINE.search(text) is not None
