"""The commands that show what is in the store: feeds, jobs, subscriptions."""

from pathlib import Path
from typing import Final

import click

from feedsvc.cli.options import folder_argument, is_try, settings_from, settings_options
from feedsvc.cli.output.printing import print_job
from feedsvc.cli.output.tables import Row, format_option, print_json, print_table
from feedsvc.cli.wiring import listeners_of, pusher_of, store_to_list
from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import title_of
from feedsvc.core.webhook.jobs import Job
from feedsvc.core.websub import callback_addresses
from feedsvc.core.websub.subscriptions import Subscription
from feedsvc.errors import FeedsvcError
from feedsvc.source.opening import source_of
from feedsvc.store.queues.listeners import Listener

_MOST_JOBS: Final = 50


@click.command()
@settings_options
@format_option
@folder_argument
def feeds(
    config: Path | None, seeds: Path | None, format_name: str, folder: Path | None
) -> None:
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
                record.entries,
                record.changed_at,
            )
            for record in (snapshot.listed_feeds() if site else ())
            if site
        ]
    print_table(("address", "title", "entries", "last changed"), rows, format_name)
    if not rows:  # even a site without posts has a feed
        click.echo("nothing is published yet; run feedsvc publish or serve", err=True)


@click.command()
@settings_options
@format_option
@click.argument("name", required=False)
def jobs(config: Path | None, seeds: Path | None, format_name: str, name: str | None) -> None:
    """List the jobs of the webhook, or show one with its report. The newest is first."""
    settings = settings_from(config, seeds)
    store = store_to_list(settings)
    if name is None:
        heading = ("job", "kind", "state", "calls", "asked", "ended", "error")
        rows = [_job_row(job) for job in store.jobs.newest(_MOST_JOBS)]
        print_table(heading, rows, format_name)
        return
    if format_name == "csv":
        raise click.UsageError("--format csv needs the list of jobs; omit NAME")
    job = store.jobs.named(name)
    if job is None:
        raise FeedsvcError(f"there is no job {name!r}; feedsvc jobs lists the jobs")
    if format_name == "json":
        print_json(job.to_dict())
    else:
        # With git, the report has the paths in the repository already.
        print_job(job, "" if settings.source.git else source_of(settings).shown_root)


def _job_row(job: Job) -> Row:
    return (job.name, job.kind, job.state, job.calls, job.asked_at, job.ended_at, job.error)


@click.command()
@settings_options
@format_option
@click.option(
    "--end", metavar="ID", help="End the subscription with this id, and inform its callback."
)
def subscriptions(
    config: Path | None, seeds: Path | None, format_name: str, end: str | None
) -> None:
    """List WebSub subscriptions, outside hubs and notify URLs."""
    settings = settings_from(config, seeds)
    if end is not None:
        if not pusher_of(settings).end(end, "it was ended by the publisher"):
            raise click.BadParameter(f"there is no subscription {end}", param_hint="--end")
        return
    store = store_to_list(settings)
    rows: list[Row] = [
        _subscription_row(each, settings.site.url) for each in store.subscriptions.all()
    ]
    stored = {each.name: each for each in store.listeners.all()}
    rows += [
        _listener_row(configured.url, stored[configured.name])
        for configured in listeners_of(settings)
        if configured.name in stored
    ]
    heading = ("id", "topic", "callback", "state", "lease ends", "delivered", "last error")
    print_table(heading, rows, format_name)


def _subscription_row(subscription: Subscription, site_url: str) -> Row:
    target = subscription.target
    path = addresses.document_path(target.feed_path, target.format)
    return [
        target.name[:12],
        addresses.url(site_url, path),
        target.callback.partition("?")[0],  # its query may be a secret
        subscription.state,
        subscription.lease_ends_at,
        subscription.delivered_at,
        subscription.last_error,
    ]


def _listener_row(url: str, listener: Listener) -> Row:
    state = "failing" if listener.attempts else "active"
    topic = f"publishes up to {listener.last_notified}"
    origin = str(callback_addresses.origin(url))  # the path may be a secret
    return [listener.name[:12], topic, origin, state, None, None, listener.last_error]
