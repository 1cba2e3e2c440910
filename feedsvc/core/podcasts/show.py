"""Defines what the settings say of the podcast; only feeds of episodes show it."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Show:
    """The podcast as a whole.

    `category` is a category of Apple and its subcategory, if there is one. `kind` is `episodic`
    or `serial`. `image` is an absolute URL. Without an `author` it is that of the site. `email`
    is that of the owner. A `locked` show may not be imported by other hosts.
    """

    category: tuple[str, ...] = ()
    explicit: bool = False
    kind: str = "episodic"
    image: str = ""
    author: str = ""
    email: str = ""
    locked: bool = False

    @property
    def digest(self) -> str:
        """A hash that changes with every field."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()
