"""The command that takes over the ids of the feeds that the site had before: adopt."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.output.tables import print_table
from feedsvc.cli.wiring import ledger_file_of, limits_of
from feedsvc.core.adopting.matches import PublishedPost
from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.adopting.plan import Adoption, Plan
from feedsvc.core.adopting.read_feed import MOST_OCTETS, read_feed
from feedsvc.core.dates import rfc3339
from feedsvc.errors import FeedError
from feedsvc.logs import printable
from feedsvc.publishing.adopt import adopt, plan_adoption, undo
from feedsvc.settings.settings import Settings
from feedsvc.source.opening import source_of
from feedsvc.store.store import Store, store_to_look_at

_HEADINGS: Final = ("", "id", "title", "post", "why")


@click.command("adopt")
@settings_options
@click.option("--yes", is_flag=True, help="Take over what the table shows.")
@click.option("--no-rules", is_flag=True, help="Leave posts alone that no feed shows.")
@click.option("--undo", "is_undo", is_flag=True, help="Undo the last adoption.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text for people, json for programs.",
)
@click.argument("feeds", metavar="FEED...", nargs=-1)
def adopt_command(
    config: Path | None,
    seeds: Path | None,
    yes: bool,
    no_rules: bool,
    is_undo: bool,
    format_name: str,
    feeds: tuple[str, ...],
) -> None:
    """Take over ids and dates of feeds that the site had before.

    FEED is a file or a URL: Atom, RSS, JSON Feed, or a WordPress export (WXR). Without --yes
    nothing is written: the table shows which entry is which post. The posts must be published
    already. If two feeds differ, the first one counts.
    """
    settings = settings_from(config, seeds)
    if is_undo == bool(feeds):
        raise click.UsageError("give the FEEDs to adopt, or --undo")
    old_feeds = [_read(feed) for feed in feeds]
    now = datetime.now(UTC)
    with store_to_look_at(settings.store.url, limits_of(settings)) as store:
        if is_undo:
            with _ledger_file_kept(settings, store):
                posts = undo(store, now)
            _print_undone(posts, format_name)
            return
        root = source_of(settings).shown_root
        work = adopt if yes else plan_adoption
        with _ledger_file_kept(settings, store) if yes else nullcontext():
            planned = work(store, old_feeds, now, with_rules=not no_rules, root=root)
        if format_name == "json":
            click.echo(json.dumps(_to_dict(planned, is_written=yes), indent=2))
            return
        _print_plan(planned)
        _print_end(planned, store, is_written=yes)


@contextmanager
def _ledger_file_kept(settings: Settings, store: Store) -> Iterator[None]:
    """Write the ledger file before and after the ids in the store are changed.

    A file that has ids which the store does not know is not overwritten. If it is as the store
    was before, it may be, although its ids are replaced.
    """
    ledger_file = ledger_file_of(settings)
    if ledger_file:
        ledger_file.write(store)
    yield
    if ledger_file:
        ledger_file.write(store)


def _read(feed: str) -> OldFeed:
    """Read a feed from a file or a URL. Raises FeedError or Unreachable."""
    if feed.startswith(("http://", "https://")):
        from feedsvc.push.download import download  # not at the top: it takes 100 ms

        document, address = download(feed, MOST_OCTETS)
        return read_feed(feed, document, address)
    try:
        with Path(feed).open("rb") as file:
            document = file.read(MOST_OCTETS + 1)
    except OSError as error:
        cure = "give a file or a URL that begins with http:// or https://"
        raise FeedError(f"{feed} cannot be read ({error.strerror}); {cure}") from error
    return read_feed(feed, document)


def _print_undone(posts: int, format_name: str) -> None:
    if format_name == "json":
        click.echo(json.dumps({"undone": posts}))
    else:
        click.echo(f"undone: {posts} posts have their ids and dates of before")


def _print_plan(planned: Plan) -> None:
    print_table(_HEADINGS, _rows(planned))
    for rule in planned.rules:
        click.echo(f"rule: {printable(rule)}")


def _rows(planned: Plan) -> Iterator[tuple[str, ...]]:
    for state, adoptions in (("matched", planned.matched), ("by rule", planned.by_rule)):
        for each in adoptions:
            why = each.reason if each.changes_something else f"{each.reason}; nothing changes"
            yield state, each.old_id, each.post.title, each.post.path, why
    for unmatched in planned.unmatched:
        near = unmatched.nearest
        why = f"nearest: {near.path} ({near.title})" if near else "no post is near"
        yield "not matched", unmatched.entry.id, unmatched.entry.title, "", why
    for conflict in planned.conflicts:
        entry, post = conflict.entry, conflict.post
        yield "conflict", entry.id, entry.title, post.path, conflict.fault


def _print_end(planned: Plan, store: Store, *, is_written: bool) -> None:
    lines = {
        "matched": len(planned.matched),
        "by rule": len(planned.by_rule),
        "not matched": len(planned.unmatched),
        "conflicts": len(planned.conflicts),
        "ignored": planned.ignored,
    }
    for name, count in lines.items():
        click.echo(f"{name}: {count}")
    kept = sum(bool(each.rss_guid) for each in planned.adoptions)
    if kept:
        click.echo(f"{kept} ids are no absolute IRIs: RSS has them, Atom keeps ours")
    changed = len(planned.adoptions)
    if not changed:
        click.echo("nothing changes")
    elif is_written:
        click.echo(f"adopted: {changed}; feedsvc adopt --undo takes it back")
    else:
        click.echo(f"to be adopted: {changed}; nothing is written without --yes")
        _warn_of_subscribers(store)


def _warn_of_subscribers(store: Store) -> None:
    """Say who has the present ids already and will see these posts as new."""
    count = len(store.subscriptions.all())
    if count:
        click.echo(
            f"warning: {count} WebSub subscriptions have the present ids; their readers will "
            "see these posts once more",
            err=True,
        )


def _to_dict(planned: Plan, *, is_written: bool) -> dict[str, Any]:
    return {
        "written": is_written and bool(planned.adoptions),
        "matched": list(map(_adoption_dict, planned.matched)),
        "by_rule": list(map(_adoption_dict, planned.by_rule)),
        "unmatched": [
            _entry_dict(each.entry) | {"nearest": each.nearest and _post_dict(each.nearest)}
            for each in planned.unmatched
        ],
        "conflicts": [
            _entry_dict(each.entry) | {"post": _post_dict(each.post), "fault": each.fault}
            for each in planned.conflicts
        ],
        "rules": list(planned.rules),
        "ignored": planned.ignored,
    }


def _adoption_dict(adoption: Adoption) -> dict[str, Any]:
    return {
        "id": adoption.old_id,
        "atom_id": adoption.entry_id,
        "published": rfc3339(adoption.published),
        "updated": rfc3339(adoption.updated),
        "reason": adoption.reason,
        "changes": adoption.changes_something,
        "post": _post_dict(adoption.post),
    }


def _entry_dict(entry: OldEntry) -> dict[str, Any]:
    return {"id": entry.id, "link": entry.link, "title": entry.title}


def _post_dict(post: PublishedPost) -> dict[str, Any]:
    names = {"path": post.path, "id": post.entry_id, "title": post.title}
    return names | {"permalink": post.permalinks[0]}
