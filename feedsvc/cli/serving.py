"""The commands that run until they are stopped: serve, web, watch."""

import logging
import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from feedsvc.cli.options import (
    folder_argument,
    listen_options,
    settings_from,
    settings_options,
)
from feedsvc.cli.output.printing import shown_source
from feedsvc.cli.wiring import require_posts, watching
from feedsvc.core import addresses
from feedsvc.importing import importing
from feedsvc.logs import log_to_stderr, log_what_python_prints, print_or_log
from feedsvc.settings.local_addresses import (
    is_local,
    local_site_url,
    local_url,
    with_port_in_url,
)
from feedsvc.settings.settings import Settings
from feedsvc.store.engine.file_locks import sole_watcher

_READY_SECONDS: Final = 60  # then the browser shows that the first scan is not over
_READY_TICK: Final = 0.1

log = logging.getLogger("feedsvc.web")


@click.command()
@settings_options
@listen_options
@folder_argument
@click.option("--open", "opens", is_flag=True, help="Open a browser once the feeds are ready.")
def serve(
    config: Path | None,
    seeds: Path | None,
    host: str | None,
    port: int | None,
    folder: Path | None,
    opens: bool,
) -> None:
    """Watch the folder and serve its feeds, in one command.

    FOLDER is the folder of a site or of posts. Its feedsvc.toml is used, or else its settings
    are assumed for a try.
    """
    with importing():
        from feedsvc.web.server.server import serve_http

    settings = settings_from(config, seeds, folder, host=host, port=port)
    if port is not None or _is_port_given(os.environ):
        settings = with_port_in_url(settings)
    _log(settings)
    require_posts(settings)  # report its faults before anything starts
    with ExitStack() as stack, sole_watcher(settings.store.url):

        def started() -> None:
            stack.enter_context(watching(settings))
            _announce(settings)
            if opens:
                threading.Thread(target=_open_browser, args=(settings,), daemon=True).start()

        serve_http(settings, started, stack.close)


@click.command()
@settings_options
@listen_options
def web(config: Path | None, seeds: Path | None, host: str | None, port: int | None) -> None:
    """Serve what is published, without watching the folder."""
    with importing():
        from feedsvc.web.server.server import serve_http

    settings = settings_from(config, seeds, host=host, port=port)
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


def _is_port_given(environ: Mapping[str, str]) -> bool:
    """True if the port is that of PORT."""
    return bool(environ.get("PORT")) and "FEEDSVC_SERVER__PORT" not in environ


def _announce(settings: Settings) -> None:
    server, site_url = settings.server, settings.site.url
    host = f"[{server.host}]" if ":" in server.host else server.host
    lines = [
        f"Serving {shown_source(settings)} on http://{host}:{server.port}",
        *(f"  {addresses.url(site_url, name)}" for name in addresses.FORMATS.values()),
        f"  {addresses.url(site_url, addresses.OPML_PATH)}  (all feeds)",
    ]
    if not is_local(settings):
        lines.append(f"  {local_site_url(settings)}/  (on this machine)")
    print_or_log("\n".join(lines))


def _open_browser(settings: Settings) -> None:
    """Open the site in a browser once it is ready. A fault is logged, and nothing else."""
    import webbrowser  # not at the top: it takes some milliseconds of every command

    url = f"{local_site_url(settings)}/"
    until = time.monotonic() + _READY_SECONDS
    while not _is_ready(settings) and time.monotonic() < until:
        time.sleep(_READY_TICK)
    try:
        is_open = webbrowser.open(url)
    except Exception as error:  # noqa: BLE001 - any fault of a browser: the server goes on
        log.warning("cannot open a browser: %s; open %s", error, url)
        return
    if not is_open:
        log.warning("found no browser to open; open %s", url)


def _is_ready(settings: Settings) -> bool:
    from http.client import HTTPConnection, HTTPException  # as above

    local = urlsplit(local_url(settings.server))
    connection = HTTPConnection(local.hostname or "", local.port or 80, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _log(settings: Settings) -> None:
    log_to_stderr(settings.log.level, settings.log.format)
    log_what_python_prints()
