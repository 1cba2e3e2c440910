"""Defines the authors of posts: name, page and e-mail address."""

import re
from dataclasses import dataclass

# A dot-atom on both sides of the @ (RFC 5322 §3.4.1): all feed readers accept it.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_ADDR_SPEC = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+")


@dataclass(frozen=True, slots=True)
class Person:
    """An author (RFC 4287 §3.2): `name` is never empty, `uri` is http or https, or empty."""

    name: str
    uri: str = ""
    email: str = ""

    @property
    def addr_spec(self) -> str:
        """The e-mail address if feeds may contain it (RFC 4287 §3.2.3); else empty."""
        return self.email if _ADDR_SPEC.fullmatch(self.email) else ""
