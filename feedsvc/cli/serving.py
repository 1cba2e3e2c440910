"""The commands that run until they are stopped: serve, web, watch."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.output.printing import shown_source
from feedsvc.cli.wiring import require_posts, watching
from feedsvc.core import addresses
from feedsvc.logs import log_to_stderr, log_what_python_prints, print_or_log
from feedsvc.settings.settings import Settings
from feedsvc.store.engine.file_locks import sole_watcher


@click.command()
@settings_options
def serve(config: Path | None, seeds: Path | None) -> None:
    """Watch the folder and serve its feeds, in one command."""
    from feedsvc.web.server.server import serve_http

    settings = settings_from(config, seeds)
    _log(settings)
    require_posts(settings)  # report its faults before anything starts
    with ExitStack() as stack, sole_watcher(settings.store.url):

        def started() -> None:
            stack.enter_context(watching(settings))
            _announce(settings)

        serve_http(settings, started, stack.close)


@click.command()
@settings_options
def web(config: Path | None, seeds: Path | None) -> None:
    """Serve what is published, without watching the folder."""
    from feedsvc.web.server.server import serve_http

    settings = settings_from(config, seeds)
    _log(settings)
    serve_http(settings, lambda: _announce(settings), lambda: None)


@click.command()
@settings_options
def watch(config: Path | None, seeds: Path | None) -> None:
    """Watch the folder and publish, without serving."""
    settings = settings_from(config, seeds)
    _log(settings)
    require_posts(settings)
    ended = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: ended.set())
    with sole_watcher(settings.store.url), watching(settings):
        print_or_log(f"Watching {shown_source(settings)}")
        ended.wait()


def _announce(settings: Settings) -> None:
    server, site_url = settings.server, settings.site.url
    host = f"[{server.host}]" if ":" in server.host else server.host
    lines = [
        f"Serving {shown_source(settings)} on http://{host}:{server.port}",
        *(f"  {addresses.url(site_url, name)}" for name in addresses.FORMATS.values()),
        f"  {addresses.url(site_url, addresses.OPML_PATH)}  (all feeds)",
    ]
    print_or_log("\n".join(lines))


def _log(settings: Settings) -> None:
    log_to_stderr(settings.log.level, settings.log.format)
    log_what_python_prints()
