"""The wheel and the sdist: what is in them, what an index shows, and that the wheel serves."""

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import pytest
import requests
from trove_classifiers import classifiers as known_classifiers

from feedsvc.store.schema import SCHEMA_VERSION
from tests.support.commands import SOON
from tests.support.layouts import HEXO, shown_items
from tests.support.layouts_of_programs import LAYOUTS
from tests.support.running import free_port, wait_until

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Built:
    """The files that are uploaded to an index."""

    wheel: Path
    sdist: Path

    def names(self) -> set[str]:
        """The files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def metadata(self) -> Message:
        """What an index knows of the wheel. The payload is the description."""
        with zipfile.ZipFile(self.wheel) as archive:
            (name,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
            return Parser().parsestr(archive.read(name).decode())


def _build(source: Path, target: Path, *kinds: str) -> None:
    options = [word for kind in kinds for word in ("--target", kind)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(target), *options],
        cwd=source,
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Both, built from the checkout."""
    target = tmp_path_factory.mktemp("dist")
    _build(ROOT, target, "wheel", "sdist")
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return Built(wheel, sdist)


# The wheel.


def test_the_wheel_contains_every_file_of_the_package(built: Built) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "feedsvc").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"feedsvc/py.typed", "feedsvc/web/pages/templates/feed.html"} <= files
    assert files - built.names() == set()


def test_the_wheel_contains_the_migrations_up_to_the_schema(built: Built) -> None:
    steps = [name for name in built.names() if f"/versions/v{SCHEMA_VERSION}_" in name]
    assert len(steps) == 1


