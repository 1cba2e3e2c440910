"""The files of an episode: how long they take, and which transcripts there are."""

from dataclasses import replace

import pytest

from feedsvc.core.podcasts.show import Show
from tests.support.audio import mp3
from tests.support.houses import SITE, House


def _durations(house: House) -> list[int | None]:
    return [each.duration for each in house.only_entry().enclosures]


@pytest.mark.parametrize(
    ("front", "seconds"),
    [
        ("a.mp3", 7),
        ("{url: a.mp3, length: 5}", 7),
        ("{url: a.mp3, duration: 9}", 9),
        ("{url: a.mp3, duration: 9, length: 5}", 9),
        ("{url: a.mp3, duration: nonsense}", 7),
        ("{url: 'https://b.example/a.mp3'}", None),
        ("{url: a.mp3, type: video/mp4}", None),
    ],
)
def test_the_duration_of_audio_is_measured_if_nobody_gives_it(
    house: House, front: str, seconds: int | None
) -> None:
    house.posts.write_raw("tea/a.mp3", mp3(7))
    house.posts.write(enclosure=front)
    house.publish()
    assert _durations(house) == [seconds]
    assert house.publish().read == 0


def test_a_length_that_the_author_gives_stays(house: House) -> None:
    house.posts.write_raw("tea/a.mp3", mp3(7))
    house.posts.write(enclosure="{url: a.mp3, length: 5}")
    house.publish()
    (enclosure,) = house.only_entry().enclosures
    assert (enclosure.length, enclosure.file) == (5, "")
    house.posts.write("tea.md", enclosure="{url: gone.mp3, length: 5}")
    report = house.publish()
    assert (report.problems, _durations(house)) == ((), [None])


def test_a_replaced_file_is_measured_again(house: House) -> None:
    house.posts.write_raw("tea/a.mp3", b"no audio")
    house.posts.write(audio="a.mp3")
    assert house.publish().problems == ()
    assert _durations(house) == [None]
    house.posts.write_raw("tea/a.mp3", mp3(7))
    assert house.publish().changed == ("tea.md",)
    assert _durations(house) == [7]


def test_a_file_that_the_disk_cannot_read_is_measured_once_it_can(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.posts.write_raw("tea/a.mp3", mp3(7))
    house.posts.write(audio="a.mp3")
    with monkeypatch.context() as patched:

        def fails(*_: object, **__: object) -> None:
            raise OSError(5, "Input/output error")

        patched.setattr("feedsvc.publishing.reading.attached_files.duration_of", fails)
        assert house.publish().problems == ()
        (enclosure,) = house.only_entry().enclosures
        assert (enclosure.length, enclosure.duration) == (len(mp3(7)), None)
    house.publish()
    assert _durations(house) == [7]
    assert house.publish().read == 0


def _transcripts(house: House) -> list[str]:
    episode = house.only_entry().episode
    return [each.href.rpartition("/")[2] for each in episode.transcripts]


def test_a_transcript_is_there_as_long_as_its_file(house: House) -> None:
    house.posts.write(audio="https://b.example/a.mp3", transcripts="[a.vtt, b.srt]")
    house.posts.write_raw("tea/b.srt", b"1\n")
    (problem,) = house.publish().problems
    assert (problem.code, problem.text, problem.line) == ("no-file", "a.vtt", 5)
    assert _transcripts(house) == ["b.srt"]
    house.posts.write_raw("tea/a.vtt", b"WEBVTT\n")
    assert house.publish().problems == ()
    assert _transcripts(house) == ["a.vtt", "b.srt"]
    assert house.publish().read == 0
    (house.posts.root / "tea/b.srt").unlink()
    house.publish()
    assert _transcripts(house) == ["a.vtt"]


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("_a.vtt", "does not begin with"),
        ("a.txt", "take a .vtt"),
        ("a.html", "take a .vtt"),
    ],
)
def test_a_transcript_that_is_not_served_is_left_out(
    house: House, name: str, cure: str
) -> None:
    house.posts.write_raw(f"tea/{name}", b"words")
    house.posts.write(audio="https://b.example/a.mp3", transcript=name)
    (problem,) = house.publish().problems
    assert (problem.code, cure in problem.cure) == ("hidden-file", True)
    assert _transcripts(house) == []
    assert house.publish().read == 0


def test_a_transcript_that_is_served_later_is_added(house: House) -> None:
    house.posts.write_raw("tea/_a.vtt", b"WEBVTT\n")
    (house.posts.root / "tea/a.vtt").symlink_to("_a.vtt")
    house.posts.write(audio="https://b.example/a.mp3", transcript="a.vtt")
    assert [problem.code for problem in house.publish().problems] == ["hidden-file"]
    (house.posts.root / "tea/a.vtt").unlink()
    house.posts.write_raw("tea/a.vtt", b"WEBVTT\n")
    assert house.publish().problems == ()
    assert _transcripts(house) == ["a.vtt"]


def test_settings_of_the_podcast_read_no_post_and_change_only_feeds_with_audio(
    house: House,
) -> None:
    house.posts.write(audio="https://b.example/a.mp3", tags="[Audio]")
    house.posts.write("post.md", tags="[Words]")
    house.publish()
    before = house.digests()
    site = replace(SITE, podcast=Show(("Arts",)))
    assert house.publish(site=site).read == 0
    after = house.digests()
    assert {path for path in after if after[path] != before[path]} == {
        *("", "tags/Audio", "authors/Li", "lang/en"),
    }
