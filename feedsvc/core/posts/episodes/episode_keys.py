"""Defines the keys of front matter that only an episode of a podcast has a use for.

They are not in `core/posts/keys.py`: in a post without an audio file they mean nothing, so a
repeated or a misspelt one is no fault there.
"""

import re
from typing import Final

from feedsvc.core.frontmatter.source import Value
from feedsvc.core.posts.keys import fold

# The keys of each meaning. Each may have `itunes_` or `podcast_` in front, or be a member of a
# map in TABLES.
EPISODE_KEYS: Final = {
    "season": ("season", "season_number"),
    "episode": ("episode", "episode_number"),
    "episode type": ("episode_type",),  # or episodeType
    "explicit": ("explicit",),
    "block": ("block",),
    "duration": ("duration",),
    "transcripts": ("transcript", "transcripts"),
}
TABLES: Final = ("itunes", "podcast", "extra", "params")
_MEANINGS: Final = {fold(key): meaning for meaning, row in EPISODE_KEYS.items() for key in row}
_PREFIX = re.compile(r"(?:itunes|podcast):?(?=.)")


def episode_meaning(key: str) -> str:
    """What a key means in EPISODE_KEYS; empty for any other key."""
    return _MEANINGS.get(_PREFIX.sub("", fold(key)), "")


def names_an_episode(table: dict[str, Value]) -> bool:
    """True if a map has a key of an episode, so that it need not name a file."""
    return any(map(episode_meaning, table))
