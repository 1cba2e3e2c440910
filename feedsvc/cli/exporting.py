"""The command that publishes, and writes what the server would serve as files."""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from feedsvc.cli.options import FolderPath, settings_from, settings_options
from feedsvc.cli.output.printing import print_problems, progress_of
from feedsvc.cli.publishing import exit_after, publish_settled
from feedsvc.cli.wiring import limits_of
from feedsvc.logs import printable
from feedsvc.processors import worker_count
from feedsvc.publishing.exporting.bucket import Bucket, BucketAddress, address_of, opened
from feedsvc.publishing.exporting.export import Exported, ExportPlan, Pages, export
from feedsvc.publishing.exporting.feed_files import Codings
from feedsvc.publishing.exporting.feed_headers import feed_headers
from feedsvc.publishing.exporting.manifest import listed_in
from feedsvc.publishing.exporting.upload import Uploaded, upload
from feedsvc.publishing.report import Report
from feedsvc.settings.settings import Settings
from feedsvc.store.store import Store, on_sound_store


def _required_without_bucket(
    context: click.Context, argument: click.Parameter, directory: Path | None
) -> Path | None:
    if directory is None and not context.params.get("to"):
        raise click.MissingParameter(ctx=context, param=argument)
    return directory


@click.command("export")
@settings_options
@click.option("--feeds-only", is_flag=True, help="Write feeds, and nothing for people.")
@click.option("--compress", is_flag=True, help="Add .gz, .br and .zst files where they help.")
@click.option(
    "--to",
    metavar="S3URL",
    is_eager=True,
    help="Upload DIRECTORY to s3://BUCKET/PREFIX.",
)
@click.option(
    "--nginx",
    "nginx",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the rules of nginx for DIRECTORY into this folder.",
)
@click.argument("folders", metavar="[FOLDER]", nargs=-1, type=FolderPath())
@click.argument(
    "directory",
    required=False,
    callback=_required_without_bucket,
    type=click.Path(file_okay=False, path_type=Path),
)
def export_command(
    config: Path | None,
    seeds: Path | None,
    feeds_only: bool,
    compress: bool,
    to: str | None,
    nginx: Path | None,
    folders: tuple[Path, ...],
    directory: Path | None,
) -> None:
    """Publish, then write feeds and pages as files below DIRECTORY.

    FOLDER is as for serve. Files of the last export that are not needed any more are deleted;
    other files stay. With --to, DIRECTORY may be left out: everything is rendered each time
    then. Ends as publish does. Posts that are held are in the files, and nothing is deleted
    while a post is held.
    """
    address = address_of(to) if to else None
    if to and address is None:
        raise click.UsageError("--to: write s3://BUCKET or s3://BUCKET/PREFIX")
    if directory is None and nginx:
        raise click.UsageError("--nginx needs a DIRECTORY")
    if len(folders) > 1:
        raise click.UsageError("give one FOLDER and one DIRECTORY")
    if nginx and directory and nginx.resolve().is_relative_to(directory.resolve()):
        raise click.UsageError("--nginx: name a folder outside of DIRECTORY, which is served")
    settings = settings_from(config, seeds, *folders)
    bucket = opened(address, os.environ) if address else None
    with ExitStack() as stack:
        if directory is None:
            directory = Path(stack.enter_context(TemporaryDirectory(prefix="feedsvc-")))
        work = partial(_export, settings, directory, nginx, feeds_only, compress)
        reports, exported = on_sound_store(settings.store.url, limits_of(settings), work)
        failed = bool(exported.unwritable)
        if bucket and address:
            done = _upload(directory, bucket, address, deletes=not reports[-1].held)
            failed = failed or bool(done.unwritable)
    if reports[-1].refused:
        print_problems(reports[-1])
    exit_after(reports[-1], settings, failed=failed)


def _export(
    settings: Settings,
    directory: Path,
    nginx: Path | None,
    feeds_only: bool,
    compress: bool,
    store: Store,
) -> tuple[list[Report], Exported]:
    """Publish, write the files, and print what was written."""
    reports = publish_settled(settings, store, accept="")
    plan = _plan(settings, reports[-1], feeds_only=feeds_only, compress=compress)
    with progress_of("Writing files") as progress:
        exported = export(store, directory, plan, progress)
    _print_exported(exported, directory)
    if nginx:
        _write_rules(settings, store, directory, nginx)
    return reports, exported


def _plan(
    settings: Settings, report: Report, *, feeds_only: bool, compress: bool
) -> ExportPlan:
    """What to export. Flask and the codings are imported only if they are needed."""
    pages: Pages | None = None
    codings: Codings = {}
    if not feeds_only:
        from feedsvc.web.exporting.site_pages import SitePages

        pages = SitePages(settings)
    if compress:
        from feedsvc.web.polls.codings import CODINGS

        codings = CODINGS
    return ExportPlan(
        settings.feeds.aliases,
        pages,
        headers=lambda path: feed_headers(path, settings.server),
        codings=codings,
        deletes=not report.held,
        workers=worker_count(settings.watcher.workers),
    )


def _print_exported(exported: Exported, directory: Path) -> None:
    """Print what an export wrote, deleted and left, and what it could not write."""
    click.echo(f"{exported.written} of {exported.files} files written below {directory}")
    if exported.deleted:
        click.echo(f"{exported.deleted} files of the last export deleted")
    _print_left(str(directory / path) for path in exported.left)
    for each in exported.unwritable:
        fault = f"/{each.address}: not exported: {each.fault}; {each.cure}"
        click.echo(printable(fault))


def _print_left(places: Iterable[str]) -> None:
    for place in places:
        left = f"{place}: changed since the last export, so it is not deleted"
        click.echo(printable(left))


def _write_rules(settings: Settings, store: Store, directory: Path, place: Path) -> None:
    from feedsvc.web.exporting.nginx_files import write_rules

    changed = write_rules(settings, store, directory, place)
    for file in changed:
        click.echo(f"{file} written; reload nginx")


def _upload(
    directory: Path, bucket: Bucket, address: BucketAddress, *, deletes: bool
) -> Uploaded:
    """Make the bucket the same as the folder, and print what was done."""
    with progress_of("Writing objects") as progress:
        done = upload(directory, listed_in(directory), bucket, progress, deletes=deletes)
    click.echo(f"{done.written} of {done.objects} objects written to {address}")
    if done.deleted:
        click.echo(f"{done.deleted} objects of the last export deleted")
    _print_left(f"{address}/{key}" for key in done.left)
    for key in done.unwritable:
        fault = "not written: no object has a control character in its key"
        click.echo(printable(f"{address}/{key}: {fault}; give the post another permalink"))
    return done
