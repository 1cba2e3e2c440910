"""What the settings say that the status of a site needs beside the store."""

from collections.abc import Iterator

from feedsvc.core.admin.status import Surroundings
from feedsvc.core.websub.callback_addresses import origin
from feedsvc.core.websub.listener_names import ListenerKind, listener_name
from feedsvc.settings.settings import Settings
from feedsvc.source.opening import CLONE, source_of


def surroundings_of(settings: Settings) -> Surroundings:
    """The store, the folder of posts and the listeners of these settings."""
    listeners = {
        listener_name(kind, url): (kind, listener_name(kind, url)[:12], str(origin(url)))
        for kind, url in _listeners(settings)
    }
    is_cloned = settings.source.git
    posts = str(settings.base / CLONE if is_cloned else settings.content.seeds)
    root = source_of(settings).shown_root
    return Surroundings(settings.store.url, posts, root, settings.site.url, listeners)


def _listeners(settings: Settings) -> Iterator[tuple[ListenerKind, str]]:
    yield from (("hub", url) for url in settings.hub.others)
    yield from (("notify", each.url) for each in settings.notify)
