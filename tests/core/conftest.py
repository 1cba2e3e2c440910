"""What the coverage of core is measured by: the calls of tests that reach a line every time.

What hypothesis covers, it covers by chance. Tests of growth count the calls for thousands of
values, all on the same way through the code. The same is true of tests of hostile texts with
the mark `untraced`: tracing them takes twice the time of the test. Nor is traced what pytest
does before and after each test.
"""

import sys
from collections.abc import Generator
from typing import Any, Final

import pytest

_OF_GROWTH: Final = "test_growth.py"
_TRACER: Final = pytest.StashKey[Any]()  # the trace function of coverage, or None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace nothing but the call of a test."""
    item.stash[_TRACER] = tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Trace the call of a test that reaches its lines every time."""
    untraced = any(item.get_closest_marker(name) for name in ("hypothesis", "untraced"))
    if not (untraced or item.path.name == _OF_GROWTH):
        sys.settrace(item.stash[_TRACER])
    try:
        return (yield)
    finally:
        sys.settrace(None)
