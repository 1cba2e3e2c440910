"""Tokens of operators: which ones the settings accept, and how they are compared."""

import pytest

from feedsvc.core.admin.tokens import bearer_token, is_token, token_fault

TOKEN = "k7Qm2vXw9dRt4ZpL"  # noqa: S105 - of these tests


@pytest.mark.parametrize(
    "token",
    [TOKEN, "sixteen-letters!", "a/b+c==.~_" * 2, "a-token-for-tests-0001", "x" * 9 + TOKEN],
)
def test_a_token_that_nobody_guesses_has_no_fault(token: str) -> None:
    assert token_fault(token) == ""


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        ("", "shorter than 16"),
        (TOKEN[:15], "shorter than 16"),
        (f"{TOKEN} ", "no blank"),
        (f" {TOKEN}", "no blank"),
        (f"{TOKEN}\n", "no blank"),
        (f"{TOKEN}茶", "use ASCII"),
        ("a" * 40, "fewer than 6 different"),
        ("12341234123412341234", "fewer than 6 different"),
        ("32 random characters", "placeholder"),
        ("change-me-please-now", "placeholder"),
        ("CHANGEME12345678", "placeholder"),
        ("replace_this_with_a_token", "placeholder"),
        ("<your token comes here>", "placeholder"),
        ("${FEEDSVC_ADMIN_TOKEN}", "placeholder"),
        ("{{ admin_token_here }}", "placeholder"),
        ("your-secret-admin-token", "placeholder"),
    ],
)
def test_a_token_that_somebody_may_guess_has_a_fault(token: str, fault: str) -> None:
    assert fault in token_fault(token)


def test_each_of_several_tokens_is_one() -> None:
    assert is_token(TOKEN, ["other", TOKEN])
    assert is_token(TOKEN, [TOKEN, "other"])


@pytest.mark.parametrize("given", ["", TOKEN[:-1], f"{TOKEN}x", TOKEN.lower(), "\udcff"])
def test_anything_else_is_none(given: str) -> None:
    assert not is_token(given, [TOKEN])
    assert not is_token(given, [])


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"Bearer {TOKEN}", TOKEN),
        (f"bearer   {TOKEN} ", TOKEN),
        ("Bearer", ""),
        ("Basic bGk6dGVh", None),
        ("", None),
        (TOKEN, None),
    ],
)
def test_only_a_bearer_token_is_read(header: str, token: str | None) -> None:
    assert bearer_token(header) == token
