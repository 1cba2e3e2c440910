"""Which keys are those of an episode."""

import pytest

from feedsvc.core.posts.episodes.episode_keys import (
    EPISODE_KEYS,
    episode_meaning,
    names_an_episode,
)

_KEYS = [(key, meaning) for meaning, row in EPISODE_KEYS.items() for key in row]


@pytest.mark.parametrize(("key", "meaning"), _KEYS)
@pytest.mark.parametrize(
    "prefix", ["", "itunes_", "itunes:", "podcast_", "podcast:", "Podcast-"]
)
def test_a_key_may_have_a_prefix(prefix: str, key: str, meaning: str) -> None:
    assert episode_meaning(prefix + key) == meaning


@pytest.mark.parametrize("key", ["", "title", "itunes", "podcast", "podcast_", "itunes:image"])
def test_other_keys_mean_nothing(key: str) -> None:
    assert episode_meaning(key) == ""


def test_a_map_may_be_about_the_episode_and_name_no_file() -> None:
    assert names_an_episode({"a": "1", "Season": "1"})
    assert not names_an_episode({"a": "1"})
