"""The scanner finds tags in the same way as a browser."""

import time

import pytest

from feedsvc.core.html.scanner import (
    Element,
    TooDeepError,
    attributes_of,
    rewritten,
    start_tag,
    tags,
)


@pytest.mark.parametrize(
    ("rough", "expected"),
    [
        ('<p title="</div>">', [("", "p", {"title": "</div>"})]),
        ("<p title='>'>x</P>", [("", "p", {"title": ">"}), ("/", "P", {})]),
        ('<a =">x', [("", "a", {'="': ""})]),
        ('<p "> y">', [("", "p", {'"': ""})]),
        ("<p a=1 A=2 b = 'c' d>", [("", "p", {"a": "1", "b": "c", "d": ""})]),
        ("<a/href=x/y/>", [("", "a", {"href": "x/y/"})]),
        ("<p a=>x", [("", "p", {"a": ""})]),
        ("<p a=&quot;&#62;>", [("", "p", {"a": '">'})]),
        ('<p a="x', [("", "p", {"a": "x"})]),
        ("<!-- <p> --><b>", [("", "b", {})]),
        ("<!--><b><!---><i>", [("", "b", {}), ("", "i", {})]),
        ("<!-- <p> --!><b>", [("", "b", {})]),
        ("<!-- <p>", []),
        ("<!x <p><b>", [("", "b", {})]),
        ("<?x <p><b>", [("", "b", {})]),
        ("</ <p><b></>", [("", "b", {})]),
        ("a < b <3 <", []),
    ],
)
def test_tags_are_the_same_as_in_a_browser(
    rough: str, expected: list[tuple[str, str, dict[str, str]]]
) -> None:
    actual = [(tag["end"], tag["name"], attributes_of(tag["inside"])) for tag in tags(rough)]
    assert actual == expected


def bracketed(element: Element) -> str:
    return f"[{element.inner_html}]"


def removed(_: Element) -> str:
    return ""


@pytest.mark.parametrize(
    ("rough", "becomes"),
    [
        ("a<q>b</q>c", "a[b]c"),
        ("<q>a<q>b</q>c</q>d", "[a<q>b</q>c]d"),
        ("<q>a<q>b</q>c", "[]a[b]c"),
        ("a</q>b", "a</q>b"),
        ("<Q x=1>a</q >b", "[a]b"),
        ("<p title='<q>'>a</p><!-- <q> -->", "<p title='<q>'>a</p><!-- <q> -->"),
        ("<qq>a</qq>", "<qq>a</qq>"),
        ("<style><q></style>a", "[<q>]a"),
        ("<style><q>", "[<q>]"),
        ("<xmp>a<q>b</q>", "[]a[b]"),
        ("<xmp>a<q></xmp>b", "[a<q>]b"),
        ("<img>a", "[]a"),
    ],
)
def test_an_element_is_replaced_from_its_start_to_its_end(rough: str, becomes: str) -> None:
    names = ("img", "q", "style", "xmp")
    assert rewritten(rough, dict.fromkeys(names, bracketed)) == becomes


def test_a_rewriter_can_keep_an_element() -> None:
    rewriters = {"q": lambda _: None, "i": bracketed}
    assert rewritten("<q>a<i>b</i></q>", rewriters) == "<q>a[b]</q>"


@pytest.mark.parametrize("before", ["<", "<<", "<p></a><", "</p><table><"])
def test_a_lone_less_than_sign_stays_text(before: str) -> None:
    assert rewritten(f"{before}<q>a</q>", {"q": bracketed}) == f"{before} [a]"
    assert rewritten(f"<q>a</q>{before}", {"q": bracketed}) == f"[a]{before}"


@pytest.mark.parametrize("half", ["<", "</", "<!", "<!-", "<?"])
def test_the_text_around_a_replaced_element_becomes_no_tag(half: str) -> None:
    assert rewritten(f"{half}<q></q>b>", {"q": removed}) in (f"{half} b>", f"{half}<q></q>b>")


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(TooDeepError, match="more than 100000"):
        rewritten("<q>" * 100_001, {"q": removed})


def test_the_attributes_of_a_start_tag_are_escaped() -> None:
    assert start_tag("a", {"b": '">&', "c": ""}) == '<a b="&quot;&gt;&amp;" c="">'


@pytest.mark.untraced
@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        '<a x="',
        "<!--",
        "</q>",
        "<a b=c ",
        "<style>",
        "<p><q>",
        "<q></q>",
        "</",
        "&",
    ],
)
def test_a_megabyte_of_unclosed_markup_takes_linear_time(piece: str) -> None:
    rough = "<q>" + piece * (1_000_000 // len(piece))
    started = time.process_time()
    try:
        rewritten(rough, dict.fromkeys(("q", "style"), removed))
        for _ in tags(rough):
            pass
    except TooDeepError:
        pass
    assert time.process_time() - started < 5  # quadratic time would be minutes
