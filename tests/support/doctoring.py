"""A site behind a proxy that a test configures, and what the doctor says of it."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from feedsvc.core.doctor.diagnosis import Diagnosis, diagnoses
from feedsvc.push.examining.examine import Expect, examine
from feedsvc.push.examining.visiting import Visitor
from tests.support.running import Server, free_port, running
from tests.support.writing import PostFolder

_FORWARD: Final = (
    'proxy_pass http://127.0.0.1:8000; proxy_http_version 1.1; proxy_set_header Connection "";'
)


class FrontedSite(NamedTuple):
    """A running site whose public address is `port`, where a test starts a proxy."""

    server: Server
    port: int
    posts: PostFolder

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def fronted_site(
    place: Path, settings: Mapping[str, str] | None = None, more_tags: Iterable[str] = ()
) -> Iterator[FrontedSite]:
    """A site of two posts, for a proxy on another port."""
    posts, port = PostFolder(place / "posts"), free_port()
    tags = ", ".join(["Tea", *more_tags])
    posts.write("tea.md", "茶叶 " * 300, tags=f"[{tags}]")
    posts.write("milk.md", "Milk. " * 300)
    url = {"FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}"}
    with running(place, posts.root, url | dict(settings or {})) as server:
        yield FrontedSite(server, port, posts)


def found_at(url: str, expect: Expect = lambda _: None, ca: str = "") -> list[Diagnosis]:
    """What is wrong at an address."""
    with closing(Visitor(certificates=ca, limit=3)) as visitor:
        return diagnoses(examine(url, visitor, expect))


def codes(found: list[Diagnosis]) -> list[str]:
    return [diagnosis.code for diagnosis in found]


def nginx_rules(rules: str, http: str = "", server: str = "") -> str:
    """nginx in front of feedsvc, with further rules in its only location."""
    return (
        f"{http}\nserver {{ listen 443 ssl; {server} location / {{ {_FORWARD} {rules} }} }}\n"
    )


def tls_rules(port: int, certificate: Path) -> str:
    """nginx with TLS on another port, in front of feedsvc."""
    return (
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate};"
        f" ssl_certificate_key {certificate}; location / {{ {_FORWARD} }} }}\n"
    )


def certificate_in(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in one file."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key", "-out", "cert"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text((folder / "cert").read_text() + (folder / "key").read_text())
    return both
