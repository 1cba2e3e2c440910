"""Every page leads to a feed: the header, the home page, rows of feeds, the end of a post."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient

from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.support.builders import an_entry, people
from tests.support.running import SITE

URL = "https://example.org"
FIRST = datetime(2026, 1, 1, 20, tzinfo=UTC)
CODE = '<pre><code class="language-python">return 1</code></pre>'
PHONE_ROWS = 10


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a site with 41 posts and 42 tags, published long after their dates."""
    folder = tmp_path_factory.mktemp("subscribing")
    settings = load_settings(None, SITE | {"FEEDSVC_SITE__URL": URL})
    entries = [
        an_entry(
            f"p{n}",
            title=f"Post {n}",
            permalink=f"{URL}/p{n}/",
            published=FIRST + timedelta(days=n),
            updated=FIRST + timedelta(days=n),
            tags=(f"label {n}", "all", "Tea"),
            categories=(("Drinks", "Hot"),),
            authors=people("Li Wei"),
            content_html=f"<p>Some tea for {n}.</p>{CODE}",
        )
        for n in range(40)
    ]
    many = tuple(f"label {n}" for n in range(40))
    entries.append(an_entry("many", permalink=f"{URL}/many/", published=FIRST, tags=many))
    store = Store(f"sqlite:///{folder}/store.sqlite3")
    store.publish(Publication(site_of(settings), entries), datetime(2027, 3, 3, tzinfo=UTC))
    yield create_app(settings, store).test_client()
    store.close()


def _page(client: FlaskClient, path: str, **headers: str) -> Any:
    answer = client.get(path, headers={"Accept": "text/html", **headers})
    return lxml.html.fromstring(answer.data.decode())


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "#subscribe"),
        ("/tags/Tea/", "#subscribe"),
        ("/p1/", "#subscribe"),
        ("/tags/", f"{URL}/#subscribe"),
        ("/tags/?q=x", f"{URL}/#subscribe"),
        ("/?q=tea", f"{URL}/#subscribe"),
        ("/none/", f"{URL}/#subscribe"),
    ],
)
def test_the_header_of_every_page_leads_to_a_box(
    client: FlaskClient, path: str, target: str
) -> None:
    page = _page(client, path)
    (link,) = page.xpath("//header//a[text()='Subscribe']")
    assert link.get("href") == target
    if target.startswith("#"):
        assert len(page.xpath("//section[@class='subscribe']//*[@id='subscribe']")) == 1


@pytest.mark.parametrize("path", ["/", "/p1/"])
def test_the_box_of_the_site_has_its_address_and_the_readers(
    client: FlaskClient, path: str
) -> None:
    (box,) = _page(client, path).xpath("//section[@class='subscribe']")
    assert box.xpath(".//input/@value") == [f"{URL}/atom.xml"]
    assert len(box.xpath(".//button[@data-copy='Atom']")) == 1
    assert box.xpath(".//button[@data-share]/@data-share") == [f"{URL}/"]
    readers = {a.text for a in box.xpath(".//p[@class='readers']/a")}
    assert {"Feedly", "Inoreader", "An app on this device"} <= readers
    others = box.xpath(".//p[@class='about']/a/@href")
    assert others == [f"{URL}/{name}" for name in ("rss.xml", "feed.json", "opml.xml")]


def test_the_box_stands_before_the_posts_on_the_home_page(client: FlaskClient) -> None:
    sections = [s.get("aria-labelledby") for s in _page(client, "/").xpath("//main/section")]
    assert sections == ["subscribe", "newest", "category", "tag", "author"]


def test_a_row_has_a_name_a_number_a_date_and_one_link_to_subscribe(
    client: FlaskClient,
) -> None:
    page = _page(client, "/tags/?q=tea")
    (row,) = page.xpath("//div[@class='line']")
    assert [child.tag for child in row] == ["a", "span", "time", "a"]
    assert [child.text_content() for child in row] == [
        "Tea",
        "40 posts",
        "2026-02-10",
        "Subscribe",
    ]
    assert row[0].get("href") == f"{URL}/tags/Tea/"
    assert row[3].get("href") == f"{URL}/tags/Tea/#subscribe"
    assert row[3].get("aria-label") == "Subscribe: Tea"


def test_no_page_is_dated_by_the_last_publish(client: FlaskClient) -> None:
    for path in ("/", "/tags/", "/tags/Tea/", "/p3/", "/?q=tea", "/categories/Drinks/"):
        assert "2027" not in client.get(path).text, path


def test_the_home_page_shows_ten_feeds_of_a_kind_and_leads_to_all(client: FlaskClient) -> None:
    page = _page(client, "/")
    (tags,) = page.xpath("//section[@aria-labelledby='tag']")
    assert len(tags.xpath(".//li")) == PHONE_ROWS
    assert tags.xpath(".//p[@class='more']/a")[0].text == "All 42 tags →"
    (form,) = tags.xpath(".//form[@data-filter]")
    assert (form.get("action"), form.get("method")) == ("/tags/", "get")
    assert tags.xpath(f".//ul[@id='{form.get('data-filter')}']")
    (authors,) = page.xpath("//section[@aria-labelledby='author']")
    assert authors.xpath(".//form") == []  # one author needs no filter


def test_the_filter_finds_feeds_of_its_kind_on_the_server(client: FlaskClient) -> None:
    page = _page(client, "/tags/?q=LABEL+3")
    names = [a.text_content() for a in page.xpath("//a[@class='name']")]
    assert len(names) == 13  # 3, 13, 23 and 30 to 39
    assert page.xpath("//input[@name='q']/@value")[-1] == "LABEL 3"
    assert [m.text for m in page.xpath("//a[@class='name'][.='label 3']/mark")] == [
        "label",
        "3",
    ]
    assert _page(client, "/authors/?q=label").xpath("//a[@class='name']") == []


