"""Commands read posts by the rules of the generator that is recognised or recorded."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.commands import Run
from tests.support.writing import PostFolder

HUGO = b"baseURL = 'https://example.org/'\n"


def categories(run: Run, path: str) -> str:
    lines = run("check", "--explain", path).stdout.splitlines()
    return next(line for line in lines if "categor" in line.partition(":")[0])


@pytest.fixture
def blog(posts: PostFolder, tmp_path: Path) -> PostFolder:
    """A blog of Hugo whose posts are in `posts`."""
    posts.write("tea.md", categories="[Tea, Green]")
    (tmp_path / "hugo.toml").write_bytes(HUGO)
    return posts


def test_check_reads_a_new_folder_by_its_generator(run: Run, blog: PostFolder) -> None:
    flat = categories(run, "posts/tea.md")
    (blog.root.parent / "hugo.toml").unlink()
    assert categories(run, "posts/tea.md") != flat


def test_check_reads_posts_as_they_are_published(run: Run, blog: PostFolder) -> None:
    flat = categories(run, "posts/tea.md")
    assert run("publish").exit_code == 0
    (blog.root.parent / "hugo.toml").unlink()
    assert categories(run, "posts/tea.md") == flat


def test_check_reads_posts_by_the_generator_of_the_settings(
    run: Run, blog: PostFolder, environ: dict[str, str]
) -> None:
    flat = categories(run, "posts/tea.md")
    environ["FEEDSVC_CONTENT__GENERATOR"] = "hexo"
    assert categories(run, "posts/tea.md") != flat


def test_check_reads_posts_by_the_rules_of_the_version_that_wrote_the_store(
    run: Run, blog: PostFolder, sqlite_url: str
) -> None:
    config = blog.root.parent / "hugo.toml"
    config.unlink()
    path = categories(run, "posts/tea.md")
    assert run("publish").exit_code == 0
    config.write_bytes(HUGO)
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM facts WHERE name = 'generator'")
    assert categories(run, "posts/tea.md") == path
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
    engine.dispose()
    assert categories(run, "posts/tea.md") == path


def test_check_works_without_a_store(
    run: Run, blog: PostFolder, environ: dict[str, str]
) -> None:
    flat = categories(run, "posts/tea.md")
    file = Path(environ["FEEDSVC_STORE__URL"].removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"not a database, but long enough to be one" * 200)
    assert categories(run, "posts/tea.md") == flat


def test_an_unknown_generator_is_refused(run: Run, environ: dict[str, str]) -> None:
    environ["FEEDSVC_CONTENT__GENERATOR"] = "wordpress"
    result = run("check")
    assert result.exit_code == 2
    assert "content.generator" in result.stderr
