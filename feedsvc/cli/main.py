"""The words you type."""

import errno
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

import click

from feedsvc import __version__
from feedsvc.cli.printing import (
    job_row,
    print_explanation,
    print_job,
    print_problems,
    print_report,
    print_restricted,
    print_table,
    printable,
    progress_of,
)
from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import title_of
from feedsvc.core.websub import callback_addresses
from feedsvc.errors import FeedsvcError, FolderError
from feedsvc.logs import log_to_stderr
from feedsvc.publishing import check as checking
from feedsvc.publishing.empty_folder import held_message
from feedsvc.publishing.export import export
from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.report import Report
from feedsvc.publishing.shared_store import refuse_other_folder
from feedsvc.settings.settings import Settings, load_settings
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.engine.engine import sole_watcher
from feedsvc.store.store import Store, open_sound_store, store_to_look_at, store_to_try

# Flask, uvicorn, APScheduler and watchfiles take 30 MB and half a second: the commands that
# need them import them, and `publish` in a hook does without.
if TYPE_CHECKING:
    from feedsvc.push.notifications import Notified, OutsideHub
    from feedsvc.push.pusher import Pusher
    from feedsvc.store.queues.listeners import Listener

_F = TypeVar("_F", bound=Callable[..., Any])
_SETTLE_SECONDS = 10
_TIDY_SECONDS = 60
_PUSH_SECONDS = 600
_MOST_JOBS = 50

_EXAMPLES = """\b
Examples:
  feedsvc serve --seeds posts        serve the feeds of posts/, and watch it
  feedsvc check posts/tea.md         what is wrong with a post
  feedsvc publish                    one scan, then a report
  feedsvc export public              every feed as a file below public/
  FEEDSVC_SITE__TITLE="Tea" feedsvc serve
"""