def test_a_filter_without_a_match_leads_to_all_feeds_of_the_kind(client: FlaskClient) -> None:
    page = _page(client, "/tags/?q=%3Cb%3Enone")
    assert page.xpath("//main/p/a/@href") == [f"{URL}/tags/"]
    assert "<b>none" in page.xpath("//main/p")[0].text_content()
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_search_shows_where_the_words_stand(client: FlaskClient) -> None:
    (hit,) = _page(client, "/?q=post+17").xpath("//ul[@class='hits']/li")
    assert [mark.text for mark in hit.xpath("./p[1]//mark")] == ["Post", "17"]
    assert [mark.text for mark in hit.xpath("./p[2]//mark")] == ["17"]
    assert hit.xpath("./p[2]")[0].text_content().startswith("Some tea for 17.")


@pytest.mark.parametrize("path", ["/", "/p5/", "/tags/Tea/", "/tags/"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_page_is_the_same_at_any_time(client: FlaskClient, path: str, language: str) -> None:
    answers = {client.get(path, headers={"Accept-Language": language}).data for _ in range(2)}
    assert len(answers) == 1


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize(
    "date", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]
)
def test_the_first_and_the_last_date_of_all_have_pages(
    store: Store, zone: str, date: datetime
) -> None:
    site = {"FEEDSVC_SITE__URL": URL, "FEEDSVC_SITE__TIMEZONE": zone}
    settings = load_settings(None, SITE | site)
    entry = an_entry(permalink=f"{URL}/odd/", published=date, updated=date, tags=("Tea",))
    store.publish(Publication(site_of(settings), [entry]), datetime(2027, 3, 3, tzinfo=UTC))
    odd = create_app(settings, store).test_client()
    for path in ("/", "/tags/", "/tags/Tea/", "/odd/", "/?q=tea"):
        answer = odd.get(path)
        assert answer.status_code == 200, path
        assert f">{date.date()}<" in answer.text, path


# The end and the beginning of a post.


def test_a_post_stands_in_its_category(client: FlaskClient) -> None:
    (path,) = _page(client, "/p5/").xpath("//nav[@aria-label='You are here']")
    assert [(a.text, a.get("href")) for a in path.iter("a")] == [
        ("All feeds", f"{URL}/"),
        ("Drinks", f"{URL}/categories/Drinks/"),
        ("Hot", f"{URL}/categories/Drinks/Hot/"),
    ]


def test_a_post_has_its_terms_and_its_authors_under_the_title(client: FlaskClient) -> None:
    (facts,) = _page(client, "/p5/").xpath("//div[@class='facts']")
    links = [(a.text, a.get("href")) for a in facts.iter("a")]
    assert links == [
        ("Li Wei", f"{URL}/authors/Li_Wei/"),
        ("Drinks / Hot", f"{URL}/categories/Drinks/Hot/"),
        ("#label 5", f"{URL}/tags/label_5/"),
        ("#all", f"{URL}/tags/all/"),
        ("#Tea", f"{URL}/tags/Tea/"),
    ]


def test_the_date_of_a_post_is_in_the_zone_of_the_site(client: FlaskClient) -> None:
    (date,) = _page(client, "/p5/").xpath("//div[@class='facts']//time")
    assert (date.text, date.get("datetime")) == ("2026-01-07", "2026-01-07T04:00:00+08:00")


def test_many_tags_of_a_post_are_folded(client: FlaskClient) -> None:
    page = _page(client, "/many/")
    assert len(page.xpath("//p[@class='about topics']/a")) == 12
    assert page.xpath("//details/summary")[0].text == "28 more tags"
    assert len(page.xpath("//details//a")) == 28
    assert len(page.xpath("//section[@aria-labelledby='terms']//li")) == 8


def test_a_post_leads_to_the_posts_before_and_after_it(client: FlaskClient) -> None:
    (beside,) = _page(client, "/p5/").xpath("//nav[@aria-label='More posts']")
    assert [(a.get("rel"), a.text, a.get("href")) for a in beside.iter("a")] == [
        ("prev", "Post 4", f"{URL}/p4/"),
        ("next", "Post 6", f"{URL}/p6/"),
    ]
    (last,) = _page(client, "/p39/").xpath("//nav[@aria-label='More posts']")
    assert [a.get("rel") for a in last.iter("a")] == ["prev"]


def test_the_code_of_a_post_is_coloured_on_its_page_only(client: FlaskClient) -> None:
    page = _page(client, "/p5/")
    assert [span.text for span in page.xpath("//code/span[@class='k']")] == ["return"]
    assert page.xpath("//*[@style] | //style") == []
    assert b"class=&quot;k" not in client.get("/atom.xml").data
    assert b'class=\\"k' not in client.get("/feed.json").data


def test_the_feeds_of_a_post_stand_at_its_end(client: FlaskClient) -> None:
    rows = _page(client, "/p5/").xpath("//section[@aria-labelledby='terms']//div")
    assert [row[0].text for row in rows] == ["Drinks / Hot", "label 5", "all", "Tea"]
    assert all(row[-1].get("href") == f"{row[0].get('href')}#subscribe" for row in rows)


def test_the_home_page_stays_small(client: FlaskClient) -> None:
    assert len(client.get("/").data) < 30_000
