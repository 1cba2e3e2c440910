"""Entries that wait on disk: they come back as they were, with their digests."""

from feedsvc.core.feeds.entries import Entry, SourceLink, Unresolved
from feedsvc.core.people import Person
from feedsvc.core.podcasts.episode import NO_EPISODE, Episode, Transcript
from feedsvc.publishing.reading.spool import Spool, pack
from tests.support.builders import an_entry, an_episode, at

PLAIN = an_entry()
FULL = an_entry(
    "cup",
    updated=at("2026-04-01"),
    tags=("AI", "茶"),
    categories=(("Tea", "Green"),),
    authors=(Person("Li", "https://example.org/li", "li@example.org"), Person("Ana")),
    enclosures=(an_episode(file="a.mp3"),),
    feeds=("site",),
    episode=Episode(season=1, transcripts=(Transcript("https://e.org/a.vtt", "text/vtt"),)),
    unresolved=Unresolved("<p></p>", (SourceLink("link:b.md", 3, 4, "b"),)),
)


def spooled(*entries: Entry) -> list[Entry]:
    with Spool() as spool:
        for entry in entries:
            spool.add(pack(f"{entry.title}.md", entry))
        return [entry for _, entry in spool]


def test_entries_come_back_as_they_were() -> None:
    plain, full = spooled(PLAIN, FULL)
    assert (plain, full) == (PLAIN, FULL)
    assert full.unresolved == FULL.unresolved  # which is not compared
    assert plain.episode is NO_EPISODE


def test_their_digests_come_with_them_and_are_those_of_their_fields() -> None:
    for entry, original in zip(spooled(PLAIN, FULL), (PLAIN, FULL), strict=True):
        assert vars(entry)["digest"] == original.digest
        del vars(entry)["digest"]
        assert entry.digest == original.digest
        assert entry == original


def test_the_posts_of_an_author_share_one_value() -> None:
    one, other = spooled(PLAIN, an_entry("cup"))
    assert one.authors[0] is other.authors[0]


def test_the_last_entry_of_a_path_counts_and_a_removed_one_does_not() -> None:
    with Spool() as spool:
        for name in ("tea", "cup"):
            spool.add(pack(name, an_entry(name)))
        spool.replace("tea", pack("tea", an_entry("tea", title="new")))
        spool.remove("cup")
        assert [(path, entry.title) for path, entry in spool] == [("tea", "new")]
        spool.clear()
        assert [*spool] == []
