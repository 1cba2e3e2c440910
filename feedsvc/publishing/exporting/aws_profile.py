"""Credentials for S3: of the environment, or of the files of the AWS command line.

Without any, obstore asks the container or the machine that it runs on.
"""

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from feedsvc.errors import ExportError

_KEYS: Final = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}
_NEEDED: Final = {"access_key_id", "secret_access_key"}
# With one of these, obstore needs no file.
_OTHERS: Final = (
    *("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


def credentials_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The keys and the region, as obstore names them; without keys if there are none here.

    Keys of the environment come first. A profile that AWS_PROFILE names must have keys; the
    default profile may be missing.
    """
    named = environ.get("AWS_PROFILE") or ""
    name = named or "default"
    home = Path(environ.get("HOME") or "/")
    section = name if name == "default" else f"profile {name}"
    config = _section(environ, "AWS_CONFIG_FILE", home / ".aws/config", section)
    found = _keys({key: environ.get(key.upper(), "") for key in _KEYS})
    if not found.keys() >= _NEEDED and (named or not any(map(environ.get, _OTHERS))):
        file = home / ".aws/credentials"
        secrets = _section(environ, "AWS_SHARED_CREDENTIALS_FILE", file, name)
        found = _keys({**config, **secrets})
        if named and not found.keys() >= _NEEDED:
            fault = f"the profile {named} of AWS_PROFILE has no keys in a file"
            cure = f"eval $(aws configure export-credentials --profile {named} --format env)"
            raise ExportError(f"{fault}; run: {cure}")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    region = region or config.get("region")
    return {**found, "region": region} if region else found


def _keys(given: Mapping[str, str]) -> dict[str, str]:
    return {_KEYS[key]: given[key] for key in _KEYS if given.get(key)}


def _section(
    environ: Mapping[str, str], variable: str, usual: Path, name: str
) -> dict[str, str]:
    """A section of a file; empty if there is no such file or section."""
    file = Path(environ.get(variable) or usual).expanduser()
    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (OSError, configparser.Error, UnicodeError):
        # Not the text of the error: it has a line of the file.
        raise ExportError(f"{file} cannot be read; correct it, or set {variable}") from None
    return dict(parser[name]) if parser.has_section(name) else {}
