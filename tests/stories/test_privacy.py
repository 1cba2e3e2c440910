"""What an author hides is nowhere: in no feed, on no page, at no address that one may guess.

Each way of hiding a post has a file of its own here. Its title, text, tags, categories, author,
image and enclosure hold a word that stands nowhere else; a real server publishes them beside a
healthy post.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from feedsvc.core.posts.keys import KEYS
from tests.support.running import (
    Server,
    running,
    wait_until,
)

HEALTHY: Final = "---\ntitle: Healthy\ndate: 2026-03-01\ntags: [Tea]\n---\nFor all to read.\n"
YAML: Final = """---
title: Title {word}
{date}tags: [{word}, {word}-two]
categories: [[{word}, deep-{word}]]
author: Author {word}
description: Summary {word}
cover: /{word}.png
audio: https://example.org/{word}.mp3
{front}
---
Text {word}.
"""
TOML: Final = """+++
title = "Title {word}"
date = 2026-03-01
tags = ["{word}"]
{front}
+++
Text {word}.
"""
JSON: Final = """{{"title": "Title {word}", "date": "2026-03-01", "tags": ["{word}"], {front}}}
Text {word}.
"""
HEADERS: Final = (
    "Title: Title {word}\nDate: 2026-03-01\nTags: {word}\n{front}\n\nText {word}.\n"
)
DATE: Final = "date: 2026-03-01\n"

YES: Final = ("true", "True", "TRUE", "yes", "Yes", "on", "1", "y", "Y", "'true'", '" yes "')
NO: Final = ("false", "False", "FALSE", "no", "No", "off", "0", "n", "N", "'false'", '" no "')
DOUBTFUL: Final = ("maybe", "2", "''", "' '", "[true]", "{a: b}", "'~'", "treu", "真", "-1")
STATUS: Final = ("draft", "Draft", "private", "pending", "hidden", "unlisted", "archived")
STATUS_TOO: Final = (
    "skip",
    "trash",
    "future",
    "protected",
    "'draft '",
    "true",
    "''",
    "[published]",
)
PAGES: Final = ("page", "tags", "categories", "archive", "archives", "about", "links")
PAGES_TOO: Final = ("friends", "index", "home", "'404'", "search", "draft", "Page")


def yaml_fronts() -> Iterator[str]:
    """Lines of YAML that hide a post each."""
    for key in KEYS["hides"]:
        yield from (f"{key}: {value}" for value in (*YES, *DOUBTFUL))
        yield from (f"{key.upper()}: true", f"{key.capitalize()}: yes")
    for key in KEYS["shows"]:
        yield from (f"{key}: {value}" for value in (*NO, *DOUBTFUL))
        yield from (f"{key.upper()}: false", f"{key.capitalize()}: no")
    for key in KEYS["status"]:
        yield from (f"{key}: {value}" for value in (*STATUS, *STATUS_TOO, "odd"))
    for key in KEYS["lists"]:
        table, _, inner = key.partition(".")
        for value in ("never", "local", "link", "false", "no", "maybe", "[always]"):
            yield f"{table}: {{{inner}: {value}}}"
        yield f"_{table}:\n  {inner}: never"
    for key in KEYS["encrypted"]:
        yield from (f"{key}: {value}" for value in ("a-password", "true", "12", "[a]", "''"))
        yield f"{key}: {{a: b}}"
    yield from (f"layout: {value}" for value in (*PAGES, *PAGES_TOO))
    yield from (f"type: {value}" for value in ("page", "tags", "categories", "archives"))
    yield from (f"{key}: 2026-03-02" for key in KEYS["expires"])
    yield from ("darft: true", "drafts: yes", "isDraft: true", "hiden: 1", "unlistd: yes")
    yield from ("privat: true", "passwrod: x", "encrpted: true", "publishd: false")
    yield from ("eleventy_exclude_from_collections: true", "headles: maybe", "staus: draft")
    yield from ("feed: maybe", "feed: [full]", "draft: false\nhidden: true")
    yield from ("no-publish: true", "not_published: true", "unpublish: yes", "expires: 2026")
    yield from ("expires: 2026-03-02", "expired: true", "validUntil: 2026-03-02", "expiry: 30")
    yield from ("extra: {draft: true}", "params: {password: x}", "taxonomies: {hidden: true}")
    yield from ("defaults: &d\n  draft: true\n<<: *d", "tag: [draft, other]", "tag: a, draft")
    yield from ("auth: friends", "members_only: true", "access: {site.login: true}")
    yield from ("post_status: draft", "state: draft", "wip: 1", "rss: false", "no_feed: true")
    yield from ("embargo: true", "publish_at: soon", "tags: [private]", "extra: {paid: 1}")
    for key in ("publishDate", "pubDate", "published", "publish", "embargo", "goLive"):
        yield f"{key}: 2999-03-01"


def posts() -> Iterator[tuple[str, str]]:
    """A folder and a source for each way of hiding a post; `{word}` stands for its word."""
    for front in yaml_fronts():
        yield "", YAML.replace("{date}", DATE).replace("{front}", front)
    visible = YAML.replace("{front}\n", "")
    yield "", visible.replace("{date}", "date: 2999-03-01\n")
    yield "", visible.replace("{date}", DATE + "publishDate: 2999-03-01\n").replace(DATE, "")
    for tag in ("tags: [draft]", "tags: draft", "tags: ['#Draft']"):
        source = visible.replace("{date}", DATE)
        yield "", re.sub(r"tags: .*", tag, source)
    for folder in ("drafts/", "Drafts/", "a/drafts/b/", "_drafts/", "_private/", ".hidden/"):
        yield folder, visible.replace("{date}", DATE)
    for front in ("draft = true", "published = false", 'status = "draft"', "unlisted = true"):
        yield "", TOML.replace("{front}", front)
    for front in ("expiryDate = 2026-03-02", 'password = "x"', '[build]\nlist = "never"'):
        yield "", TOML.replace("{front}", front)
    for front in ('"draft": true', '"published": false', '"password": "x"', '"draft": [1]'):
        yield "", JSON.replace("{front}", front)
    for front in ("Status: draft", "Status: hidden", "Status: skip", "Auth: friends"):
        yield "", HEADERS.replace("{front}", front)
    yield "", HEADERS.replace("{front}", "Draft: true")


def word_of(number: int) -> str:
    """A word that tells which post it is from, and that stands in no other text."""
    return f"zq{number:04}qz"


SECRETS: Final = re.compile(r"zq\d{4}qz", re.IGNORECASE)
# Feeds of tags, categories and authors stay, empty, with their names: see docs/http.md.
TOLD: Final = re.compile(r"(?:Title|Text|Summary) zq\d{4}qz|zq\d{4}qz\.(?:png|mp3)")


def written(folder: Path, sources: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Write the posts and a healthy one; what each word hides behind."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "healthy.md").write_text(HEALTHY)
    meant = {}
    for number, (below, source) in enumerate(sources):
        word = word_of(number)
        file = folder / below / f"{word}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source.replace("{{", "{").replace("}}", "}").replace("{word}", word))
        meant[word] = f"{file.relative_to(folder)}: {file.read_text()}"
    return meant


def everything(server: Server) -> dict[str, str]:
    """All that the server has to show, by its path: what can be reached from the first page."""
    found: dict[str, str] = {}
    waiting = ["/", "/opml.xml", "/feed.xml", "/index.xml", "/rss2.xml", "/feed/"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = unquote(server.get(path).text)
        for link in re.findall(r'(?:href|src|xmlUrl|htmlUrl)="([^"]+)"', found[path]):
            parts = urlsplit(urljoin(server.url + path, link))
            if parts.netloc == urlsplit(server.url).netloc and not parts.query:
                waiting.append(parts.path)
                stem, _, name = parts.path.rpartition("/")
                if name == "atom.xml":
                    waiting += [f"{stem}/rss.xml", f"{stem}/feed.json"]
    return found


def leaks(documents: Mapping[str, str]) -> set[str]:
    """The words that should stand in none of these documents."""
    return {word.lower() for text in documents.values() for word in SECRETS.findall(text)}


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server of posts that are hidden, each in another way, and of one that is not."""
    place = tmp_path_factory.mktemp("hidden")
    meant = written(place / "posts", posts())
    with running(place, place / "posts") as server:
        yield server, meant


