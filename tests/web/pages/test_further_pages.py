"""Further pages of lists, at addresses that files can have; earlier ones redirect."""

from collections.abc import Iterator
from contextlib import closing

import lxml.html
import pytest
from flask.testing import FlaskClient

from feedsvc.settings.load import load_settings
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.store.test_contract import entry, publish
from tests.support.running import SITE

URL = "https://example.org"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a site with 45 posts, 25 of which have odd tags and categories."""
    url = f"sqlite:///{tmp_path_factory.mktemp('further')}/store.sqlite3"
    environ = SITE | {"FEEDSVC_SITE__URL": URL, "FEEDSVC_STORE__URL": url}
    odd = {"tags": ("page", "qr.svg"), "categories": (("页", "page", "2"), ("qr.svg",))}
    posts = [entry(f"odd{n}", **odd) for n in range(25)]
    posts += [entry(f"plain{n}", tags=(f"t{n}",)) for n in range(19)]
    posts.append(entry("mine", permalink=f"{URL}/page/3/", categories=(("deep", "page", "3"),)))
    with closing(Store(url)) as store:
        publish(store, *posts)
        environ["FEEDSVC_REDIRECTS__PATHS"] = '{"/page/77/": "/tags/page/"}'
        yield create_app(load_settings(None, environ), store).test_client()


def _links(client: FlaskClient, path: str, expression: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return [str(each) for each in lxml.html.fromstring(answer.data).xpath(expression)]


STEPS = "//nav[@class='steps']//a/@href"


def test_links_lead_from_page_to_page(client: FlaskClient) -> None:
    assert _links(client, "/tags/page/", STEPS) == [f"{URL}/tags/page/page/2/"]
    assert _links(client, "/tags/page/page/2/", STEPS) == [f"{URL}/tags/page/"]
    assert _links(client, "/page/1/", STEPS) == [f"{URL}/page/2/"]
    assert _links(client, "/", "//p[@class='more']/a/@href")[0] == f"{URL}/page/1/"


@pytest.mark.parametrize("path", ["/tags/page/page/2/", "/page/1/", "/page/2/"])
def test_a_further_page_names_its_own_address(client: FlaskClient, path: str) -> None:
    assert _links(client, path, "//link[@rel='canonical']/@href") == [URL + path]


def test_every_post_is_on_one_of_the_pages(client: FlaskClient) -> None:
    found = [_links(client, path, "//article//h3/a/@href") for path in ("/page/1/", "/page/2/")]
    found.append(_links(client, "/?page=3", "//article//h3/a/@href"))
    assert list(map(len, found)) == [20, 20, 5]
    assert len({link for page in found for link in page}) == 45


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/?page=1", "/page/1/"),
        ("/?page=2", "/page/2/"),
        ("/page/2", "/page/2/"),
        ("/tags/page/?page=1", "/tags/page/"),
        ("/tags/page/?page=2", "/tags/page/page/2/"),
        ("/tags/page/page/1/", "/tags/page/"),
        ("/tags/?page=1", "/tags/"),
        ("/tags/page/1/", "/tags/"),
        ("/categories/%E9%A1%B5/?page=2", "/categories/%E9%A1%B5/page/2/"),
        ("/?qr", "/qr.svg"),
        ("/tags/page/?qr", "/tags/page/qr.svg"),
        ("/categories/deep/page/3/", "/categories/deep/page/~33/"),
        ("/categories/deep/page/3", "/categories/deep/page/~33/"),
    ],
)
def test_an_earlier_address_is_redirected(
    client: FlaskClient, path: str, location: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, URL + location)
    assert client.get(location).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/page/9/", "/page/0/", "/page/02/", "/tags/page/page/3/", "/tags/t1/page/2/"),
        *("/tags/none/page/2/", "/none/qr.svg", "/authors/page/2/", "/?page=", "/?page=-1"),
        *("/?page=²", "/tags/page/?page=0000000019", f"/?page=000000001{'0' * 5000}"),
    ],
)
def test_a_page_that_does_not_exist_is_a_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_after_the_last_may_be_an_old_address(client: FlaskClient) -> None:
    answer = client.get("/page/77/")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{URL}/tags/page/")


def test_a_post_keeps_its_address_and_the_page_its_query(client: FlaskClient) -> None:
    headings = _links(client, "/page/3/", "//h1/text()")
    assert headings == ["mine"]
    assert _links(client, "/page/2/", STEPS) == [f"{URL}/page/1/", f"{URL}/?page=3"]


def test_names_that_look_like_addresses_keep_their_own_pages(client: FlaskClient) -> None:
    category = "/categories/%E9%A1%B5/page/~32"
    for path in (
        f"{category}/",
        f"{category}/page/2/",
        "/tags/~71r.svg/",
        "/categories/~71r.svg/",
    ):
        assert client.get(path).status_code == 200, path
    assert client.get("/categories/%E9%A1%B5/page/2/").status_code == 200  # of the category 页
    assert client.get(f"{category}/qr.svg").content_type == "image/svg+xml"


def test_the_home_page_leads_to_all_posts_even_if_one_has_that_address(store: Store) -> None:
    publish(
        store, entry("first", permalink=f"{URL}/page/1/"), *(entry(f"{n}") for n in range(11))
    )
    settings = load_settings(None, SITE | {"FEEDSVC_SITE__URL": URL})
    client = create_app(settings, store).test_client()
    assert _links(client, "/", "//p[@class='more']/a/@href")[0] == f"{URL}/?page=1"
    assert len(_links(client, "/?page=1", "//article//h3/a/@href")) == 12
