"""The command that sends pending deliveries and notifications: push."""

import sys
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.wiring import limits_of, pusher_of
from feedsvc.core import addresses
from feedsvc.core.text import legal
from feedsvc.errors import FeedsvcError
from feedsvc.logs import log_to_stderr
from feedsvc.store.store import Store

_PUSH_SECONDS: Final = 600


@click.command()
@settings_options
@click.option("--retry", metavar="TOPIC", help="Retry the failed deliveries of this topic now.")
def push(config: Path | None, seeds: Path | None, retry: str | None) -> None:
    """Send what is due to subscribers and others, then end.

    The others are outside hubs and notify URLs. A running watcher does this by itself. TOPIC
    is the address of a feed document, or the address of a feed for its three documents. Ends
    with 1 if a delivery failed, and with 2 if no feed has TOPIC.
    """
    settings = settings_from(config, seeds)
    log_to_stderr(settings.log.level, settings.log.format)
    store = Store(settings.store.url, limits=limits_of(settings))
    if retry is not None:
        _retry(store, settings.site.url, retry)
    pusher = pusher_of(settings)
    pusher.start()
    is_done = pusher.finish(_PUSH_SECONDS)
    pusher.stop()
    failing = sum(each.attempts > 0 for each in store.subscriptions.all())
    click.echo(f"failing: {failing}")
    if failing or not is_done:
        sys.exit(1)


def _retry(store: Store, site_url: str, topic: str) -> None:
    """Make the failed deliveries of a topic due. Raises FeedsvcError if no feed has it."""
    feed_path, format_name = feed_and_format(site_url, topic)
    with store.snapshot() as snapshot:
        if snapshot.feed(feed_path) is None:
            raise FeedsvcError(
                f"no feed has the topic {topic!r}; feedsvc feeds lists their addresses"
            )
    count = store.subscriptions.retry(feed_path, format_name)
    click.echo(f"to be retried: {count}")


def feed_and_format(site_url: str, topic: str) -> tuple[str, str | None]:
    """The path of the feed, and the format if the topic is a document.

    Raises FeedsvcError for octets that are no text: a shell passes on any.
    """
    path = unquote(f"{topic.rstrip('/')}/".removeprefix(addresses.url(site_url, "")))
    if legal(path) != path:
        raise FeedsvcError(f"there is no feed {topic!r}; feedsvc feeds lists their addresses")
    path = path.strip("/")
    feed_path, _, name = path.rpartition("/")
    for format_name, file_name in addresses.FORMATS.items():
        if name == file_name:
            return feed_path, format_name
    return path, None
