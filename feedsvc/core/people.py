"""Who wrote something: a name, and where to find or write to its owner."""

import re
from dataclasses import dataclass

# A dot-atom on both sides of the @ (RFC 5322 §3.4.1): what every reader takes for an address.
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
        """The e-mail address where it is one that a feed may carry (RFC 4287 §3.2.3), or ``."""
        return self.email if _ADDR_SPEC.fullmatch(self.email) else ""
