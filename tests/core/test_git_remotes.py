"""URLs of git repositories, their secrets, and names of branches."""

import subprocess

import pytest

from feedsvc.core.git_remotes import (
    Remote,
    address_of,
    identity_of,
    is_branch,
    without_secrets,
)


@pytest.mark.parametrize(
    ("url", "transport", "shown"),
    [
        ("https://example.org/p.git", "https", "https://example.org/p.git"),
        ("https://li:te%40a@example.org:8443/p", "https", "https://example.org:8443/p"),
        ("http://[::1]:80/p.git", "http", "http://[::1]:80/p.git"),
        ("ssh://git@example.org:22/p.git", "ssh", "ssh://git@example.org:22/p.git"),
        ("git@example.org:li/p.git", "ssh", "git@example.org:li/p.git"),
        ("example.org:p.git", "ssh", "example.org:p.git"),
        ("/srv/p.git", "file", "/srv/p.git"),
        ("file:///srv/p.git", "file", "file:///srv/p.git"),
    ],
)
def test_a_repository_is_reached_by_one_transport(url: str, transport: str, shown: str) -> None:
    address = address_of(url)
    assert (address.transport, address.text) == (transport, shown)


def test_user_and_password_are_removed_from_the_address() -> None:
    address = address_of("https://li:te%40%2Fa@example.org:8443/p")
    assert (address.origin, address.user, address.password) == (
        "https://example.org:8443",
        "li",
        "te@/a",
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ext::sh -c date",
        "ext::date",
        "fd::7",
        "git://example.org/p",
        "ftp://example.org/p",
        "file://example.org/p",
        "p.git",
        "../p.git",
        "--upload-pack=date",
        "-oProxyCommand=date:p",
        "ssh://-oProxyCommand=date/p",
        "ssh://li:secret@example.org/p",
        "git@-host:p",
        "git@example.org:-p",
        "https://-example.org/p",
        "https:///p",
        "https://example.org/p?token=secret",
        "https://li:se#cret@example.org/p",
        "https://li:se/cret@example.org/p",
        "https://li:12/secret@example.org/p",
        "https://li:se%0Acret@example.org/p",
        "https://example.org/p\nq",
        "https://example.org/p q",
    ],
)
def test_other_urls_are_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL.*; (give|write)|control character") as refused:
        address_of(url)
    assert "cret" not in str(refused.value)


GOOD_BRANCHES = ["main", "a/b", "茶", "v1.2", "a@b", "a-", "@", "a.locks", "refs/heads/a"]
BAD_BRANCHES = ["HEAD", "-a", ".a", "a/.b", "a..b", "a.lock", "a.lock/b", "a b", "a~b", "a^b"]
BAD_PLACES = ["a:b", "a?b", "a*b", "a[b", "a\\b", "a@{b", "/a", "a/", "a//b", "a.", "a\x7f", ""]


@pytest.mark.parametrize("name", [*GOOD_BRANCHES, *BAD_BRANCHES, *BAD_PLACES, "a\nb"])
def test_a_branch_is_valid_if_git_accepts_it(name: str) -> None:
    git = subprocess.run(
        ["git", "check-ref-format", "--branch", name], capture_output=True, check=False
    )
    assert is_branch(name) == (git.returncode == 0)


def test_the_identity_depends_on_address_and_branch() -> None:
    ours = Remote("https://li:one@example.org/p", "main")
    assert identity_of(ours) == identity_of(Remote("https://li:two@example.org/p", "main", 5))
    assert identity_of(ours) != identity_of(Remote("https://li:one@example.org/q", "main"))
    assert identity_of(ours) != identity_of(Remote("https://li:one@example.org/p", "next"))


def test_secrets_are_removed_from_the_output_of_git() -> None:
    address = address_of("https://wei-li:tea%40pot@example.org/p")
    said = "fatal: 'https://a:b@example.org/p': no tea@pot for wei-li"
    assert without_secrets("tell", address_of("https://e:l@example.org/p")) == "tell"
    assert without_secrets(said, address) == (
        "fatal: 'https://***@example.org/p': no *** for ***"
    )


def test_a_remote_does_not_show_its_password() -> None:
    assert "secret" not in repr(Remote("https://li:secret@example.org/p", "main"))
    assert "secret" not in repr(address_of("https://li:secret@example.org/p"))


INVALID = [
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
@pytest.mark.parametrize("netloc", INVALID)
def test_an_invalid_host_or_port_is_refused(scheme: str, netloc: str) -> None:
    with pytest.raises(ValueError, match="host or port is invalid"):
        address_of(f"{scheme}://{netloc}/p.git")


@pytest.mark.parametrize(
    "netloc", ["git_lab:2222", "茶.example", "[2001:db8::1]:65535", "EXAMPLE.org"]
)
def test_every_valid_host_is_accepted(netloc: str) -> None:
    assert address_of(f"ssh://git@{netloc}/p").text == f"ssh://git@{netloc}/p"
    assert address_of(f"https://li:secret@{netloc}/p").text == f"https://{netloc}/p"


def test_an_encoded_password_is_removed_from_the_output_of_git() -> None:
    address = "https://li:tea%40pot%2Fcup@example.org/p"
    output = "fatal: tea@pot/cup, tea%40pot%2Fcup and tea%40pot/cup"
    assert without_secrets(output, address_of(address)) == "fatal: ***, *** and ***"
