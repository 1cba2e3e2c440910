"""Removes the words of retracted posts from the news and reports of earlier publishes."""

import json
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.store.schema import jobs, publishes


def clear_summaries(connection: Connection, entry_ids: Collection[str]) -> None:
    """Empty the summaries of these entries: a message that is still to be sent has none."""
    for table, column, key in (
        (publishes, publishes.c.news, publishes.c.number),
        (jobs, jobs.c.report, jobs.c.number),
    ):
        for number, text in connection.execute(sa.select(key, column)).all():
            stored = json.loads(text) if text else None
            if _clear(stored, entry_ids):
                cleared = json.dumps(stored, ensure_ascii=False)
                changing = sa.update(table).where(key == number)
                connection.execute(changing.values({column.name: cleared}))


def _clear(value: Any, entry_ids: Collection[str]) -> bool:
    """Empty the summaries in a value of JSON; true if there were any."""
    if isinstance(value, dict) and value.get("id") in entry_ids and value.get("summary"):
        value["summary"] = ""
        return True
    members: Iterable[Any] = value if isinstance(value, list) else ()
    members = value.values() if isinstance(value, dict) else members
    return sum(_clear(each, entry_ids) for each in members) > 0
