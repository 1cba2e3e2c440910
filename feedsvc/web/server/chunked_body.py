"""Finds the end of a chunked body (RFC 9112 §7.1), which the HTTP parser does not report."""


class ChunkedBody:
    """The position in one chunked body. The parser refuses malformed bodies."""

    def __init__(self) -> None:
        self._left = 0  # octets of the current chunk that are still to come, with its CRLF
        self._line = bytearray()
        self._is_in_trailer = False

    def end(self, data: bytes, start: int) -> int:
        """The position in `data` after the body, or the length of `data` if it goes on.

        The next octets of the body begin at `start`.
        """
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
