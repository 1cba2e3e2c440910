"""The command line. A command is imported when it is called, so that every call starts fast."""

import errno
import io
import logging
import pkgutil
import sys
from pathlib import Path
from typing import Any, Final

import click

from feedsvc import __version__
from feedsvc.cli.options import settings_options
from feedsvc.errors import FeedsvcError
from feedsvc.importing import importing
from feedsvc.logs import print_or_log

_EXAMPLES: Final = """\b
Examples:
  feedsvc serve ~/blog               serve the feeds of a folder, and watch it
  feedsvc init ~/blog                write its settings, and make ids permanent
  feedsvc check posts/tea.md         print the problems of a post
  feedsvc publish                    scan once, then print a report
  feedsvc export public              write feeds and pages as files below public/
  FEEDSVC_SITE__TITLE="Tea" feedsvc serve
"""


# Where each command is, and the first sentence of its help text.
_COMMANDS: Final = {
    "init": (
        "folders.init:init",
        "Write FOLDER/feedsvc.toml, with which ids are permanent.",
    ),
    "serve": ("serving:serve", "Watch the folder and serve its feeds, in one command."),
    "web": ("serving:web", "Serve what is published, without watching the folder."),
    "watch": ("serving:watch", "Watch the folder and publish, without serving."),
    "publish": ("publishing:publish_command", "Scan the folder once, publish, and report."),
    "check": (
        "checking:check",
        "Print the problems of posts; write nothing.",
    ),
    "export": (
        "exporting:export_command",
        "Publish, then write feeds and pages as files below DIRECTORY.",
    ),
    "status": (
        "status:status",
        "Show what is published, what fails, and what wants attention.",
    ),
    "doctor": (
        "doctoring:doctor",
        "Find what a proxy or CDN breaks on the way to readers.",
    ),
    "audience": (
        "operators.audience:audience",
        "Show who reads: subscribers, readers and polls.",
    ),
    "feeds": ("listing:feeds", "List all feeds: address, title, entries, last changed."),
    "jobs": (
        "listing:jobs",
        "List the jobs of the webhook, or show one with its report.",
    ),
    "subscriptions": (
        "listing:subscriptions",
        "List WebSub subscriptions, outside hubs and notify URLs.",
    ),
    "push": (
        "pushing:push",
        "Send what is due to subscribers and others, then end.",
    ),
    "adopt": (
        "adopting:adopt_command",
        "Take over ids and dates of feeds that the site had before.",
    ),
    "retract": (
        "retracting:retract_command",
        "Take a post back: a notice stands in its place.",
    ),
    "ledger": (
        "ledger:ledger",
        "Export or import the ids of all posts, or forget a post.",
    ),
    "backup": ("backups:backup", "Copy a SQLite store to FILE, also while feedsvc runs."),
    "restore": (
        "backups:restore",
        "Replace the store with FILE, a copy by `feedsvc backup`.",
    ),
    "store": (
        "backups:store",
        "Copy a store into an empty one, on either engine.",
    ),
}


class _Deferred(click.Command):
    """Stands for a command in lists and in completions, where only its help is needed."""

    def __init__(self, name: str, location: str, help_text: str) -> None:
        super().__init__(name, help=help_text)
        self._location = location

    def load(self) -> click.Command:
        """Import the command itself."""
        with importing():
            command: click.Command = pkgutil.resolve_name(f"feedsvc.cli.{self._location}")
        return command


class _Group(click.Group):
    """Prints an error of feedsvc on one line, without a traceback, and ends with 2."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(context, arguments)
        if isinstance(command, _Deferred):
            command = command.load()
        return name, command, rest

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except FeedsvcError as error:
            print_or_log(f"feedsvc: {error}", logging.ERROR)
            context.exit(2)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader of a pipe has closed it, and click ends quietly
            print_or_log(f"feedsvc: {error}", logging.ERROR)
            context.exit(2)


def _print_sample(context: click.Context, _option: click.Parameter, is_given: bool) -> None:
    if is_given and not context.resilient_parsing:
        from feedsvc.settings.sample import sample_config

        click.echo(sample_config(), nl=False)
        context.exit()


@click.group(
    cls=_Group, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@settings_options
@click.option(
    "--sample-config",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_sample,
    help="Print every setting with its default, as a file to start from.",
)
@click.version_option(__version__, prog_name="feedsvc", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, config: Path | None, seeds: Path | None) -> None:
    """Turn a folder of posts into Atom, RSS and JSON feeds, and serve them."""
    context.obj = (config, seeds)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may not support Chinese


for _name, (_location, _help) in _COMMANDS.items():
    main.add_command(_Deferred(_name, _location, _help))
