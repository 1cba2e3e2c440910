"""Cookies of operators: signed, not the token, and valid for some hours."""

from datetime import timedelta

import pytest

from feedsvc.core.admin.cookies import VALID_FOR, cookie_value, is_valid, key_of
from tests.support.builders import at

TOKEN = "k7Qm2vXw9dRt4ZpL"  # noqa: S105 - of these tests
KEY = key_of(TOKEN)
NOW = at("2026-11-29T12:00:00Z")
VALUE = cookie_value(KEY, bytes(range(16)), NOW)


def test_a_cookie_is_valid_until_its_end() -> None:
    assert is_valid(VALUE, [KEY], NOW)
    assert is_valid(VALUE, [KEY], NOW + VALID_FOR - timedelta(seconds=1))
    assert not is_valid(VALUE, [KEY], NOW + VALID_FOR)


def test_another_machine_may_have_a_clock_that_is_slow() -> None:
    assert is_valid(VALUE, [KEY], NOW - timedelta(minutes=4))
    assert not is_valid(VALUE, [KEY], NOW - timedelta(minutes=6))


def test_a_cookie_is_valid_as_long_as_its_token_is_one() -> None:
    other = key_of("another-token-of-the-site")
    assert is_valid(VALUE, [other, KEY], NOW)
    assert is_valid(VALUE, [KEY, other], NOW)
    assert not is_valid(VALUE, [other], NOW)
    assert not is_valid(VALUE, [], NOW)


def test_a_cookie_does_not_have_the_token() -> None:
    assert TOKEN not in VALUE
    assert KEY.hex() not in VALUE
    assert cookie_value(KEY, bytes(16), NOW) != VALUE


@pytest.mark.parametrize(
    "value",
    [
        "",
        TOKEN,
        VALUE + "0",
        VALUE[:-1],
        VALUE.upper(),
        "9" + VALUE,
        VALUE.replace("0001", "0002"),
        VALUE + "\n",
        "." * 200,
        "9" * 5000,
    ],
)
def test_a_value_that_was_not_signed_is_invalid(value: str) -> None:
    assert not is_valid(value, [KEY], NOW)
