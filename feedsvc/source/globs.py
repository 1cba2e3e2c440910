"""The globs that choose posts: `content.include` and `content.exclude`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from feedsvc.core.problems import Problem

_CLASS: Final = r"\[[!^]?+[^/][^/\]]*\]"  # as in fnmatch: a first `]` is one of the characters
_TOKEN: Final = re.compile(rf"(\*\*/|\*\*|\*|\?|{_CLASS})", re.S)
_TOKEN_OF_TEXT: Final = re.compile(r"(\*\*/|\*\*|\*|\?)")  # if brackets are read as text
_WILDCARDS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_ESCAPES: Final = ("[[]", "[]]")  # a bracket as glob.escape() and shells write it


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern of a setting. It also matches everything below a folder that it matches."""

    setting: str
    text: str
    expression: str
    has_class: bool

    def matches(self, path: str) -> bool:
        """True if a relative path, with `/`, matches."""
        return _compiled(self.expression).fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.S)


class Globs:
    """The patterns of both settings.

    In a pattern `*` and `?` match within a folder, `**` also across folders, and `[abc]` one of
    the characters, as in fnmatch. Earlier versions read `[abc]` as text. So that an upgrade
    publishes nothing, an `exclude` pattern matches both as text and as characters.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.include = tuple(_include(pattern) for pattern in include)
        self.exclude = tuple(_exclude(pattern) for pattern in exclude)
        self._included = _any_of(self.include)
        self._excluded = _any_of(self.exclude)

    def __bool__(self) -> bool:
        """True if there are any patterns."""
        return bool(self.include or self.exclude)

    def includes(self, path: str) -> bool:
        """True if the path of a post matches `include`, or if that has no patterns."""
        return self._included is None or self._included.fullmatch(path) is not None

    def excludes(self, path: str) -> bool:
        """True if the path of a file or folder matches `exclude`."""
        return self._excluded is not None and self._excluded.fullmatch(path) is not None

    def that_excludes(self, path: str) -> str:
        """The first pattern of `exclude` that the path matches; empty if there is none."""
        if not self.excludes(path):
            return ""
        return next((glob.text for glob in self.exclude if glob.matches(path)), "")

    def ambiguous(self) -> Iterator[Problem]:
        """A warning for each `exclude` pattern that means something else as text."""
        for glob in self.exclude:
            if glob.has_class:
                fault = (
                    f"content.exclude has the pattern {glob.text!r}, which excludes both the "
                    "names that contain its brackets as text and those with one of the "
                    "characters between them"
                )
                cure = "write [[] for the text [, or ? for any one character"
                yield _warning(glob.text, "ambiguous-pattern", fault, cure)


class UnmatchedGlobs:
    """The patterns that have matched none of the paths visited so far.

    `ignored` are visited paths that may be folders whose contents were not visited.
    """

    def __init__(self, globs: Globs) -> None:
        self._include = globs.include
        self._exclude = globs.exclude
        self._has_visited = False
        self.ignored: list[str] = []

    def __bool__(self) -> bool:
        """True as long as a pattern has matched nothing."""
        return bool(self._include or self._exclude)

    @property
    def has_exclude(self) -> bool:
        """True if a pattern of `exclude` has matched nothing."""
        return bool(self._exclude)

    def visit(self, path: str, *, is_post: bool) -> None:
        """Drop the patterns that match this path. Only posts can match `include`."""
        self._has_visited = True
        if self._exclude:
            self._exclude = tuple(glob for glob in self._exclude if not glob.matches(path))
        if is_post and self._include:
            self._include = tuple(glob for glob in self._include if not glob.matches(path))

    def problems(self) -> Iterator[Problem]:
        """A warning for each pattern that has matched nothing; none about an empty folder."""
        if not self._has_visited:
            return
        for glob in (*self._include, *self._exclude):
            kind = "post" if glob in self._include else "file or folder"
            fault = f"{glob.setting} has the pattern {glob.text!r}, which matches no {kind}"
            cure = "correct or remove it"
            if glob.has_class:
                cure += "; for the text [ write [[]"
            yield _warning(glob.text, "unmatched-pattern", fault, cure)


def _warning(text: str, code: str, fault: str, cure: str) -> Problem:
    return Problem(".", 0, fault, cure, False, code, text=text)  # `.` is the folder itself


def _include(pattern: str) -> Glob:
    expression, has_class = _expression(pattern)
    return Glob("content.include", pattern, expression, has_class)


def _exclude(pattern: str) -> Glob:
    expression, has_class = _expression(pattern)
    as_text, _ = _expression(pattern, with_classes=False)
    return Glob("content.exclude", pattern, f"{expression}|{as_text}", has_class)


def _any_of(globs: Sequence[Glob]) -> re.Pattern[str] | None:
    if not globs:
        return None
    return re.compile("|".join(f"(?:{glob.expression})" for glob in globs), re.S)


def _expression(pattern: str, *, with_classes: bool = True) -> tuple[str, bool]:
    """A pattern as a regular expression, and whether it has a class that is no escape."""
    tokens = (_TOKEN if with_classes else _TOKEN_OF_TEXT).split(pattern.strip("/"))
    words, has_class = [], False
    for number, token in enumerate(tokens):
        if token in _WILDCARDS:
            words.append(_WILDCARDS[token])
        elif number % 2:  # re.split() puts what it splits at on odd positions
            words.append(_class(token[1:-1]))
            has_class |= token not in _ESCAPES
        else:
            words.append(re.escape(token))
    return f"(?:{''.join(words)})(?:/.*)?", has_class


def _class(members: str) -> str:
    """A class as a regular expression. It never matches `/`; `z-a` matches nothing."""
    is_negated = members[0] in "!^" and len(members) > 1
    ranges = re.findall(r"(.)-(.)|(.)", members[is_negated:], re.S)
    escaped = "".join(
        re.escape(single) if single else f"{re.escape(first)}-{re.escape(last)}"
        for first, last, single in ranges
        if single or first <= last
    )
    if not escaped:
        return "[^/]" if is_negated else "(?!)"
    return f"(?!/)[{'^' if is_negated else ''}{escaped}]"