class _Group(click.Group):
    """Tells a fault of ours in a line and ends with 2, without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except FeedsvcError as error:
            click.echo(f"feedsvc: {error}", err=True)
            context.exit(2)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click ends quietly where nobody reads on
            click.echo(f"feedsvc: {error}", err=True)
            context.exit(2)


def _settings_options(function: _F) -> _F:
    config = click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="The file of settings; config/feedsvc.toml if it is there.",
    )
    seeds = click.option(
        "--seeds", type=click.Path(path_type=Path), help="The folder of posts."
    )
    return config(seeds(function))


@click.group(cls=_Group, epilog=_EXAMPLES)
@_settings_options
@click.version_option(__version__, prog_name="feedsvc", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, config: Path | None, seeds: Path | None) -> None:
    """Turn a folder of posts into Atom, RSS and JSON feeds, and serve them."""
    context.obj = (config, seeds)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know no Chinese


def _settings(config: Path | None, seeds: Path | None) -> Settings:
    before = click.get_current_context().obj or (None, None)
    environ = dict(os.environ)
    folder = seeds or before[1]
    if folder:
        environ["FEEDSVC_CONTENT__SEEDS"] = str(folder)
    return load_settings(config or before[0], environ)


def _source(settings: Settings) -> Source:
    """Where the posts are: the folder of the settings, or the tree of a repository."""
    source = settings.posts()
    if not settings.source.git:
        source.folder_to_read().require_root()
    return source


def _require_posts(settings: Settings) -> None:
    """Raises FolderError if there is neither a folder of posts nor a post in the store."""
    try:
        _source(settings)
    except FolderError:
        looking = store_to_look_at(settings.store.url, upgrade=True)
        with looking as store, store.snapshot() as snapshot:
            if snapshot.first_published(1):
                return  # the watcher reports the folder, and publishes it when it is back
        raise


@contextmanager
def _watching(settings: Settings) -> Iterator[None]:
    """The folder is watched, and what changes in it is pushed, as long as the context lasts."""
    from feedsvc.watcher.watcher import Watcher

    purge, pusher = _purging(settings), _pusher(settings)

    def published(feed_paths: Collection[str]) -> None:
        purge(feed_paths)
        pusher.wake()

    source, interval = settings.posts(), settings.watcher.interval
    store = settings.store
    watcher = Watcher(
        source, store.url, settings.publication(), interval, published, store.limits
    )
    watcher.refuse_different_posts()
    watcher.every(_TIDY_SECONDS, pusher.tidy)
    pusher.start(alone=settings.store.url.startswith("sqlite"))
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()
        pusher.stop()


def _pusher(settings: Settings) -> "Pusher":
    from feedsvc.push.pusher import Push, Pusher

    hub = settings.hub
    plain = settings.server.media_types == "plain"
    push = Push(settings.site.url, hub.enabled, hub.networks, _others(settings), plain)
    return Pusher(settings.store.url, push, settings.store.limits)


def _others(settings: Settings) -> "tuple[OutsideHub | Notified, ...]":
    from feedsvc.push.notifications import Notified, OutsideHub

    return (
        *(OutsideHub(url) for url in settings.hub.others),
        *(Notified(each.url, each.secret.get_secret_value()) for each in settings.notify),
    )


def _purging(settings: Settings) -> Callable[[Collection[str]], None]:
    """What a publish tells a cache in front; it begins to listen."""
    server = settings.server
    if not server.purge:
        return lambda _paths: None
    from feedsvc.push.purging import Cache, Purger

    names = (server.purge, server.purge_method, settings.site.url, server.cache_keys)
    purger = Purger(Cache(*names, settings.feeds.aliases))
    purger.start()
    return purger.ask


@main.command()
@_settings_options
def serve(config: Path | None, seeds: Path | None) -> None:
    """Watch the folder and serve its feeds, all in one."""
    from feedsvc.web.server.server import serve_http

    settings = _settings(config, seeds)
    log_to_stderr()
    _require_posts(settings)  # its faults are better told before anything starts
    with ExitStack() as watching, sole_watcher(settings.store.url):

        def started() -> None:
            watching.enter_context(_watching(settings))
            _announce(settings)

        serve_http(settings, started, watching.close)


@main.command()
@_settings_options
def web(config: Path | None, seeds: Path | None) -> None:
    """Serve what is published, without watching the folder."""
    from feedsvc.web.server.server import serve_http

    settings = _settings(config, seeds)
    log_to_stderr()
    serve_http(settings, lambda: _announce(settings), lambda: None)


@main.command()
@_settings_options
def watch(config: Path | None, seeds: Path | None) -> None:
    """Watch the folder and publish, without serving."""
    settings = _settings(config, seeds)
    log_to_stderr()
    _require_posts(settings)
    ended = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: ended.set())
    with sole_watcher(settings.store.url), _watching(settings):
        click.echo(f"Watching {_shown_source(settings)}", err=True)
        ended.wait()


@main.command("publish")
@_settings_options
@click.option("--dry-run", is_flag=True, help="Say what it would do, and write nothing.")
@click.option("--accept", is_flag=True, help="Withdraw all posts if the folder is empty.")
def publish_command(
    config: Path | None, seeds: Path | None, dry_run: bool, accept: bool
) -> None:
    """Scan the folder once, publish, and report.

    Ends with 1 if a post was refused, and with 3 if nothing was published because the folder
    is empty and --accept is not given.
    """
    settings = _settings(config, seeds)
    if dry_run:
        reports = [_rehearse(settings, accept=accept)]
    else:
        opened = open_sound_store(settings.store.url, settings.store.limits)
        with closing(opened) as store:
            reports = _publish_settled(settings, store, accept=accept)
    print_report(reports)
    if dry_run:
        print_restricted(reports[-1])
    _exit_after(reports[-1], settings)


def _exit_after(report: Report, settings: Settings) -> None:
    """End with 3 or 1 if not everything was published."""
    if report.held:
        message = held_message(_shown_source(settings), report.held)
        click.echo(f"feedsvc: {printable(message)}", err=True)
        sys.exit(3)
    if report.refused:
        sys.exit(1)


@main.command()
@_settings_options
@click.option(
    "--format",
    "form",
    type=click.Choice(checking.FORMATS),
    default="text",
    help="For people, for programs, or for the checks of a pull request.",
)
@click.option("--explain", is_flag=True, help="Show how each field of one post is read.")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def check(
    config: Path | None, seeds: Path | None, form: str, explain: bool, path: Path | None
) -> None:
    """Read posts as publish would and print every problem; write nothing.

    PATH is a post or a folder of posts, by default the folder of the settings. Ends with 0 when
    there are no problems or only warnings, with 1 when a post would be refused, with 2 when
    nothing could be checked.
    """
    settings = _settings(config, seeds)
    seeds = _source(settings).folder.root if settings.source.git else settings.content.seeds
    place, only = _place_to_check(seeds, path)
    content = settings.content
    is_whole = place.resolve() == seeds.resolve()
    folder = Folder(place, 0, content.include, content.exclude, checks_globs=is_whole)
    if explain:
        if only is None:
            raise click.UsageError("--explain needs the PATH of a post")
        print_explanation(checking.explain_file(folder, settings.publication(), *only))
        return
    problems = checking.check(folder, settings.publication(), only)
    told = {"text": checking.as_text, "json": checking.as_json, "github": checking.as_github}
    for line in told[form](problems, place.as_posix()):
        click.echo(printable(line))
    if any(problem.refuses for problem in problems):
        sys.exit(1)


def _place_to_check(seeds: Path, path: Path | None) -> tuple[Path, set[str] | None]:
    """The folder, and the one file in it; a post below the folder of posts is read as there."""
    if path is None or not path.is_file():
        return path or seeds, None
    root = seeds if path.resolve().is_relative_to(seeds.resolve()) else path.parent
    return root, {(path.parent.resolve() / path.name).relative_to(root.resolve()).as_posix()}


@main.command()
@_settings_options
def feeds(config: Path | None, seeds: Path | None) -> None:
    """List all feeds: address, title, entries, last changed."""
    settings = _settings(config, seeds)
    with Store(
        settings.store.url, upgrade=False, limits=settings.store.limits
    ).snapshot() as snapshot:
        site = snapshot.site()
        rows = [
            (
                addresses.url(site.url, addresses.document_path(record.topic.path, "atom")),
                title_of(site, record.topic),
                str(record.entries),
                f"{record.changed_at:%Y-%m-%d %H:%M:%S}Z",
            )
            for record in (snapshot.listed_feeds() if site else ())
            if site
        ]
    print_table(("address", "title", "entries", "last changed"), rows)


@main.command()
@_settings_options
@click.argument("name", required=False)
def jobs(config: Path | None, seeds: Path | None, name: str | None) -> None:
    """List what the webhook was asked for, the newest first; or show one job and its report."""
    settings = _settings(config, seeds)
    store = Store(settings.store.url, upgrade=False, limits=settings.store.limits)
    if name is None:
        heading = ("job", "kind", "state", "calls", "asked", "ended", "error")
        print_table(heading, [job_row(job) for job in store.jobs.newest(_MOST_JOBS)])
        return
    job = store.jobs.named(name)
    if job is None:
        raise FeedsvcError(f"there is no job {name!r}; feedsvc jobs lists those that are known")
    print_job(job)


@main.command()
@_settings_options
@click.option("--end", metavar="ID", help="End the subscription with this id, and tell it so.")
def subscriptions(config: Path | None, seeds: Path | None, end: str | None) -> None:
    """List who is pushed what: subscriptions of our hub, outside hubs, URLs to notify."""
    settings = _settings(config, seeds)
    if end is not None:
        pusher = _pusher(settings)
        if not pusher.end(end, "it was ended by the publisher"):
            raise click.BadParameter(f"there is no subscription {end}", param_hint="--end")
        return
    store = Store(settings.store.url, upgrade=False, limits=settings.store.limits)
    rows = [
        [
            each.target.name[:12],
            _topic(settings, each.target.feed_path, each.target.format),
            each.target.callback.partition("?")[0],  # what is behind it may be a secret
            each.state,
            f"{each.lease_ends_at:%Y-%m-%d %H:%M:%S}Z",
            f"{each.delivered_at:%Y-%m-%d %H:%M:%S}Z" if each.delivered_at else "",
            each.last_error,
        ]
        for each in store.subscriptions.all()
    ]
    told = {each.name: each for each in store.listeners.all()}
    rows += [
        _listener_row(other.url, told[other.name])
        for other in _others(settings)
        if other.name in told
    ]
    print_table(
        ("id", "topic", "callback", "state", "lease ends", "delivered", "last error"), rows
    )


def _listener_row(url: str, listener: "Listener") -> list[str]:
    state = "failing" if listener.attempts else "active"
    what = f"publishes up to {listener.told}"
    place = str(callback_addresses.origin(url))
    return [listener.name[:12], what, place, state, "", "", listener.last_error]


def _topic(settings: Settings, feed_path: str, format_name: str) -> str:
    path = addresses.document_path(feed_path, format_name)
    return addresses.url(settings.site.url, path)


@main.command()
@_settings_options
@click.option("--retry", metavar="TOPIC", help="Try at once what has failed of this topic.")
def push(config: Path | None, seeds: Path | None, retry: str | None) -> None:
    """Send what is due to subscribers, outside hubs and URLs to notify, then end.

    A running watcher does this by itself. TOPIC is the address of a feed document, or of a feed
    for all three. Ends with 1 if something could not be delivered, with 2 if no feed has TOPIC.
    """
    settings = _settings(config, seeds)
    log_to_stderr()
    store = Store(settings.store.url, limits=settings.store.limits)
    if retry is not None:
        feed_path, format_name = _of_topic(settings, retry)
        with store.snapshot() as snapshot:
            if snapshot.feed(feed_path) is None:
                raise FeedsvcError(
                    f"no feed has the topic {retry!r}; feedsvc feeds lists their addresses"
                )
        count = store.subscriptions.retry(feed_path, format_name)
        click.echo(f"to be tried again: {count}")
    pusher = _pusher(settings)
    pusher.start()
    done = pusher.finish(_PUSH_SECONDS)
    pusher.stop()
    failing = sum(each.attempts > 0 for each in store.subscriptions.all())
    click.echo(f"failing: {failing}")
    if failing or not done:
        sys.exit(1)


def _of_topic(settings: Settings, topic: str) -> tuple[str, str | None]:
    """The path of a feed, and a format if the topic names one."""
    path = unquote(f"{topic.rstrip('/')}/".removeprefix(addresses.url(settings.site.url, "")))
    path = path.strip("/")
    feed_path, _, name = path.rpartition("/")
    for format_name, file_name in addresses.FORMATS.items():
        if name == file_name:
            return feed_path, format_name
    return path, None


@main.command("export")
@_settings_options
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def export_command(config: Path | None, seeds: Path | None, directory: Path) -> None:
    """Publish, then write every feed as a file below DIRECTORY.

    Ends as publish does. If the folder is empty, the feeds are written as they were.
    """
    settings = _settings(config, seeds)
    store = open_sound_store(settings.store.url, settings.store.limits)
    reports = _publish_settled(settings, store, accept=False)
    with progress_of("Writing feeds") as progress:
        written, total = export(store, directory, settings.feeds.aliases, progress)
    click.echo(f"{written} of {total} files written below {directory}")
    if reports[-1].refused:
        print_problems(reports[-1])
    _exit_after(reports[-1], settings)


def _publish_settled(settings: Settings, store: Store, *, accept: bool) -> list[Report]:
    """Publish, and look again while a file is being written or has just vanished."""
    source, site = _source(settings), settings.publication()
    refuse_other_folder(source, store)
    source.update()
    until = time.monotonic() + _SETTLE_SECONDS
    with progress_of("Reading posts") as progress:
        reports: list[Report] = []
        while not reports or (reports[-1].unsettled and time.monotonic() < until):
            folder = source.folder_to_read()
            if reports:
                time.sleep(max(folder.quiet, 0.1))
            now, shown = datetime.now(UTC), None if reports else progress
            reports.append(publish(folder, store, site, now, progress=shown, accept=accept))
    return reports


def _rehearse(settings: Settings, *, accept: bool) -> Report:
    source, site = _source(settings), settings.publication()
    with (
        store_to_try(settings.store.url, settings.store.limits) as store,
        source.proposed("") as folder,
    ):
        return preview(folder, store, site, datetime.now(UTC), accept=accept)


def _shown_source(settings: Settings) -> str:
    source = settings.source
    return (
        f"the branch {source.branch} of a repository"
        if source.git
        else str(settings.content.seeds)
    )


def _announce(settings: Settings) -> None:
    shown = (
        settings.server.host if ":" not in settings.server.host else f"[{settings.server.host}]"
    )
    lines = [
        f"Serving {_shown_source(settings)} on http://{shown}:{settings.server.port}",
        *(f"  {addresses.url(settings.site.url, name)}" for name in addresses.FORMATS.values()),
        f"  {addresses.url(settings.site.url, addresses.OPML_PATH)}  (all feeds)",
    ]
    click.echo("\n".join(lines), err=True)
