"""A server of S3 for all tests of a process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import requests

from tests.support.run import adopt, release
from tests.support.running import free_port, wait_until

KEY: Final = "AKIDEXAMPLE"
SECRET: Final = "a-secret-of-forty-characters-that-is-hid"  # noqa: S105 - of no account
_SCOPE: Final = f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/aws4_request"
_SIGNED: Final = {"Authorization": f"{_SCOPE}, SignedHeaders=host, Signature=0"}


class ObjectServer:
    """S3 at an address; `environ` leads clients to it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
        }

    def create(self, bucket: str) -> None:
        assert requests.put(f"{self.url}/{bucket}", headers=_SIGNED, timeout=10).ok

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}/{path}", headers=_SIGNED, timeout=10)

    def put(self, path: str, body: bytes) -> None:
        assert requests.put(f"{self.url}/{path}", body, headers=_SIGNED, timeout=10).ok


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """Run a server until the end of the context."""
    port = free_port()
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        adopt(process)
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url), "the server of S3")
        yield ObjectServer(url)
    finally:
        process.terminate()
        process.wait(10)
        release(process)


def _answers(url: str) -> bool:
    with suppress(requests.ConnectionError):
        return requests.get(url, headers=_SIGNED, timeout=10).status_code > 0
    return False
