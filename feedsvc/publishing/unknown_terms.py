"""Warns of terms in the filters of the settings that no post has: they may be misspelt."""

import logging

from feedsvc.core.filters.parse import shown
from feedsvc.core.filters.placing import filters_of
from feedsvc.core.site import Site
from feedsvc.store.snapshot import Snapshot

log = logging.getLogger("feedsvc.publishing")


def warn_of_unknown_terms(snapshot: Snapshot, site: Site) -> None:
    """Log a warning for each term that no post ever had. A post may have it later."""
    for setting, cut in filters_of(site).items():
        known = snapshot.digests({path for term in cut.terms for path in term.paths})
        for term in cut.terms:
            if not known.keys() & set(term.paths):
                name = shown("/".join(term.names))
                log.warning("%s: no post has the %s %s yet", setting, term.parameter, name)
