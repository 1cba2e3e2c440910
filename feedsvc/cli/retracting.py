"""The command that takes a post back: retract."""

import os
import re
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.publishing import publish_settled
from feedsvc.cli.wiring import ledger_file_of, limits_of, purge_now
from feedsvc.core import addresses
from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.deletions.retractions import LONGEST, Retraction
from feedsvc.core.posts.visibility import MOST_NOTICE
from feedsvc.core.problems import path_below
from feedsvc.core.text import legal
from feedsvc.errors import FeedsvcError, FolderError, RepositoryError
from feedsvc.logs import printable
from feedsvc.publishing.retracting import retract, undo
from feedsvc.settings.settings import Settings
from feedsvc.source.opening import source_of
from feedsvc.store.deletions.named_posts import NamedPost
from feedsvc.store.store import Store

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_DURATION: Final = re.compile(r"([0-9]{1,9})([smhdw])")


class Duration(click.ParamType[timedelta]):
    """A time such as `30d`: a number and one of the units s, m, h, d and w."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The duration; fails with an example."""
        if isinstance(value, timedelta):
            return value
        match = _DURATION.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is not a duration; write 30d, 12h or 2w", param, ctx)
        seconds = int(match[1]) * _SECONDS[match[2]]
        if seconds > LONGEST.total_seconds():
            self.fail(f"{value!r} is more than {LONGEST.days}d", param, ctx)
        return timedelta(seconds=seconds)


@click.command("retract")
@settings_options
@click.option("--notice", metavar="TEXT", help="What subscribers read in place of the text.")
@click.option(
    "--for",
    "duration",
    metavar="TIME",
    type=Duration(),
    default="30d",
    show_default=True,
    help="How long they read it, such as 30d, 12h or 2w. 0d: the entry is deleted at once.",
)
@click.option("--undo", "undoes", is_flag=True, help="Publish the post again.")
@click.argument("post")
def retract_command(
    config: Path | None,
    seeds: Path | None,
    notice: str | None,
    duration: timedelta,
    undoes: bool,
    post: str,
) -> None:
    """Take a post back: a notice stands in its place.

    POST is its file, its id or its permalink. For the time of --for its entry has the notice
    and a new date in every feed, and its page answers 410 with the notice. After that the entry
    is deleted. The file may stay: it is not published again until --undo. A second call changes
    the notice and the time.
    """
    if undoes and notice is not None:
        raise click.UsageError("--undo takes no --notice")
    notice = legal(notice or "").strip()
    if len(notice) > MOST_NOTICE:
        raise click.UsageError(
            f"the notice has {len(notice):,} characters, more than {MOST_NOTICE:,}; shorten it"
        )
    settings = settings_from(config, seeds)
    with closing(Store(settings.store.url, limits=limits_of(settings))) as store:
        named = _named(store, settings, post)
        if undoes:
            _undo(store, settings, named)
        else:
            _retract(store, settings, named, notice, duration)


