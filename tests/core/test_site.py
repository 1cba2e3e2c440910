"""The settings of the site."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from feedsvc.core.people import Person
from feedsvc.core.site import Site, SiteChange
from tests.support.builders import a_site, at

FULL = a_site(
    subtitle="茶",
    email="li@example.org",
    categories="flat",
    entries=3,
    contents=(("tags/AI", "summary"),),
    authors=(("li", Person("Li", "https://example.org/li")),),
    tag_aliases=(("python", "Python"),),
)


@pytest.mark.parametrize("site", [a_site(), FULL])
def test_a_site_reads_back_from_json(site: Site) -> None:
    assert Site.from_json(site.to_json()) == site


def test_the_json_of_a_site_is_sorted() -> None:
    fields = json.loads(FULL.to_json())
    assert (list(fields), "茶" in FULL.to_json()) == (sorted(fields), True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("title", "x"), ("url", "x"), ("author", "x"), ("timezone", "UTC")),
        *(("tag_authority", "x,2026"), ("subtitle", "x"), ("email", "x"), ("language", "x")),
        *(
            ("entries", 1),
            ("max_bytes", 1),
            ("content", "summary"),
            ("contents", (("", "full"),)),
        ),
    ],
)
def test_the_digest_changes_with_every_field(field: str, value: object) -> None:
    assert a_site(**{field: value}).digest != a_site().digest
    assert a_site().digest == a_site().digest


def test_the_rules_do_not_change_the_digest() -> None:
    assert a_site(permalink="/:key.html").digest == a_site().digest
    assert a_site(permalink="/:key.html") != a_site()


def test_the_json_of_another_version_is_read() -> None:
    written = json.loads(a_site(authors=(("li", Person("Li")),)).to_json())
    written["rules"]["invented"] = written["invented"] = 1
    del written["rules"]["lead_image"], written["contents"]
    assert Site.from_json(json.dumps(written)) == a_site(authors=(("li", Person("Li")),))


@pytest.mark.parametrize(
    ("authority", "since"),
    [
        ("example.org,2026", at("2026-01-01")),
        ("example.org,2026-03", at("2026-03-01")),
        ("li@example.org,2026-03-09", at("2026-03-09")),
    ],
)
def test_a_site_begins_with_its_tag_authority(authority: str, since: datetime) -> None:
    assert a_site(tag_authority=authority).since == since


def test_a_site_has_a_time_zone() -> None:
    assert a_site(timezone="Europe/Berlin").zone == ZoneInfo("Europe/Berlin")


def test_feeds_change_if_they_show_something_else_or_have_other_entries() -> None:
    changes = (SiteChange(), SiteChange(relinks=True), SiteChange(shows=True))
    assert [change.is_of_feeds for change in changes] == [False, False, True]
    assert SiteChange(regroups=True).is_of_feeds
