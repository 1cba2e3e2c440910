"""Reports without what names a post that is forgotten."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class ForgottenNames:
    """The ids, keys, permalinks and paths of a post that is forgotten."""

    names: frozenset[str]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """A name in a sentence; not a part of a longer id, path or address."""
        each = "|".join(map(re.escape, sorted(self.names)))
        return re.compile(rf"(?<![\w/.:-])(?:{each})(?![\w/-])")

    def are_in(self, text: str) -> bool:
        """True if a sentence has one of the names."""
        return self._pattern.search(text) is not None

    def paths_in(self, value: Any) -> frozenset[str]:
        """The paths that JSON has beside one of the names, as the path of the same post."""
        members: Iterable[Any] = value if isinstance(value, list) else ()
        if isinstance(value, dict):
            members = value.values()
            if self._is_entry(value) and isinstance(value.get("path"), str):
                return frozenset([value["path"]]) - {""}
        return frozenset(path for each in members for path in self.paths_in(each))

    def removed_from(self, value: Any) -> Any:
        """JSON without the members of lists that describe the post or name it.

        These are names, objects with the id, permalink or path of the post, and problems of
        other posts whose text has one of the names.
        """
        if isinstance(value, list):
            kept = (each for each in value if not self._is_named_by(each))
            return [self.removed_from(each) for each in kept]
        if isinstance(value, dict):
            return {key: self.removed_from(each) for key, each in value.items()}
        return value

    def _is_named_by(self, value: Any) -> bool:
        if isinstance(value, str):
            return value in self.names
        if not isinstance(value, dict):
            return False
        texts: Collection[str] = [each for each in value.values() if isinstance(each, str)]
        if "fault" in value:
            return any(map(self.are_in, texts))
        return self._is_entry(value) or value.get("path") in self.names

    def _is_entry(self, value: dict[str, Any]) -> bool:
        return any(value.get(key) in self.names for key in ("id", "permalink"))
