"""Clients that accept deltas get only the new entries (RFC 3229)."""

import gzip
from unittest.mock import patch

import pytest

from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from tests.support.asking import (
    Answer,
    Front,
    ask,
)


def _after_a_post(front: Front, path: str, **headers: str) -> tuple[Answer, Answer]:
    """The answers after a new post: with the tag of the earlier version, and without one."""
    before = ask(front.replay, path)
    front.publisher.posts.write("water.md", "Fresh. " * 300, title="Water", tags="[tea]")
    front.publisher.publish()
    front.follower.check()
    whole = ask(front.replay, path)
    conditions = {"A_IM": "feed", "If_None_Match": before.tag} | headers
    return ask(front.replay, path, **conditions), whole


@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/tags/tea/feed.json"])
def test_a_client_with_an_earlier_version_gets_the_new_entries(front: Front, path: str) -> None:
    new, whole = _after_a_post(front, path)
    headers = dict(new.headers)
    assert (new.status[:3], headers["IM"]) == ("226", "feed")
    assert headers["Vary"] == dict(whole.headers)["Vary"] == "A-IM, Accept-Encoding"
    assert new.tag == whole.tag
    assert b"Water" in new.body
    assert b"Milk" not in new.body
    assert int(headers["Content-Length"]) == len(new.body) < len(whole.body)


def test_a_cache_must_not_store_a_delta(front: Front) -> None:
    new, _ = _after_a_post(front, "/atom.xml")
    assert dict(new.headers)["Cache-Control"].startswith("no-store, im")


def test_a_delta_comes_in_the_preferred_coding(front: Front) -> None:
    new, _ = _after_a_post(front, "/atom.xml", Accept_Encoding="gzip")
    assert new.tag.endswith('-gzip"')
    assert b"Water" in gzip.decompress(new.body)


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', '"other";, {}'])
def test_an_earlier_version_may_be_named_in_any_form(front: Front, form: str) -> None:
    tag = ask(front.replay, "/atom.xml").tag
    assert _after_a_post(front, "/atom.xml", If_None_Match=form.format(tag))[0].status[:3] == (
        "226"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"0123456789abcdef0123456789abcdef"'},
        {"If_None_Match": ""},
        {"A_IM": ""},
        {"A_IM": "vcdiff, gzip"},
        {"A_IM": "feed;q=0"},
    ],
)
def test_other_clients_get_the_whole_feed(front: Front, headers: dict[str, str]) -> None:
    answer, whole = _after_a_post(front, "/atom.xml", **headers)
    assert answer == whole


def test_a_client_of_deltas_that_has_the_version_gets_a_304(front: Front) -> None:
    tag = ask(front.replay, "/atom.xml").tag
    assert ask(front.replay, "/atom.xml", A_IM="feed", If_None_Match=tag).status[:3] == "304"


def test_a_delta_is_rendered_once_for_all_clients(front: Front) -> None:
    _after_a_post(front, "/atom.xml")
    document = front.shelf.get("atom.xml")
    assert document
    ((tag, new),) = document.deltas.items()
    answer = ask(front.replay, "/atom.xml", A_IM="feed", If_None_Match=f'"{tag}"')
    assert (answer.status[:3], answer.body) == ("226", new.body if new else None)
    assert document.deltas[tag] is new


def test_a_client_of_deltas_gets_the_whole_feed_while_the_store_fails(front: Front) -> None:
    before = ask(front.replay, "/atom.xml")
    front.publisher.posts.write("water.md", title="Water")
    front.publisher.publish()
    front.follower.check()
    whole = ask(front.replay, "/atom.xml")
    with patch.object(Store, "snapshot", side_effect=StoreError("away")):
        asked = {"A_IM": "feed", "If_None_Match": before.tag}
        assert ask(front.replay, "/atom.xml", **asked) == whole
