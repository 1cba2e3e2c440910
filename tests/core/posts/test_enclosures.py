"""Enclosures, the lead image and the pictures beside a post."""

import pytest

from feedsvc.core.media import Enclosure
from feedsvc.core.posts.enclosures import (
    local_names,
    pictures_beside,
    seconds_of,
)
from tests.support.builders import post_of

MP3 = "https://cdn.example/a.mp3"


@pytest.mark.parametrize(
    ("front", "enclosure"),
    [
        (f"enclosure: {MP3}", Enclosure(MP3, "audio/mpeg")),
        (f"audio: {MP3}", Enclosure(MP3, "audio/mpeg")),
        (f"enclosure: |\n  {MP3}\n  12345\n  audio/mpeg", Enclosure(MP3, "audio/mpeg", 12345)),
        (
            f"enclosure: {{url: {MP3}, type: Audio/MPEG, length: 7, duration: '1:02:03'}}",
            Enclosure(MP3, "audio/mpeg", 7, 3723),
        ),
        (
            "podcast: {href: 'https://cdn.example/x?id=1', mime_type: audio/ogg, size: 9}",
            Enclosure("https://cdn.example/x?id=1", "audio/ogg", 9),
        ),
        (f"audio: {MP3}\nduration: '12:34'", Enclosure(MP3, "audio/mpeg", None, 754)),
        (
            "audio: 第一集.MP3",
            Enclosure(
                "https://example.org/posts/tea/%E7%AC%AC%E4%B8%80%E9%9B%86.MP3",
                "audio/mpeg",
                file="第一集.MP3",
            ),
        ),
        (
            "enclosure: {file: /media/a%20b.pdf, length: about 7}",
            Enclosure(
                "https://example.org/media/a%20b.pdf", "application/pdf", file="/media/a b.pdf"
            ),
        ),
    ],
)
def test_an_enclosure_is_read(front: str, enclosure: Enclosure) -> None:
    assert post_of(front).enclosures == (enclosure,)


def test_enclosures_keep_their_order_without_repeats() -> None:
    post = post_of(f"enclosures: [{MP3}, a.pdf, {MP3}]")
    assert [e.media_type for e in post.enclosures] == ["audio/mpeg", "application/pdf"]


@pytest.mark.parametrize(
    "value",
    [
        *("true", "javascript:alert(1).mp3", "https://example.org/no-type", "'data:a/b.mp3'"),
        *("[[a.mp3]]", "{type: audio/mpeg}", "'#.mp3'", "file:///etc/a.mp3"),
    ],
)
def test_an_unusable_enclosure_is_left_out_with_a_warning(value: str) -> None:
    post = post_of(f"enclosure: {value}")
    assert (post.enclosures, [w.code for w in post.warnings]) == ((), ["enclosure"])


@pytest.mark.parametrize("length", ["12 MB", "-1", "1e6"])
def test_a_length_that_is_not_a_number_is_left_out_with_a_warning(length: str) -> None:
    post = post_of(f"enclosure: {{url: {MP3}, length: {length}}}")
    assert post.enclosures == (Enclosure(MP3, "audio/mpeg"),)
    assert [repr(length) in warning.fault for warning in post.warnings] == [True]


def test_a_warning_shows_the_enclosure_it_is_about() -> None:
    [warning] = post_of(f"enclosures: [{MP3}, none]").warnings
    assert (warning.text, "'none' is not the name of a file" in warning.fault) == (
        "'none'",
        True,
    )


def test_a_key_without_a_file_is_skipped() -> None:
    assert post_of(f"enclosure: []\naudio: {MP3}").enclosures == (Enclosure(MP3, "audio/mpeg"),)


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [
        *(("754", 754), ("12:34", 754), ("1:02:03", 3723), (" 7s ", 7), ("3.5", 3)),
        *(("", None), ("long", None), ("1:2:3:4", None), ("-5", None)),
    ],
)
def test_a_duration_is_in_seconds(clock: str, seconds: int | None) -> None:
    assert seconds_of(clock) == seconds


