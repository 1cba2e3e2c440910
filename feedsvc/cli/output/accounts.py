"""Prints the account of a folder: what became of every file, in a few lines."""

from collections.abc import Iterator

import click

from feedsvc.core.dates import rfc3339
from feedsvc.logs import printable
from feedsvc.publishing.account import Account, Group, no_posts
from feedsvc.publishing.outcomes import FATES


def print_account(account: Account, folder: str) -> None:
    """Print the account, and if the folder of this name has no posts, what to do about it."""
    for line in account_lines(account):
        click.echo(printable(line))
    if folder and (message := no_posts(account, folder)):
        click.echo(printable(message))


def account_lines(account: Account) -> Iterator[str]:
    """The lines of an account. The counts below the first line add up to it."""
    yield f"files: {account.total}"
    for fate in FATES:
        group = account.groups.get(fate)
        if group is None:
            continue
        match fate:
            case "refused":
                kept = f", of which {account.keeping} stay published as they were"
                yield f"  refused: {group.count}{kept if account.keeping else ''}"
                yield from _with_paths(group)
            case "waiting":
                yield f"  waiting: {group.count}"
                for until, path in account.soonest:
                    yield f"    until {rfc3339(until)}: {path}"
                if group.count > len(account.soonest):
                    yield "    ..."
            case _:
                by = ", ".join(f"{name}: {each.count}" for name, each in group.details.items())
                label = "link out of the folder" if fate == "link" else fate
                yield f"  {label}: {group.count}{f' ({by})' if by else ''}"
    if account.closed:
        yield f"  not counted: files in folders that cannot be read (folders: {account.closed})"


def _with_paths(group: Group) -> Iterator[str]:
    for name, each in group.details.items():
        paths = ", ".join(each.first)
        more = ", ..." if each.first and each.count > len(each.first) else ""
        yield f"    {name}: {each.count}{f' ({paths}{more})' if paths else ''}"
