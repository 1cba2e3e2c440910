"""The versions that a process has served are kept up to a limit."""

from feedsvc.web.polls.served_versions import ServedVersions


def test_the_oldest_versions_are_evicted() -> None:
    versions = ServedVersions(most_marks=4)  # each version counts for one beside its entries
    for tag in ("a", "b", "b", "c"):
        versions.remember(tag, {1})
    assert versions.first_stored(["a"]) is None
    assert versions.first_stored(["a", "c", "b"]) == ("c", {1})


def test_a_version_of_many_entries_evicts_several() -> None:
    versions = ServedVersions(most_marks=12)
    for tag in ("a", "b", "c"):
        versions.remember(tag, {1, 2})
    versions.remember("d", set(range(9)))
    assert versions.first_stored(["a", "b", "c"]) is None
    assert versions.first_stored(["d"])