def test_the_wheel_contains_the_sample_configuration(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        sample = archive.read("feedsvc/settings/sample.toml")
    assert sample == (ROOT / "config/feedsvc.toml").read_bytes()


def test_the_wheel_contains_nothing_else(built: Built) -> None:
    folders = {name.partition("/")[0] for name in built.names()}
    (info,) = folders - {"feedsvc"}
    assert re.fullmatch(r"feedsvc-[\d.]+\.dist-info", info)


# What an index shows.


def test_the_metadata_has_urls_keywords_and_extras(built: Built) -> None:
    metadata = built.metadata()
    labels = {value.partition(",")[0] for value in metadata.get_all("Project-URL", [])}
    assert {"Source", "Documentation", "Changelog", "Issues"} <= labels
    assert "feed" in metadata["Keywords"].split(",")
    assert {"adopt", "postgres", "s3"} <= set(metadata.get_all("Provides-Extra", []))


def test_the_classifiers_are_registered_ones(built: Built) -> None:
    given = built.metadata().get_all("Classifier", [])
    assert len(given) > 5
    assert set(given) - known_classifiers == set()


def test_the_tested_python_is_a_classifier(built: Built) -> None:
    version = f"Programming Language :: Python :: {sys.version_info[0]}.{sys.version_info[1]}"
    assert version in built.metadata().get_all("Classifier", [])


def _targets(markdown: str) -> list[str]:
    """The targets of the links of a page."""
    without_code = re.sub(r"^```.*?^```$|`[^`\n]*`", "code", markdown, flags=re.M | re.S)
    return re.findall(r"\]\(([^)\s]+)\)", without_code)


def _source_url(metadata: Message) -> str:
    (line,) = (u for u in metadata.get_all("Project-URL", []) if u.startswith("Source, "))
    return str(line.partition(", ")[2])


def test_every_link_of_the_description_leads_to_a_file_of_the_repository_or_elsewhere(
    built: Built,
) -> None:
    metadata = built.metadata()
    targets = _targets(str(metadata.get_payload()))
    files = f"{_source_url(metadata)}/blob/HEAD/"
    ours = [target.removeprefix(files) for target in targets if target.startswith(files)]
    others = [target for target in targets if not target.startswith(files)]
    assert len(ours) >= 8
    assert [path for path in ours if not (ROOT / path.partition("#")[0]).is_file()] == []
    assert [target for target in others if not re.match("https?://", target)] == []


def test_the_links_of_the_metadata_lead_to_files_of_the_repository(built: Built) -> None:
    metadata = built.metadata()
    source = _source_url(metadata)
    urls = [line.partition(", ")[2] for line in metadata.get_all("Project-URL", [])]
    assert [url for url in urls if not url.startswith(source)] == []
    paths = [url.partition("/blob/HEAD/")[2].partition("#")[0] for url in urls]
    assert [path for path in paths if not (ROOT / path).exists()] == []


# The sdist.


def test_the_sdist_contains_what_a_checkout_does(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a checkout of git")
    files = {os.fsdecode(name) for name in listed.stdout.split(b"\0") if name}
    assert {name for name in files if (ROOT / name).is_file()} - names == set()


def test_a_wheel_built_from_the_sdist_is_the_same(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    _build(folder, tmp_path, "wheel")
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.read_bytes() == built.wheel.read_bytes()


# The wheel, installed.


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment in which only the wheel is installed.

    Its dependencies are those of this environment, through a line in a .pth file: no index is
    needed, and it takes a second. The lines of .pth files in that folder are not read, so the
    checkout is not importable.
    """
    place = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin/python"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"),
            *("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"),
            str(built.wheel),
        ],
        check=True,
    )
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (place / "bin/empty").mkdir()
    return place / "bin"


def _environ(**settings: str) -> dict[str, str]:
    """An environment without the checkout and without other settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | settings


def _printed(installed: Path, program: str, *words: str) -> str:
    """What an installed program prints, in an empty directory."""
    done = subprocess.run(
        [installed / program, *words],
        env=_environ(FEEDSVC_WATCHER__QUIET="0"),
        cwd=installed / "empty",
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """The folder of a site of Hexo, without settings of feedsvc."""
    return HEXO.write(tmp_path / "my blog")


@pytest.fixture
def served(installed: Path, blog: Path, tmp_path: Path) -> Iterator[str]:
    """The URL at which the installed feedsvc serves a folder, from an empty directory."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = _environ(FEEDSVC_WATCHER__QUIET="0")
    log = tmp_path / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [installed / "feedsvc", "serve", blog, "--port", str(port)],
            env=environ,
            cwd=installed / "empty",
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or _is_ready(url), "serving")
            assert process.poll() is None, log.read_text("utf-8")
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(SOON)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=SOON).ok
    except requests.ConnectionError:
        return False


# One test: each process of a run may have to install the wheel once more.
def test_the_installed_feedsvc_serves_a_folder_from_an_empty_directory(
    installed: Path, served: str, blog: Path
) -> None:
    imported = _printed(installed, "python", "-c", "import feedsvc; print(feedsvc.__file__)")
    assert Path(imported.strip()).is_relative_to(installed.parent)  # not the checkout

    feed = requests.get(f"{served}/tags/Tea/atom.xml", timeout=SOON)
    assert "<title>The first pick</title>" in feed.text
    assert 'href="https://example.org/blog/2026/03/01/green/first-pick/"' in feed.text
    page = requests.get(served, timeout=SOON)
    (style,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    assert requests.get(urljoin(page.url, style), timeout=SOON).status_code == 200

    sample = _printed(installed, "feedsvc", "--sample-config")
    assert sample == (ROOT / "config/feedsvc.toml").read_text("utf-8")

    assert f"feedsvc serve '{blog}'" in _printed(
        installed, "feedsvc", "init", "--yes", str(blog)
    )
    assert "published: 2" in _printed(installed, "feedsvc", "check", str(blog))
    assert "added: 2" in _printed(installed, "feedsvc", "publish", str(blog))
    assert (blog / ".feedsvc/feedsvc.sqlite3").is_file()


# Runs a command for each folder, all but the first in a process that has imported everything.
_EXPORTS: Final = """
import os, sys
from feedsvc.cli.main import main
first, *others = sys.argv[1:]
main(["export", "--feeds-only", first, first + "-feeds"], "feedsvc", standalone_mode=False)
for folder in others:
    if os.fork() == 0:
        main(["export", "--feeds-only", folder, folder + "-feeds"], "feedsvc")
    assert os.wait()[1] == 0, folder
"""


def test_the_installed_feedsvc_reads_the_folder_of_each_generator_without_settings(
    installed: Path, tmp_path: Path
) -> None:
    folders = {name: layout.write(tmp_path / name) for name, layout in LAYOUTS.items()}
    _printed(installed, "python", "-c", _EXPORTS, *map(str, folders.values()))
    for name, layout in LAYOUTS.items():
        feed = json.loads((tmp_path / f"{name}-feeds" / "feed.json").read_text("utf-8"))
        assert feed["title"] == (layout.setting("site.title") or name)
        assert shown_items(feed) == layout.items()