def _retract(
    store: Store, settings: Settings, named: NamedPost, notice: str, duration: timedelta
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with store.lock(wait=True):
        retraction, changes = retract(store, named.entry_id, notice, now + duration, now)
    is_written = _write_ledger(store, settings)
    click.echo(f"retracted: {printable(named.entry_id)}")
    if retraction.stands(now):
        click.echo(f"the notice stands until: {rfc3339(retraction.until)}")
    elif not changes.withdrawn:
        click.echo("it is in no feed; it will not come back")
    _finish(settings, changes.feeds, changes.pages, is_done=is_written)


def _undo(store: Store, settings: Settings, named: NamedPost) -> None:
    now = datetime.now(UTC)
    with store.lock(wait=True):
        with store.snapshot() as snapshot:
            before = snapshot.retractions.of([named.entry_id]).get(named.entry_id)
            paths = snapshot.published_from(named.entry_id)
        if before is None or before.undone_at is not None:
            raise FeedsvcError(f"{named.entry_id} is not retracted")
        if before.origin == "file" and (paths or named.path):
            file = _shown(settings, paths[0] if paths else named.path)
            raise FeedsvcError(f"{file} says retracted: itself; delete this line there")
        changes = undo(store, before, now)
    feeds, pages = set(changes.feeds), set(changes.pages)
    try:
        reports = publish_settled(settings, store, accept="")
        feeds |= {path for report in reports for path in report.feeds}
        pages |= {path for report in reports for path in report.pages}
    except (FolderError, RepositoryError) as error:
        click.echo(f"feedsvc: {printable(str(error))}", err=True)
    is_written = _write_ledger(store, settings)
    _tell_undone(store, named, before)
    _finish(settings, sorted(feeds), sorted(pages), is_done=is_written)


def _tell_undone(store: Store, named: NamedPost, before: Retraction) -> None:
    with store.snapshot() as snapshot:
        entry = snapshot.entry(named.entry_id)
        after = snapshot.retractions.of([named.entry_id])[named.entry_id]
    if after.undone_at is None and after != before:
        raise FeedsvcError(
            f"{named.path} says retracted: itself, so it is still retracted; delete this line"
        )
    click.echo(f"undone: {printable(named.entry_id)}")
    if entry is None:
        click.echo("it is in no feed; it comes back when its file is published")


def _write_ledger(store: Store, settings: Settings) -> bool:
    ledger_file = ledger_file_of(settings)
    return ledger_file.write(store) if ledger_file else True


def _finish(settings: Settings, feeds: list[str], pages: list[str], *, is_done: bool) -> None:
    click.echo(f"feeds changed: {len(feeds)}")
    is_purged = purge_now(settings, feeds, pages)
    if not is_purged:
        click.echo(
            "feedsvc: the cache of server.purge was not purged; purge it by hand", err=True
        )
    if not (is_done and is_purged):
        sys.exit(1)


def _named(store: Store, settings: Settings, post: str) -> NamedPost:
    """The post that a person names. Raises FeedsvcError if there is none, or several."""
    with store.snapshot() as snapshot:
        # A shell passes on any octets, and no post has a name that is no text.
        spellings = [each for each in _spellings(settings, post) if legal(each) == each]
        found = snapshot.posts_named(spellings)
        near = [] if found else snapshot.near_paths(legal(post))
    if not found:
        others = ", ".join(_shown(settings, path) for path in near)
        hint = f"did you mean {others}?" if near else "feedsvc ledger export lists all ids"
        raise FeedsvcError(f"no post has the file, the id or the permalink {post!r}; {hint}")
    if len(found) > 1:
        ids = ", ".join(each.entry_id or each.path for each in found)
        raise FeedsvcError(f"{post!r} names {len(found)} posts: {ids}; give one of these ids")
    if not found[0].entry_id:
        raise FeedsvcError(
            f"{_shown(settings, found[0].path)} was never published ({found[0].state}): nobody "
            "has it"
        )
    return found[0]


def _spellings(settings: Settings, post: str) -> list[str]:
    """How the store may spell this name: the path below the folder, the whole permalink."""
    names = {post}
    root = _root(settings)
    if root is not None and "://" not in post:
        file = Path(os.path.abspath(post))  # noqa: PTH100 - a link stays as it is
        real = file.parent.resolve() / file.name
        for base, below in ((root, file), (root.resolve(), real)):
            if below.is_relative_to(base):
                names.add(below.relative_to(base).as_posix())
    address = addresses.path_at(settings.site.url, post)
    if address is not None:
        bare = address.strip("/")
        names |= {addresses.page_url(settings.site.url, p) for p in (bare, f"{bare}/")}
    return sorted(names)


def _root(settings: Settings) -> Path | None:
    return None if settings.source.git else Path(source_of(settings).folder.root)


def _shown(settings: Settings, path: str) -> str:
    return path_below(source_of(settings).shown_root, path)
