"""Hosts and ports that git is never asked at, because they cannot exist."""

import pytest

from feedsvc.core.git_remotes import address_of, without_secrets

IMPOSSIBLE = [
    "example.org:0",
    "example.org:99999",
    "example.org:",
    f"{'a' * 64}.org",
    "a..b",
    "1.2.3.999",
    "[::1::2]",
    f"{'茶' * 60}.org",
]


@pytest.mark.parametrize("scheme", ["http", "https", "ssh"])
@pytest.mark.parametrize("place", IMPOSSIBLE)
def test_an_impossible_host_or_port_is_refused(scheme: str, place: str) -> None:
    with pytest.raises(ValueError, match="host or port is impossible"):
        address_of(f"{scheme}://{place}/p.git")


@pytest.mark.parametrize(
    "place", ["git_lab:2222", "茶.example", "[2001:db8::1]:65535", "EXAMPLE.org"]
)
def test_every_possible_host_is_accepted(place: str) -> None:
    assert address_of(f"ssh://git@{place}/p").text == f"ssh://git@{place}/p"
    assert address_of(f"https://li:secret@{place}/p").text == f"https://{place}/p"


def test_an_encoded_password_is_removed_from_what_git_says() -> None:
    address = "https://li:tea%40pot%2Fcup@example.org/p"
    told = "fatal: tea@pot/cup, tea%40pot%2Fcup and tea%40pot/cup"
    assert without_secrets(told, address_of(address)) == "fatal: ***, *** and ***"