def test_no_hidden_post_shows_in_any_feed_or_on_any_page(
    hidden: tuple[Server, dict[str, str]],
) -> None:
    server, meant = hidden
    documents = everything(server)
    assert documents.keys() >= {"/tags/Tea/feed.json", "/authors/Li_Wei/rss.xml"}
    assert all("Healthy" in documents[path] for path in ("/", "/atom.xml", "/feed.json"))
    assert [meant[word] for word in sorted(leaks(documents))] == []


def test_no_address_of_a_hidden_post_can_be_guessed(
    hidden: tuple[Server, dict[str, str]],
) -> None:
    server, meant = hidden
    places = ("/posts/{}/", "/tags/{}/atom.xml", "/categories/{}/feed.json")
    paths = [place.format(word) for word in meant for place in places]
    paths += [f"/posts/drafts/{word}/" for word in meant if "drafts/" in meant[word]]
    # One connection: one for each would take ten times as long.
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        answers = {path: _status(connection, path) for path in paths}
    assert answers == dict.fromkeys(paths, 404)


def _status(connection: HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_nothing_of_an_encrypted_text_shows_with_its_teaser(tmp_path: Path) -> None:
    def sources() -> Iterator[tuple[str, str]]:
        for key in KEYS["encrypted"]:
            for value in ("a-password", "true", "12", "''", "[a]"):
                kept = f"---\ndate: 2026-03-01\ntags: [Locked]\n{key}: {value}\n"
                attached = "audio: https://example.org/{word}.mp3\n"
                text = (
                    "# Heading {word}\n\nText {word}.<!-- more -->\n\n![{word}](/{word}.png)\n"
                )
                yield "", f"{kept}title: Told\nfeed: full\n{attached}---\n{text}"
                named = f"permalink: /{key}/{len(value)}/\nguid: {key}-{value[:2]}\n"
                yield "", f"{kept}{named}---\n{text}"

    meant = written(tmp_path / "posts", sources())
    for number, word in enumerate(meant):  # a name of its own is all that a file may tell
        (tmp_path / "posts" / f"{word}.md").rename(tmp_path / "posts" / f"letter-{number}.md")
    teasers = {"FEEDSVC_CONTENT__ENCRYPTED": "teaser", "FEEDSVC_CONTENT__LEAD_IMAGE": "true"}
    with running(tmp_path, tmp_path / "posts", teasers) as server:
        documents = everything(server)
    assert len(json.loads(documents["/tags/Locked/feed.json"])["items"]) == 20
    assert [meant[word] for word in sorted(leaks(documents))] == []


def test_a_published_post_that_becomes_hidden_is_withdrawn_everywhere(tmp_path: Path) -> None:
    visible = YAML.replace("{date}", DATE)
    fronts = [
        "draft: true",
        "published: false",
        "status: private",
        "password: x",
        "hidden: odd",
    ]
    fronts += ["layout: page", "expiryDate: 2026-03-02", "darft: true", "build: {list: never}"]
    fronts += ["date: 2999-01-01", "draft: true\nbroken: ["]
    folder = tmp_path / "posts"
    meant = written(folder, iter([("", visible.replace("{front}", ""))] * len(fronts)))
    with running(tmp_path, folder) as server:
        assert leaks(everything(server)) == set(meant)
        for word, front in zip(meant, fronts, strict=True):
            text = (folder / f"{word}.md").read_text()
            text = text.replace(DATE, "") if front.startswith("date") else text
            (folder / f"{word}.md").write_text(
                text.replace("\n---\nText", f"\n{front}\n---\nText")
            )
        wait_until(lambda: not SECRETS.search(server.get("/atom.xml").text), "withdrawn")
        found = {path: TOLD.findall(text) for path, text in everything(server).items()}
        assert {path: words for path, words in found.items() if words} == {}
        gone = [server.get(f"/posts/{word}/").status_code for word in meant]
    assert set(gone) <= {404, 410}
