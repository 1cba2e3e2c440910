"""The generator whose rules apply: decided once, and stored with the first entry."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from feedsvc.core.rules import AUTO, Rules
from feedsvc.core.site import Site
from feedsvc.publishing.publish import preview, publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.houses import LATER, NOW, SITE
from tests.support.pipeline import documents_of
from tests.support.writing import PostFolder

AUTOMATIC = replace(SITE, rules=Rules(generator=AUTO, categories=AUTO))
HUGO = b"baseURL = 'https://example.org/'\n"
HEXO = b"title: Tea\nsource_dir: source\nurl: https://example.org\n"
PATH, FLAT = {("Tea", "Green")}, {("Tea",), ("Green",)}


def site_set_to(generator: str) -> Site:
    return replace(AUTOMATIC, rules=replace(AUTOMATIC.rules, generator=generator))


def categories(store: Store) -> set[tuple[str, ...]]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        entries = snapshot.newest(feed.number, 9) if feed else []
    return {path for entry in entries for path in entry.categories}


def recorded(store: Store) -> str | None:
    with store.snapshot() as snapshot:
        return snapshot.generator()


def forget_generator(store: Store, url: str) -> None:
    """Make the store one of a version that recognised no generators."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM facts WHERE name = 'generator'")
        connection.exec_driver_sql(
            "UPDATE facts SET value = replace(value, '\"generator\": \"plain\", ', '')"
        )
    engine.dispose()


def test_the_generator_of_the_folder_decides_at_the_first_publish(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    posts.write_raw("hugo.toml", HUGO)
    posts.write("tea.md", categories="[Tea, Green]")
    publish(folder, either_store, AUTOMATIC, NOW)
    assert recorded(either_store) == "hugo"
    assert categories(either_store) == FLAT


@pytest.mark.parametrize(
    ("config", "source", "generator", "expected"),
    [
        ("_config.yml", HEXO, "hexo", PATH),
        ("notes.toml", b"", "plain", PATH),
        ("_quarto.yml", b"project: {type: website}\n", "quarto", FLAT),
        (
            "mkdocs.yml",
            b"site_name: Tea\ntheme: {name: material}\nplugins: [blog]\n",
            "mkdocs",
            FLAT,
        ),
        ("pelicanconf.py", b"AUTHOR = 'Li'\nSITENAME = 'Tea'\n", "pelican", FLAT),
    ],
)
def test_a_flat_list_is_one_path_only_in_folders_of_hexo_and_of_no_generator(
    posts: PostFolder,
    folder: Folder,
    store: Store,
    config: str,
    source: bytes,
    generator: str,
    expected: set[tuple[str, ...]],
) -> None:
    posts.write_raw(config, source)
    posts.write("tea.md", categories="[Tea, Green]")
    publish(folder, store, AUTOMATIC, NOW)
    assert (recorded(store), categories(store)) == (generator, expected)


def test_a_config_file_that_appears_or_disappears_later_changes_no_byte(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write_raw("hugo.toml", HUGO)
    posts.write("tea.md", "Term\n: Definition", categories="[Tea, Green]")
    publish(folder, store, AUTOMATIC, NOW)
    before = documents_of(store)
    (posts.root / "hugo.toml").unlink()
    posts.write_raw("_config.yml", HEXO)
    report = publish(folder, store, AUTOMATIC, LATER)
    assert (report.read, documents_of(store)) == (0, before)
    posts.write("two.md", categories="[A, B]")
    publish(folder, store, AUTOMATIC, LATER)
    assert categories(store) == {*FLAT, ("A",), ("B",)}


def test_a_preview_reads_posts_as_the_publish_will(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write_raw("hugo.toml", HUGO)
    posts.write("tea.md", categories="[Tea, Green]")
    shown = preview(folder, store, AUTOMATIC, NOW)
    published = publish(folder, store, AUTOMATIC, NOW)
    assert recorded(store) == "hugo"
    assert shown.feeds == published.feeds


def test_a_store_of_an_earlier_version_keeps_its_rules(
    posts: PostFolder, folder: Folder, store: Store, sqlite_url: str
) -> None:
    posts.write("tea.md", "Term\n: Definition", categories="[Tea, Green]")
    publish(folder, store, AUTOMATIC, NOW)
    forget_generator(store, sqlite_url)
    before = documents_of(store)
    posts.write_raw("hugo.toml", HUGO)
    report = publish(folder, store, AUTOMATIC, LATER)
    assert report.read == 0
    assert (documents_of(store), recorded(store)) == (before, "")
    posts.write("two.md", categories="[A, B]")
    publish(folder, store, AUTOMATIC, LATER)
    assert categories(store) == {*PATH, ("A", "B")}


def test_no_generator_is_decided_before_an_entry_is_published(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    publish(folder, either_store, AUTOMATIC, NOW)
    assert recorded(either_store) is None
    posts.write_raw("hugo.toml", HUGO)
    posts.write("tea.md", categories="[Tea, Green]")
    publish(folder, either_store, AUTOMATIC, NOW)
    assert (recorded(either_store), categories(either_store)) == ("hugo", FLAT)


def test_another_generator_in_the_settings_reads_every_post_again(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    posts.write("tea.md", categories="[Tea, Green]")
    publish(folder, store, AUTOMATIC, NOW)
    assert categories(store) == PATH
    report = publish(folder, store, site_set_to("zola"), LATER)
    assert (report.read, categories(store)) == (1, FLAT)
    publish(folder, store, AUTOMATIC, LATER)
    assert recorded(store) == "zola"


def test_categories_that_are_set_take_precedence_over_the_generator(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    rules = Rules(generator="hugo", categories="hexo")
    posts.write("tea.md", categories="[Tea, Green]")
    publish(folder, store, replace(SITE, rules=rules), NOW)
    assert categories(store) == PATH


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        *((name, PATH) for name in ("", "hexo", "plain")),
        *((name, FLAT) for name in ("jekyll", "hugo", "zola", "pelican", "11ty", "quarto")),
    ],
)
def test_the_generator_decides_what_a_flat_list_of_categories_means(
    posts: PostFolder,
    folder: Folder,
    store: Store,
    generator: str,
    expected: set[tuple[str, ...]],
) -> None:
    posts.write("tea.md", categories="[Tea, Green]")
    publish(folder, store, site_set_to(generator), NOW)
    assert categories(store) == expected
