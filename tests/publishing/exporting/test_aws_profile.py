"""Credentials for S3 come from the usual places, and no message shows one."""

from pathlib import Path

import pytest

from feedsvc.errors import ExportError
from feedsvc.publishing.exporting.aws_profile import credentials_of

KEYS = {"access_key_id": "AKID", "secret_access_key": "hidden"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with two profiles, one of which has no keys."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[default]\naws_access_key_id = AKID\naws_secret_access_key = hidden\n"
    )
    (tmp_path / ".aws/config").write_text(
        "[default]\nregion = eu-west-1\n[profile sso]\nsso_session = x\nregion = eu-west-2\n"
    )
    return tmp_path


def test_the_default_profile_has_keys_and_a_region(home: Path) -> None:
    assert credentials_of({"HOME": str(home)}) == KEYS | {"region": "eu-west-1"}


def test_the_environment_comes_first(home: Path) -> None:
    given = {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "own", "AWS_REGION": "here"}
    found = credentials_of({"HOME": str(home), "AWS_PROFILE": "sso", **given})
    assert found == {"access_key_id": "mine", "secret_access_key": "own", "region": "here"}


def test_a_container_or_a_machine_may_have_them_too(home: Path, tmp_path: Path) -> None:
    assert credentials_of({"HOME": str(tmp_path / "none")}) == {}
    others = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}
    assert credentials_of({"HOME": str(home), **others}) == {"region": "eu-west-1"}


def test_a_file_elsewhere_is_read(home: Path) -> None:
    elsewhere = {"AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws/credentials")}
    assert credentials_of({"HOME": "/nowhere", **elsewhere}) == KEYS


@pytest.mark.parametrize("name", ["sso", "none"])
def test_a_profile_without_keys_is_an_error_with_a_cure(home: Path, name: str) -> None:
    with pytest.raises(ExportError, match=f"profile {name} .*export-credentials"):
        credentials_of({"HOME": str(home), "AWS_PROFILE": name})


def test_a_file_that_cannot_be_read_shows_no_line_of_it(home: Path) -> None:
    (home / ".aws/credentials").write_text("hidden without a section\n")
    with pytest.raises(ExportError) as raised:
        credentials_of({"HOME": str(home)})
    assert "hidden" not in str(raised.value)
    assert "AWS_SHARED_CREDENTIALS_FILE" in str(raised.value)
