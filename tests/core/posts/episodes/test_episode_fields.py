"""What the front matter says of an episode."""

from dataclasses import replace

import pytest

from feedsvc.core.podcasts.episode import NO_EPISODE, Episode, Transcript
from tests.support.builders import post_of

AUDIO = "audio: a.mp3\n"
VTT = Transcript("https://example.org/posts/tea/a.vtt", "text/vtt", "", True, "a.vtt")


@pytest.mark.parametrize(
    ("front", "episode"),
    [
        ("season: 2\nepisode: 3", Episode(2, 3)),
        ("Season: '02'\nEpisode: ３", Episode(2, 3)),
        ("season: S02\nepisode: Ep. 3", Episode(2, 3)),
        ("season_number: 2\nepisodeNumber: '#3'", Episode(2, 3)),
        (
            "itunes_season: 2\nitunes_episode: 3\nitunes_episodeType: bonus",
            Episode(2, 3, "bonus"),
        ),
        ("'itunes:season': 2\n'itunes:episode': 3", Episode(2, 3)),
        ("itunes: {season: 2, episode: 3, episodeType: trailer}", Episode(2, 3, "trailer")),
        ("podcast: {season: 2, episode: 3, type: trailer}", Episode(2, 3, "trailer")),
        ("extra: {season: 2, explicit: true}", Episode(2, explicit=True)),
        ("params: {season: 2, block: true}", Episode(2, is_blocked=True)),
        ("season: ''\nitunes: {season: 2}", Episode(2)),
        ("season: 1\nitunes: {season: 2}", Episode(1)),
        ("episode_type: Full", Episode(kind="full")),
        ("episodeType: trailer", Episode(kind="trailer")),
        ("explicit: true", Episode(explicit=True)),
        ("explicit: 'no'", Episode(explicit=False)),
        ("explicit: clean", Episode(explicit=False)),
        ("explicit: explicit", Episode(explicit=True)),
        ("block: 'yes'", Episode(is_blocked=True)),
        ("block: false", NO_EPISODE),
        ("transcript: a.vtt", Episode(transcripts=(VTT,))),
        ("transcripts: [a.vtt, a.vtt]", Episode(transcripts=(VTT,))),
        (
            "transcript: {url: 'https://b.example/a?x=1', type: text/vtt, lang: de}",
            Episode(transcripts=(Transcript("https://b.example/a?x=1", "text/vtt", "de"),)),
        ),
        (
            "transcript: {file: a.json, rel: captions, language: nonsense!}",
            Episode(
                transcripts=(
                    replace(
                        VTT,
                        href=VTT.href[:-3] + "json",
                        file="a.json",
                        media_type="application/json",
                    ),
                )
            ),
        ),
        ("title: x", NO_EPISODE),
        ("season: null\nepisode: []\nexplicit: {}", NO_EPISODE),
    ],
)
def test_a_post_with_audio_is_an_episode(front: str, episode: Episode) -> None:
    post = post_of(f"{AUDIO}{front}\n")
    assert (post.episode, post.warnings) == (episode, ())


@pytest.mark.parametrize(
    ("suffix", "media_type", "is_captions"),
    [
        ("vtt", "text/vtt", True),
        ("srt", "application/x-subrip", True),
        ("json", "application/json", False),
        ("html", "text/html", False),
        ("htm", "text/html", False),
        ("txt", "text/plain", False),
        ("VTT?a=.b#c", "text/vtt", True),
    ],
)
def test_the_suffix_tells_the_type_of_a_transcript(
    suffix: str, media_type: str, is_captions: bool
) -> None:
    post = post_of(f"{AUDIO}transcript: 'https://b.example/a.{suffix}'\n")
    (transcript,) = post.episode.transcripts
    assert (transcript.media_type, transcript.is_captions) == (media_type, is_captions)
    assert transcript.file == ""


