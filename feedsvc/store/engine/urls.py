"""The URL of a store: its file, its name in messages, and the secrets in it."""

from pathlib import Path
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import make_url

from feedsvc.errors import StoreError

_HIDDEN = "***"


def parse_url(url: str) -> sa.URL:
    """The parts of a URL; raises StoreError."""
    try:
        return make_url(url)
    except (exc.ArgumentError, ValueError):  # their texts may repeat parts of a password
        raise StoreError(
            "store.url is not a database URL; write sqlite:///PATH or "
            "postgresql+psycopg://USER@HOST/DATABASE"
        ) from None


def file_of(url: str) -> Path | None:
    """The file of a SQLite store; None for PostgreSQL."""
    parsed = parse_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database or "") if is_file else None


def display_name(url: sa.URL) -> str:
    """The URL for messages, without its password and without its options."""
    return url.set(query={}).render_as_string(hide_password=True)


def without_secrets(text: str, url: sa.URL) -> str:
    """The text of a library, with every form of the password replaced."""
    for secret in _secrets_of(url):
        text = text.replace(secret, _HIDDEN)
    return text


def _secrets_of(url: sa.URL) -> tuple[str, ...]:
    """Every form in which a library may repeat a password, the longest first."""
    secrets = {url.password or ""}
    for name, value in url.query.items():
        if "password" in name:
            secrets.update([value] if isinstance(value, str) else value)
    forms = set()
    for secret in secrets:
        if len(secret) > 2:  # a shorter one would remove parts of words
            forms |= {secret, repr(secret)[1:-1], quote(secret), quote(secret, safe="")}
            forms.add(quote_plus(secret))
    return tuple(sorted(forms, key=len, reverse=True))
