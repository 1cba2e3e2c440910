"""The command that reads posts and prints their problems: check.

It imports neither the store nor a server: an editor runs it each time a post is saved.
"""

import sys
from pathlib import Path

import click

from feedsvc.cli.check_formats import FORMATS
from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.printing import print_explanation, printable
from feedsvc.core.rules import AUTO
from feedsvc.core.site import Site
from feedsvc.errors import StoreError, StoreTooOld
from feedsvc.publishing.check import check as check_folder
from feedsvc.publishing.check import explain_file
from feedsvc.publishing.site_generator import with_generator
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
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
    """Read posts as publish does and print every problem; write nothing.

    PATH is a post or a folder of posts. Default: the folder of the settings. Ends with 0 if
    there are no problems or only warnings, with 1 if a post would be refused, and with 2 if
    nothing could be checked.
    """
    settings = settings_from(config, seeds)
    content = settings.content
    posts = _clone_of(settings) if settings.source.git else content.seeds
    root, only = _paths_to_check(posts, path)
    folder = Folder(root, 0, content.include, content.exclude)
    site = _site_to_check(settings)
    if explain:
        if only is None:
            raise click.UsageError("--explain needs the PATH of a post")
        print_explanation(explain_file(folder, site, *only))
        return
    problems = check_folder(folder, site, only, settings.redirects.presets)
    for line in FORMATS[format_name](problems, root.as_posix()):
        click.echo(printable(line))
    if any(problem.refuses for problem in problems):
        sys.exit(1)


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


def _clone_of(settings: Settings) -> Path:
    """The folder of posts in the clone of `source.git`."""
    from feedsvc.cli.wiring import source_to_read  # not at the top: it imports SQLAlchemy

    return source_to_read(settings).folder.root


def _paths_to_check(posts: Path, path: Path | None) -> tuple[Path, set[str] | None]:
    """The folder to check, and the path of the one post in it; None for all posts.

    A post below the folder of posts is read as a part of that folder.
    """
    if path is None or not path.is_file():
        return path or posts, None
    root = posts if path.resolve().is_relative_to(posts.resolve()) else path.parent
    return root, {(path.parent.resolve() / path.name).relative_to(root.resolve()).as_posix()}
