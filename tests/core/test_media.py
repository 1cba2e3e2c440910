"""Media types, names and podcast GUIDs."""

import pytest

from feedsvc.core.media import (
    Enclosure,
    file_candidates,
    image_type,
    podcast_guid,
)

HREF = "https://example.org/a.mp3"


@pytest.mark.parametrize(
    ("media_type", "medium"),
    [
        ("audio/mpeg", "audio"),
        ("Video/mp4", "video"),
        ("image/png", "image"),
        ("application/pdf", "document"),
        ("", "document"),
    ],
)
def test_the_medium_comes_from_the_media_type(media_type: str, medium: str) -> None:
    assert Enclosure(HREF, media_type).medium == medium


@pytest.mark.parametrize(
    ("href", "name"),
    [
        (HREF, "a.mp3"),
        ("https://example.org/x/%E8%8C%B6%201.mp3?v=2#t=1", "茶 1.mp3"),
        ("https://example.org/x/", "https://example.org/x/"),
    ],
)
def test_the_name_of_a_file_is_the_last_part_of_its_path(href: str, name: str) -> None:
    assert Enclosure(href, "audio/mpeg").name == name


@pytest.mark.parametrize(
    ("href", "media_type"),
    [
        ("https://example.org/a.png", "image/png"),
        ("https://example.org/a.JPG?w=1.5#x.gif", "image/jpeg"),
        ("https://example.org/a.svg", "image/svg+xml"),
        ("https://example.org/cover", ""),
        ("https://[x/a.webp", "image/webp"),
    ],
)
def test_the_suffix_of_an_image_gives_its_media_type(href: str, media_type: str) -> None:
    assert image_type(href) == media_type


def test_a_guid_equals_the_example_of_the_podcast_namespace() -> None:
    # The example of its documentation: the namespace and the version of the UUID are right.
    guid = podcast_guid("mp3s.nashownotes.com/pc20rss.xml")
    assert guid == "917393e3-1b1e-5cef-ace4-edaa54e1f810"


def test_each_podcast_has_its_own_guid() -> None:
    guids = {
        podcast_guid(f"tag:a.org,2026:feed:{path}") for path in ("site", "tags/a", "tags/b")
    }
    assert len(guids) == 3


@pytest.mark.parametrize(
    ("post", "file", "paths"),
    [
        ("a/tea.md", "x.mp3", ("a/tea/x.mp3", "a/x.mp3")),
        ("tea/index.md", "x.mp3", ("tea/index/x.mp3", "tea/x.mp3")),
        ("a/tea.md", "/media/x.mp3", ("media/x.mp3",)),
        ("a/tea.md", "../../x.mp3", ("x.mp3",)),
        ("tea.md", "../x.mp3", ("x.mp3",)),
        ("tea.md", "../../x.mp3", ()),
        ("tea.md", "/../x.mp3", ()),
        ("tea.md", "//etc/x.mp3", ("etc/x.mp3",)),
    ],
)
def test_the_file_of_an_enclosure_is_inside_the_folder(
    post: str, file: str, paths: tuple[str, ...]
) -> None:
    assert file_candidates(post, file) == paths
