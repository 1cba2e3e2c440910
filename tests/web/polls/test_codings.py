"""Content codings give the same bytes each time, and small bodies get none."""

from datetime import UTC, datetime

import pytest

from feedsvc.web.polls import codings
from feedsvc.web.polls.shelf import Document


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, br", ""), ("gzip, identity;q=0", "gzip"), ("br, *;q=0", "br")],
)
def test_a_small_body_is_coded_only_for_clients_that_refuse_plain_bytes(
    accepted: str, coding: str
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    small = Document("a.xml", "digest", "tag", moment, "text/xml", "", "", b"<a/>")
    assert small.coding_for(accepted) == coding


@pytest.mark.parametrize("coding", codings.CODINGS)
def test_a_coding_gives_the_same_bytes_each_time(coding: str) -> None:
    made = {codings.CODINGS[coding](b"Green tea. " * 100) for _ in range(3)}
    assert len(made) == 1


def test_gzip_bytes_contain_no_time() -> None:
    assert codings.CODINGS["gzip"](b"Green tea.")[4:8] == bytes(4)
