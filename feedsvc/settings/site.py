"""Converts settings to the `Site` that the core renders feeds from."""

from typing import Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from feedsvc.core import addresses
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.filters.placing import filter_of_setting
from feedsvc.core.people import Person
from feedsvc.core.podcasts.categories import category_of
from feedsvc.core.podcasts.show import Show
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.settings.settings import Settings

_OTHERS: Final = {"seeds", "include", "exclude", "authors"}  # of `[content]`, not in Rules


def site_of(settings: Settings) -> Site:
    """Everything in the settings that affects the content of a feed."""
    written = settings.site
    return Site(
        **written.model_dump(exclude={"icon", "logo"}),
        icon=_picture(written.url, written.icon),
        logo=_picture(written.url, written.logo),
        entries=settings.feeds.entries,
        max_bytes=settings.feeds.max_bytes,
        content=settings.feeds.content,
        contents=_contents(settings),
        pages=settings.server.pages,
        hubs=_hubs(settings),
        podcast=_show(settings),
        main=settings.feeds.main,
        filters=tuple(
            (name, each.title, each.query) for name, each in settings.filters.items()
        ),
        rules=_rules(settings),
    )


def _contents(settings: Settings) -> tuple[tuple[str, str], ...]:
    """What feeds show of entries, by path: also those of filters that show summaries."""
    shortened = {
        addresses.filter_path(name): "summary"
        for name, each in settings.filters.items()
        if _is_shortened(settings, each.query)
    }
    return tuple((shortened | settings.feeds.contents).items())


def _is_shortened(settings: Settings, query: str) -> bool:
    """True if a filter asks for summaries, or a feed that its entries come from has these."""
    cut = filter_of_setting(query, ZoneInfo(settings.site.timezone))
    renamed = successors(_rules(settings))
    paths = {path for group in cut.all_of for term in group for path in term.paths} or {""}
    paths |= {renamed[path] for path in paths if path in renamed}
    return cut.only_summaries or any(
        settings.feeds.contents.get(path) == "summary" for path in paths
    )


def _picture(site_url: str, address: str) -> str:
    """The absolute URL of a picture; `address` may be a path of the site."""
    if not address.startswith("/"):
        return address
    return addresses.page_url(site_url, unquote(address))


def _show(settings: Settings) -> Show:
    written = settings.podcast
    return Show(
        category=category_of(written.category) or (),
        explicit=written.explicit,
        kind=written.type,
        image=_picture(settings.site.url, written.image),
        author=written.author.strip(),
        email=written.email,
        locked=written.locked,
    )


def _hubs(settings: Settings) -> tuple[str, ...]:
    own = addresses.url(settings.site.url, addresses.HUB_PATH)
    return (*((own,) if settings.hub.enabled else ()), *settings.hub.others)


def _rules(settings: Settings) -> Rules:
    content, aliases = settings.content, settings.aliases
    return Rules(
        **content.model_dump(exclude=_OTHERS),
        authors=tuple((k, Person(**a.model_dump())) for k, a in content.authors.items()),
        tag_aliases=tuple(aliases.tags.items()),
        category_aliases=tuple(aliases.categories.items()),
        tag_redirects=tuple(settings.redirects.tags.items()),
        gone=settings.feeds.gone,
    )
