"""Which feeds an entry is in, with filters in the settings."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.feeds.feeds import topics_of
from feedsvc.core.filters.placing import filter_of_setting, filters_of, named_topics, topics_in
from tests.support.builders import a_site, an_entry, at

MEDICINE = ("medicine", "Medicine", "tag=AI|CAR-T&not-tag=diary")
ZONE = ZoneInfo("Asia/Shanghai")


def paths(site_fields: Mapping[str, Any], **entry_fields: Any) -> set[str]:
    entry = an_entry(**entry_fields)
    return {topic.path for topic in topics_in(a_site(**site_fields), entry)}


def test_without_filters_an_entry_is_where_its_terms_put_it() -> None:
    entry = an_entry(tags=("AI",))
    assert topics_in(a_site(), entry) == topics_of(entry)


def test_a_filter_with_a_name_has_the_entries_it_asks_for() -> None:
    site = {"filters": (MEDICINE,)}
    assert "filters/medicine" in paths(site, tags=("AI",))
    assert "filters/medicine" not in paths(site, tags=("AI", "diary"))
    assert "filters/medicine" not in paths(site, tags=("tea",))


def test_an_entry_that_main_excludes_stays_in_all_other_feeds() -> None:
    site = {"main": "not-tag=micro&not-tag=diary"}
    assert paths(site, tags=("micro",)) == {"tags/micro", "authors/Li"}
    assert paths(site, tags=("tea",)) == {"", "tags/tea", "authors/Li"}


def test_a_filter_without_a_term_to_have_is_a_cut_of_the_feed_of_the_site() -> None:
    site = {"main": "not-tag=micro", "filters": (("quiet", "Quiet", "not-tag=loud"),)}
    assert "filters/quiet" in paths(site, tags=("tea",))
    assert "filters/quiet" not in paths(site, tags=("loud",))
    assert "filters/quiet" not in paths(site, tags=("micro",))


def test_a_post_that_limits_its_feeds_is_in_no_filter_of_others() -> None:
    site = {"filters": (MEDICINE,), "main": "not-tag=micro"}
    assert paths(site, tags=("AI",), feeds=("site",)) == {""}
    assert paths(site, tags=("AI",), feeds=("tags/AI",)) == {"tags/AI", "filters/medicine"}


@pytest.mark.parametrize("rules", ["tag_aliases", "tag_redirects"])
def test_a_term_may_have_the_name_that_it_had_before(rules: str) -> None:
    site = {"filters": (("ops", "Ops", "tag=k8s"),), rules: (("k8s", "K"),)}
    assert "filters/ops" in paths(site, tags=("K",))


def test_a_name_may_be_written_in_two_ways() -> None:
    for query in ("tag=snake_case", "tag=snake~5Fcase"):
        site = {"filters": (("snake", "Snake", query),)}
        assert "filters/snake" in paths(site, tags=("snake_case",))


def test_dates_are_in_the_zone_of_the_site() -> None:
    site = {"filters": (("new", "New", "since=2026-03-02"),)}
    assert "filters/new" in paths(site, published=at("2026-03-01T16:00:00+00:00"))
    assert "filters/new" not in paths(site, published=at("2026-03-01T15:59:59+00:00"))


def test_the_label_of_a_filter_is_its_title() -> None:
    (topic,) = named_topics(a_site(filters=(MEDICINE,)))
    assert (topic.path, topic.label) == ("filters/medicine", "Medicine")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tag=", "tag is empty"),
        ("tags=AI", "did you mean tag"),
        ("limit=5", "limit is only for addresses"),
        ("q=tea", "q is only for addresses"),
        ("tag=a&archive=tags/a/1", "archive is only for addresses"),
        ("utm_source=x", "it asks for nothing"),
        ("content=full", "it asks for nothing"),
    ],
)
def test_a_query_in_the_settings_must_be_readable(query: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        filter_of_setting(query, ZONE)


def test_a_query_may_begin_with_a_question_mark() -> None:
    assert filter_of_setting("?tag=AI", ZONE) == filter_of_setting("tag=AI", ZONE)


def test_filters_of_settings_are_known_by_their_settings() -> None:
    site = a_site(main="not-tag=micro", filters=(MEDICINE,))
    assert list(filters_of(site)) == ["feeds.main", "filters.medicine"]
    assert filters_of(a_site()) == {}
