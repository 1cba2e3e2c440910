"""What one file is: a post, or held, expired, broken or hidden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.core.rules import Rules
from tests.support.houses import BROKEN, LATER, SITE, House


def test_a_post_waits_for_its_embargo_date(house: House) -> None:
    house.posts.write(date="2026-05-01", publishDate="2026-06-01 17:00")
    report = house.publish()
    due = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    assert (report.added, report.next_due, house.entries()) == ((), due, [])
    assert house.publish(due - timedelta(seconds=1)).added == ()
    assert house.publish(due, only=()).added == ("tea.md",)
    assert house.only_entry().published == datetime(2026, 4, 30, 16, 0, tzinfo=UTC)


def test_a_post_of_the_future_is_held_until_its_date(house: House) -> None:
    house.posts.write(date="2026-06-01 17:00:00")
    report = house.publish()
    due = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    assert (report.added, report.next_due, house.entries()) == ((), due, [])
    assert house.publish(due - timedelta(seconds=1)).added == ()
    assert house.publish(due, only=()).added == ("tea.md",)


def test_a_published_post_that_moves_to_the_future_is_withdrawn(house: House) -> None:
    house.posts.write()
    house.publish()
    house.posts.write(date="2026-07-01")
    assert house.publish().withdrawn == ("tea.md",)


def test_an_update_in_the_future_has_no_effect_until_its_date(house: House) -> None:
    house.posts.write(updated="2999-01-01")
    report = house.publish()
    assert house.only_entry().updated == house.only_entry().published
    assert report.next_due == datetime(2998, 12, 31, 16, 0, tzinfo=UTC)
    assert [problem.refuses for problem in report.problems] == [False]


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_post_is_reported_and_the_rest_is_published(house: House, fault: str) -> None:
    house.posts.write_raw("bad.md", BROKEN[fault])
    house.posts.write("good.md", title="Good")
    report = house.publish()
    (problem,) = report.problems
    assert (problem.path, problem.refuses, report.refused) == ("bad.md", True, 1)
    assert problem.fault
    assert problem.cure
    assert house.titles() == {"Good"}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_post_that_breaks_keeps_its_last_good_version(house: House, fault: str) -> None:
    house.posts.write("bad.md", title="Was good", tags="[x]")
    house.publish()
    before = house.digests()
    house.posts.write_raw("bad.md", BROKEN[fault])
    report = house.publish()
    assert (report.withdrawn, report.feeds, report.refused) == ((), (), 1)
    assert house.digests() == before
    house.posts.write("bad.md", title="Mended", tags="[x]")
    assert (house.publish().changed, house.publish().problems) == (("bad.md",), ())


def test_a_post_that_loses_its_front_matter_keeps_its_last_good_version(house: House) -> None:
    house.posts.write(title="Good")
    house.publish()
    house.posts.write_raw("tea.md", b"only text")
    assert (house.publish().refused, house.titles()) == (1, {"Good"})


HIDDEN_ALL_THE_SAME: dict[str, str | bytes] = {
    "a flag, and another field is refused": "---\ndate: 2025-02-30\ndraft: true\n---\n",
    "an odd spelling, and another field": "---\ndate: 2025-02-30\nlay_out: page\n---\n",
    "a flag, and YAML is broken": "---\ntitle: [\ndraft: true\n---\nx",
    "a flag that breaks it": "---\ntitle: Tea\n draft: true\n---\nx",
    "a flag with the colon of another script": "---\ntitle: Tea\ndraft：true\n---\nx",
    "a flag that stands twice": "---\ndraft: false\ndraft: true\n---\nx",
    "a flag, and no closing mark": "---\ntitle: Tea\ndraft: true\n\ntext",
    "a flag, and an opening mark that is none": "-—\ntitle: Tea\ndraft: true\n---\ntext",
    "a flag, and TOML is broken": "+++\ntitle = [\nprivate = true # yet\n+++\n",
    "a flag, and JSON is broken": '{"title": "Tea", "published": false, "date": }\nx',
    "a status, and YAML is broken": "---\ntitle: a: b\nstatus: private\n---\n",
    "a password, and YAML is broken": "---\ntitle: a: b\npassword: x\n---\n",
    "a flag, and a byte that is no text": b"---\ntitle: \xff\ndraft: true\n---\n",
    "a flag, in another encoding": "---\ndraft: true\n---\n".encode("utf-16"),
    "an end, and another field is refused": "---\ndate: x\nexpiryDate: 2026-05-01\n---\n",
    "an end, and YAML is broken": "---\ntitle: [\nexpiryDate: 2026-05-01\n---\n",
    "a day to come, and another field": "---\ndate: 2026-08-01\ntags: {a: b}\n---\n",
    "a day to wait for, and another field": "---\ndate: x\npublishDate: 2026-08-01\n---\n",
    "an end, and a body that is refused": (
        "---\ndate: 2026-03-01\nexpiryDate: 2026-05-01\n---\n" + "<div>" * 10_000
    ),
}


@pytest.mark.parametrize("fault", HIDDEN_ALL_THE_SAME)
def test_a_post_that_is_broken_and_hidden_in_one_edit_is_withdrawn(
    house: House, fault: str
) -> None:
    house.posts.write("bad.md", title="Was good")
    house.publish()
    source = HIDDEN_ALL_THE_SAME[fault]
    house.posts.write_raw("bad.md", source if isinstance(source, bytes) else source.encode())
    assert (house.publish().withdrawn, house.entries()) == (("bad.md",), [])


def test_a_broken_and_hidden_post_is_refused_until_it_is_repaired(house: House) -> None:
    house.posts.write("bad.md", title="Was good")
    house.publish()
    before = house.only_entry().id
    house.posts.write_raw("bad.md", b"---\ntitle: [\ndraft: true\n---\n")
    report = house.publish()
    assert ([p.code for p in report.problems], report.refused) == (["front-matter"], 1)
    house.posts.write("bad.md", title="Mended")
    assert (house.publish().added, house.only_entry().id) == (("bad.md",), before)


def test_a_post_that_is_encrypted_and_broken_in_one_edit_is_withdrawn(house: House) -> None:
    teasers = replace(SITE, rules=Rules(encrypted="teaser"))
    house.posts.write(title="Was open")
    house.publish(site=teasers)
    house.posts.write(title="Locked", encrypted="yes", updated="no date")
    assert (house.publish(site=teasers).withdrawn, house.entries()) == (("tea.md",), [])


@pytest.mark.parametrize(
    "fault", ["tags: {a: b}", "title: [", "tags: [a]\n---\n" + "<div>" * 10_000]
)
def test_a_broken_post_is_withdrawn_when_it_expires(house: House, fault: str) -> None:
    house.posts.write(expiryDate="2026-06-02 00:00 Z")
    house.publish()
    front = f"---\ndate: 2026-03-01\nexpiryDate: 2026-06-02 00:00 Z\n{fault}\n---\n"
    house.posts.write_raw("tea.md", front.encode())
    broken = house.publish()
    end = datetime(2026, 6, 2, tzinfo=UTC)
    assert (broken.withdrawn, broken.refused, broken.next_due) == ((), 1, end)
    assert (house.publish(end).withdrawn, house.entries()) == (("tea.md",), [])


def test_a_broken_post_that_is_deleted_is_withdrawn(house: House) -> None:
    house.posts.write("other.md")  # the folder is not empty
    path = house.posts.write()
    house.publish()
    path.write_bytes(b"---\n")
    house.publish()
    path.unlink()
    house.publish()
    report = house.publish(LATER)
    assert (report.withdrawn, report.problems) == (("tea.md",), ())
    assert house.titles() == {"other.md"}


def test_a_problem_is_in_every_report_until_it_is_repaired(house: House) -> None:
    house.posts.write_raw("bad.md", b"---\n")
    house.publish()
    second = house.publish()
    assert (second.read, second.noticed, len(second.problems)) == (0, (), 1)


def test_a_post_is_withdrawn_when_it_expires(house: House) -> None:
    house.posts.write(expiryDate="2026-06-02 00:00:00 Z")
    report = house.publish()
    assert report.next_due == datetime(2026, 6, 2, tzinfo=UTC)
    assert house.publish(datetime(2026, 6, 2, tzinfo=UTC)).withdrawn == ("tea.md",)
    assert house.entries() == []


def test_a_post_that_has_expired_is_never_published(house: House) -> None:
    house.posts.write(expiryDate="2026-05-01")
    assert (house.publish().added, house.entries()) == ((), [])


def test_the_earlier_of_an_expiry_and_a_future_update_is_due(house: House) -> None:
    house.posts.write(expiryDate="2026-07-02 00:00 Z", updated="2026-06-20 00:00 Z")
    assert house.publish().next_due == datetime(2026, 6, 20, tzinfo=UTC)
    assert house.publish(datetime(2026, 6, 20, tzinfo=UTC)).next_due == datetime(
        2026, 7, 2, tzinfo=UTC
    )
