"""The commands that show what is in the store: feeds, jobs, subscriptions."""

from pathlib import Path
from typing import Final

import click

from feedsvc.cli.options import folder_argument, is_try, settings_from, settings_options
from feedsvc.cli.printing import job_row, print_job, print_table, utc
from feedsvc.cli.wiring import listeners_of, pusher_of, store_to_list
from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import title_of
from feedsvc.core.websub import callback_addresses
from feedsvc.core.websub.subscriptions import Subscription
from feedsvc.errors import FeedsvcError
from feedsvc.store.queues.listeners import Listener

_MOST_JOBS: Final = 50


@click.command()
@settings_options
@folder_argument
def feeds(config: Path | None, seeds: Path | None, folder: Path | None) -> None:
    """List all feeds: address, title, entries, last changed. FOLDER is as for serve."""
    settings = settings_from(config, seeds, folder)
    if is_try(folder):
        from feedsvc.cli.publishing import publish_try  # not at the top: only a try needs it

        publish_try(settings)
    with store_to_list(settings).snapshot() as snapshot:
        site = snapshot.site()
        rows = [
            (
                addresses.url(site.url, addresses.document_path(record.topic.path, "atom")),
                title_of(site, record.topic),
                str(record.entries),
                utc(record.changed_at),
            )
            for record in (snapshot.listed_feeds() if site else ())
            if site
        ]
    print_table(("address", "title", "entries", "last changed"), rows)


@click.command()
@settings_options
@click.argument("name", required=False)
def jobs(config: Path | None, seeds: Path | None, name: str | None) -> None:
    """List the jobs of the webhook, the newest first; or show one job and its report."""
    store = store_to_list(settings_from(config, seeds))
    if name is None:
        heading = ("job", "kind", "state", "calls", "asked", "ended", "error")
        print_table(heading, [job_row(job) for job in store.jobs.newest(_MOST_JOBS)])
        return
    job = store.jobs.named(name)
    if job is None:
        raise FeedsvcError(f"there is no job {name!r}; feedsvc jobs lists the jobs")
    print_job(job)


@click.command()
@settings_options
@click.option(
    "--end", metavar="ID", help="End the subscription with this id, and inform its callback."
)
def subscriptions(config: Path | None, seeds: Path | None, end: str | None) -> None:
    """List WebSub subscriptions, outside hubs and notify URLs."""
    settings = settings_from(config, seeds)
    if end is not None:
        if not pusher_of(settings).end(end, "it was ended by the publisher"):
            raise click.BadParameter(f"there is no subscription {end}", param_hint="--end")
        return
    store = store_to_list(settings)
    rows = [_subscription_row(each, settings.site.url) for each in store.subscriptions.all()]
    stored = {each.name: each for each in store.listeners.all()}
    rows += [
        _listener_row(configured.url, stored[configured.name])
        for configured in listeners_of(settings)
        if configured.name in stored
    ]
    print_table(
        ("id", "topic", "callback", "state", "lease ends", "delivered", "last error"), rows
    )


def _subscription_row(subscription: Subscription, site_url: str) -> list[str]:
    target = subscription.target
    path = addresses.document_path(target.feed_path, target.format)
    return [
        target.name[:12],
        addresses.url(site_url, path),
        target.callback.partition("?")[0],  # its query may be a secret
        subscription.state,
        utc(subscription.lease_ends_at),
        utc(subscription.delivered_at),
        subscription.last_error,
    ]


def _listener_row(url: str, listener: Listener) -> list[str]:
    state = "failing" if listener.attempts else "active"
    topic = f"publishes up to {listener.last_notified}"
    origin = str(callback_addresses.origin(url))  # the path may be a secret
    return [listener.name[:12], topic, origin, state, "", "", listener.last_error]
