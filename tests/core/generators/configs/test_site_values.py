"""Values of config files as values of our settings."""

import pytest

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import ConfigValue, Content, NotLiteral


def value(content: Content) -> ConfigValue:
    return ConfigValue(content, 1)


@pytest.mark.parametrize(
    ("content", "text"),
    [("Tea", "Tea"), ("  Tea\n  notes\n", "Tea notes"), (2026, "2026"), ("a\x00b", "ab")],
)
def test_a_text_is_on_one_line(content: Content, text: str) -> None:
    assert site_values.text(value(content)) == text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (NotLiteral("is computed"), "is computed"),
        (True, "is not a text"),
        (1.5, "is not a text"),
        (None, "is not a text"),
        ((value("a"),), "is not a text"),
        ({"a": value("b")}, "is not a text"),
        ("x" * 1_001, "is too long"),
    ],
)
def test_what_is_no_text_is_refused(content: Content, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        site_values.text(value(content))


def test_a_default_stands_for_nothing_only() -> None:
    assert site_values.given(None, "x") == "x"
    assert site_values.given(value(""), "x") == "x"
    assert site_values.given(value("a"), "x") == "a"
    with pytest.raises(ValueError, match="is not a literal"):
        site_values.given(value(NotLiteral()), "x")
    assert site_values.text_or(value(NotLiteral()), "x") == "x"


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (None, []),
        ("a", ["a"]),
        ((value("a"), value(NotLiteral()), value("b"), value("")), ["a", "b"]),
        ({"a": value("b")}, []),
    ],
)
def test_the_texts_in_a_value(content: Content, texts: list[str]) -> None:
    assert site_values.texts(value(content)) == texts
    assert site_values.texts(None) == []


@pytest.mark.parametrize(
    ("content", "tag"),
    [
        ("zh-CN", "zh-CN"),
        ("zh_cn", "zh-CN"),
        ("EN", "en"),
        ("zh-hans", "zh-Hans"),
        ((value("de"), value("en")), "de"),
    ],
)
def test_a_language_is_a_tag(content: Content, tag: str) -> None:
    assert site_values.language(value(content)) == tag


@pytest.mark.parametrize("content", ["english language", "x", "en_US.UTF-8", ()])
def test_what_is_no_language_tag_is_refused(content: Content) -> None:
    with pytest.raises(ValueError, match="is not a"):
        site_values.language(value(content))


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Asia/Shanghai"])
def test_a_zone_is_one_of_iana(name: str) -> None:
    assert site_values.zone(value(name)) == name


@pytest.mark.parametrize(
    "name", ["Mars/Base", "/etc/passwd", "../x", "Europe", "x" * 300, "CST"]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not an IANA time zone"):
        site_values.zone(value(name))


def test_an_address_of_mail_has_one_at_sign() -> None:
    assert site_values.email(value("li@example.org")) == "li@example.org"
    with pytest.raises(ValueError, match="is not an e-mail address"):
        site_values.email(value("li at example.org"))


@pytest.mark.parametrize(
    ("content", "number"),
    [(20, 20), ("30", 30), (0, 500), (-1, 500), (9_999, 500), (False, 500), ("false", 500)],
)
def test_the_length_of_a_feed_is_within_our_limits(content: Content, number: int) -> None:
    assert site_values.entries(value(content)) == number


@pytest.mark.parametrize("content", ["many", True, NotLiteral()])
def test_what_is_no_length_is_refused(content: Content) -> None:
    with pytest.raises(ValueError, match="is not a whole number"):
        site_values.entries(value(content))


@pytest.mark.parametrize(
    ("content", "is_on"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("Off", False),
        ("perhaps", True),
        (3, True),
    ],
)
def test_a_flag_is_as_yaml_or_a_program_writes_it(content: Content, is_on: bool) -> None:
    assert site_values.flag(value(content), True) is is_on
    assert site_values.flag(None, False) is False


@pytest.mark.parametrize(
    ("address", "base", "url"),
    [
        ("https://example.org/", None, "https://example.org"),
        ("https://example.org", "/", "https://example.org"),
        ("https://example.org/", "/blog/", "https://example.org/blog"),
        ("https://example.org/blog/", "/blog/", "https://example.org/blog"),
        ("https://example.org/myblog", "/blog", "https://example.org/myblog/blog"),
        ("http://127.0.0.1:8000", "blog", "http://127.0.0.1:8000/blog"),
        ("https://茶.example", "", "https://茶.example"),
    ],
)
def test_the_address_of_a_site_is_joined_with_its_path(
    address: str, base: str | None, url: str
) -> None:
    how = site_values.site_url(None if base is None else value(base))
    assert how(value(address)) == url


@pytest.mark.parametrize(
    ("address", "base", "why"),
    [
        ("/", "", "is not the http or https address"),
        ("example.org", "", "is not the http or https address"),
        ("//example.org", "", "is not the http or https address"),
        ("ftp://example.org", "", "is not the http or https address"),
        ("https://u:p@example.org", "", "is not the http or https address"),
        ("https://example.org?x", "", "is not the http or https address"),
        ("https://[x", "", "."),
        ("https://example.org", "/a b/", "is not the path of a site"),
        ("https://example.org", NotLiteral(), "is not a literal"),
        (NotLiteral(), "", "is not a literal"),
    ],
)
def test_what_is_no_address_of_a_site_is_refused(
    address: Content, base: Content, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        site_values.site_url(value(base))(value(address))


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("content",), "content"),
        (("./content/",), "content"),
        (("source", "_posts"), "source/_posts"),
        ((".", ".", "_posts"), "_posts"),
        (("",), "."),
        (("docs", "./posts"), "docs/posts"),
    ],
)
def test_a_folder_is_a_path_below_the_blog(parts: tuple[str, ...], path: str) -> None:
    assert site_values.folder(*parts) == path


@pytest.mark.parametrize("name", ["/srv/posts", "../posts", "a/../../b", "~/posts", "a\\b"])
def test_a_folder_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="leads out of the folder"):
        site_values.folder(name)
