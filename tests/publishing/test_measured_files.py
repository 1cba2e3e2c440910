"""The lengths of enclosures, and pictures that are missing."""

import time

import pytest

from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.houses import House
from tests.support.writing import PostFolder


@pytest.mark.parametrize("path", ["tea/a.mp3", "a.mp3"])
def test_the_length_of_an_enclosure_in_the_folder_is_measured(house: House, path: str) -> None:
    house.posts.write_raw(path, b"12345")
    house.posts.write(audio="a.mp3")
    assert house.publish().problems == ()
    (enclosure,) = house.only_entry().enclosures
    assert (enclosure.href, enclosure.length) == ("https://example.org/posts/tea/a.mp3", 5)


def test_a_length_in_the_front_matter_is_not_measured(house: House) -> None:
    house.posts.write_raw("a.mp3", b"12345")
    house.posts.write(enclosure="{url: a.mp3, length: 7}", audio="b.mp3")
    house.publish()
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [7]


def test_an_enclosure_without_a_file_is_published_with_a_warning(house: House) -> None:
    house.posts.write(enclosures="[gone.mp3, 'https://cdn.example/a.mp3']")
    (problem,) = house.publish().problems
    assert (problem.code, problem.refuses, "gone.mp3" in problem.fault) == (
        *("no-file", False),
        True,
    )
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [None, None]


def test_an_enclosure_that_appears_later_is_measured(house: House) -> None:
    house.posts.write(audio="a.mp3")
    house.publish()
    revision = house.publish().revision
    house.posts.write_raw("tea/a.mp3", b"12345")
    report = house.publish()
    assert (report.changed, report.problems, report.revision) == (("tea.md",), (), revision + 1)
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [5]


def test_an_enclosure_that_is_replaced_is_measured_again(house: House) -> None:
    house.posts.write_raw("tea/a.mp3", b"12345")
    house.posts.write(audio="a.mp3")
    revision = house.publish().revision
    house.posts.write_raw("tea/a.mp3", b"1234567")
    report = house.publish()
    assert (report.changed, report.read, report.revision) == (("tea.md",), 1, revision + 1)
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [7]
    assert house.publish().read == 0


def test_a_scan_of_an_enclosure_includes_its_post(house: House) -> None:
    house.posts.write_raw("tea/a.mp3", b"12345")
    house.posts.write(audio="a.mp3")
    house.posts.write("other.md", audio="b.mp3")
    house.publish()
    house.posts.write_raw("tea/a.mp3", b"1234567")
    report = house.publish(only={"tea/a.mp3"})
    assert (report.changed, report.read) == (("tea.md",), 1)


def test_an_enclosure_that_disappears_is_a_warning(house: House) -> None:
    file = house.posts.write_raw("a.mp3", b"12345")
    house.posts.write(audio="a.mp3")
    house.publish()
    file.unlink()
    assert [problem.code for problem in house.publish(only={"a.mp3"}).problems] == ["no-file"]


def test_an_enclosure_keeps_its_length_while_it_is_being_written(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=0.5), store)
    posts.write_raw("a.mp3", b"12345")
    posts.write(audio="a.mp3")
    time.sleep(0.6)
    house.publish()
    posts.write_raw("a.mp3", b"1234567")
    assert house.publish().changed == ()
    time.sleep(0.6)
    assert house.publish().changed == ("tea.md",)


def test_a_length_in_the_front_matter_stays_if_the_file_changes(house: House) -> None:
    house.posts.write_raw("a.mp3", b"12345")
    house.posts.write(enclosure="{url: a.mp3, length: 7}")
    house.publish()
    house.posts.write_raw("a.mp3", b"123456789")
    assert house.publish().read == 0


PICTURES_THAT_ARE_NOT_THERE = [
    ("![A pot](gone.png)", "gone.png", (6, 10)),
    ("Tea.\n\n<img alt=x src='img/gone.png'>", "img/gone.png", (8, 17)),
    ("<img src=data:, data-src=gone.png>", "gone.png", (6, 26)),
    ("![](茶/壶.png)", "茶/壶.png", (6, 5)),
    ("![](a%20pot.png)", "a pot.png", (1, 0)),
]


@pytest.mark.parametrize(("body", "picture", "position"), PICTURES_THAT_ARE_NOT_THERE)
def test_a_picture_that_is_not_beside_its_post_is_a_warning(
    house: House, body: str, picture: str, position: tuple[int, int]
) -> None:
    house.posts.write("tea.md", body)
    (problem,) = house.publish().problems
    assert (problem.code, problem.refuses, problem.text) == ("no-picture", False, picture)
    assert (problem.line, problem.column) == position
    house.posts.write_raw(picture, b"")
    house.posts.write("tea.md", body + " ")
    assert house.publish().problems == ()


@pytest.mark.parametrize(
    "body",
    [
        "![](/img/gone.png)",
        "![](https://cdn.example/gone.png)",
        "![](../../img/gone.png)",
        "![](data:image/png;base64,AAAA)",
        "![]({static}/gone.png)",
        "![](//[gone.png)",
        "`![](gone.png)`",
        "<!-- <img src=gone.png> -->",
        "<img src=?gone.png> ![](#gone.png)",
        "[gone.png](gone.png)",
    ],
)
def test_a_picture_elsewhere_is_no_warning(house: House, body: str) -> None:
    house.posts.write("tea.md", body)
    assert house.publish().problems == ()


@pytest.mark.parametrize("path", ["tea/pot.png", "pot.png"])
def test_a_picture_may_be_beside_its_post_or_in_the_folder_of_its_name(
    house: House, path: str
) -> None:
    house.posts.write_raw(path, b"")
    house.posts.write("tea.md", "![A pot](pot.png)")
    assert house.publish().problems == ()
