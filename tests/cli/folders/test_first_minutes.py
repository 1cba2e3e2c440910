"""The first five minutes with a folder of each generator: a try, init, and feeds for good."""

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from feedsvc.publishing.exporting.manifest import MANIFEST
from feedsvc.settings.settings import Settings
from tests.support.commands import Run, environment
from tests.support.layouts import Layout, shown_items
from tests.support.layouts_of_programs import LAYOUTS

ALL: Final = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))


@pytest.fixture
def environ() -> dict[str, str]:
    """No settings at all, but no quiet period."""
    return environment({"FEEDSVC_WATCHER__QUIET": "0", "TZ": "America/Lima"})


def documents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    files = (path for path in files if path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def json_feed(folder: Path) -> dict[str, Any]:
    feed: dict[str, Any] = json.loads((folder / "feed.json").read_text("utf-8"))
    return feed


@ALL
def test_a_try_finds_what_the_generator_has_and_a_second_one_changes_no_byte(
    run: Run, tmp_path: Path, layout: Layout
) -> None:
    before = documents(layout.write(tmp_path / "blog"))
    first = run("export", "--feeds-only", "blog", "one")
    assert first.exit_code == 0, first.output
    assert run("export", "--feeds-only", "blog", "two").exit_code == 0
    assert documents(tmp_path / "one") == documents(tmp_path / "two")
    assert documents(tmp_path / "blog") == before
    feed = json_feed(tmp_path / "one")
    assert feed["title"] == (layout.setting("site.title") or "blog")
    assert feed["authors"][0]["name"] == layout.setting("site.author") or feed["title"]
    assert shown_items(feed) == layout.items()


@ALL
def test_the_table_has_the_file_and_the_line_of_each_setting(
    run: Run, tmp_path: Path, layout: Layout
) -> None:
    layout.write(tmp_path / "blog")
    rows = {
        line.split()[0]: line.strip()
        for line in run("check", "blog").stderr.splitlines()
        if line.startswith("  ")
    }
    for key, (_, file, line) in layout.settings.items():
        where = f"{file}:{line}" if line else f"{file}: default of {layout.generator}"
        assert rows[key].endswith(where)
    for key, why in layout.unknown.items():
        assert why in rows[key]
    assert ("America/Lima" in rows["site.timezone"]) is ("site.timezone" not in layout.settings)


@ALL
def test_init_writes_what_was_found_and_the_feeds_are_those_of_the_try(
    run: Run, tmp_path: Path, layout: Layout
) -> None:
    layout.write(tmp_path / "blog")
    run("export", "--feeds-only", "blog", "try")
    result = run("init", "--yes", "blog")
    assert result.exit_code == 0, result.output
    file = tomllib.loads((tmp_path / "blog/feedsvc.toml").read_text("utf-8"))
    for key, (value, _, _) in layout.settings.items():
        section, _, name = key.partition(".")
        default = getattr(Settings.model_fields[section].default, name, None)
        found = list(value) if isinstance(value, tuple) else value
        assert file.get(section, {}).get(name, default) == found
    commands = [shlex.split(line) for line in result.stdout.partition("Next:")[2].splitlines()]
    assert len(commands) == 4  # the first is the end of the line
    is_known = bool(layout.feeds) and "site.url" in layout.settings
    assert (commands[2][1] == "adopt") is is_known
    for target in ("one", "two"):
        assert run("export", "--feeds-only", "blog", target).exit_code == 0
    assert documents(tmp_path / "one") == documents(tmp_path / "two")
    tried, kept = json_feed(tmp_path / "try"), json_feed(tmp_path / "one")
    assert shown_items(kept) == shown_items(tried)
    dates = [[item["date_published"] for item in feed["items"]] for feed in (tried, kept)]
    assert dates[0] == dates[1]
    authority = file["site"]["tag_authority"]
    assert all(item["id"].startswith(f"tag:{authority}:") for item in kept["items"])


@pytest.mark.parametrize("name", ["hexo", "pelican"])
def test_the_old_feed_of_the_site_is_the_one_to_adopt(
    run: Run, tmp_path: Path, name: str
) -> None:
    layout = LAYOUTS[name]
    layout.write(tmp_path / "blog")
    printed = run("init", "--yes", "blog").stdout.partition("Next:\n")[2].splitlines()
    url = layout.setting("site.url") + layout.feeds[0]
    assert [line.strip() for line in printed] == [
        "feedsvc publish blog",
        f"feedsvc adopt --config blog/feedsvc.toml {url}",
        "feedsvc serve blog",
    ]
