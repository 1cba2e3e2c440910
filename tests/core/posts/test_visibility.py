"""Flags, terms and folders that hide a post. Any doubt hides it."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_site,
    at,
    post_of,
    reading,
    source,
)

FLAGS = [
    ("draft", True),
    ("hidden", True),
    ("published", False),
    ("publish", False),
    ("hide", True),
    ("unlisted", True),
    ("private", True),
    ("headless", True),
    ("eleventyExcludeFromCollections", True),
    ("unpublished", True),
    ("invisible", True),
    ("public", False),
    ("listed", False),
    ("dg-publish", False),
    ("visible", False),
    ("render", False),
]
YES = ["true", "True", "TRUE", "yes", "on", "1", "y", "' true '"]
NO = ["false", "False", "no", "off", "0", "n"]


@pytest.mark.parametrize(("name", "hides"), FLAGS)
@pytest.mark.parametrize(
    ("word", "said"), [*((word, True) for word in YES), *((word, False) for word in NO)]
)
def test_each_flag_hides_with_one_value_only(
    name: str, hides: bool, word: str, said: bool
) -> None:
    hidden = reading(f"{name}: {word}") == Draft("tea.md")
    assert hidden is (said is hides)


@pytest.mark.parametrize(("name", "_hides"), FLAGS)
@pytest.mark.parametrize(
    ("value", "shown"),
    [("maybe", "'maybe'"), ("[true]", "['true']"), ("''", "''"), ("'~'", "'~'")],
)
def test_an_unknown_value_hides_and_warns(
    name: str, _hides: bool, value: str, shown: str
) -> None:
    warning = Problem(
        "tea.md",
        3,
        f"{name}: {shown} is neither true nor false, so it hides the post",
        f"write {name}: true or {name}: false",
        refuses=False,
    )
    assert reading(f"{name}: {value}") == Draft("tea.md", (warning,))


@pytest.mark.parametrize("name", ["published", "publish"])
def test_a_date_in_published_or_publish_hides_nothing(name: str) -> None:
    assert isinstance(reading(f"{name}: 2026-03-01"), Post)


@pytest.mark.parametrize("name", ["draft", "hidden", "render"])
def test_a_date_in_any_other_flag_hides_the_post(name: str) -> None:
    assert isinstance(reading(f"{name}: 2026-03-01"), Draft)


@pytest.mark.parametrize("name", ["password", "encrypt", "encrypted"])
@pytest.mark.parametrize("value", ["secret", "true", "12", "[a]", "{a: b}", "''"])
def test_an_encrypted_post_is_never_shown(name: str, value: str) -> None:
    assert reading(f"{name}: {value}") == Draft("tea.md")


@pytest.mark.parametrize("front", ["title: Tea\ndate: soon", "title: Tea\ntags: ["])
def test_an_encrypted_post_that_is_refused_can_still_be_recognised(front: str) -> None:
    file = source(f"password: x\nslug: tea\n{front}")
    draft = parse_post("a.md", file, a_site(encrypted="teaser"))
    assert isinstance(draft, Draft)
    assert (draft.key, draft.title, draft.reason) == ("slug:tea", "Tea", "password")


@pytest.mark.parametrize("name", ["password", "encrypt", "encrypted"])
@pytest.mark.parametrize("value", ["", "~", "false", "False", "no", "0"])
def test_a_post_with_encryption_switched_off_is_shown(name: str, value: str) -> None:
    assert isinstance(reading(f"{name}: {value}"), Post)


@pytest.mark.parametrize("name", ["draft", "hidden", "published", "publish", "feed"])
@pytest.mark.parametrize("nothing", ["", "~"])
def test_a_flag_without_a_value_has_no_effect(name: str, nothing: str) -> None:
    post = reading(f"{name}: {nothing}")
    assert isinstance(post, Post)
    assert post.warnings == ()


def test_one_flag_that_hides_is_enough() -> None:
    assert reading("draft: false\npublished: true\nhidden: yes") == Draft("tea.md")


def test_every_unclear_flag_is_reported() -> None:
    draft = reading("draft: maybe\npublish: soon")
    assert isinstance(draft, Draft)
    assert [warning.line for warning in draft.warnings] == [3, 4]


@pytest.mark.parametrize(
    "front",
    [
        *("Draft: true", "DRAFT: yes", "Published: false", "Password: a", "unlisted: true"),
        *("eleventyExcludeFromCollections: true", "status: draft", "Status: Private"),
        *("tags: [draft]", "tag: draft", "Tags: Draft", "tags: ['#draft']"),
        *("visibility: private", "build: {list: never}", "_build: {render: false}"),
        *("build: {list: local}", "layout: page", "type: tags", "layout: draft"),
        *("status: skip", "status: trash", "permalink: false"),
    ],
)
def test_flags_of_other_generators_hide(front: str) -> None:
    assert reading(front) == Draft("tea.md")


@pytest.mark.parametrize("status", ["published", "Publish", "public", "", "null"])
def test_a_status_that_shows_hides_nothing(status: str) -> None:
    assert isinstance(reading(f"status: {status}"), Post)


@pytest.mark.parametrize("status", ["odd", "[published]"])
def test_an_unknown_status_hides_and_warns(status: str) -> None:
    draft = reading(f"status: {status}")
    assert isinstance(draft, Draft)
    assert "is unknown, so it hides" in draft.warnings[0].fault


@pytest.mark.parametrize(
    "tags",
    [
        "[draft, tea]",
        "tea, Draft",
        "tea，draft",
        "['#draft', tea]",
        "[draft/idea]",
        "[status/draft]",
    ],
)
def test_a_tag_draft_among_others_hides_and_warns(tags: str) -> None:
    draft = reading(f"tags: {tags}")
    assert isinstance(draft, Draft)
    assert (draft.reason, [warning.code for warning in draft.warnings]) == ("tags", ["flag"])


@pytest.mark.parametrize("tags", ["draft beer", "[nfl-draft]", "[drafting]", "[~]", "[]"])
def test_a_tag_that_only_contains_the_word_hides_nothing(tags: str) -> None:
    assert isinstance(reading(f"tags: {tags}"), Post)


@pytest.mark.parametrize(
    "front",
    [
        *(
            "extra: {draft: true}",
            "taxonomies: {tags: [tea], draft: true}",
            "params: {hide: 1}",
        ),
        *("extra: {password: x}", "extra: {publish: false}", "params: {status: draft}"),
        *("a: &a {draft: true}\n<<: *a", "<<: [{x: y}, {hidden: yes}]", "Extra: {DRAFT: true}"),
    ],
)
def test_a_flag_in_a_table_hides_and_is_reported(front: str) -> None:
    draft = reading(front)
    assert isinstance(draft, Draft)
    assert [(w.code, "is in a table" in w.fault) for w in draft.warnings] == [("flag", True)]


@pytest.mark.parametrize(
    "front",
    [
        *(
            "extra: {draft: false}",
            "extra: {hide: [toc]}",
            "params: {publish: true}",
            "extra: x",
        ),
        *(
            "cover: {image: a.png, hidden: true}",
            "extra: {password: no}",
            "params: {password: ~}",
        ),
        *("params: {status: published}", "extra: {mood: draft}", "params: [a, b]"),
    ],
)
def test_other_keys_in_a_table_hide_nothing(front: str) -> None:
    assert isinstance(reading(front), Post)


@pytest.mark.parametrize(
    ("front", "why"),
    [
        ("draft: true", "draft"),
        ("hidden: 1\npassword: x", "hidden"),
        ("encrypt: x", "password"),
    ],
)
def test_a_draft_names_the_keys_that_hide_it(front: str, why: str) -> None:
    draft = reading(front)
    assert isinstance(draft, Draft)
    assert draft.reason == why


@pytest.mark.parametrize(
    "front",
    [
        *("darft: true", "drafts: yes", "passwort: x", "hiden: maybe"),
        *("publishd: false", "visble: no", "staus: draft", "visibilty: private"),
        *("no-publish: true", "not_published: yes", "non_public: maybe", "unpublishe: true"),
        *("unpublishDat: 2026-03-02", "expiryDat: 2026-03-02", "hdie: true", "drfat: true"),
    ],
)
def test_a_misspelt_flag_hides_and_is_reported(front: str) -> None:
    draft = reading(front)
    assert isinstance(draft, Draft)
    assert "flag" in {warning.code for warning in draft.warnings}


@pytest.mark.parametrize(
    "front",
    [
        *("drafts: false", "publishd: 2026-03-01", "renderer: katex", "staus: published"),
        *("no-publish: false", "expireDate:", "passwrod: ~", "drafts:"),
    ],
)
def test_a_misspelt_flag_with_a_harmless_value_hides_nothing(front: str) -> None:
    assert isinstance(reading(front), Post)


@pytest.mark.parametrize("word", ["always", "true"])
def test_a_post_that_hugo_lists_is_shown(word: str) -> None:
    assert isinstance(reading(f"build: {{list: {word}}}"), Post)


def test_an_unknown_value_of_list_hides_and_warns() -> None:
    draft = reading("build: {list: maybe}")
    assert isinstance(draft, Draft)
    assert draft.warnings[0].code == "status"


@pytest.mark.parametrize("name", ["password", "encrypt", "encrypted"])
def test_a_teaser_has_only_the_title_and_the_summary(name: str) -> None:
    front = f"title: T\n{name}: secret\ndescription: D\naudio: a.mp3"
    teaser = post_of(front, "The text.", encrypted="teaser")
    assert (teaser.title, teaser.summary, teaser.body) == ("T", "D", "")
    assert (teaser.content, teaser.enclosures) == ("summary", ())


def test_the_heading_of_an_encrypted_post_is_not_its_title() -> None:
    teaser = post_of("password: x", "# Secret\n", path="tea.md", encrypted="teaser")
    assert teaser.title == "tea"


@pytest.mark.parametrize("word", ["", "maybe", "2026-03-01", "[full]", "{other: true}", "{}"])
def test_an_unknown_value_of_feed_hides_and_warns(word: str) -> None:
    draft = reading(f"feed: {word or repr('')}")
    assert isinstance(draft, Draft)
    assert (draft.warnings[0].code, draft.reason) == ("flag", "feed")


@pytest.mark.parametrize(
    ("path", "hidden"), [("drafts/a.md", True), ("a/Draft/b.md", True), ("drafts.md", False)]
)
def test_a_folder_of_drafts_hides_its_posts(path: str, hidden: bool) -> None:
    assert isinstance(reading("", path=path), Draft) is hidden


def test_no_report_shows_a_password_whose_key_is_misspelt() -> None:
    draft = reading("passwort: hunter2")
    assert isinstance(draft, Draft)
    assert [warning.text for warning in draft.warnings if "hunter2" in repr(warning)] == []


def test_a_misspelt_expiry_is_reported_with_its_spelling() -> None:
    draft = reading("expiryDat: 2999-01-01")
    assert isinstance(draft, Draft)
    assert draft.warnings[0].cure.startswith("write expiryDate: 2099-12-31; ")


@pytest.mark.parametrize("name", ["publishDate", "pubDate", "published", "publish"])
def test_a_post_waits_for_the_later_of_its_dates(name: str) -> None:
    post = post_of(f"{name}: 2026-05-01T09:30:00Z")
    assert (post.published, post.public_from) == (
        at("2026-03-01 09:30"),
        at("2026-05-01 09:30"),
    )


@pytest.mark.parametrize(
    "front",
    ["publishDate: 2020-01-01", "published: true", "created: 2999-01-01", "publish: yes"],
)
def test_only_dates_of_publication_delay_a_post(front: str) -> None:
    post = post_of(front)
    assert post.public_from == post.published == at("2026-03-01 09:30")


def test_an_unreadable_date_of_publication_is_refused() -> None:
    problem = reading("publishDate: soon")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line, problem.text) == ("date", 3, "'soon'")
