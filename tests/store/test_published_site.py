"""What new settings, or another version of feedsvc, make of the next publish."""

import json

from feedsvc.core.site import EVERYTHING_CHANGED, UNCHANGED, SiteChange
from feedsvc.store.published_site import change_of, facts_of, is_current
from tests.support.builders import a_site

FACTS = facts_of(a_site(), EVERYTHING_CHANGED)


def test_the_same_settings_change_nothing() -> None:
    assert (change_of(FACTS, a_site()), is_current(FACTS)) == (UNCHANGED, True)


def test_before_the_first_publish_everything_is_new() -> None:
    assert change_of({}, a_site()) == EVERYTHING_CHANGED


def test_another_renderer_reads_everything() -> None:
    facts = FACTS | {"renderer": "2"}
    assert (change_of(facts, a_site()), is_current(facts)) == (EVERYTHING_CHANGED, False)


def test_a_new_title_reads_everything_until_the_files_that_show_it_are_marked() -> None:
    renamed = a_site(title="Pu-erh")
    unmarked = {name: value for name, value in FACTS.items() if name != "naming"}
    assert change_of(FACTS, renamed) == SiteChange(shows=True, renames=True)
    assert change_of(unmarked, renamed) == EVERYTHING_CHANGED
    assert change_of(unmarked, a_site(entries=1)) == SiteChange(shows=True)


def test_a_publish_that_reads_less_than_everything_marks_nothing() -> None:
    changes = (EVERYTHING_CHANGED, SiteChange(shows=True, renames=True))
    assert ["naming" in facts_of(a_site(), change) for change in changes] == [True, False]


def test_a_field_that_another_version_did_not_have_gives_every_feed_a_new_digest() -> None:
    values = json.loads(a_site().to_json())
    del values["hubs"]
    facts = FACTS | {"site": json.dumps(values)}
    assert change_of(facts, a_site()) == SiteChange(shows=True)
