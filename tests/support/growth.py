"""How the cost of a function grows with a collection, counted in calls, not in seconds."""

import cProfile
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, TypeAlias

from feedsvc.core.frontmatter.source import Value

FEW: Final = 1_000
MANY: Final = 4_000
MOST: Final = 8.0  # times the calls, for four times the values: n log n passes, n**1.5 is 8

# What makes the values, of which there are so many, and returns what is to be counted.
Case: TypeAlias = Callable[[int], Callable[[], object]]

_A_COLLECTION = re.compile(
    r"collections\.abc\.(Collection|Sequence|Mapping|Iterable|Iterator|Set)\["
    r"|\b(list|dict|set|frozenset)\[|\btuple\[[^\[\]]*\.\.\."
)


class Counted(str):
    """A text whose comparisons are calls of Python functions, which a profile counts."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)

    def __lt__(self, other: str) -> bool:
        return str.__lt__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


def texts(prefix: str, count: int) -> list[str]:
    """So many different texts, each comparison of which counts."""
    return [Counted(f"{prefix}{number}") for number in range(count)]


def again(values: list[str]) -> list[str]:
    """Equal texts that are other objects, so that `is` does not answer in place of `==`."""
    return [Counted(str(value)) for value in values]


def calls_of(ready: Callable[[], object]) -> tuple[int, set[CodeType]]:
    """The number of calls of Python and C functions, and the code of the former."""
    profile = cProfile.Profile()  # which counts what sys.setprofile reports, and is in C
    profile.enable()
    try:
        ready()
    finally:
        profile.disable()
    stats = profile.getstats()
    codes = {each.code for each in stats if isinstance(each.code, CodeType)}
    return sum(each.callcount for each in stats), codes


def growth(case: Case, few: int = FEW, many: int = MANY) -> float:
    """How many times the calls that `few` values take `many` of them do."""
    case(2)()  # what is computed once in a process is none of either
    base, _ = calls_of(case(few))
    calls, _ = calls_of(case(many))
    return calls / base


def functions_of(module: ModuleType, *also: str) -> Iterator[tuple[str, FunctionType]]:
    """Functions and methods of a module with a parameter that is a collection, by name.

    So is a parameter of a type of which the name is in `also`.
    """
    for name, value in vars(module).items():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        members = {f"{name}.{key}": each for key, each in _methods(value)} or {name: value}
        for called, function in members.items():
            function = inspect.unwrap(function)
            if isinstance(function, FunctionType) and _takes_a_collection(function, also):
                yield f"{module.__name__.removeprefix('feedsvc.')}.{called}", function


def _methods(value: object) -> Iterator[tuple[str, Any]]:
    if inspect.isclass(value):
        for key, each in vars(value).items():
            yield key, getattr(each, "__func__", each)


def _takes_a_collection(function: FunctionType, also: tuple[str, ...]) -> bool:
    kinds = {name: kind for name, kind in function.__annotations__.items() if name != "return"}
    return function.__code__.co_filename.startswith("/") and any(
        kind != Value
        and (_A_COLLECTION.search(str(kind)) or getattr(kind, "__name__", "") in also)
        for kind in kinds.values()
    )


def clear_caches(package: str) -> None:
    """Forget the results that functions of a package keep, so that each is called again."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith(f"{package}."):
            for value in tuple(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def escaped(
    functions: Mapping[str, FunctionType], called: set[CodeType], excused: Mapping[str, str]
) -> set[str]:
    """The functions that no case has called, and for which nobody has written down why."""
    return {
        name
        for name, function in functions.items()
        if function.__code__ not in called and not _is_excused(name, excused)
    }


def _is_excused(name: str, excused: Mapping[str, str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in excused)


def smaller(case: Case) -> Case:
    """The case with a twentieth of the values, if each value takes many calls."""
    return lambda count: case(max(2, count // 20))


SIGNED: Final[tuple[dict[str, str], ...]] = (
    {"x-hub-signature-256": "sha256=" + "0" * 64},
    {"webhook-id": "m", "webhook-timestamp": "1772323200", "webhook-signature": "v1,AA=="},
    {"x-gitee-token": "AA==", "x-gitee-timestamp": "1772323200000"},
)
