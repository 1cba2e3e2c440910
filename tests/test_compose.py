"""compose.yaml agrees with itself, with the image, and with the settings of feedsvc."""

import re
import subprocess
from pathlib import Path
from typing import Final

import click
import pytest

from feedsvc.cli.main import main
from feedsvc.settings.load import load_settings
from tests.support.composed import ROOT, Service, expanded, services, volumes
from tests.support.proxies import program

_ENVIRON: Final = {"POSTGRES_PASSWORD": "secret1", "SITE_URL": "https://example.org"}
_ALL: Final = services(_ENVIRON)
_OURS: Final = {name: each for name, each in _ALL.items() if "build" in each}


def test_there_are_a_database_a_watcher_two_web_processes_and_a_proxy() -> None:
    assert sorted(_ALL) == ["caddy", "db", "watch", "web-1", "web-2"]
    assert sorted(_OURS) == ["watch", "web-1", "web-2"]


@pytest.mark.parametrize("name", _ALL)
def test_a_service_depends_on_others_that_exist_and_have_a_health_check(name: str) -> None:
    wanted = _ALL[name].get("depends_on", {})
    assert set(wanted) <= _ALL.keys() - {name}
    for other in wanted:
        if isinstance(wanted, dict) and wanted[other]["condition"] == "service_healthy":
            assert _ALL[other]["healthcheck"]["test"]


@pytest.mark.parametrize("name", _ALL)
def test_a_volume_is_declared_or_a_path_of_the_checkout(name: str) -> None:
    sources = [volume.partition(":")[0] for volume in _ALL[name].get("volumes", ())]
    assert {source for source in sources if not source.startswith("./")} <= volumes()
    assert [path for path in sources if path[0] == "." and not (ROOT / path).exists()] == []


def test_every_declared_volume_is_used() -> None:
    used = {v.partition(":")[0] for each in _ALL.values() for v in each.get("volumes", ())}
    assert volumes() <= used


@pytest.mark.parametrize("service", _ALL.values(), ids=_ALL)
def test_an_image_is_built_here_or_has_a_tag(service: Service) -> None:
    assert "build" in service or re.search(r":\d[\w.-]*$", service["image"])


@pytest.mark.parametrize("service", _OURS.values(), ids=_OURS)
def test_the_environment_of_a_service_is_accepted_as_settings(service: Service) -> None:
    settings = load_settings(ROOT / "config/feedsvc.toml", service["environment"])
    assert settings.site.url == "https://example.org"
    assert settings.store.url == "postgresql+psycopg://feedsvc:secret1@db/feedsvc"
    assert settings.server.proxies == 1


@pytest.mark.parametrize("service", _OURS.values(), ids=_OURS)
def test_a_service_runs_a_command_of_feedsvc_without_rights(service: Service) -> None:
    context = click.Context(main, info_name="feedsvc")
    assert main.resolve_command(context, list(service["command"]))[0] in ("watch", "web")
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108  # previews and large folders need it


@pytest.mark.parametrize("service", _OURS.values(), ids=_OURS)
def test_folders_are_mounted_where_the_image_expects_them(service: Service) -> None:
    (folder,) = re.findall(r"^WORKDIR (\S+)$", _dockerfile(), re.M)[-1:]
    targets = [volume.split(":")[1] for volume in service["volumes"]]
    assert [each for each in targets if not each.startswith(f"{folder}/")] == []
    declared = re.findall(r'"(/[^"]+)"', "".join(re.findall("^VOLUME .*", _dockerfile(), re.M)))
    assert sorted(targets) == sorted([f"{folder}/config", *declared])


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8")


def test_the_proxy_knows_the_web_processes_at_the_port_of_the_image() -> None:
    (port,) = re.findall(r"^EXPOSE (\d+)$", _dockerfile(), re.M)
    (line,) = re.findall(r"reverse_proxy (.+) \{", _caddyfile().read_text("utf-8"))
    assert line.split() == [f"{name}:{port}" for name in _ALL if name.startswith("web")]


def _caddyfile() -> Path:
    (source,) = (str(v) for v in _ALL["caddy"]["volumes"] if v.startswith("./"))
    return ROOT / source.partition(":")[0]


@pytest.mark.parametrize("url", ["http://localhost", "https://example.org"])
def test_caddy_accepts_its_configuration(url: str, tmp_path: Path) -> None:
    caddy = program("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed")
    checked = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", str(_caddyfile())],
        env={"SITE_URL": url, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_a_missing_password_is_refused() -> None:
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        services({})


def test_variables_are_expanded_as_compose_does() -> None:
    assert expanded("${A:-x} ${B}", {"B": "y"}) == "x y"
    assert expanded("${A:-x}", {"A": ""}) == "x"
