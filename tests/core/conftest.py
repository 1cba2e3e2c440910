"""Which tests of core are traced for its coverage: those that reach a line every time.

What hypothesis covers, it covers by chance. Tests of growth, and tests that a hostile text of
hundreds of thousands of characters is read in time, take the same way through the code for all
of them, and tracing doubles their time. They do without, so all lines are reached by others.
"""

import re
from typing import Final

import pytest

_OF_GROWTH: Final = "test_growth.py"
_OF_TIME: Final = re.compile(r"linear_time|fast|in_seconds|in_time|takes?_long|cost_as_little")


@pytest.hookimpl(trylast=True)  # once hypothesis has marked its tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the others untraced."""
    for item in items:
        is_large = item.path.name == _OF_GROWTH or _OF_TIME.search(_name(item))
        if is_large or item.get_closest_marker("hypothesis"):
            item.add_marker(pytest.mark.no_cover)


def _name(item: pytest.Item) -> str:
    return item.name.partition("[")[0]
