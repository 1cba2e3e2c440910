"""Requests that a client begins and does not finish."""

GET = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n"
WRONG = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
HOOK = (
    b"POST /hooks/rebuild HTTP/1.1\r\nHost: x\r\n"
    + "".join(f"{name}: {value}\r\n" for name, value in WRONG.items()).encode()
)
HALF_SENT = {
    "nothing": b"",
    "half a header": GET + b"X-Slow: ",
    "half a body": HOOK + b"Content-Length: 1000\r\n\r\nhalf",
    "half a chunk": HOOK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhalf",
    "half a body that nobody reads": GET + b"Content-Length: 1000\r\n\r\nhalf",
    "half a line": b"GET /atom",
    "an endless method": b"G" * 100_000,
    "an endless chunk": HOOK + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\nhalf",
}
# The start of a request, and the octets that the client goes on to send, little by little.
DRIPPING = {
    "headers": (GET, b"X-A: b\r\n"),
    "a body": (HOOK + b"Content-Length: 1000\r\n\r\n", b"a"),
    "a chunk": (HOOK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n", b"a"),
    "chunks": (HOOK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
}
