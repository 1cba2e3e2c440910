"""Which tests of core are traced for its coverage: those that reach a line every time.

What hypothesis covers, it covers by chance. Tests of growth count the calls for thousands of
values, all on the same way through the code, and tracing doubles their time.
"""

from typing import Final

import pytest

_OF_GROWTH: Final = "test_growth.py"


@pytest.hookimpl(trylast=True)  # once hypothesis has marked its tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the others untraced."""
    for item in items:
        if item.get_closest_marker("hypothesis") or item.path.name == _OF_GROWTH:
            item.add_marker(pytest.mark.no_cover)
