"""A post becomes an entry: ids, content, summary, language, digest."""

from dataclasses import replace

import pytest

from feedsvc.core.feeds.entries import (
    Entry,
    compose,
    cut_short,
    new_id,
    with_summary_only,
)
from feedsvc.core.people import Person
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_post,
    a_site,
    an_entry,
    an_episode,
    at,
    people,
)

UUID = "123E4567-e89b-12d3-a456-426614174000"


def composed(post: Post) -> Entry:
    entry = compose(post, a_site(), "tag:example.org,2026:tea", post.published)
    assert isinstance(entry, Entry), entry
    return entry


@pytest.mark.parametrize(
    ("key", "entry_id"),
    [
        (f"guid:{UUID}", "urn:uuid:123e4567-e89b-12d3-a456-426614174000"),
        ("guid:urn:isbn:123", "urn:isbn:123"),
        ("guid:https://old.org/?p=7", "https://old.org/?p=7"),
        ("guid:a b/c", "tag:example.org,2026:guid:a%20b%2Fc"),
        ("guid:x:a b", "tag:example.org,2026:guid:x%3Aa%20b"),
        ("slug:tea/green", "tag:example.org,2026:tea/green"),
        ("slug:茶", "tag:example.org,2026:%E8%8C%B6"),
        ("path:tea/green", "tag:example.org,2026:/tea/green"),
    ],
)
def test_an_id_is_a_uri_made_only_from_the_key(key: str, entry_id: str) -> None:
    assert new_id(key, a_site(url="https://elsewhere.org", title="Other")) == entry_id


def test_an_entry_has_all_fields_of_its_post() -> None:
    post = a_post(
        updated=at("2026-03-02"),
        tags=("Tea",),
        categories=(("Drinks", "Hot"),),
        authors=people("Wang"),
        summary="In short.",
        language="zh-CN",
        body="Brewed *twice*.",
    )
    assert compose(post, a_site(), "urn:x", at("2026-02-28")) == Entry(
        id="urn:x",
        permalink="https://example.org/posts/tea/",
        title="Green tea",
        summary="In short.",
        content_html="<p>Brewed <em>twice</em>.</p>",
        published=at("2026-02-28"),
        updated=at("2026-03-02"),
        language="zh-CN",
        tags=("Tea",),
        categories=(("Drinks", "Hot"),),
        authors=people("Wang"),
    )


def test_a_post_without_authors_has_the_author_of_the_site() -> None:
    assert composed(a_post(authors=())).authors == people("Li")


@pytest.mark.parametrize("updated", [None, at("2026-02-01"), at("2026-03-01 09:30")])
def test_updated_is_never_before_published(updated: object) -> None:
    assert composed(a_post(updated=updated)).updated == at("2026-03-01 09:30")


def test_html_is_not_parsed_as_markdown() -> None:
    post = a_post(path="tea.html", body="*a* <!-- more --> *b*")
    entry = composed(post)
    assert (entry.content_html, entry.summary) == ("*a*  *b*", "*a*")


def test_the_html_of_a_post_is_sanitised() -> None:
    assert composed(a_post(path="tea.html", body="<script>a</script>b")).content_html == "b"


def test_the_text_before_the_more_marker_is_the_summary() -> None:
    body = "Brewed **twice**.\n\n<!-- more -->\n\nAnd more."
    assert composed(a_post(body=body)).summary == "Brewed twice."


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("one <!-- more --> two", "one"),
        ("one\n<!--MORE-->\ntwo<!-- more -->", "one"),
        ("one\n\n<!-- truncate -->\n\ntwo", "one"),
        ("<!-- mores -->\n\ntwo", "two"),
        ("<!-- more -->\n\ntwo", "two"),
        ("```\n<!-- more -->\n```\nb\n\n<!-- more -->\n\nc", "b"),
        ("`<!-- more -->` b", "<!-- more --> b"),
        ("    <!-- more -->\n\nb", "b"),
        ("a [link][1][^1]\n\n<!-- more -->\n\n[1]: https://x.example\n\n[^1]: b", "a link"),
    ],
)
def test_the_excerpt_ends_at_the_first_more_marker_outside_code(
    body: str, summary: str
) -> None:
    assert composed(a_post(body=body)).summary == summary


def test_a_backtick_in_html_does_not_begin_code() -> None:
    post = a_post(path="a.HTML", body="<p>a ` b <!-- more --> c `</p>")
    assert composed(post).summary == "a ` b"


