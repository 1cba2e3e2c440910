"""The client with TLS."""

import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.raw_server import (
    NewClient,
    RawServer,
    drip,
    error_of,
    timed_error_of,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for good.example, which vouches for itself; its key is in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ),
            *("-nodes", "-days", "2", "-subj", "/CN=good.example", "-keyout", "key.pem"),
            *("-addext", "subjectAltName=DNS:good.example", "-out", "certificate.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text((folder / "certificate.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_tls_verifies_the_host_name(
    new_client: NewClient,
    names: dict[str, list[list[str]]],
    tls: ssl.SSLContext,
    certificate: Path,
) -> None:
    requested_names: list[str | None] = []
    tls.sni_callback = lambda _, name, __: requested_names.append(name)
    names["good.example"] = [["127.0.0.1"]]
    with RawServer(tls=tls) as server:
        outgoing = new_client(certificates=str(certificate))
        url = f"https://good.example:{server.port}/"
        assert outgoing.post(url, b"x" * 100_000, {}).status == 204
        assert outgoing.post(url, b"x", {}).status == 204
        assert server.accepted == 1
        assert server.requests[0].endswith(b"x" * 100_000)
        assert requested_names == ["good.example"]


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    new_client: NewClient,
    names: dict[str, list[list[str]]],
    tls: ssl.SSLContext,
    certificate: Path,
    host: str,
) -> None:
    names["other.example"] = [["127.0.0.1"]]
    with RawServer(tls=tls) as server:
        url = f"https://{host}:{server.port}/?secret=1"
        assert "its certificate is not valid" in error_of(
            new_client(certificates=str(certificate)), url
        )
        assert server.requests == []


def test_a_self_signed_certificate_is_refused(
    new_client: NewClient, names: dict[str, list[list[str]]], tls: ssl.SSLContext
) -> None:
    names["good.example"] = [["127.0.0.1"]]
    with RawServer(tls=tls) as server:
        text = error_of(new_client(), f"https://good.example:{server.port}/")
        assert "its certificate is not valid: self" in text
        assert server.requests == []


def test_a_server_without_tls_has_an_error(new_client: NewClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        assert error_of(new_client(), url).startswith(f"{url}: TLS failed (")


def test_a_slow_answer_over_tls_is_aborted_in_time(
    new_client: NewClient,
    names: dict[str, list[list[str]]],
    tls: ssl.SSLContext,
    certificate: Path,
) -> None:
    names["good.example"] = [["127.0.0.1"]]
    with RawServer(drip(b"HTTP/1.1 200 OK"), tls) as server:
        outgoing = new_client(limit=0.5, certificates=str(certificate))
        assert "within 0.5 seconds" in timed_error_of(
            outgoing, f"https://good.example:{server.port}/"
        )


def test_a_late_handshake_leaves_less_time_for_the_body(
    new_client: NewClient,
    names: dict[str, list[list[str]]],
    tls: ssl.SSLContext,
    certificate: Path,
) -> None:
    names["good.example"] = [["127.0.0.1"]]
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            time.sleep(1.2)
            with suppress(OSError), tls.wrap_socket(connection, server_side=True):
                over.wait(5)

        threading.Thread(target=serve, daemon=True).start()
        outgoing = new_client(limit=1.5, certificates=str(certificate))
        url = f"https://good.example:{server.getsockname()[1]}/"
        assert "within 1.5 seconds" in timed_error_of(
            outgoing, url, b"x" * 30_000_000, most=2.3
        )
        over.set()
