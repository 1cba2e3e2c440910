"""A hub without a pusher, so that its intents stay in the store."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import requests

from feedsvc.core.websub.subscriptions import Intent
from feedsvc.store.store import Store
from tests.support.asking import Publisher
from tests.support.running import Server

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
ODD_TAGS: Final = ("C#", "上海交大医学院", "a/b")


class HubServer:
    """The hub of a `feedsvc web` process. No pusher verifies its intents."""

    def __init__(self, server: Server, store: Store) -> None:
        self.server = server
        self.url = f"{server.url}/hub"
        self.topic = f"{server.url}/tags/Tea/atom.xml"
        self._store = store

    def ask(self, client: str = "", /, **form: str | None) -> requests.Response:
        """Request a subscription. `topic=None` omits a parameter."""
        parameters = {"callback": a_callback(), "mode": "subscribe", "topic": self.topic} | form
        data = {f"hub.{name}": value for name, value in parameters.items() if value is not None}
        sent = {"X-Forwarded-For": client or f"198.51.100.{secrets.randbelow(250)}"}
        return requests.post(self.url, data=data, headers=sent, timeout=10)

    def post(self, body: bytes, headers: dict[str, str] = FORM) -> requests.Response:
        return requests.post(self.url, data=body, headers=headers, timeout=10)

    def new_intents(self) -> list[Intent]:
        """The intents since the last call, as a pusher claims them."""
        return self._store.intents.claim(datetime.now(UTC), 1000)

    def fail(self, callbacks: set[str]) -> None:
        """Record failed verifications of these callbacks, as a pusher does."""
        now = datetime.now(UTC)
        for intent in self._store.intents.claim(now, 5000, 5000):
            if intent.target.callback in callbacks:
                self._store.intents.refuse(intent, "404", None, now)


def a_callback() -> str:
    """A new callback on a new host."""
    return f"https://{secrets.token_hex(8)}.example.org/callback?of=us"


def a_hub(folder: Path, **settings: str) -> Iterator[HubServer]:
    """Run a hub over a post with unusual tags."""
    store_url = f"sqlite:///{folder}/var/feedsvc.sqlite3"
    server = Server(
        folder,
        folder / "posts",
        command="web",
        settings={"FEEDSVC_SERVER__PROXIES": "1"}
        | {f"FEEDSVC_{name}": value for name, value in settings.items()},
    )
    site_url = settings.get("SITE__URL", server.url)
    publisher = Publisher(folder, store_url, **({"SITE__URL": site_url} | settings))
    tags = ", ".join(f'"{tag}"' for tag in ("Tea", *ODD_TAGS))
    publisher.posts.write("tea.md", title="Tea", tags=f"[{tags}]")
    publisher.publish()
    try:
        yield HubServer(server.wait_until_ready(), publisher.store)
    finally:
        server.stop()
        publisher.store.close()
