"""Reads YAML config files; aliases are shared, never copied, so that they cannot multiply."""

import re
from typing import Final

import yaml

from feedsvc.core.frontmatter.source import FrontMatterText
from feedsvc.core.frontmatter.yaml_dialect import yaml_node
from feedsvc.core.generators.configs.config_values import (
    DEEPEST,
    NOTHING,
    ConfigValue,
    Content,
    NotLiteral,
    UnreadableConfigError,
)
from feedsvc.errors import FrontMatterError

_NULL: Final = frozenset(["", "~", "null", "Null", "NULL"])
_PLAIN: Final = re.compile(r"!|tag:yaml\.org,2002:[a-z]+")  # not `!ENV`, `!!python/name:x`
_MARKS: Final = "\n,:-?[{"  # a value needs one of them
_MOST_MARKS: Final = 40_000  # PyYAML is slow; the largest `mkdocs.yml` that we know has 9,000
_FRONT_MATTER = re.compile(r"---[ \t]*+\n(.*?\n)(?:---|\.\.\.)[ \t]*+(?:\n|\Z)", re.DOTALL)


def yaml_value(text: str) -> ConfigValue:
    """The mapping in a YAML text. Raises UnreadableConfigError."""
    if sum(map(text.count, _MARKS)) > _MOST_MARKS:
        raise UnreadableConfigError("has too many values")
    try:
        node = yaml_node(FrontMatterText(text, 1))
    except FrontMatterError as error:
        why = error.fault.replace("the front matter ", "")
        raise UnreadableConfigError(why, error.line) from error
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return NOTHING
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableConfigError("is not a YAML mapping", 1)
    return _Nodes().value(node, 0)


def front_matter_value(text: str) -> ConfigValue:
    """The front matter of a page, which a generator reads as a part of its config."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return NOTHING
    return yaml_value("\n" + match[1])  # so that lines are those of the file


class _Nodes:
    """Converts a graph of nodes. Each node is converted once, however often it is used."""

    def __init__(self) -> None:
        self._values: dict[int, ConfigValue] = {}

    def value(self, node: yaml.Node, depth: int) -> ConfigValue:
        known = self._values.get(id(node))
        if known is None:
            line = node.start_mark.line + 1
            self._values[id(node)] = ConfigValue(NotLiteral("refers to itself"), line)
            known = self._values[id(node)] = ConfigValue(self._content(node, depth), line)
        return known

    def _content(self, node: yaml.Node, depth: int) -> Content:
        if not _PLAIN.fullmatch(node.tag):
            return NotLiteral(f"has the YAML tag {node.tag[:60]}")
        if depth > DEEPEST:
            return NotLiteral("is nested too deep")
        if isinstance(node, yaml.ScalarNode):
            return None if not node.style and node.value in _NULL else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(child, depth + 1) for child in node.value)
        return {
            str(key.value): self.value(child, depth + 1)
            for key, child in node.value
            if isinstance(key, yaml.ScalarNode)
        }
