"""The files next to a post that its entry shows."""

import pytest

from feedsvc.core.feeds.entry_files import EntryFile, entry_files
from feedsvc.core.podcasts.episode import Episode, Transcript
from tests.support.builders import an_entry, an_episode

SITE = "https://example.org"
TEA = f"{SITE}/posts/tea/"


def shown(content: str = "", permalink: str = TEA, **changes: object) -> dict[str, str]:
    """The names of the files of an entry by their paths."""
    entry = an_entry(content_html=content, permalink=permalink, **changes)
    return {path: file.name for path, file in entry_files(entry, SITE).items()}


@pytest.mark.parametrize(
    "content",
    [
        f'<img src="{TEA}a.png">',
        f'<a href="{TEA}a.png">large</a>',
        f'<video poster="{TEA}a.png"></video>',
        f'<td background="{TEA}a.png">',
        f'<img srcset="https://cdn.example/b.png 1x, {TEA}a.png 2x">',
        f'<img srcset="{SITE}/b.png 1x, {TEA}a.png 2x">',
        f'<img src="{SITE}/%70osts/te%61/a.png">',
        f"<p style=\"background:url('{TEA}a.png')\">",
        f'<img src="{TEA}a.png?v=2#left">',
    ],
)
def test_a_picture_is_a_file_of_the_entry_in_any_element(content: str) -> None:
    assert shown(content) == {"posts/tea/a.png": "a.png"}


@pytest.mark.parametrize(
    ("name", "declared", "media_type"),
    [
        ("a.vtt", "text/vtt", "text/vtt"),
        ("a.srt", "application/x-subrip", "application/x-subrip"),
        ("a.json", "application/json", "application/json"),
        ("a.html", "text/html", "application/octet-stream"),
        ("a.js", "text/javascript", "application/octet-stream"),
    ],
)
def test_a_transcript_is_a_file_that_no_browser_runs(
    name: str, declared: str, media_type: str
) -> None:
    episode = Episode(transcripts=(Transcript(f"{TEA}{name}", declared),))
    entry = an_entry(permalink=TEA, enclosures=(an_episode(),), episode=episode)
    assert entry_files(entry, SITE)[f"posts/tea/{name}"] == EntryFile(name, media_type)


@pytest.mark.parametrize(
    "content",
    [
        f"{TEA}a.png",
        f'<img alt="{TEA}a.png">',
        f'<a href="{TEA}a.html">',
        f'<a href="{TEA}a.pdf">',
        f'<img src="{SITE}/posts/cup/a.png">',
        f'<img src="{SITE}/a.png">',
        '<img src="https://example.org.evil.example/posts/tea/a.png">',
        f'<img src="{TEA}../a.png">',
        f'<img src="{TEA}x/..%2f/a.png">',
        f'<img src="{TEA}%2e%2e/a.png">',
        f'<img src="{TEA}/a.png">',
        f'<img src="{TEA}%FF.png">',
        f'<img src="{TEA}a%00.png">',
        f'<img src="{TEA}">',
    ],
)
def test_other_urls_are_not_files_of_the_entry(content: str) -> None:
    assert shown(content) == {}


def test_a_permalink_without_a_slash_has_its_files_in_the_same_folder() -> None:
    content = f'<img src="{SITE}/posts/img/a.png"><img src="{SITE}/b.png">'
    assert shown(content, f"{SITE}/posts/tea.html") == {"posts/img/a.png": "img/a.png"}
    assert shown(f'<img src="{SITE}/img/a.png">', f"{SITE}/tea") == {"img/a.png": "img/a.png"}


def test_a_name_stays_as_written_and_its_path_is_in_nfc() -> None:
    decomposed = "cafe\u0301 1.png"
    content = f'<img src="{SITE}/%E8%8C%B6/{decomposed.replace(" ", "%20")}">'
    composed = {"茶/café 1.png": decomposed}
    assert shown(content, f"{SITE}/%E8%8C%B6/") == composed
    assert shown(content, f"{SITE}/茶/") == composed


def test_an_address_may_have_entities() -> None:
    content = f'<img src="{SITE}/tea&amp;cup/a.png">'
    assert shown(content, f"{SITE}/tea&cup/") == {"tea&cup/a.png": "a.png"}


def test_an_entry_of_another_site_has_no_files_here() -> None:
    assert shown(f'<img src="{TEA}a.png">', "https://other.example/posts/tea/") == {}


def test_a_lead_image_is_a_file_of_the_entry() -> None:
    assert shown(image=f"{TEA}a.png") == {"posts/tea/a.png": "a.png"}
    assert shown(image=f"{TEA}a.php") == {}


@pytest.mark.parametrize(
    ("name", "declared", "media_type"),
    [
        ("a.mp3", "audio/mpeg", "audio/mpeg"),
        ("a.mp3", "text/html", "audio/mpeg"),
        ("a.m4b", "audio/x-m4b", "audio/x-m4b"),
        ("a.pdf", "application/pdf", "application/pdf"),
        ("a.xyz", "text/html", "application/octet-stream"),
        ("a.js", "text/javascript", "application/octet-stream"),
    ],
)
def test_no_enclosure_has_a_media_type_that_browsers_run(
    name: str, declared: str, media_type: str
) -> None:
    enclosure = an_episode(media_type=declared, href=f"{TEA}{name}")
    files = entry_files(an_entry(permalink=TEA, enclosures=(enclosure,)), SITE)
    assert files == {f"posts/tea/{name}": EntryFile(name, media_type)}
