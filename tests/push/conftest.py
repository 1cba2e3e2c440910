"""A house with a pusher, and a subscriber, for the tests of `feedsvc.push`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pushing import House
from tests.support.subscriber import Subscriber, a_subscriber


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[House]:
    made = House(tmp_path, sqlite_url)
    made.publish()
    yield made
    made.stop()
    made.store.close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber() as started:
        yield started


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first retry comes after a tenth of a second instead of ten seconds."""
    monkeypatch.setattr("feedsvc.core.websub.subscriptions._FIRST_PAUSE", 0.1)
