"""The whole of the web in one WSGI callable: Flask, what it has said before, the store."""

from urllib.parse import unquote, urlsplit

from feedsvc.settings.settings import Settings
from feedsvc.store.store import Store
from feedsvc.web.app import HEALTH, create_app
from feedsvc.web.polls.rate_limits import Limiter
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from feedsvc.web.polls.store_follower import Follower


def create_front(settings: Settings, store: Store) -> Replay:
    """What a server calls; a thread of its own follows the store from now on."""
    shelf = Shelf(settings.server.memory)
    app = create_app(settings, store, shelf)
    Follower(store, shelf).start()
    server = settings.server
    limiter = None
    if server.poll_limit:
        limiter = Limiter(server.poll_limit, server.proxies, server.proxy_header)
    base = urlsplit(settings.site.url).path
    return Replay(app, shelf, limiter, {HEALTH, f"{unquote(base)}{HEALTH}"})
