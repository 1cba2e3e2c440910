"""The list of all feeds, byte for byte."""

import lxml.etree
import pytest

from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic
from feedsvc.core.feeds.opml import opml_document
from tests.support.builders import a_site
from tests.support.feedcheck import check_opml

TOPICS = [
    Topic("tag", ("b",)),
    Topic("tag", ("A & <b>",)),
    Topic("category", ("a", "b")),
    Topic("author", ("Li",)),
    SITE_TOPIC,
]
OPML = """\
<?xml version='1.0' encoding='UTF-8'?>
<opml version="2.0">
  <head>
    <title>All feeds - Tea</title>
    <dateCreated>Thu, 01 Jan 2026 00:00:00 +0000</dateCreated>
    <ownerName>Li</ownerName>
  </head>
  <body>
    {}
    <outline text="Authors">
      {}
    </outline>
    <outline text="Categories">
      {}
    </outline>
    <outline text="Tags">
      {}
      {}
    </outline>
  </body>
</opml>
"""


def outline(text: str, title: str, path: str) -> str:
    return (
        f'<outline text="{text}" title="{title}" type="rss" '
        f'xmlUrl="https://example.org/{path}atom.xml" htmlUrl="https://example.org/" '
        'language="en"/>'
    )


def test_the_list_of_feeds_has_exactly_these_bytes() -> None:
    escaped = "A &amp; &lt;b&gt;"
    assert opml_document(a_site(), TOPICS).decode() == OPML.format(
        outline("Tea", "Tea", ""),
        outline("Li", "Li - Tea", "authors/Li/"),
        outline("a / b", "a / b - Tea", "categories/a/b/"),
        outline(escaped, f"{escaped} - Tea", "tags/A_~26_~3Cb~3E/"),
        outline("b", "b - Tea", "tags/b/"),
    )


def test_the_order_of_topics_does_not_change_the_list() -> None:
    assert opml_document(a_site(), TOPICS) == opml_document(a_site(), reversed(TOPICS))


def test_the_list_of_feeds_is_valid_opml() -> None:
    assert check_opml(opml_document(a_site(), TOPICS)) == []


def test_languages_are_listed_only_if_there_are_several() -> None:
    english, chinese = Topic("language", ("en",)), Topic("language", ("zh-CN",))
    assert opml_document(a_site(), [*TOPICS, english]) == opml_document(a_site(), TOPICS)
    document = opml_document(a_site(), [*TOPICS, english, chinese])
    outlines = lxml.etree.fromstring(document).findall(".//outline[@text='Languages']/outline")
    assert [(each.get("text"), each.get("language")) for each in outlines] == [
        ("English (en)", "en"),
        ("中文 (zh-CN)", "zh-CN"),
    ]
    assert check_opml(document) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-cn", ["全部订阅源 - Tea", "作者", "分类", "标签"]),
        ("zh-TW", ["全部訂閱源 - Tea", "作者", "分類", "標籤"]),
        ("zh-hant-HK", ["全部訂閱源 - Tea", "作者", "分類", "標籤"]),
        ("de-AT", ["Alle Feeds - Tea", "Autoren", "Kategorien", "Schlagwörter"]),
        ("tlh", ["All feeds - Tea", "Authors", "Categories", "Tags"]),
    ],
)
def test_the_list_speaks_the_language_of_the_site(language: str, words: list[str]) -> None:
    document = opml_document(a_site(language=language), TOPICS)
    root = lxml.etree.fromstring(document)
    groups = [each.get("text") for each in root.findall("body/outline[outline]")]
    assert [root.findtext("head/title"), *groups] == words
    assert check_opml(document) == []
