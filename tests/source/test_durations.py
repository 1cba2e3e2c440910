"""How long audio files take, and what broken ones do."""

import io
import random
from typing import BinaryIO, cast

import pytest

from feedsvc.source.durations import duration_of
from tests.support.audio import flac, m4a, mp3, wav

FORMATS = {"mp3": mp3, "wav": wav, "flac": flac, "m4a": m4a}


@pytest.mark.parametrize("name", FORMATS)
def test_the_duration_is_measured_in_whole_seconds(name: str) -> None:
    assert duration_of(io.BytesIO(FORMATS[name](61))) == 61


@pytest.mark.parametrize(
    "broken",
    [
        *(b"", b"x", b"12345", b"ID3", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", bytes(100_000)),
        *(b"RIFF\xff\xff\xff\xffWAVE", b"fLaC", b"OggS" * 1000, b"\xff\xfb\x90\x00" * 3),
        b"\x00\x00\x00\x08ftyp" + b"\x00\x00\x00\x08moov" * 10_000,
        b"not audio at all, however long" * 10_000,
        m4a(61).replace(b"mdhd", b"xxxx"),
        flac(0),
        wav(61)[:30],
    ],
    ids=lambda source: repr(source[:16]),
)
def test_a_broken_file_has_no_duration(broken: bytes) -> None:
    assert duration_of(io.BytesIO(broken)) is None


def test_no_damage_is_an_error() -> None:
    chance = random.Random(5)  # noqa: S311 - not a secret
    for whole in (mp3(3), wav(3), flac(3), m4a(3)):
        for _ in range(40):
            damaged = bytearray(whole[: chance.randrange(len(whole))])
            for _ in range(min(len(damaged), 4)):
                damaged[chance.randrange(min(len(damaged), 200))] = chance.randrange(256)
            seconds = duration_of(io.BytesIO(bytes(damaged)))
            assert seconds is None or seconds > 0


class _Counted(io.BytesIO):
    octets = reads = 0

    def read(self, size: int | None = -1) -> bytes:
        octets = super().read(size)
        self.reads += 1
        self.octets += len(octets)
        return octets


def test_of_a_large_file_only_the_headers_are_read() -> None:
    file = _Counted(m4a(61) + (20_000_008).to_bytes(4, "big") + b"mdat" + bytes(20_000_000))
    assert duration_of(file) == 61
    assert file.octets < 100_000
    file = _Counted(mp3(1200))
    assert duration_of(file) == 1200
    assert file.octets < 2_000_000


def test_a_tag_that_never_ends_is_not_read_to_its_end() -> None:
    file = _Counted(b"ID3\x04\x00\x00\x0f\x7f\x7f\x7f" + bytes(33_000_000))
    assert duration_of(file) is None
    assert file.octets < 17_000_000


def test_a_file_of_very_many_parts_is_not_read_to_its_end() -> None:
    file = _Counted(m4a(61) + b"\x00\x00\x00\x08free" * 100_000)
    assert duration_of(file) is None
    assert file.reads < 20_000


class _OfABrokenDisk(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError(5, "Input/output error")


def test_an_error_of_the_disk_is_not_a_broken_file() -> None:
    with pytest.raises(OSError, match="Input/output"):
        duration_of(cast(BinaryIO, _OfABrokenDisk(mp3(3))))
