"""Addresses of other generators lead to our feeds, over real sockets."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.support.asking import Publisher
from tests.support.hub import HubServer, a_callback
from tests.support.running import Server

SETTINGS = {
    "REDIRECTS__FROM": '["hexo", "jekyll", "hugo", "wordpress"]',
    "REDIRECTS__PATHS": '{"/old/": "/posts/tea/", "/a": "/b", "/b": "/tags/茶/rss.xml"}',
    "REDIRECTS__TAGS": '{"k8s": "Kubernetes", "kube": "k8s"}',
    "CONTENT__CATEGORIES": "hexo",
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    folder = tmp_path_factory.mktemp("old")
    server = Server(
        folder,
        folder / "posts",
        command="web",
        settings={f"FEEDSVC_{name}": value for name, value in SETTINGS.items()},
    )
    publisher = Publisher(
        folder,
        f"sqlite:///{folder}/var/feedsvc.sqlite3",
        **({"SITE__URL": server.url} | SETTINGS),
    )
    write = publisher.posts.write
    write("tea.md", tags='["C++", "C#", "茶", "Café", "a/b", "Node.js", "C"]', author="Li Wei")
    write("two.md", tags='["C++", "Kubernetes", "feed"]', categories="[Tech, Python 3]")
    write("notes/three.md", categories="[上海]", lang="zh-CN")
    publisher.publish()
    try:
        yield HubServer(server.wait_until_ready(), publisher.store)
    finally:
        server.stop()
        publisher.store.close()


RSS, ATOM = "rss.xml", "atom.xml"
MOVED = {
    # Hexo
    "/rss2.xml/": RSS,
    "/tags/c/rss2.xml": f"tags/C~2B~2B/{RSS}",
    "/tags/Cafe/atom.xml": f"tags/Café/{ATOM}",
    "/tags/a-b/atom.xml": f"tags/a~2Fb/{ATOM}",
    "/tags/Node-js/atom.xml": f"tags/Node.js/{ATOM}",
    "/tag/Node.js/atom.xml": f"tags/Node.js/{ATOM}",
    "/categories/Tech/Python-3/atom.xml": f"categories/Tech/Python_3/{ATOM}",
    "/categories/Tech/rss2.xml": f"categories/Tech/{RSS}",
    "/zh-CN/atom.xml": f"lang/zh-CN/{ATOM}",
    # Jekyll
    "/feed/by_tag/C.xml": f"tags/C/{ATOM}",
    "/feed/by_tag/茶.xml": f"tags/茶/{ATOM}",
    "/feed/tech.xml": f"categories/Tech/{ATOM}",
    "/feed/上海.xml": f"categories/上海/{ATOM}",
    "/feed/notes/tech.xml": f"categories/Tech/{ATOM}",
    "/blog/categories/tech/atom.xml": f"categories/Tech/{ATOM}",
    # Hugo
    "/posts/index.xml": RSS,
    "/notes/index.xml": RSS,
    "/tags/c++/index.xml": f"tags/C~2B~2B/{RSS}",
    "/tags/c%23/index.xml": f"tags/C~23/{RSS}",
    "/tags/node.js/index.xml": f"tags/Node.js/{RSS}",
    "/tags/café/index.xml": f"tags/Café/{RSS}",
    "/tags/Cafe\u0301/index.xml": f"tags/Café/{RSS}",
    "/tags/a/b/index.xml": f"tags/a~2Fb/{RSS}",
    "/categories/python-3/index.xml": f"categories/Tech/Python_3/{RSS}",
    "/zh-cn/index.xml": f"lang/zh-CN/{RSS}",
    "/en/index.xml": f"lang/en/{RSS}",
    "/zh-cn/tags/茶/index.xml": f"tags/茶/{RSS}",
    "/authors/li-wei/index.xml": f"authors/Li_Wei/{RSS}",
    # WordPress
    "/feed": RSS,
    "/rss": RSS,
    "/rss/": RSS,
    "/feed/rss2/": RSS,
    "/feed/atom": ATOM,
    "/feed/rdf/": RSS,
    "/wp-rss2.php": RSS,
    "/wp-atom.php": ATOM,
    "/index.php/feed/": RSS,
    "/?feed=rss2": RSS,
    "/?feed=atom&tag=c": f"tags/C~2B~2B/{ATOM}",
    "/?feed=rss2&category_name=tech/python-3": f"categories/Tech/Python_3/{RSS}",
    "/tag/c/feed/": f"tags/C~2B~2B/{RSS}",
    "/tag/c/feed": f"tags/C~2B~2B/{RSS}",
    "/tag/c/feed/atom/": f"tags/C~2B~2B/{ATOM}",
    "/tag/feed/feed/": f"tags/feed/{RSS}",
    "/tag/cafe/feed/": f"tags/Café/{RSS}",
    "/tag/%e8%8c%b6/feed/": f"tags/茶/{RSS}",
    "/category/tech/python-3/feed/": f"categories/Tech/Python_3/{RSS}",
    "/category/python-3/feed/": f"categories/Tech/Python_3/{RSS}",
    "/author/li-wei/feed/": f"authors/Li_Wei/{RSS}",
    # `[redirects]`
    "/old": "posts/tea/",
    "/old/": "posts/tea/",
    "/a": f"tags/茶/{RSS}",
    "/b/": f"tags/茶/{RSS}",
    "/tags/k8s/feed.json": "tags/Kubernetes/feed.json",
    "/tags/kube/rss.xml": f"tags/Kubernetes/{RSS}",
    "/tags/k8s/": "tags/Kubernetes/",
}


def encoded(path: str) -> str:
    return quote(path, safe="/%?=&+")


@pytest.mark.parametrize("address", MOVED)
def test_an_old_address_leads_to_what_answers_it_now(hub: HubServer, address: str) -> None:
    location = f"{hub.server.url}/{quote(MOVED[address], safe='/~')}"
    for method in ("GET", "HEAD"):
        got = hub.server.ask(method, encoded(address))
        assert (got.status_code, got.headers.get("Location")) == (301, location)
    answer = hub.server.get(location.removeprefix(hub.server.url))
    assert answer.status_code == 200


@pytest.mark.parametrize("address", ["/feed", "/tag/c/feed/", "/old", "/?feed=rss2"])
def test_a_cache_may_store_the_redirect_for_an_hour(hub: HubServer, address: str) -> None:
    assert hub.server.get(address).headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("address", ["/feed/", "/feed.xml", "/index.xml", "/rss2.xml"])
def test_an_alias_keeps_its_200(hub: HubServer, address: str) -> None:
    assert hub.server.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/comments/feed/",
        "/posts/tea/feed/",
        "/tea/feed/",
        "/?feed=comments-rss2",
        "/?feed=rss2&cat=3",
        "/?feed=rss2&p=3",
        "/tag/coffee/feed/",
        "/tags/coffee/index.xml",
        "/categories/coffee/atom.xml",
        "/author/nobody/feed/",
        "/feed/by_tag/coffee.xml",
        "/fr/index.xml",
        "/images/index.xml",
        "/tags/index.xml",
        "/tag/feed/",
        "/tag//evil.example/feed/",
        "/tag/%2Fevil.example/feed/",
        "/tag/%5Cevil.example/feed/",
        "/tag/@evil.example/feed/",
        "/tag/%2e%2e/feed/",
        "/tag/%0d%0aSet-Cookie:%20a=b/feed/",
        "//evil.example/feed/",
        "/%5Cevil.example/feed",
        f"/tag/{'a' * 3000}/feed/",
    ],
)
def test_any_other_address_is_not_found(hub: HubServer, address: str) -> None:
    got = hub.server.get(address)
    assert got.status_code == 404
    assert "Location" not in got.headers
    assert "Set-Cookie" not in got.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("address", ["/feed", "/tag/c/feed/", "/old"])
def test_other_methods_are_not_allowed(hub: HubServer, method: str, address: str) -> None:
    assert hub.server.ask(method, address).status_code == 405


@pytest.mark.parametrize(
    ("topic", "meant"),
    [
        ("/feed", ("", "rss")),
        ("/?feed=atom", ("", "atom")),
        ("/tag/c/feed/", ("tags/C~2B~2B", "rss")),
        ("/b", ("tags/茶", "rss")),
        ("/tags/kube/atom.xml", ("tags/Kubernetes", "atom")),
    ],
)
def test_an_old_address_is_a_topic(hub: HubServer, topic: str, meant: tuple[str, str]) -> None:
    callback = a_callback()
    response = hub.ask(topic=f"{hub.server.url}{topic}", callback=callback)
    assert response.status_code == 202, response.text
    (intent,) = [each for each in hub.new_intents() if each.target.callback == callback]
    assert (intent.target.feed_path, intent.target.format) == meant


def test_a_slug_of_several_tags_is_logged_once(hub: HubServer) -> None:
    for _ in range(2):
        hub.server.get("/tag/c/feed/")
    shared = [line for line in hub.server.log.splitlines() if "wordpress gave" in line]
    assert len(shared) == 1
    assert "'C#'" in shared[0]
    assert "tag 'C++', which has no fewer posts" in shared[0]