@pytest.mark.parametrize(
    ("named", "is_wanted", "image"),
    [
        ("", True, "https://example.org/posts/tea/a.png?b&c"),
        ("", False, ""),
        ("https://example.org/cover.png", True, "https://example.org/cover.png"),
    ],
)
def test_the_first_image_is_the_lead_image_if_the_site_wants_one(
    named: str, is_wanted: bool, image: str
) -> None:
    body = "![](data:image/png;base64,AA==)\n\n![a](a.png?b&c) ![b](b.png)"
    site = a_site(lead_image=is_wanted)
    post = a_post(body=body, image=named)
    entry = compose(post, site, new_id(post.key, site), post.published)
    assert isinstance(entry, Entry)
    assert entry.image == image


def test_a_post_without_images_has_no_lead_image() -> None:
    post, site = a_post(), a_site(lead_image=True)
    entry = compose(post, site, "tag:x", post.published)
    assert isinstance(entry, Entry)
    assert entry.image == ""


def test_without_a_more_marker_the_summary_has_at_most_200_graphemes() -> None:
    assert composed(a_post(body="茶" * 300)).summary == "茶" * 199 + "…"


def test_a_summary_is_plain_text() -> None:
    post = a_post(body="## Tea &amp; *milk*\n\n<script>x</script>\n\na &lt;b&gt;")
    assert composed(post).summary == "Tea & milk a <b>"


def test_a_summary_has_no_footnotes() -> None:
    entry = composed(a_post(body="Tea[^1] is *hot*[^b].\n\n[^1]: one\n\n[^b]: two"))
    assert entry.summary == "Tea is hot."


def test_the_summary_finds_text_after_many_pictures() -> None:
    entry = composed(a_post(body="![](a.png)\n" * 500 + "Brewed twice."))
    assert entry.summary == "Brewed twice."


def test_ids_in_the_html_do_not_depend_on_the_id_of_the_entry() -> None:
    one = compose(a_post(body="a[^1]\n\n[^1]: b"), a_site(), "urn:1", at("2026-03-01"))
    two = compose(a_post(body="a[^1]\n\n[^1]: b"), a_site(), "urn:2", at("2026-03-01"))
    assert isinstance(one, Entry)
    assert isinstance(two, Entry)
    assert one.content_html == two.content_html


def test_ids_in_the_html_of_two_entries_do_not_clash() -> None:
    post = a_post(body="a[^1]\n\n[^1]: note")
    other = replace(post, title="Another")
    one = compose(post, a_site(), "urn:1", post.published)
    two = compose(other, a_site(), "urn:1", post.published)
    assert isinstance(one, Entry)
    assert isinstance(two, Entry)
    assert one.content_html != two.content_html


def test_html_that_is_nested_too_deeply_is_a_problem_of_the_post() -> None:
    assert compose(a_post(body="<div>" * 500), a_site(), "urn:x", at("2026-03-01")) == Problem(
        "tea.md",
        0,
        "the HTML is nested more than 400 deep",
        "close each tag where its text ends, use fewer tags, or split the post",
    )


