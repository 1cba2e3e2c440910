"""Errors of the database libraries become StoreErrors with a cause and a cure."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from feedsvc.errors import StoreDamaged, StoreError, StoreGone
from feedsvc.store.engine.urls import display_name, without_secrets


@contextmanager
def store_errors(url: sa.URL) -> Iterator[None]:
    """Within this context, errors of SQLAlchemy and SQLite are raised as StoreError."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _store_error(url, error, getattr(error, "orig", None) or error) from error
    except sqlite3.Error as error:
        raise _store_error(url, error, error) from error


def _store_error(url: sa.URL, error: Exception, cause: Any) -> StoreError:
    name = display_name(url)
    text = without_secrets(" ".join(str(cause).split()), url) or type(error).__name__
    if isinstance(cause, sqlite3.Error):
        return _sqlite_error(name, text, cause)
    return StoreError(
        f"{name}: {text}; check that store.url is right and that its server is running"
    )


def _sqlite_error(name: str, text: str, cause: sqlite3.Error) -> StoreError:
    code = (getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"{name} is damaged: {text}")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{name}: the disk is full (ENOSPC); free some space")
    if code == sqlite3.SQLITE_BUSY:
        return StoreError(f"{name} is locked by another program; close that program")
    if code == sqlite3.SQLITE_READONLY:
        return StoreError(f"{name} cannot be written: {text}; let feedsvc write to it")
    if code == sqlite3.SQLITE_CANTOPEN or text.startswith("no such table"):
        return StoreGone(f"{name} was removed: {text}")
    return StoreError(f"{name}: {text}")
