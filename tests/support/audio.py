"""Real audio files, small and silent, in the formats that podcasts have."""

import io
import struct
import wave

_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1 Layer III, 128 kbit/s, 44.1 kHz


def mp3(seconds: int) -> bytes:
    """An MP3 file of 16,000 octets a second."""
    octets = 16_000 * seconds
    return (_FRAME * (octets // len(_FRAME) + 1))[:octets]


def wav(seconds: int) -> bytes:
    """A WAVE file of 8-bit samples, 100 a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(100)
        written.writeframes(bytes(100 * seconds))
    return file.getvalue()


def flac(seconds: int) -> bytes:
    """The headers of a FLAC file."""
    rate, samples = 44_100, 44_100 * seconds
    packed = (rate << 44) | (1 << 41) | (15 << 36) | samples
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    return b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info


def m4a(seconds: int) -> bytes:
    """The headers of an MPEG-4 file with one track of sound."""
    handler = _atom(b"hdlr", bytes(8) + b"soun" + bytes(13))
    times = _atom(b"mdhd", bytes(12) + struct.pack(">II", 1000, 1000 * seconds) + bytes(4))
    track = _atom(b"trak", _atom(b"mdia", times + handler))
    return _atom(b"ftyp", b"M4A \x00\x00\x00\x00M4A mp42") + _atom(b"moov", track)


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content
