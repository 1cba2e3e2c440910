"""How long the server of a store is waited for."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """`silence`: seconds without a sign of life after which a server is given up.

    `statement`: seconds that one statement may take, lock waits included; None for any time.
    Neither concerns SQLite, which is a file.
    """

    silence: float = 5.0
    statement: float | None = None


DEFAULT_LIMITS: Final = Limits()
