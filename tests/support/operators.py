"""The app of a site with a door for operators, and visitors in front of it."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.batch import Batch
from feedsvc.core.audience.days import Day
from feedsvc.core.audience.polls import PollKind
from feedsvc.settings.load import load_settings
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.builders import a_site, an_entry
from tests.support.running import SITE

TOKEN = "k7Qm2vXw9dRt4ZpL"  # noqa: S105 - of the tests
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


class Site:
    """The app of a site, with a new client address for each visitor."""

    def __init__(self, store: Store, **settings: str) -> None:
        given = {f"FEEDSVC_{name}": value for name, value in settings.items()}
        environ = {**SITE, "FEEDSVC_SITE__URL": "http://example.org", **given}
        self.settings = load_settings(None, environ)
        self.app = create_app(self.settings, store)

    def visitor(self, address: str = "192.0.2.1", *, keeps: bool = True) -> FlaskClient:
        """A browser, or with `keeps=False` a program, which keeps no cookies."""
        client = self.app.test_client(use_cookies=keeps)
        client.environ_base["REMOTE_ADDR"] = address
        return client


def polled_site(store: Store) -> Site:
    """A site with polls of three feeds today, one with a hostile name."""
    now = datetime.now(UTC)
    store.publish(Publication(a_site(), [an_entry("one", tags=("Tea", "<i>&"))]), now)
    made = Site(store, ADMIN__TOKEN=TOKEN)
    day = Day.at(time.time(), ZoneInfo(made.settings.site.timezone)).name
    store.flushes.key_of(day)
    batch = Batch()
    for feed, status, agent, times in (
        ("tags/Tea", 304, "Newsboat/2", 30),
        ("", 200, "python-requests/2", 4),
        ("tags/<i>&", 200, "Feedly/1.0 (42 subscribers)", 1),
    ):
        sent = 9000 if status == 200 else 0
        is_blind = status == 200
        kind = PollKind(feed, "atom", "gzip", status, sent, 10_000 - sent, is_blind, "/x")
        batch.add(day, kind, agent_of(agent), times)
        batch.add_individual(day, kind, agent_of(agent), times)
    store.flushes.add(batch, CountingProcess("one", "web"), 1, now)
    return made
