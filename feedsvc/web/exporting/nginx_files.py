"""Writes the rules of nginx for an exported folder."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from feedsvc.publishing.exporting.manifest import listed_in
from feedsvc.publishing.exporting.replacing import replaced
from feedsvc.settings.settings import Settings
from feedsvc.store.store import Store
from feedsvc.web.exporting.asking import Renderer
from feedsvc.web.exporting.moved_addresses import elsewhere_of
from feedsvc.web.exporting.nginx_rules import NginxRules
from feedsvc.web.exporting.one_revision import revision_of

HTTP_FILE: Final = "feedsvc-http.conf"
SERVER_FILE: Final = "feedsvc-server.conf"
# What `nginx -V` says of a build that knows a directive without a further file.
_BUILT_IN: Final = {
    "gzip_static": "--with-http_gzip_static_module",
    "brotli_static": "ngx_brotli",
    "zstd_static": "zstd-nginx-module",
}
_SECONDS: Final = 10


def write_rules(settings: Settings, store: Store, exported: Path, place: Path) -> list[Path]:
    """Write the rules for the folder `exported` to files in `place`.

    Returns those that have changed.
    """
    with store.snapshot() as snapshot:
        renderer = Renderer(settings, snapshot, revision_of(snapshot))
        elsewhere = elsewhere_of(settings, snapshot, renderer)
    folder = os.path.abspath(exported)  # noqa: PTH100 - a link may lead elsewhere tomorrow
    rules = NginxRules(settings.site.url, folder, listed_in(exported), elsewhere)
    place.mkdir(parents=True, exist_ok=True)
    texts = {HTTP_FILE: rules.of_http(), SERVER_FILE: rules.of_server(has_module)}
    return [
        place / name for name, text in texts.items() if replaced(place, name, text.encode())[0]
    ]


def has_module(directive: str) -> bool:
    """True if the nginx of this machine knows a directive; False also if there is none."""
    options = [each for each in _options().split() if not each.startswith("--add-dynamic")]
    return any(_BUILT_IN[directive] in each for each in options)


@cache
def _options() -> str:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return ""
    try:
        run = subprocess.run(  # noqa: S603 - our own words
            [program, "-V"], capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stderr.decode(errors="replace")
