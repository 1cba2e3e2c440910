"""The command that reads posts and prints their problems: check.

It imports neither the store nor a server: an editor runs it each time a post is saved.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from feedsvc.cli.options import check_settings, settings_options
from feedsvc.cli.output.check_formats import FORMATS, path_in_repository
from feedsvc.cli.output.printing import print_explanation, shown_source
from feedsvc.core.rules import AUTO
from feedsvc.core.site import Site
from feedsvc.errors import StoreError, StoreTooOld
from feedsvc.logs import printable
from feedsvc.publishing.check import check as check_folder
from feedsvc.publishing.check import explain_file
from feedsvc.publishing.site_generator import with_generator
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import shown_path
from feedsvc.source.opening import source_of


@click.command()
@settings_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="text for people, json for programs, github for the checks of a pull request.",
)
@click.option("--explain", is_flag=True, help="Show how each field of one post is read.")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def check(
    config: Path | None, seeds: Path | None, format_name: str, explain: bool, path: Path | None
) -> None:
    """Print the problems of posts; write nothing.

    Posts are read as publish reads them. PATH is a post, a folder of posts, or the FOLDER of
    serve. Default: the folder of the settings. Ends with 0 if there are no problems or only
    warnings, with 1 if a post would be refused, and with 2 if nothing could be checked.
    """
    settings, path = check_settings(config, seeds, path)
    checked = _to_check(settings, path)
    site = _site_to_check(settings)
    folder = source_of(settings).folder.standing_at(checked.root)
    if explain:
        if checked.only is None:
            raise click.UsageError("--explain needs the PATH of a post")
        (only,) = checked.only
        print_explanation(explain_file(folder, site, only, checked.shown_root))
        return
    found = check_folder(folder, site, checked.only, settings.redirects.presets)
    shown_root = checked.shown_root
    if format_name == "github" and not settings.source.git:
        shown_root = path_in_repository(shown_root)
    named = "" if checked.only else checked.shown_root or shown_source(settings)
    for line in FORMATS[format_name](found.below(shown_root), named, site.zone):
        click.echo(printable(line))
    if any(problem.refuses for problem in found.problems):
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class _ToCheck:
    """The folder to check, how messages name it, and the path of one post in it, if any."""

    root: Path
    shown_root: str
    only: set[str] | None = None


def _to_check(settings: Settings, path: Path | None) -> _ToCheck:
    """What to check; by default the folder of the settings.

    A post below the folder of posts is read as a part of that folder.
    """
    if path and path.is_dir():
        return _ToCheck(path, path.as_posix())
    if settings.source.git:
        from feedsvc.cli.wiring import source_to_read  # not at the top: it imports SQLAlchemy

        source = source_to_read(settings)
        posts, shown_root = source.folder.root, source.shown_root
    else:
        posts = settings.content.seeds
        shown_root = shown_path(posts)
    if path is None:
        return _ToCheck(posts, shown_root)
    real = path.parent.resolve() / path.name
    if not real.is_relative_to(posts.resolve()):
        posts, shown_root = path.parent, path.parent.as_posix()
    return _ToCheck(posts, shown_root, {real.relative_to(posts.resolve()).as_posix()})


def _site_to_check(settings: Settings) -> Site:
    """The site with the generator by whose rules the next publish reads posts."""
    needs_store = settings.content.generator == AUTO and _has_store(settings.store.url)
    published = _published_generator(settings) if needs_store else None
    return with_generator(site_of(settings), source_of(settings).folder, published)


def _has_store(url: str) -> bool:
    """False if the store would be a new file."""
    path = url.removeprefix("sqlite:///")
    return path == url or Path(path).exists()


def _published_generator(settings: Settings) -> str | None:
    from feedsvc.cli.wiring import limits_of  # not at the top: it imports SQLAlchemy
    from feedsvc.store.store import store_to_look_at

    try:
        looking = store_to_look_at(settings.store.url, limits_of(settings))
        with looking as store, store.snapshot() as snapshot:
            return snapshot.generator()
    except StoreTooOld:
        return ""  # its rules are those of the version that wrote it
    except StoreError:
        return None  # a check works without a store
