"""Sketches: exact while small, within 3 % beyond, and mergeable in any order."""

from hashlib import blake2b

import pytest

from feedsvc.core.audience.sketch import Sketch, individual_hash


def hashes(start: int, count: int) -> list[int]:
    return [individual_hash(b"key", str(n).encode(), b"a") for n in range(start, start + count)]


def test_small_counts_are_exact() -> None:
    assert Sketch().count() == 0
    assert Sketch(hashes(0, 1000) + hashes(500, 500)).count() == 1000


@pytest.mark.untraced
@pytest.mark.parametrize("count", [1025, 5000, 20_000, 60_000, 300_000])
def test_large_counts_are_within_3_percent(count: int) -> None:
    assert Sketch(hashes(7, count)).count() == pytest.approx(count, rel=0.03)


def test_a_merged_sketch_counts_each_reader_once() -> None:
    first, second, third = hashes(0, 3000), hashes(2000, 3000), hashes(0, 10)
    whole = Sketch([*first, *second])
    merged = Sketch(first)
    merged.merge(Sketch(second))
    merged.merge(Sketch(third))
    assert merged.packed() == whole.packed()
    small = Sketch(third)
    small.merge(Sketch(first))
    assert small.packed() == Sketch(first).packed()


@pytest.mark.parametrize("count", [0, 1, 1024, 1025, 5000])
def test_a_packed_sketch_can_be_read_and_goes_on(count: int) -> None:
    packed = Sketch(hashes(0, count)).packed()
    read = Sketch.unpacked(packed)
    assert read.packed() == packed
    read.merge(Sketch(hashes(count, 1)))
    assert read.count() == pytest.approx(count + 1, rel=0.03)
    assert len(packed) < 17_000


def test_the_memory_of_a_sketch_is_bounded() -> None:
    assert Sketch(hashes(0, 10)).cost == 10
    dense = Sketch(hashes(0, 1025))
    assert dense.is_dense
    assert dense.cost == Sketch(hashes(0, 9000)).cost


def test_a_hash_depends_on_the_key_the_client_and_the_agent() -> None:
    told = {
        individual_hash(key, client, agent)
        for key in (b"1", b"2")
        for client in (b"192.0.2.1", b"192.0.2.2")
        for agent in (b"a", b"b")
    }
    assert len(told) == 8
    expected = blake2b(b"192.0.2.1\0a", digest_size=8, key=b"1").digest()
    assert individual_hash(b"1", b"192.0.2.1", b"a") == int.from_bytes(expected, "big")
