"""Defines what a post with an audio file says of itself as an episode of a podcast."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

KINDS: Final = ("full", "trailer", "bonus")
# By the suffix of the file.
TRANSCRIPT_TYPES: Final = {
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "json": "application/json",
    "html": "text/html",
    "htm": "text/html",
    "txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of an episode as a file (`podcast:transcript`).

    `href` is absolute. `language` is empty if it is that of the feed. Captions have times.
    `file` is as in Enclosure.
    """

    href: str
    media_type: str
    language: str = ""
    is_captions: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """What podcast apps show of an episode; all of it is empty in a post without audio.

    `kind` is `full`, `trailer` or `bonus`. `explicit` is None if only the show says it. An
    episode that `is_blocked` is left out by Apple. `image` is an absolute URL.
    """

    season: int | None = None
    number: int | None = None
    kind: str = ""
    explicit: bool | None = None
    is_blocked: bool = False
    image: str = ""
    transcripts: tuple[Transcript, ...] = ()

    def without_files(self) -> Self:
        """The episode without the paths on our disk, which no subscriber sees."""
        return replace(
            self, transcripts=tuple(replace(each, file="") for each in self.transcripts)
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields that are not empty, for JSON; empty for a post without any."""
        values = asdict(self)
        if not self.is_blocked:
            del values["is_blocked"]
        return {name: value for name, value in values.items() if value not in (None, "", ())}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The episode that `to_dict` gave."""
        transcripts = tuple(Transcript(**each) for each in values.get("transcripts", ()))
        return cls(**{**values, "transcripts": transcripts})


NO_EPISODE: Final = Episode()
