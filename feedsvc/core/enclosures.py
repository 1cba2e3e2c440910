"""Files that a post brings along: an episode to hear, a film to watch, a paper to read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attached file (RFC 4287 §4.2.7.2, RSS 2.0 `enclosure`).

    `href` is absolute, `length` in octets, `duration` in seconds; None where nobody said.
    `file` is the path in the folder of posts where the attached file would lie, or empty: what
    has one and no length is measured there.
    """

    href: str
    media_type: str
    length: int | None = None
    duration: int | None = None
    file: str = ""
