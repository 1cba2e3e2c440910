"""A file is published once, with or without its rendered file, and keeps its id."""

import pytest

from tests.support.houses import LATER, House


@pytest.mark.parametrize("front", [{}, {"slug": "tea"}, {"guid": "urn:x:1"}])
@pytest.mark.parametrize("path", ["a/tea.Rmd", "a/tea.mdx"])
def test_a_file_and_its_rendered_file_have_one_id(
    house: House, front: dict[str, str], path: str
) -> None:
    house.posts.write("other.md", title="Other")
    house.posts.write(path, "Green.", title="Tea", **front)
    house.publish()
    ids = {entry.id for entry in house.entries()}
    rendered = house.posts.write("a/tea.md", "Green and knitted.", title="Tea", **front)
    report = house.publish()
    assert [problem.code for problem in report.problems] == []
    assert {entry.id for entry in house.entries()} == ids
    assert "knitted" in house.entries()[0].content_html + house.entries()[1].content_html
    rendered.unlink()
    house.publish()
    house.publish(LATER)
    assert {entry.id for entry in house.entries()} == ids
    assert house.titles() == {"Tea", "Other"}


def test_a_published_post_keeps_its_id_beside_a_file_that_was_no_post(house: House) -> None:
    """As in a store of a version for which `.mdx` files were no posts."""
    house.posts.write("tea.md", "Green.", title="Tea", slug="tea")
    house.publish()
    entry = house.only_entry()
    house.posts.write("tea.mdx", "Green.", title="Tea", slug="tea", date="2020-01-01")
    report = house.publish()
    assert (report.problems, house.entries()) == ((), [entry])
