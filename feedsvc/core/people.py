"""Who wrote something: a name, and where to find or write to its owner."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """An author (RFC 4287 §3.2): `name` is never empty, `uri` is http or https, or empty."""

    name: str
    uri: str = ""
    email: str = ""
