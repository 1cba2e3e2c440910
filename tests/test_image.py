"""The Dockerfile: linted, its steps done one by one, and built if a builder has the base image.

Tests do not fetch a base image.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import click
import pytest
import requests

from feedsvc.cli.main import main
from feedsvc.settings.load import load_settings
from tests.support.commands import SOON
from tests.support.running import Server, free_port, running, wait_until
from tests.support.writing import PostFolder

ROOT: Final = Path(__file__).resolve().parents[1]


class Step(NamedTuple):
    """An instruction of the Dockerfile."""

    name: str
    words: str


@cache
def _stages() -> list[list[Step]]:
    """The instructions of each stage."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    stages: list[list[Step]] = []
    for name, _, words in (line.strip().partition(" ") for line in lines if line.strip()):
        if name == "FROM":
            stages.append([])
        stages[-1].append(Step(name, words.strip()))
    return stages


def _words(name: str, stage: int = -1) -> list[str]:
    return [step.words for step in _stages()[stage] if step.name == name]


def _variables() -> dict[str, str]:
    pairs = re.findall(r"(\w+)=(\S+)", " ".join(_words("ENV")))
    return dict(pairs)


def _health_command() -> list[str]:
    (check,) = _words("HEALTHCHECK")
    command: list[str] = json.loads(check.partition("CMD ")[2])
    return command


# The Dockerfile.


def test_the_dockerfile_is_linted() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint is not installed: it has no wheel for this machine")
    done = subprocess.run(
        [hadolint, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_both_stages_are_on_one_base_with_a_tag() -> None:
    bases = {words.partition(" ")[0] for (name, words), *_ in _stages() if name == "FROM"}
    assert len(_stages()) == 2
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)


def test_the_python_of_the_image_is_one_that_feedsvc_declares() -> None:
    version = re.findall(r"python:(3\.\d+)", _words("FROM")[0])
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'"Programming Language :: Python :: {version[0]}"' in project


def test_the_image_runs_as_a_user_without_rights() -> None:
    (user,) = _words("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)  # numbers, which orchestrators check


def test_the_image_starts_its_program_without_a_shell() -> None:
    for name in ("ENTRYPOINT", "CMD"):
        (words,) = _words(name)
        assert json.loads(words)
    assert _words("STOPSIGNAL") == ["SIGTERM"]


def test_the_image_starts_serve() -> None:
    words = [*json.loads(_words("ENTRYPOINT")[0]), *json.loads(_words("CMD")[0])]
    assert words[0] == "feedsvc"
    context = click.Context(main, info_name="feedsvc")
    assert main.resolve_command(context, words[1:])[0] == "serve"


def test_posts_and_the_store_are_volumes_where_the_defaults_expect_them() -> None:
    (volumes,), (folder,) = map(json.loads, _words("VOLUME")), _words("WORKDIR")
    settings = load_settings(ROOT / "config/feedsvc.toml", {})
    store = Path(settings.store.url.removeprefix("sqlite:///"))
    assert volumes == [f"{folder}/{settings.content.seeds}", f"{folder}/{store.parent}"]


def test_the_variables_of_the_image_are_settings() -> None:
    settings = load_settings(ROOT / "config/feedsvc.toml", _variables())
    assert settings.server.host == "0.0.0.0"  # noqa: S104  # a container's own network
    assert [str(settings.server.port)] == _words("EXPOSE")


def test_no_cache_is_left_in_the_image() -> None:
    for stage in range(2):
        for words in _words("RUN", stage):
            assert "apt-get" not in words or "rm -rf /var/lib/apt/lists/*" in words
            cached = "pip install" in words and "PIP_NO_CACHE_DIR=1" not in " ".join(
                _words("ENV", stage)
            )
            assert not cached


def _context() -> set[Path]:
    """The files that .dockerignore leaves in the context of a build."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    found: set[Path] = set()
    for name in (line[1:] for line in lines if line.startswith("!")):
        path = ROOT / name
        assert path.exists(), name
        found |= {path} if path.is_file() else set(path.rglob("*"))
    return {path for path in found if path.is_file() and "__pycache__" not in path.parts}


def _copy_what_the_build_copies(place: Path) -> None:
    """Do the COPY steps of the first stage, from the context."""
    context = _context()
    for words in _words("COPY", 0):
        *sources, target = words.split()
        for source in sources:
            files = [path for path in context if path.is_relative_to(ROOT / source)]
            assert files, f"{source} is not in the context"
            for file in files:
                inner = file.relative_to(ROOT / source)
                copied = place / target / (file.name if inner == Path() else inner)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copied)


def _wheel(source: Path, target: Path) -> bytes:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target), "-t", "wheel"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = target.glob("*.whl")
    return wheel.read_bytes()


def test_the_files_that_the_build_copies_give_the_same_wheel_as_the_checkout(
    tmp_path: Path,
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    _copy_what_the_build_copies(source)
    (file,) = re.findall(r"PIP_CONSTRAINT=(\S+)", _words("ENV", 0)[0])
    assert (source / file).is_file()
    assert _wheel(source, tmp_path / "a") == _wheel(ROOT, tmp_path / "b")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("healthy")
    posts = PostFolder(place / "posts")
    posts.write()
    with running(place, posts.root) as started:
        yield started


def _health(port: int) -> int:
    program, *words = _health_command()
    assert program == "python"
    environ = {"PATH": os.environ["PATH"], "PORT": str(port)}
    # A proxy for the internet does not matter to the check.
    environ |= {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, *words], env=environ, capture_output=True, check=False
    )
    return done.returncode


def test_the_health_check_passes_while_feedsvc_serves_and_fails_otherwise(
    server: Server,
) -> None:
    assert _health(server.port) == 0
    assert _health(free_port()) == 1


def _builder() -> str | None:
    """A program that can build an image, and has the base image."""
    base = _words("FROM")[0].partition(" ")[0]
    for name in ("docker", "podman"):
        if (
            shutil.which(name)
            and not subprocess.run(
                [name, "image", "inspect", base], capture_output=True, check=False
            ).returncode
        ):
            return name
    return None


def test_the_image_is_built_and_serves_with_a_read_only_root(posts: PostFolder) -> None:
    builder = _builder()
    if builder is None:
        pytest.skip("no builder with the base image: the steps are tested one by one above")
    posts.write("tea.md", title="Green tea")
    tag, port = f"feedsvc-test-{os.getpid()}", free_port()
    config = ROOT / "config"
    subprocess.run([builder, "build", "--tag", tag, str(ROOT)], check=True, capture_output=True)
    started = subprocess.run(
        [
            *(builder, "run", "--detach", "--rm", "--read-only", "--tmpfs", "/tmp"),  # noqa: S108
            *("--cap-drop", "ALL", "--publish", f"127.0.0.1:{port}:8000"),
            *("--volume", f"{posts.root}:/srv/feedsvc/seeds:ro"),
            *("--volume", f"{config}:/srv/feedsvc/config:ro", tag),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    container = started.stdout.strip()
    try:
        wait_until(lambda: _health(port) == 0, "the image is healthy")
        answer = requests.get(f"http://127.0.0.1:{port}/atom.xml", timeout=SOON)
        assert "<title>Green tea</title>" in answer.text
    finally:
        subprocess.run([builder, "stop", container], check=True, capture_output=True)
        subprocess.run([builder, "rmi", tag], check=True, capture_output=True)
