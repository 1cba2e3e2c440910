"""Alembic's entry point: runs the migrations on the connection that database.py opened."""

from alembic import context

from feedsvc.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