@pytest.mark.parametrize(
    ("front", "told"),
    [
        ("season: spring", "season: 'spring' is not the number of a season"),
        ("season: 0", "season: '0' is not the number of a season"),
        ("season: 1.5", "season: '1.5'"),
        ("season: -1", "season: '-1'"),
        ("season: 99999999999", "season: '99999999999'"),
        ("episode: [1, 2]", "episode: ['1', '2'] is not the number of an episode"),
        ("itunes: {episode: last}", "itunes.episode: 'last'"),
        ("episodeType: extra", "episodeType: 'extra' is not a type of episode"),
        ("explicit: perhaps", "explicit: 'perhaps' is neither true nor false"),
        ("block: clean", "block: 'clean' is neither true nor false"),
        ("transcript: true", "transcript: 'true' is not the name of a file"),
        ("transcript: 'http://[.vtt'", "is not the name of a file"),
        ("transcript: a.pdf", "transcript: 'a.pdf' is a file of an unknown type"),
        ("transcript: {type: text/vtt}", "is not the name of a file"),
        ("transcript: [[a.vtt]]", "is not the name of a file"),
        ("podcast_duration: long", "podcast_duration: 'long' is not a duration"),
        ("itunes: {duration: [1]}", "itunes.duration: ['1'] is not a duration"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_warning_and_hides_nothing(
    front: str, told: str
) -> None:
    post = post_of(
        f"{AUDIO}block: yes\n{front}\n" if "block" not in front else AUDIO + front + "\n"
    )
    (warning,) = post.warnings
    assert told in warning.fault
    assert (warning.code, warning.refuses, warning.path) == ("episode", False, "tea.md")
    assert warning.line > 1
    assert warning.column > 0
    assert warning.cure
    assert len(post.enclosures) == 1
    expected = NO_EPISODE if "block" in front else Episode(is_blocked=True)
    assert post.episode == expected


def test_after_a_value_that_cannot_be_used_another_one_counts() -> None:
    post = post_of(f"{AUDIO}season: spring\nitunes: {{season: 2}}\n")
    assert (post.episode, len(post.warnings)) == (Episode(2), 1)


@pytest.mark.parametrize(
    "files", ["", "enclosure: a.pdf\n", "enclosure: film.mp4\n", "cover: a.png\n"]
)
def test_a_post_without_audio_may_use_the_keys_as_it_likes(files: str) -> None:
    front = "season: spring\nepisode: 0\nexplicit: perhaps\ntranscript: true\nblock: wooden\n"
    post = post_of(f"{files}{front}itunes: {{season: x}}\n")
    assert (post.episode, post.warnings) == (NO_EPISODE, ())


def test_a_repeated_key_of_an_episode_does_not_refuse_the_post() -> None:
    post = post_of(f"{AUDIO}season: 2\nseason: 3\n")
    assert post.episode == Episode(2)


@pytest.mark.parametrize(
    ("front", "seconds"),
    [
        ("audio: a.mp3\nduration: 1:02:03", 3723),
        ("audio: a.mp3\npodcast_duration: '12:34'", 754),
        ("audio: a.mp3\nitunes_duration: 754", 754),
        ("audio: a.mp3\nitunes: {duration: '12:34'}", 754),
        ("audio: a.mp3\npodcast: {duration: '12:34', season: 1}", 754),
        ("enclosure: {url: a.mp3, duration: '0:07'}\nitunes: {duration: 9}", 7),
        ("enclosures: [a.pdf, a.mp3, b.mp3]\nitunes: {duration: 9}", 9),
    ],
)
def test_a_duration_may_be_written_in_many_places(front: str, seconds: int) -> None:
    post = post_of(f"{front}\n")
    durations = [each.duration for each in post.enclosures if each.medium == "audio"]
    assert (durations[0], post.warnings) == (seconds, ())
    assert durations[1:] in ([], [None])


def test_a_map_with_a_file_and_a_picture_encloses_the_file() -> None:
    post = post_of("podcast: {image: a.png, audio: a.mp3, season: 2}\n")
    assert [each.name for each in post.enclosures] == ["a.mp3"]
    assert post.episode == Episode(2)


def test_a_map_about_the_episode_needs_no_file() -> None:
    post = post_of("podcast: {season: 2}\n")
    assert (post.enclosures, post.warnings) == ((), ())
    post = post_of("podcast: {mood: blue}\n")
    assert [warning.code for warning in post.warnings] == ["enclosure"]


def test_most_transcripts_are_left_out_if_there_are_very_many() -> None:
    names = ", ".join(f"{number}.vtt" for number in range(100))
    assert len(post_of(f"{AUDIO}transcripts: [{names}]\n").episode.transcripts) == 20


def test_the_secret_text_of_an_encrypted_post_has_no_transcript() -> None:
    post = post_of(f"{AUDIO}password: x\ntranscript: a.vtt\n", encrypted="teaser")
    assert (post.enclosures, post.episode) == ((), NO_EPISODE)
