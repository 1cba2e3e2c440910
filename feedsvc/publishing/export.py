"""Write every feed to a file, for sites that serve static files."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.opml import opml_document
from feedsvc.core.site import Site
from feedsvc.store.store import Store


def export(
    store: Store,
    target: Path,
    aliases: Mapping[str, str],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int]:
    """Write every document below `target`. Returns how many were written, and how many exist.

    A file is replaced atomically, and only if its bytes have changed. All documents are of one
    revision. Raises OSError and StoreError.
    """
    written = total = 0
    with store.snapshot() as snapshot:
        site = snapshot.site()
        if site is None:
            return 0, 0
        site = _without_own_hub(site)
        records = list(snapshot.feeds())
        for done, record in enumerate(records):
            feed = feed_of(site, record.topic, snapshot.newest(record.number, site.entries))
            for name, form in FORMATS.items():
                document = form.render(feed)
                paths = [addresses.document_path(record.topic.path, name)]
                if not record.topic.names:
                    paths += [
                        alias.lstrip("/")
                        for alias, format_name in aliases.items()
                        if format_name == name and not alias.endswith("/")
                    ]
                for path in paths:
                    written += _replaced(target / path, document)
                    total += 1
            if progress:
                progress(done + 1, len(records))
        opml = opml_document(site, (record.topic for record in records))
        written += _replaced(target / addresses.OPML_PATH, opml)
    return written, total + 1


def _without_own_hub(site: Site) -> Site:
    """The site without our own hub, which does not run where static files are served."""
    own = addresses.url(site.url, addresses.HUB_PATH)
    return replace(site, hubs=tuple(hub for hub in site.hubs if hub != own))


def _replaced(file: Path, document: bytes) -> bool:
    """Write the document atomically. False if the file has these bytes already."""
    try:
        if file.read_bytes() == document:
            return False
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    opened, temporary = tempfile.mkstemp(dir=file.parent, prefix=".feedsvc-")
    try:
        with os.fdopen(opened, "wb") as out:
            out.write(document)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
