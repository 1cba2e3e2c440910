"""Changes what the news and the reports of earlier publishes say of a post."""

import json
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.store.schema import jobs, publishes


def rewrite_news(connection: Connection, rewritten: Callable[[Any], Any]) -> None:
    """Replace the news of publishes and the reports of jobs.

    `rewritten` gets each as a value of JSON, and returns it as it should be.
    """
    for table, column, key in (
        (publishes, publishes.c.news, publishes.c.number),
        (jobs, jobs.c.report, jobs.c.number),
    ):
        query = sa.select(key, column).where(column != "")
        for number, text in connection.execute(query).all():
            stored = json.loads(text)
            changed = rewritten(stored)
            if changed != stored:
                changing = sa.update(table).where(key == number)
                text = json.dumps(changed, ensure_ascii=False)
                connection.execute(changing.values({column.name: text}))


def clear_summaries(connection: Connection, entry_ids: Collection[str]) -> None:
    """Empty the summaries of these entries: a message that is still to be sent has none."""

    def cleared(value: Any) -> Any:
        if isinstance(value, list):
            return [cleared(each) for each in value]
        if not isinstance(value, dict):
            return value
        if value.get("id") in entry_ids and value.get("summary"):
            return {**value, "summary": ""}
        return {name: cleared(each) for name, each in value.items()}

    rewrite_news(connection, cleared)
