"""The page that builds addresses of filters, without JavaScript."""

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from tests.support.asking import URL, Answer, Front, Publisher, ask


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("builder")
    publisher = Publisher(folder, f"sqlite:///{folder}/store.sqlite3")
    with closing(publisher.store):
        publisher.posts.write("both.md", title="Both", tags="[AI, C#]", author="Li", lang="en")
        publisher.posts.write("ai.md", title="Only AI", tags="[AI]", categories="[Tech]")
        publisher.posts.write("diary.md", title="Diary", tags="[diary, AI]", lang="zh")
        publisher.publish()
        yield Front(publisher)


def page(front: Front, target: str, **headers: str) -> str:
    answer = ask(front.replay, target, **headers)
    assert answer.status == "200 OK"
    return answer.body.decode()


def location(answer: Answer) -> str:
    assert answer.status.startswith("301")
    return dict(answer.headers)["Location"].removeprefix(URL)


def links(html: str, label: str) -> list[str]:
    """The addresses of links with this label for people who cannot see."""
    found = re.findall(r'<a (?:class="minus" )?href="([^"]+)"[^>]*aria-label="([^"]+)"', html)
    return [unescape(href).removeprefix(URL) for href, text in found if unescape(text) == label]


def test_clicks_put_a_filter_together(front: Front) -> None:
    start = page(front, "/filter/")
    (with_ai,) = links(start, "Only posts with “AI”")
    assert with_ai == "/filter/?tag=AI"
    (without,) = links(page(front, with_ai), "without diary")
    assert without == "/filter/?tag=AI&not-tag=diary"
    html = page(front, without)
    assert f'value="{URL}/feed/atom?tag=AI&amp;not-tag=diary"' in html
    assert "Only AI" in html
    assert ">Diary<" not in html
    assert links(html, "Remove “AI”") == ["/filter/?not-tag=diary"]
    assert links(html, "Remove “without diary”") == ["/filter/?tag=AI"]


def test_a_page_with_a_filter_offers_its_feed_first_and_is_in_no_index(front: Front) -> None:
    html = page(front, "/filter/?tag=AI")
    first = re.search(r'<link rel="alternate"[^>]*href="([^"]+)"', html)
    assert first
    assert first[1] == f"{URL}/feed/atom?tag=AI"
    assert '<meta name="robots" content="noindex, nofollow">' in html
    start = page(front, "/filter/")
    assert "noindex" not in start
    assert f'<link rel="canonical" href="{URL}/filter/">' in start


@pytest.mark.parametrize(
    ("target", "canonical"),
    [
        ("/filter", "/filter/"),
        ("/filter?tag=AI", "/filter/?tag=AI"),
        ("/filter/?add=not-tag&name=diary&tag=AI", "/filter/?tag=AI&not-tag=diary"),
        ("/filter/?add=tag&name=C%23&since=&limit=", "/filter/?tag=C~23"),
        ("/filter/?add=tag&name=AI%7CC%23", "/filter/?tag=AI%7CC~23"),
        ("/filter/?tag=AI&add=tag&name=+", "/filter/?tag=AI"),
        (
            "/filter/?add=tag&name=&since=2026-01-01&limit=5",
            "/filter/?since=2026-01-01&limit=5",
        ),
        ("/filter/?content=summary&add=lang&name=zh", "/filter/?lang=zh&content=summary"),
        ("/filter/?utm_source=x", "/filter/"),
    ],
)
def test_what_a_form_sends_leads_to_the_one_address(
    front: Front, target: str, canonical: str
) -> None:
    assert location(ask(front.replay, target)) == canonical
    assert ask(front.replay, canonical).status == "200 OK"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/filter/?tag=AI&add=tag&name=diarry", "did you mean &#34;diary&#34;?"),
        ("/filter/?add=colour&name=red", "parameter &#34;colour&#34; is unknown"),
        ("/filter/?tag=%FF", "not UTF-8"),
        ("/filter/?add=tag&name=%00", "control character"),
        ("/filter/?limit=1e9", "limit"),
        ("/filter/?add=tag&name=" + "x" * 20_000, "octets"),
    ],
)
def test_a_mistake_is_explained_on_the_page(front: Front, target: str, words: str) -> None:
    answer = ask(front.replay, target)
    assert answer.status.startswith("400")
    html = answer.body.decode()
    assert words in html
    assert dict(answer.headers)["Cache-Control"] == "no-store"
    if "tag=AI" in target:  # what was right stays
        assert links(html, "Remove “AI”") == ["/filter/"]
        assert 'value="diarry"' in html


def test_a_browser_that_opens_a_filter_sees_the_page(front: Front) -> None:
    target = "/feed/atom?tag=AI&not-tag=diary"
    html = page(front, target, Sec_Fetch_Dest="document")
    assert "This address is a feed." in html
    assert f'href="{URL}/feed/atom?tag=AI&amp;not-tag=diary&amp;raw"' in html
    source = ask(front.replay, f"{target}&raw", Sec_Fetch_Dest="document")
    assert dict(source.headers)["Content-Type"] == "application/xml; charset=utf-8"
    assert location(ask(front.replay, f"{target}&ref=x", Sec_Fetch_Dest="document")) == target
    wrong = ask(front.replay, "/feed/atom?tag=x", Sec_Fetch_Dest="document", Accept="text/html")
    assert wrong.status.startswith("400")


def test_the_home_page_and_pages_of_terms_lead_to_the_page(front: Front) -> None:
    assert 'href="/filter/"' in page(front, "/")
    assert f'href="{URL}/filter/?tag=C~23"' in page(front, "/tags/C~23/")


def test_it_is_in_the_language_of_the_visitor(front: Front) -> None:
    assert "组合订阅源" in page(front, "/filter/", Accept_Language="zh-CN")


def test_without_pages_there_is_none(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/s.sqlite3", SERVER__PAGES="false")
    with closing(publisher.store):
        publisher.publish()
        front = Front(publisher)
        assert ask(front.replay, "/filter/").status.startswith("404")
        opened = ask(front.replay, "/feed/atom?limit=5", Sec_Fetch_Dest="document")
        assert b"<feed" in opened.body
