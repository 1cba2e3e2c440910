"""The end of a chunked body, wherever TCP cuts it."""

import time

import pytest

from feedsvc.web.server.chunked_body import ChunkedBody

BODIES = [
    b"0\r\n\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"A;a=b\r\n0123456789\r\n00;c\r\nX-A: b\r\nX-B: c\r\n\r\n",
    b"5\r\n0\r\n\r\n\r\n9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("behind", [b"", b"GET ", b"\r\n\r\n", b"0\r\n\r\n"])
def test_the_end_is_found_wherever_a_body_is_cut(body: bytes, behind: bytes) -> None:
    sent = body + behind
    for first in range(len(body)):
        for second in range(first, len(body)):
            chunks = ChunkedBody()
            assert chunks.end(sent[:first], 0) == first
            assert chunks.end(sent[first:second], 0) == second - first
            assert chunks.end(b"x" + sent[second:], 1) == 1 + len(body) - second


@pytest.mark.parametrize("body", [b"x\r\nGET", b"\r\n\r\n", b"-5\r\nGET / ", b";\r\n"])
def test_a_malformed_body_has_no_end(body: bytes) -> None:
    assert ChunkedBody().end(body, 0) == len(body)


@pytest.mark.parametrize(
    "chunk", [b"1\r\na\r\n", b"4\r\n\r\n\r\n\r\n", b"7\r\n\r\n0\r\n\r\n\r\n"]
)
def test_small_chunks_cost_little(chunk: bytes) -> None:
    data = chunk * (256_000 // len(chunk))
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        assert ChunkedBody().end(data, 0) == len(data)
        seconds.append(time.process_time() - begun)
    assert min(seconds) < 0.1
