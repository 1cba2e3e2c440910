"""An episode as it is stored."""

import json

import pytest

from feedsvc.core.podcasts.episode import NO_EPISODE, Episode, Transcript

_WHOLE = Episode(
    season=2,
    number=3,
    kind="bonus",
    explicit=False,
    is_blocked=True,
    image="https://example.org/a.png",
    transcripts=(Transcript("https://example.org/a.vtt", "text/vtt", "de", True, "a.vtt"),),
)


@pytest.mark.parametrize("episode", [NO_EPISODE, _WHOLE, Episode(explicit=False), Episode(1)])
def test_an_episode_is_stored_as_it_is(episode: Episode) -> None:
    assert Episode.from_dict(json.loads(json.dumps(episode.to_dict()))) == episode


def test_a_post_that_is_no_episode_stores_nothing() -> None:
    assert NO_EPISODE.to_dict() == {}


def test_an_episode_without_files_has_no_path_on_the_disk() -> None:
    assert "'a.vtt'" not in str(_WHOLE.without_files())
    assert _WHOLE.without_files().transcripts[0].href == "https://example.org/a.vtt"
