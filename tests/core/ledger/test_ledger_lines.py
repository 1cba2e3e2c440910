"""The ledger as lines: the same bytes for the same entries, and each fault with its line."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.ledger.ledger import LedgerEntry, forgotten_hash
from feedsvc.core.ledger.ledger_lines import (
    MOST_OCTETS,
    ForgottenHash,
    LedgerLine,
    LedgerRecord,
    line_of,
    read_ledger,
)
from feedsvc.errors import LedgerError
from tests.support.builders import at

ID: Final = "tag:example.org,2026:tea"
ENTRY: Final = LedgerEntry(
    id=ID,
    key="slug:tea",
    published=at("2026-03-01T09:30:00+08:00"),
    updated=at("2026-03-02T00:00:00Z"),
    redated=at("2026-03-03T00:00:00Z"),
    first_at=1_772_328_600_123_456,
    title_digest="t",
    body_digest="b",
    body_length=240,
    words_digest="w",
    permalink="https://example.org/posts/tea/",
    earlier_permalinks=("https://example.org/a/", "https://example.org/茶/"),
    rss_guid="17",
    withdrawn_at=1_772_328_600_000_000,
    adopted_published=at("2020-03-01T00:00:00Z"),
    adopted_updated=at("2021-03-01T00:00:00Z"),
)
MIN: Final = datetime(1900, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
ZONES: Final = st.sampled_from([UTC, *(timezone(timedelta(minutes=m)) for m in (480, -210))])
RECORD: Final = LedgerRecord(ENTRY, ("path:a", "path:b"))
LINE: Final = (
    '{"id":"tag:example.org,2026:tea","key":"slug:tea","earlier_keys":["path:a","path:b"],'
    '"published":"2026-03-01T09:30:00+08:00","updated":"2026-03-02T00:00:00Z",'
    '"redated":"2026-03-03T00:00:00Z",'
    '"first_at":"2026-03-01T01:30:00.123456Z","title_digest":"t","body_digest":"b",'
    '"body_length":240,"words_digest":"w","permalink":"https://example.org/posts/tea/",'
    '"earlier_permalinks":["https://example.org/a/","https://example.org/茶/"],'
    '"rss_guid":"17","adopted_published":"2020-03-01T00:00:00Z",'
    '"adopted_updated":"2021-03-01T00:00:00Z","withdrawn_at":"2026-03-01T01:30:00Z","version":1}'
)


def read(*lines: str | bytes) -> list[LedgerLine]:
    octets = [each.encode() if isinstance(each, str) else each for each in lines]
    return list(read_ledger((each + b"\n" for each in octets), "ledger.jsonl"))


def fault(*lines: str | bytes) -> LedgerError:
    with pytest.raises(LedgerError) as raised:
        read(*lines)
    return raised.value


def changed(**fields: Any) -> str:
    return json.dumps(json.loads(LINE) | fields)


RETRACTION: Final = Retraction(
    *(ID, "配方有误。", "file", at("2026-03-01T00:00:00Z"), at("2026-03-31T00:00:00Z"))
)


def retracted(**fields: Any) -> str:
    line = json.loads(line_of(replace(RECORD, retraction=RETRACTION)))
    return json.dumps(line | {"retracted": line["retracted"] | fields})


@pytest.mark.parametrize("undone_at", [None, at("2026-03-09T00:00:00Z")])
def test_a_retraction_is_read_as_it_was_written(undone_at: datetime | None) -> None:
    record = replace(RECORD, retraction=replace(RETRACTION, undone_at=undone_at))
    line = line_of(record)
    assert json.loads(line)["version"] == 2
    assert read(line) == [record]


def test_a_line_has_every_field_in_one_order() -> None:
    assert line_of(RECORD) == LINE


def test_a_line_is_read_as_it_was_written() -> None:
    assert read(LINE) == [RECORD]


def test_an_entry_of_which_nothing_else_is_known() -> None:
    record = LedgerRecord(LedgerEntry(ID, ""))
    assert read(line_of(record)) == [record]
    assert record.keys == ()
    assert RECORD.keys == ("slug:tea", "path:a", "path:b")


def test_an_entry_that_was_withdrawn_at_an_unknown_time() -> None:
    record = LedgerRecord(replace(ENTRY, withdrawn_at=0))
    assert read(line_of(record)) == [record]


def test_a_forgotten_hash_is_read_as_it_was_written() -> None:
    forgotten = ForgottenHash(forgotten_hash(ID))
    line = line_of(forgotten)
    assert ID not in line
    assert json.loads(line) == {"id": forgotten.id, "forgotten": True, "version": 1}
    assert read(line) == [forgotten]


@given(
    st.builds(
        LedgerEntry,
        id=st.from_regex(r"tag:[a-z]{1,9}", fullmatch=True),
        key=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        published=st.none() | st.datetimes(MIN, timezones=ZONES),
        first_at=st.integers(0, 10**17),
        body_length=st.integers(0, 2**31 - 1),
        withdrawn_at=st.none() | st.integers(-(10**15), 10**17),
    )
)
def test_any_entry_is_one_line_and_is_read_as_it_was(entry: LedgerEntry) -> None:
    line = line_of(LedgerRecord(entry))
    assert "\n" not in line
    assert read(line) == [LedgerRecord(entry)]


def test_a_file_may_lack_its_last_line_end() -> None:
    assert list(read_ledger([LINE.encode()], "x")) == [RECORD]


BAD_LINES: Final[dict[str, tuple[str | bytes, str]]] = {
    "empty": ("", "it is empty"),
    "blank": ("  ", "it is empty"),
    "no JSON": ("{", "it is not JSON"),
    "cut": (LINE[:-9], "it is not JSON"),
    "too deep": ("[" * 100_000, "it is not JSON"),
    "long number": ('{"version":' + "1" * 5000 + "}", "it is not JSON"),
    "a list": ("[1]", "it is not a JSON object"),
    "a text": ('"x"', "it is not a JSON object"),
    "not UTF-8": (b"\xff", "it is not UTF-8"),
    "UTF-16": (LINE.encode("utf-16"), "it is not UTF-8"),
    "a field twice": ('{"id":"a:b","id":"a:c","version":1}', "it has one field twice"),
    "a BOM": (b"\xef\xbb\xbf" + LINE.encode(), "byte order mark"),
    "CRLF": (LINE.encode() + b"\r", "CR LF"),
    "too long": (changed(key="x" * MOST_OCTETS), "longer than"),
    "ours": ("<<<<<<< HEAD", "conflict marker"),
    "base": ("||||||| merged common ancestors", "conflict marker"),
    "between": ("=======", "conflict marker"),
    "theirs": (">>>>>>> branch", "conflict marker"),
    "no version": ("{}", "its version is None"),
    "version 0": (changed(version=0), "its version is 0"),
    "a true version": (changed(version=True), "its version is True"),
    "a later version": (changed(version=3), "version 3 of the format"),
    "version 2 as it was": (changed(version=2), "no field 'retracted'"),
    "a retraction in version 1": (changed(retracted={}), "unknown field 'retracted'"),
    "a retraction that is none": (changed(version=2, retracted=1), "its retracted 1 is not"),
    "an empty retraction": (changed(version=2, retracted={}), "no field 'notice'"),
    "more than a retraction": (retracted(x=1), "unknown field 'x'"),
    "a number as notice": (retracted(notice=1), "its notice 1 is not a text"),
    "an unknown origin": (retracted(origin="me"), "no origin, since or until"),
    "a retraction without end": (retracted(until=None), "no origin, since or until"),
    "a retraction undone": (retracted(undone_at="x"), "its undone_at 'x' is not a date"),
    "an unknown field": (changed(colour="green"), "an unknown field 'colour'"),
    "no id": (changed(id=""), "its id '' is not a URI"),
    "no URI": (changed(id="tea"), "its id 'tea' is not a URI"),
    "a number as id": (changed(id=3), "its id 3 is not a text"),
    "a NUL": (changed(key="a\0"), "a character that cannot be stored"),
    "half a character": (changed(key="\ud800"), "a character that cannot be stored"),
    "a key that is none": (changed(key=None), "its key None is not a text"),
    "keys that are no list": (changed(earlier_keys="a"), "its earlier_keys 'a' is not a list"),
    "an empty key": (changed(earlier_keys=[""]), "is not a list of texts"),
    "keys of numbers": (changed(earlier_keys=[1]), "its earlier_keys 1 is not a text"),
    "keys of lists": (changed(earlier_keys=[[]]), "its earlier_keys [] is not a text"),
    "a length below 0": (changed(body_length=-1), "its body_length -1"),
    "a huge length": (changed(body_length=2**31), "its body_length 2147483648"),
    "a true length": (changed(body_length=True), "its body_length True"),
    "a fraction": (changed(body_length=1.5), "its body_length 1.5"),
    "a number as date": (changed(published=20260301), "its published 20260301 is not a date"),
    "a day": (changed(published="2026-03-01"), "its published '2026-03-01' is not a date"),
    "no offset": (changed(updated="2026-03-01T09:30:00"), "is not a date"),
    "an impossible day": (changed(updated="2026-02-30T09:30:00Z"), "is not a date"),
    "before year 1": (changed(updated="0001-01-01T00:00:00+14:00"), "is not a date"),
    "a long value": (changed(published="x" * 99), "…"),
    "a hash that is none": ('{"id":"sha256:x","forgotten":true,"version":1}', "forgotten"),
    "not forgotten": (
        f'{{"id":"sha256:{"0" * 64}","forgotten":false,"version":1}}',
        "it is forgotten, and",
    ),
    "more than a hash": (
        '{"id":"a:b","key":"x","forgotten":true,"version":1}',
        "unknown field",
    ),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_line_that_cannot_be_read_is_reported_with_its_number_and_a_cure(name: str) -> None:
    line, text = BAD_LINES[name]
    if name == "a BOM":
        error = fault(line, LINE)
        assert error.line == 1
    else:
        error = fault(line_of(LedgerRecord(LedgerEntry("a:b", "slug:other"))), line)
        assert error.line == 2
    assert text in error.fault
    assert error.cure
    assert str(error) == f"ledger.jsonl:{error.line}: {error.fault}; {error.cure}"
    assert len(str(error)) < 400


@pytest.mark.parametrize("field", json.loads(LINE))
def test_a_line_without_a_field_is_reported(field: str) -> None:
    fields = json.loads(LINE)
    del fields[field]
    assert field in fault(json.dumps(fields)).fault


TWICE: Final[dict[str, Callable[[], str]]] = {
    "id": lambda: changed(key="slug:x", earlier_keys=[]),
    "key": lambda: changed(id="a:b", earlier_keys=[]),
    "earlier key": lambda: changed(id="a:b", key="path:b", earlier_keys=[]),
    "key of an earlier key": lambda: changed(id="a:b", key="x", earlier_keys=["slug:tea"]),
}


@pytest.mark.parametrize("name", TWICE)
def test_an_id_or_a_key_of_two_lines_is_reported(name: str) -> None:
    error = fault(LINE, TWICE[name]())
    assert error.line == 2
    assert "line 1 has the" in error.fault
    assert "delete one" in error.cure


def test_two_entries_without_a_key_are_no_contradiction() -> None:
    lines = (changed(key="", earlier_keys=[]), changed(id="a:b", key="", earlier_keys=[]))
    assert len(read(*lines)) == 2


def test_a_key_that_a_line_has_twice_is_no_contradiction() -> None:
    assert len(read(changed(earlier_keys=["slug:tea"]))) == 1
