"""The config files of generators are looked for in the folder of posts and above it."""

import os
from pathlib import Path

import pytest

from feedsvc.core.generators.configs.config_values import MOST_CHARACTERS
from feedsvc.settings.settings import Settings, SiteSettings
from feedsvc.source.folder import Folder
from feedsvc.source.generator_files import generator_of, read_generator_files
from feedsvc.source.opening import source_of
from tests.support.writing import PostFolder

HUGO = b"baseURL = 'https://example.org/'\n"


@pytest.fixture
def site(tmp_path: Path) -> PostFolder:
    return PostFolder(tmp_path / "site")


def settings(seeds: Path, base: Path) -> Settings:
    own = SiteSettings(
        title="Tea",
        url="https://example.org",
        author="Li",
        timezone="UTC",
        tag_authority="example.org,2026",
    )
    tree = {"site": own, "content": {"seeds": seeds}}
    return Settings.model_validate(tree).starting_at(base)


def generator_for(seeds: Path, base: Path) -> str:
    return generator_of(source_of(settings(seeds, base)).folder)


def test_only_files_of_known_names_are_read(site: PostFolder) -> None:
    site.write_raw("hugo.toml", HUGO)
    site.write_raw("config/_default/params.toml", b"x = 1\n")
    site.write_raw("other.toml", b"x = 1\n")
    files = read_generator_files(site.root)
    assert files == {"hugo.toml": HUGO, "config/_default/params.toml": b"x = 1\n"}


def test_a_large_file_is_not_read_whole(site: PostFolder) -> None:
    site.write_raw("hugo.toml", b"#" * (MOST_CHARACTERS * 4))
    assert len(read_generator_files(site.root)["hugo.toml"]) == MOST_CHARACTERS + 1


def test_a_link_is_followed_within_the_folder_only(site: PostFolder, tmp_path: Path) -> None:
    site.write_raw("configs/main.toml", HUGO)
    (tmp_path / "secret.json").write_bytes(b"{}")
    (site.root / "hugo.toml").symlink_to("configs/main.toml")
    (site.root / "package.json").symlink_to("../secret.json")
    (site.root / "zola.toml").symlink_to("/etc/hostname")
    (site.root / "conf.py").symlink_to("conf.py")
    assert read_generator_files(site.root) == {"hugo.toml": HUGO}


def test_what_is_no_regular_file_is_not_opened(site: PostFolder) -> None:
    os.mkfifo(site.root / "hugo.toml")
    (site.root / "_config.yml").mkdir()
    assert read_generator_files(site.root) == {}


def test_a_file_that_may_not_be_read_is_as_if_it_were_missing(site: PostFolder) -> None:
    site.write_raw("hugo.toml", HUGO).chmod(0)
    allowed = {} if os.geteuid() else {"hugo.toml": HUGO}
    assert read_generator_files(site.root) == allowed


def test_no_folder_has_no_files(tmp_path: Path) -> None:
    assert read_generator_files(tmp_path / "missing") == {}


def test_the_nearest_config_at_or_above_the_posts_counts(site: PostFolder) -> None:
    seeds = site.root / "source" / "_posts"
    seeds.mkdir(parents=True)
    assert generator_for(seeds, site.root) == "plain"
    site.write_raw("_config.yml", b"source_dir: source\n")
    assert generator_for(seeds, site.root) == "hexo"
    site.write_raw("source/hugo.toml", HUGO)
    assert generator_for(seeds, site.root) == "hugo"


def test_a_config_above_the_folder_of_the_settings_does_not_count(site: PostFolder) -> None:
    site.write_raw("hugo.toml", HUGO)
    seeds = site.root / "blog" / "posts"
    seeds.mkdir(parents=True)
    assert generator_for(seeds, site.root / "blog") == "plain"
    assert generator_for(seeds, site.root / "other") == "plain"


def test_a_vault_below_a_site_is_a_part_of_the_site(site: PostFolder) -> None:
    site.write_raw("content/.obsidian/app.json", b"{}")
    content = site.root / "content"
    assert generator_for(content, site.root) == "obsidian"
    site.write_raw("hugo.toml", HUGO)
    assert generator_for(content, site.root) == "hugo"


def test_relative_seeds_start_at_the_current_folder(
    site: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write_raw("hugo.toml", HUGO)
    monkeypatch.chdir(site.root)
    (site.root / "content").mkdir()
    assert generator_for(Path("content"), Path()) == "hugo"


def test_a_folder_without_a_place_in_the_settings_is_looked_at_alone(site: PostFolder) -> None:
    site.write_raw("hugo.toml", HUGO)
    (site.root / "content").mkdir()
    assert generator_of(Folder(site.root / "content", 0)) == "plain"
