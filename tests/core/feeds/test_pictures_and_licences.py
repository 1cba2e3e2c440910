"""What feeds say of the site's pictures, its rights, and the licences of site and entries."""

import json
from dataclasses import replace
from typing import Any, Final

import feedparser
import lxml.etree
import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.entry_size import MARKUP, entry_size, head_size, most_size
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed, Topic, license_link, link_header
from feedsvc.core.feeds.formats import FORMATS
from tests.support.builders import a_site, an_entry, at
from tests.support.feedcheck import check_atom, check_json, check_rss

CC: Final = "https://creativecommons.org/licenses"
SITE: Final = a_site(
    icon="https://example.org/icon.png",
    logo="https://example.org/logo.png",
    license="CC-BY-4.0",
    rights="© 2026 Li & Söhne <all>",
)
OWN: Final = an_entry("own", license="CC-BY-NC-SA-4.0")
ENTRIES: Final = (OWN, an_entry("tea"))
CHECKS: Final = {"atom": check_atom, "rss": check_rss, "json": check_json}
NAMES: Final = {"a": "http://www.w3.org/2005/Atom"}


def document(name: str, site: Any = SITE, *entries: Entry, topic: Topic = SITE_TOPIC) -> bytes:
    return FORMATS[name].render(Feed(site, topic, entries or ENTRIES))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("site", [SITE, replace(SITE, license="https://example.org/terms#a")])
def test_the_documents_are_valid(name: str, site: Any) -> None:
    feed = Feed(site, SITE_TOPIC, ENTRIES)
    findings = CHECKS[name](
        document(name, site),
        self_link=feed.self_link(name),
        content_type=FORMATS[name].media_type,
        now=at("2026-06-01"),
    )
    assert findings == []


def test_atom_has_an_icon_a_logo_rights_and_a_licence() -> None:
    root = lxml.etree.fromstring(document("atom"))
    found = {
        name: root.findtext(f"a:{name}", None, NAMES) for name in ("icon", "logo", "rights")
    }
    assert found == {"icon": SITE.icon, "logo": SITE.logo, "rights": SITE.rights}
    path = "a:link[@rel='license']/@href"
    assert root.xpath(path, namespaces=NAMES) == [f"{CC}/by/4.0/"]
    own, other = root.findall("a:entry", NAMES)
    assert own.xpath(path, namespaces=NAMES) == [f"{CC}/by-nc-sa/4.0/"]
    assert own.findtext("a:rights", None, NAMES) == "CC BY-NC-SA 4.0"
    assert other.xpath(f"{path} | a:rights", namespaces=NAMES) == []


def test_the_image_of_rss_has_the_title_and_the_link_of_its_channel() -> None:
    site, topic = replace(SITE, pages=True), Topic("tag", ("AI",))
    channel = lxml.etree.fromstring(document("rss", site, topic=topic))[0]
    image = channel.find("image")
    assert {each.tag: each.text for each in image} == {
        "url": SITE.logo,
        "title": channel.findtext("title"),
        "link": channel.findtext("link"),
    }
    assert channel.findtext("title") == "AI - Tea"
    assert channel.findtext("copyright") == SITE.rights


@pytest.mark.parametrize(
    ("icon", "logo", "image"),
    [
        ("icon.png", "logo.svg", "icon.png"),
        ("icon.gif", "", "icon.gif"),
        ("icon.png", "logo?size=2", "logo?size=2"),
        ("icon.ico", "logo.webp", None),
        ("", "", None),
    ],
)
def test_the_image_of_rss_is_one_that_rss_allows(icon: str, logo: str, image: str) -> None:
    host = "https://example.org/"
    site = a_site(icon=icon and host + icon, logo=logo and host + logo)
    found = lxml.etree.fromstring(document("rss", site)).findtext("channel/image/url")
    assert found == (image and host + image)


def test_the_licence_has_a_name_if_the_site_names_no_rights() -> None:
    site = replace(SITE, rights="")
    root = lxml.etree.fromstring(document("atom", site))
    assert root.findtext("a:rights", None, NAMES) == "CC BY 4.0"
    assert (
        lxml.etree.fromstring(document("rss", site)).findtext("channel/copyright")
        == "CC BY 4.0"
    )
    assert b"<rights>" not in document("atom", a_site(), an_entry())


def test_rss_has_licences_of_the_channel_and_of_an_item() -> None:
    name = "{http://backend.userland.com/creativeCommonsRssModule}license"
    channel = lxml.etree.fromstring(document("rss"))[0]
    assert [each.text for each in channel.findall(name)] == [f"{CC}/by/4.0/"]
    own, other = channel.findall("item")
    assert (own.findtext(name), other.findtext(name)) == (f"{CC}/by-nc-sa/4.0/", None)
    of_item_only = document("rss", a_site())
    assert of_item_only.count(b"xmlns:creativeCommons") == 1
    assert b"creativeCommons" not in document("rss", a_site(), an_entry())


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_feed_parser_reads_them(name: str) -> None:
    parsed = feedparser.parse(document(name))
    assert not parsed.bozo
    assert (parsed.feed.license, parsed.feed.rights) == (f"{CC}/by/4.0/", SITE.rights)
    own, other = parsed.entries
    assert (own.license, "license" in other) == (f"{CC}/by-nc-sa/4.0/", False)
    picture = parsed.feed.logo if name == "atom" else parsed.feed.image.href
    assert picture == SITE.logo


@pytest.mark.parametrize(
    ("icon", "logo", "expected"),
    [
        ("i", "l", {"icon": "l", "favicon": "i"}),
        ("i", "", {"icon": "i", "favicon": "i"}),
        ("", "l", {"icon": "l"}),
        ("", "", {}),
    ],
)
def test_json_has_an_icon_and_a_favicon(icon: str, logo: str, expected: object) -> None:
    feed = json.loads(document("json", a_site(icon=icon, logo=logo)))
    assert {key: feed[key] for key in ("icon", "favicon") if key in feed} == expected


def test_the_licence_is_a_link_of_the_headers_too() -> None:
    self_link = "https://example.org/atom.xml"
    assert link_header(SITE, self_link) == (
        f'<{self_link}>; rel="self", <{CC}/by/4.0/>; rel="license"'
    )
    assert license_link("") == ""


def test_a_licence_changes_the_digest_of_its_entry_only_if_there_is_one() -> None:
    assert OWN.digest != replace(OWN, license="").digest
    assert replace(OWN, license="CC0-1.0").digest != OWN.digest
    # As in stores that were written before entries had licences.
    assert an_entry().digest == (
        "186a52a8d0cc95e157a0f53f5fb552fab0ed4f0e0cdd1a1987e3c24683beb157"
    )


@pytest.mark.parametrize("name", FORMATS)
def test_sizes_count_licences_rights_and_pictures(name: str) -> None:
    terms = f"https://example.org/{'&' * 500}"
    site = replace(SITE, license=terms, rights='"<&' * 300, icon=terms, logo=f"{terms}.png")
    plain = len(document(name, a_site(), an_entry()))
    assert len(document(name, site, an_entry())) - plain <= head_size(site)
    entry = an_entry(license=terms)
    assert len(document(name, a_site(), entry)) - plain <= entry_size(entry, site) - MARKUP
    assert entry_size(entry, site) <= most_size(entry, site)
    assert head_size(a_site()) == 0
