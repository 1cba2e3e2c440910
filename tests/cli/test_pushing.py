"""`feedsvc push --retry`: which topics it accepts."""

import pytest

from tests.support.commands import Run
from tests.support.writing import PostFolder


@pytest.fixture(autouse=True)
def _published(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea")
    assert run("publish").exit_code == 0


@pytest.mark.parametrize(
    "topic",
    [
        "https://example.org/tags/none/",
        "https://example.org/tags/none/atom.xml",
        "https://other.example/atom.xml",
        "https://example.org/opml.xml",
        "tea",
    ],
)
def test_retry_of_an_unknown_topic_ends_with_2(run: Run, topic: str) -> None:
    result = run("push", "--retry", topic)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"feedsvc: no feed has the topic {topic!r}; feedsvc feeds lists")


def test_retry_of_a_topic_that_is_no_text_ends_with_2(run: Run) -> None:
    result = run("push", "--retry", "tags/\udcff")
    assert result.exit_code == 2
    assert "there is no feed 'tags/" in result.stderr


@pytest.mark.parametrize("topic", ["", "/", "/atom.xml"])
def test_retry_of_a_known_topic_ends_with_0(run: Run, topic: str) -> None:
    result = run("push", "--retry", f"https://example.org{topic}")
    assert (result.exit_code, result.stdout) == (0, "to be retried: 0\nfailing: 0\n")
