"""Where a body in chunks ends (RFC 9112 §7.1). The parser does not tell."""


class Chunks:
    """The chunks of one body. What is malformed is left to the parser to refuse."""

    def __init__(self) -> None:
        self._left = 0  # octets of a chunk, with the end of its line
        self._line = bytearray()
        self._is_in_trailer = False

    def end(self, data: bytes, start: int) -> int:
        """Where in `data` the body ends that goes on at `start`, or the length of `data`."""
        while start + self._left < len(data):
            start += self._left
            self._left = 0
            after = data.find(b"\n", start) + 1
            self._line += data[start : after or len(data)]
            if not after:
                return len(data)
            line = bytes(self._line)
            self._line.clear()
            start = after
            if not self._is_in_trailer:
                try:
                    size = int(line.partition(b";")[0], 16)
                except ValueError:
                    return len(data)
                self._is_in_trailer = size == 0
                self._left = size + 2 if size > 0 else 0
            elif line == b"\r\n":
                return start
        self._left -= len(data) - start
        return len(data)
