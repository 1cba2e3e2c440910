"""Real proxies in front, set up as docs/deploy says, but on free ports and without TLS."""

import http.client
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from email.message import Message
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.run import (
    adopt,
    open_folder,
    release,
)
from tests.support.running import free_port, wait_until

DEPLOYMENT: Final = Path(__file__).parents[2] / "docs/deploy/README.md"
_BARE: Final = """
server {
    listen 443 ssl;
    location / { proxy_pass http://127.0.0.1:8000; }
}
"""


class Answer(NamedTuple):
    """What came back, its body as it was sent."""

    status: int
    headers: Message
    body: bytes


def ask(
    port: int,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    body: bytes | Iterator[bytes] | None = None,
    source: str = "127.0.0.1",
) -> Answer:
    """One request on a connection of its own; nothing is decoded, mended or followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, 10, source_address=(source, 0))
    try:
        sent = {"Accept-Encoding": "identity", "Connection": "close", **(headers or {})}
        connection.request(method, path, body, sent, encode_chunked=body is not None)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def documented(language: str) -> list[str]:
    """The blocks of rules in a language in docs/deploy."""
    found: list[str] = re.findall(
        rf"```{language}\n(.*?)```", DEPLOYMENT.read_text("utf-8"), re.DOTALL
    )
    return found


def program(name: str) -> str | None:
    """The path of an installed program, which may be one for administrators."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


@contextmanager
def _started(place: Path, port: int, *command: str) -> Iterator[int]:
    with (place / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(place)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        adopt(process)
        wait_until(lambda: _answers(port), f"{command[0]}: {place / 'proxy.log'}")
        yield port
    finally:
        process.terminate()
        process.wait(10)
        release(process)


def _answers(port: int) -> bool:
    try:
        return ask(port, "/healthz").status > 0
    except OSError:
        return False


def nginx(_place: Path, backend: int) -> AbstractContextManager[int]:
    """nginx without a cache."""
    return _nginx(backend, documented("nginx")[0])


def caching_nginx(_place: Path, backend: int) -> AbstractContextManager[int]:
    """nginx with its cache: the second location takes the place of the first."""
    plain, cache = documented("nginx")
    paths, location = cache.split("location / {", 1)
    first = re.compile(r"    location / \{\n.*?\n    \}\n", re.DOTALL)
    return _nginx(backend, paths + first.sub(lambda _: "location / {" + location, plain))


def bare_nginx(_place: Path, backend: int) -> AbstractContextManager[int]:
    """nginx with no more than proxy_pass: it asks in HTTP/1.0 and closes each connection."""
    return _nginx(backend, _BARE)


def serving_files(rules: Path, port: int | None = None) -> AbstractContextManager[int]:
    """nginx with the rules of an export."""
    http, server = (f"include {rules}/feedsvc-{block}.conf;" for block in ("http", "server"))
    return _nginx(0, f"{http}\nserver {{ listen 443 ssl; {server} }}\n", port)


def nginx_with(servers: str, backend: int, port: int) -> AbstractContextManager[int]:
    """nginx with rules of a test, which are written as those of the documentation are."""
    return _nginx(backend, servers, port)


def _nginx(backend: int, servers: str, port: int | None = None) -> AbstractContextManager[int]:
    port = port or free_port()
    place = open_folder()  # its worker may be another user
    servers = servers.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    servers = servers.replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    servers = servers.replace("/var/cache/nginx/feeds", f"{place}/cache")
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    rules = place / "nginx.conf"
    rules.write_text(
        f"daemon off; worker_processes 1; pid {place}/nginx.pid;\n"
        f"events {{ }}\nhttp {{\naccess_log off;\n{temporary}{servers}}}\n",
        "utf-8",
    )
    errors = str(place / "nginx.log")
    return _started(
        place, port, str(program("nginx")), "-e", errors, "-p", str(place), "-c", str(rules)
    )


def caddy(place: Path, backend: int) -> AbstractContextManager[int]:
    """Caddy."""
    (site,) = documented("caddy")
    return caddy_with(place, site, backend, free_port())


def caddy_with(place: Path, site: str, backend: int, port: int) -> AbstractContextManager[int]:
    """Caddy with rules of a test, which are written as those of the documentation are."""
    site = site.replace("example.org {", f"http://127.0.0.1:{port} {{")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    rules = place / "Caddyfile"
    rules.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}", "utf-8")
    command = ("run", "--adapter", "caddyfile", "--config", str(rules))
    return _started(place, port, str(program("caddy")), *command)


def composed_caddy(
    place: Path, port: int, url: str, backends: Mapping[str, int]
) -> AbstractContextManager[int]:
    """Caddy as in compose.yaml, with the ports of its backends by their names."""
    site = DEPLOYMENT.with_name("Caddyfile").read_text("utf-8").replace("{$SITE_URL}", url)
    for name, backend in backends.items():
        site = site.replace(f"{name}:8000", f"127.0.0.1:{backend}")
    rules = place / "Caddyfile"
    rules.write_text(f"{{\n\tadmin off\n}}\n{site}", "utf-8")
    command = ("run", "--adapter", "caddyfile", "--config", str(rules))
    return _started(place, port, str(program("caddy")), *command)


def varnish(
    place: Path, backend: int, port: int | None = None, more: str = ""
) -> AbstractContextManager[int]:
    """Varnish, with the parameters that the text names, and `more` rules of a test."""
    (written,) = documented("vcl")
    (parameters,) = re.findall(
        r"Start it with `(.*?)`", DEPLOYMENT.read_text("utf-8"), re.DOTALL
    )
    return varnish_with(place, written + more, backend, port or free_port(), parameters)


def varnish_with(
    place: Path, rules: str, backend: int, port: int, parameters: str = ""
) -> AbstractContextManager[int]:
    """Varnish with rules of a test, which are written as those of the documentation are."""
    file = place / "default.vcl"
    file.write_text(rules.replace('.port = "8000"', f'.port = "{backend}"'), "utf-8")
    command = [str(program("varnishd")), "-j", "none", "-F", "-a", f"127.0.0.1:{port}"]
    command += ["-f", str(file), "-n", str(place / "varnish"), "-s", "malloc,16m"]
    return _started(place, port, *command, *parameters.split())


Starting = Callable[[Path, int], AbstractContextManager[int]]
# Each by its name here, with the program that it needs.
ALL: Final[dict[str, tuple[Starting, str]]] = {
    "nginx": (nginx, "nginx"),
    "nginx with a cache": (caching_nginx, "nginx"),
    "nginx without a word": (bare_nginx, "nginx"),
    "Caddy": (caddy, "caddy"),
    "Varnish": (varnish, "varnishd"),
}


def is_installed(name: str) -> bool:
    """True where the program of one of `ALL` is there."""
    return program(ALL[name][1]) is not None
