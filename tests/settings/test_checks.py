"""Values that a setting must not have."""

from pathlib import Path

import pytest

from tests.support.configuring import SITE, only_problem, written


@pytest.mark.parametrize("secret", ["", "x" * 40, "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!"])
def test_a_notify_secret_has_the_form_of_standard_webhooks(file: Path, secret: str) -> None:
    one = f"[[notify]]\nurl = 'https://example.org/hear'\nsecret = '{secret}'\n"
    assert only_problem(written(file, one), SITE).startswith("my.toml:3: notify.secret: ")


@pytest.mark.parametrize(
    "line",
    [
        "git = 'ext::sh -c touch% /tmp/x'",
        "git = '--upload-pack=x'",
        "branch = '--force'",
        "branch = 'a..b'",
        "branch = 'a b'",
        "branch = ''",
        "path = '../elsewhere'",
        "path = '/etc'",
        "path = '.git/hooks'",
        "depth = -1",
    ],
)
def test_no_source_setting_can_be_an_option_of_git(file: Path, line: str) -> None:
    key = line.partition(" ")[0]
    assert f"source.{key}: " in only_problem(written(file, f"[source]\n{line}\n"), SITE)
