"""The app of a site with a door for operators, and visitors in front of it."""

from flask.testing import FlaskClient

from feedsvc.settings.load import load_settings
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.running import SITE

TOKEN = "k7Qm2vXw9dRt4ZpL"  # noqa: S105 - of the tests
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


class Site:
    """The app of a site, with a new client address for each visitor."""

    def __init__(self, store: Store, **settings: str) -> None:
        given = {f"FEEDSVC_{name}": value for name, value in settings.items()}
        environ = {**SITE, "FEEDSVC_SITE__URL": "http://example.org", **given}
        self.app = create_app(load_settings(None, environ), store)

    def visitor(self, address: str = "192.0.2.1", *, keeps: bool = True) -> FlaskClient:
        """A browser, or with `keeps=False` a program, which keeps no cookies."""
        client = self.app.test_client(use_cookies=keeps)
        client.environ_base["REMOTE_ADDR"] = address
        return client
