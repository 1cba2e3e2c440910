"""How the site was last published, as facts of the store, and what new settings change."""

from collections.abc import Mapping
from typing import Final

from feedsvc.core.feeds.feeds import RENDERER_VERSION
from feedsvc.core.site import EVERYTHING_CHANGED, UNCHANGED, Site, SiteChange

# All files that name the site are marked. Missing until a version with marks has read them all.
_NAMING: Final = "naming"


def is_current(facts: Mapping[str, str]) -> bool:
    """True if this version of the renderer wrote the store."""
    return facts.get("renderer") == RENDERER_VERSION


def change_of(facts: Mapping[str, str], site: Site) -> SiteChange:
    """What a publish with the settings `site` must do besides what the folder calls for."""
    published = facts.get("site")
    if published is None or not is_current(facts):
        return EVERYTHING_CHANGED
    if published == site.to_json():
        return UNCHANGED
    change = Site.from_json(published).changed_to(site)
    if change.renames and _NAMING not in facts:
        return EVERYTHING_CHANGED
    return change if change != UNCHANGED else SiteChange(shows=True)  # another version


def facts_of(site: Site, change: SiteChange) -> dict[str, str]:
    """The facts after a publish that brought this change."""
    naming = {_NAMING: "marked"} if change.rereads else {}
    generator = site.rules.generator
    return {
        "site": site.to_json(),
        "renderer": RENDERER_VERSION,
        "generator": generator,
        **naming,
    }
