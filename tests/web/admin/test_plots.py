"""Plots: a title, a text alternative, and points on the scale."""

import re

import lxml.html
import pytest

from feedsvc.web.admin.plots import Line, plot

DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"]


def drawn(*lines: Line, days: list[str] = DAYS) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(plot("polls", "Polls & more", days, lines))


def points(image: lxml.html.HtmlElement) -> list[list[tuple[float, float]]]:
    told = image.xpath(".//polyline/@points")
    pairs = [[p.split(",") for p in each.split()] for each in told]
    return [[(float(x), float(y)) for x, y in each] for each in pairs]


def test_a_plot_says_what_it_shows() -> None:
    image = drawn(Line("Polls", [5, 1200, 900]), Line("<b>", [0, 1, 2]))
    assert image.get("role") == "img"
    title, text = image.xpath(".//title"), image.xpath(".//desc")
    assert image.get("aria-labelledby").split() == [title[0].get("id"), text[0].get("id")]
    assert title[0].text == "Polls & more"
    assert text[0].text == (
        "2026-03-01 to 2026-03-03. Polls: from 5 to 1,200, on the last day 900. "
        "<b>: from 0 to 2, on the last day 2."
    )
    assert [each.text for each in image.xpath(".//text")] == [
        *("0", "1,000", "2,000", "2026-03-01", "2026-03-03"),
    ]


def test_higher_values_are_higher_and_later_days_further_right() -> None:
    ((first, second, third),) = points(drawn(Line("Polls", [0, 2000, 1000])))
    assert first[0] < second[0] < third[0]
    assert second[1] < third[1] < first[1]
    assert third[1] - second[1] == pytest.approx(first[1] - third[1])


@pytest.mark.parametrize("values", [[], [0], [7], [0, 0, 0], [10**15, 1, 0]])
def test_few_small_and_huge_values_stay_inside_the_image(values: list[int]) -> None:
    days = DAYS[: len(values)]
    image = drawn(Line("Polls", values), days=days)
    _, _, width, height = map(float, image.get("viewbox").split())
    for x, y in points(image)[0]:
        assert 0 < x < width
        assert 0 < y < height
    assert not re.search("nan|inf", lxml.html.tostring(image).decode())
