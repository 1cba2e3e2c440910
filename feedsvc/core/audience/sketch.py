"""A sketch counts distinct clients in fixed memory, and can be merged with others: HyperLogLog.

It keeps hashes while there are few, and counts them exactly. Then it keeps 2^14 registers, each
with the highest rank (the position of the first one-bit) of its hashes: the standard error is
0.8 %. The estimate is that of O. Ertl, "New cardinality estimation algorithms for HyperLogLog
sketches" (2017), which needs no table of corrections. Its term for registers that have reached
the last rank is left out: they would take 2^50 readers.
"""

import math
import zlib
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, Self

_BITS: Final = 14
_REGISTERS: Final = 1 << _BITS
_RANKS: Final = 64 - _BITS + 1  # the highest rank
_MOST_HASHES: Final = 1024  # then they take half as much as the registers
_HASH_OCTETS: Final = 8
_SPARSE: Final = b"s"
_DENSE: Final = b"d"
_DENSE_COST: Final = 160


def individual_hash(key: bytes, client: bytes, agent: bytes) -> int:
    """A hash of a client and its User-Agent. Nobody can undo it without the key of the day."""
    hashed = blake2b(client + b"\0" + agent, digest_size=_HASH_OCTETS, key=key)
    return int.from_bytes(hashed.digest(), "big")


class Sketch:
    """Distinct hashes of 64 bits, such as those of `individual_hash`."""

    __slots__ = ("_hashes", "_registers")

    def __init__(self, hashes: Iterable[int] = ()) -> None:
        self._hashes: set[int] | None = set()
        self._registers = bytearray()
        for each in hashes:
            self.add(each)

    @property
    def is_dense(self) -> bool:
        """True if it keeps registers, so that it takes no more memory."""
        return self._hashes is None

    @property
    def cost(self) -> int:
        """The memory that it takes, in hashes."""
        return _DENSE_COST if self._hashes is None else len(self._hashes)

    def add(self, reader: int) -> None:
        """Count a hash, once."""
        if self._hashes is None:
            self._add_dense(reader)
            return
        self._hashes.add(reader)
        if len(self._hashes) > _MOST_HASHES:
            self._make_dense()

    def merge(self, other: "Sketch") -> None:
        """Count what another sketch has counted too."""
        if other._hashes is not None:
            for each in other._hashes:
                self.add(each)
            return
        self._make_dense()
        self._registers = bytearray(map(max, self._registers, other._registers))

    def count(self) -> int:
        """The number of distinct hashes: exact up to 1,024, else within 2.5 % as a rule."""
        if self._hashes is not None:
            return len(self._hashes)
        return round(_estimate([self._registers.count(rank) for rank in range(_RANKS + 1)]))

    def packed(self) -> bytes:
        """The sketch as bytes for the store."""
        if self._hashes is None:
            return _DENSE + zlib.compress(self._registers, 1)
        return _SPARSE + b"".join(
            each.to_bytes(_HASH_OCTETS, "big") for each in sorted(self._hashes)
        )

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The sketch of `packed`."""
        sketch = cls()
        if packed[:1] == _DENSE:
            sketch._hashes = None
            sketch._registers = bytearray(zlib.decompress(packed[1:]))
        else:
            starts = range(1, len(packed), _HASH_OCTETS)
            sketch._hashes = {
                int.from_bytes(packed[start : start + _HASH_OCTETS], "big") for start in starts
            }
        return sketch

    def _make_dense(self) -> None:
        hashes, self._hashes = self._hashes, None
        if hashes is not None:
            self._registers = bytearray(_REGISTERS)
            for each in hashes:
                self._add_dense(each)

    def _add_dense(self, reader: int) -> None:
        register = reader >> (64 - _BITS)
        rest = reader & ((1 << (64 - _BITS)) - 1)
        rank = _RANKS - rest.bit_length()
        if rank > self._registers[register]:
            self._registers[register] = rank


def _estimate(counts: list[int]) -> float:
    """How many distinct hashes there are, if `counts[rank]` registers have each rank."""
    z = 0.0
    for count in reversed(counts[1:]):
        z = 0.5 * (z + count)
    z += _REGISTERS * _sigma(counts[0] / _REGISTERS)
    return _REGISTERS * _REGISTERS / (2 * math.log(2) * z)


def _sigma(empty: float) -> float:
    """Corrects for the share of registers that no hash has reached.

    It is the sum of empty^(2^k) * 2^(k-1), for each k from 0, and half of `empty` more.
    """
    power, total, before = 1.0, empty, -1.0
    while total != before:
        before = total
        empty *= empty
        total += empty * power
        power += power
    return total
