"""`/metrics` over the app: behind the door, in both formats, from the store."""

from datetime import UTC, datetime
from typing import Final

import pytest
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from feedsvc.core.audience.batch import Counted
from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from feedsvc.web.admin import metrics
from feedsvc.web.app import create_app
from tests.support.running import SITE
from tests.support.writing import PostFolder

TOKEN: Final = "k7Qm2vXw9dRt4ZpL"  # noqa: S105 - of these tests
BEARER: Final = {"Authorization": f"Bearer {TOKEN}"}
ADDRESS: Final = {"FEEDSVC_SITE__URL": "http://example.org"}


@pytest.fixture
def client(posts: PostFolder, store: Store, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of a site with a post, a draft and a broken post."""
    posts.write("tea.md")
    posts.write("draft.md", draft="true")
    posts.write("broken.md", date="soon")
    settings = load_settings(None, {**SITE, **ADDRESS, "FEEDSVC_ADMIN__TOKEN": TOKEN})
    publish(Folder(posts.root, 0), store, site_of(settings), datetime.now(UTC))
    monkeypatch.setattr(metrics, "FRESH", 0.0)
    return create_app(settings, store).test_client()


def test_metrics_are_behind_the_door(client: FlaskClient, store: Store) -> None:
    refused = client.get("/metrics")
    assert refused.status_code == 401
    assert b"feedsvc_" not in refused.data
    without = load_settings(None, {**SITE, **ADDRESS})
    assert create_app(without, store).test_client().get("/metrics").status_code == 404


def test_what_the_store_has_is_shown_in_the_text_format(
    client: FlaskClient, store: Store
) -> None:
    store.flushes.count({Counted("polls", ("304", "atom", "gzip")): 7})
    response = client.get("/metrics", headers=BEARER)
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert response.headers["Cache-Control"] == "no-store"
    found = {
        (each.name, *each.labels.values()): each.value
        for family in text_string_to_metric_families(response.text)
        for each in family.samples
    }
    assert found["feedsvc_polls_total", "gzip", "atom", "304"] == 7 or (
        found["feedsvc_polls_total", "304", "atom", "gzip"] == 7
    )
    assert found["feedsvc_posts", "published"] == 1
    assert found["feedsvc_posts", "draft"] == 1
    assert found["feedsvc_posts", "refused"] == 1
    assert {key[1]: n for key, n in found.items() if key[0] == "feedsvc_problems"} == {
        "date": 1
    }
    assert found["feedsvc_revision",] == 1
    assert found["feedsvc_store_latency_seconds",] < 5
    assert found["feedsvc_last_publish_timestamp_seconds",] > 1_700_000_000


def test_openmetrics_is_sent_to_whoever_accepts_it(client: FlaskClient) -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    response = client.get("/metrics", headers={**BEARER, "Accept": accept})
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")
    names = {family.name for family in openmetrics(response.text)}  # type: ignore[no-untyped-call]
    assert {"feedsvc_posts", "feedsvc_build", "feedsvc_publish_duration_seconds"} <= names
    assert response.headers["Vary"] == "Accept"


@pytest.mark.parametrize("version", ["99", "abc", "1", "0.0.1", ""])
def test_there_is_one_version_of_openmetrics(client: FlaskClient, version: str) -> None:
    accept = f"application/openmetrics-text; version={version}"
    response = client.get("/metrics", headers={**BEARER, "Accept": accept})
    assert response.status_code == 200
    assert "version=1.0.0;" in response.headers["Content-Type"]


def test_a_store_that_fails_is_a_metric(client: FlaskClient, store: Store) -> None:
    with store._database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE counters RENAME TO taken")
    response = client.get("/metrics", headers=BEARER)
    assert response.status_code == 200
    assert "feedsvc_store_up 0.0" in response.text
    assert "feedsvc_posts" not in response.text


def test_frequent_scrapes_read_the_store_once(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "FRESH", 60.0)
    first = client.get("/metrics", headers=BEARER).text
    store.flushes.count({Counted("polls", ("304", "atom", "gzip")): 7})
    assert client.get("/metrics", headers=BEARER).text == first