def test_a_panic_in_a_rust_library_is_a_problem_of_the_post(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class PanicException(BaseException):  # the name that pyo3 uses
        pass

    def panicking(*_: str) -> str:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("feedsvc.core.markdown.markdown.html_of", panicking)
    assert compose(a_post(), a_site(), "urn:x", at("2026-03-01")) == Problem(
        "tea.md",
        0,
        "its text cannot be converted to HTML: index out of bounds",
        "simplify the text",
    )


def test_an_interrupt_is_not_treated_as_a_panic(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("feedsvc.core.markdown.markdown.html_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        composed(a_post())


@pytest.mark.parametrize(
    ("of_post", "of_site", "language"),
    [("", "en", "en"), ("de", "en", "de"), ("", "zh-cn", "zh-CN"), ("EN-gb", "en", "en-GB")],
)
def test_an_entry_has_the_language_of_its_post_or_else_of_the_site(
    of_post: str, of_site: str, language: str
) -> None:
    site = a_site(language=of_site)
    entry = compose(a_post(language=of_post), site, "urn:x", at("2026-03-01"))
    assert isinstance(entry, Entry)
    assert entry.language == language


def test_an_entry_has_the_authors_files_and_feeds_of_its_post() -> None:
    fields: dict[str, object] = {
        "authors": (Person("Wang", "https://wang.example/", "wang@example.org"),),
        "enclosures": (an_episode(file="a.mp3"),),
        "image": "https://example.org/a.png",
        "feeds": ("tags",),
        "content": "summary",
    }
    entry = composed(a_post(**fields))
    assert {name: getattr(entry, name) for name in fields} == fields


def test_the_content_in_a_feed_of_summaries_is_the_summary_and_a_link() -> None:
    entry = an_entry(summary="a < b", permalink="https://example.org/a&b", title="T")
    assert with_summary_only(entry) == an_entry(
        summary="a < b",
        permalink="https://example.org/a&b",
        title="T",
        content_html="<p>a &lt; b</p>"
        '<p><a href="https://example.org/a&amp;b">https://example.org/a&amp;b</a></p>',
        content="summary",
    )


def test_a_feed_of_summaries_does_not_cut_a_long_summary() -> None:
    assert with_summary_only(an_entry(summary="茶" * 2_000)).content_html.count("茶") == 2_000


def test_without_a_summary_the_content_is_only_a_link() -> None:
    shown = with_summary_only(an_entry(permalink="https://e.org/", summary=""))
    assert shown.content_html == '<p><a href="https://e.org/">https://e.org/</a></p>'


def test_an_entry_in_a_feed_of_summaries_keeps_its_files() -> None:
    entry = an_entry(enclosures=(an_episode(),), image="https://example.org/a.png")
    shown = with_summary_only(entry)
    assert (shown.enclosures, shown.image) == (entry.enclosures, entry.image)


def test_a_too_large_entry_has_a_summary_of_at_most_500_characters() -> None:
    short = cut_short(an_entry(summary="茶" * 501))
    assert short.summary == "茶" * 499 + "…"
    assert short.content_html.startswith(f"<p>{short.summary}</p>")


def test_one_huge_grapheme_is_cut_too() -> None:
    assert len(cut_short(an_entry(summary="a" + "\u0301" * 9_000)).summary) == 500


@pytest.mark.parametrize(
    "post",
    [a_post(summary="茶" * 2_001), a_post(body="茶" * 2_001 + "\n\n<!-- more -->\n\nMore.")],
)
def test_a_summary_has_at_most_2000_graphemes(post: Post) -> None:
    assert composed(post).summary == "茶" * 1_999 + "…"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "urn:x"),
        ("permalink", "https://example.org/x"),
        ("title", "x"),
        ("summary", "x"),
        ("content_html", "x"),
        ("published", at("2026-01-01")),
        ("updated", at("2026-03-02")),
        (
            "published",
            at("2026-03-01T17:30:00+08:00"),
        ),  # the same instant with another UTC offset
        ("language", "zh"),
        ("tags", ("Tea",)),
        ("categories", (("Tea",),)),
        ("categories", (("Tea", "Green"),)),
        ("authors", people("Li", "Wang")),
    ],
)
def test_the_digest_changes_with_everything_that_a_subscriber_sees(
    field: str, value: object
) -> None:
    assert an_entry(**{field: value}).digest != an_entry().digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (an_entry(tags=("a", "b")), an_entry(tags=("a,b",))),
        (an_entry(tags=("a",)), an_entry(categories=(("a",),))),
        (an_entry(categories=(("a", "b"),)), an_entry(categories=(("a",), ("b",)))),
        (an_entry(title="a", summary=""), an_entry(title="", summary="a")),
    ],
)
def test_the_digest_keeps_neighbouring_values_apart(one: Entry, other: Entry) -> None:
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"enclosures": (an_episode(),)}, {}),
        ({"enclosures": (an_episode(length=1),)}, {"enclosures": (an_episode(length=2),)}),
        ({"enclosures": (an_episode(length=0),)}, {"enclosures": (an_episode(length=None),)}),
        ({"enclosures": (an_episode(duration=1),)}, {"enclosures": (an_episode(),)}),
        ({"enclosures": (an_episode(media_type="a/b"),)}, {"enclosures": (an_episode(),)}),
        ({"image": "https://example.org/a.png"}, {}),
        ({"feeds": ()}, {}),
        ({"feeds": ("site",)}, {"feeds": ("tags",)}),
        ({"content": "summary"}, {}),
        ({"authors": (Person("Li", uri="https://li.example/"),)}, {}),
        ({"authors": (Person("Li", email="li@example.org"),)}, {}),
    ],
)
def test_the_digest_changes_with_files_people_and_feeds(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert an_entry(**one).digest != an_entry(**other).digest


def test_the_path_of_a_file_on_disk_is_not_in_the_digest() -> None:
    one, other = an_episode(file="a.mp3"), an_episode(file="audio/a.mp3")
    assert an_entry(enclosures=(one,)).digest == an_entry(enclosures=(other,)).digest


def test_entries_that_read_the_same_have_the_same_digest() -> None:
    assert an_entry(updated=at("2026-03-01 09:30:00.5")).digest == an_entry().digest


@pytest.mark.parametrize("size", [0, 900, 1_800, 1_990, 2_100, 30_000])
def test_a_summary_has_no_part_of_a_data_url(size: int) -> None:
    picture = f"![a](data:image/png;base64,{'A' * size}==)"
    assert composed(a_post(body=f"Words before.\n\n{picture}\n\nWords behind.")).summary == (
        "Words before. Words behind."
    )