@pytest.mark.parametrize(
    "front",
    [
        "cover: /a.png",
        "image: {path: /a.png, alt: A}",
        "images: [/a.png, /b.png]",
        "heroImage: https://example.org/a.png",
        "index_img: ../../a.png",
        "photos:\n  - /a.png",
        "extra: {cover: /a.png}",
        "cover: false\nimage: /a.png",
        "cover: '#fff'\nbanner_img: /a.png",
        "cover: 'linear-gradient(0.5turn, red)'\nthumbnail: /a.png",
        "cover: javascript:a.b\nthumbnail: /a.png",
        "Cover: {Image: /a.png}",
        "banner_img: /a.png\nindex_img: /b.png\nphotos: [/c.png]\nimage: /d.png",
        "heroImage: /d.png\nimage: /c.png\nphotos: [/a.png]",
        "cover: '[[/a.png]]'",
        "cover: '{static}/a.png'",
        "image: '{filename}/a.png'",
        "image: '|filename|/a.png'",
        "image: '![[/a.png|300]]'",
        "cover: '[[A page]]'\nimage: /a.png",
    ],
)
def test_the_lead_image_is_the_first_usable_image(front: str) -> None:
    assert post_of(front).image == "https://example.org/a.png"


def test_a_template_in_the_lead_image_is_a_file_that_is_not_there() -> None:
    post = post_of("cover: '{{ site.url }}/a.png'\nimage: /b.png")
    assert post.image_file == "{{ site.url }}/a.png"


@pytest.mark.parametrize("front", ["", "cover: true", "images: []", "cover: {alt: A}"])
def test_a_post_may_have_no_image(front: str) -> None:
    assert post_of(front).image == ""


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ("![a](b.png) ![](img/茶.png) <img src=c%20d.png>", ("b.png", "c d.png", "img/茶.png")),
        ("![](b.png?v=1#x) ![](b.png)", ("b.png",)),
        ("![a](https://x.org/b.png) ![](/b.png) ![](../b.png) ![]({static}/b.png)", ()),
        ("<img src='http://['> <img src='?b.png'> `![](b.png)`", ()),
        ("![a](/b.png)", ()),
        ("Tea.", ()),
    ],
)
def test_pictures_beside_a_post_are_listed(body: str, files: tuple[str, ...]) -> None:
    assert pictures_beside(body, is_html=False) == files


def test_an_html_body_is_not_read_as_markdown() -> None:
    assert pictures_beside("<img src=a.png> ![](b.png)", is_html=True) == ("a.png",)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (
            "https://e.org/blog/posts/tea/a.mp3",
            ("a.mp3", "/posts/tea/a.mp3", "/blog/posts/tea/a.mp3"),
        ),
        (
            "https://e.org/blog/posts/b/a.mp3",
            ("../b/a.mp3", "/posts/b/a.mp3", "/blog/posts/b/a.mp3"),
        ),
        ("https://E.org/files/%C3%A9.mp3?x#y", ("../../../files/é.mp3", "/files/é.mp3")),
        ("https://e.org/blog/", ()),
        ("https://e.org", ()),
        ("https://cdn.org/a.mp3", ()),
        ("http://[", ()),
    ],
)
def test_a_url_gives_the_names_that_a_post_may_use(url: str, names: tuple[str, ...]) -> None:
    assert local_names(url, "https://e.org/blog/posts/tea/", "https://e.org/blog") == names


def test_a_duration_that_is_none_is_a_warning() -> None:
    post = post_of("enclosure: https://x.example/a.mp3\nduration: long")
    (warning,) = post.warnings
    assert warning.fault == "enclosure: 'long' is not a duration and is left out"
    assert post.enclosures[0].duration is None


def test_files_after_the_twentieth_are_left_out_with_a_warning() -> None:
    names = [f"https://x.example/{n}.mp3" for n in range(21)]
    post = post_of(f"enclosures: {names}")
    (warning,) = post.warnings
    assert warning.fault == "enclosures has 21 files; those after 20 are left out"
    assert len(post.enclosures) == 20
