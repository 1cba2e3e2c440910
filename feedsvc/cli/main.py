"""The command line."""

import errno
import io
import logging
import sys
from pathlib import Path
from typing import Any, Final

import click

from feedsvc import __version__
from feedsvc.cli.adopting import adopt_command
from feedsvc.cli.backups import backup, restore
from feedsvc.cli.ledger import ledger
from feedsvc.cli.listing import feeds, jobs, subscriptions
from feedsvc.cli.publishing import check, export_command, publish_command
from feedsvc.cli.pushing import push
from feedsvc.cli.serving import serve, watch, web
from feedsvc.cli.status import status
from feedsvc.cli.wiring import settings_options
from feedsvc.errors import FeedsvcError
from feedsvc.logs import print_or_log

_EXAMPLES: Final = """\b
Examples:
  feedsvc serve --seeds posts        serve the feeds of posts/, and watch it
  feedsvc check posts/tea.md         print the problems of a post
  feedsvc publish                    scan once, then print a report
  feedsvc export public              write every feed as a file below public/
  FEEDSVC_SITE__TITLE="Tea" feedsvc serve
"""


class _Group(click.Group):
    """Prints an error of feedsvc on one line, without a traceback, and ends with 2."""

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


@click.group(cls=_Group, epilog=_EXAMPLES)
@settings_options
@click.version_option(__version__, prog_name="feedsvc", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, config: Path | None, seeds: Path | None) -> None:
    """Turn a folder of posts into Atom, RSS and JSON feeds, and serve them."""
    context.obj = (config, seeds)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may not support Chinese


for _command in (
    *(serve, web, watch),
    *(publish_command, check, export_command),
    *(status, feeds, jobs, subscriptions),
    push,
    adopt_command,
    *(ledger, backup, restore),
):
    main.add_command(_command)
