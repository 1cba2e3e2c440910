"""`[filters]` and `feeds.main`: what is refused, with file, line and cure."""

from pathlib import Path

import pytest

from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from tests.support.configuring import SITE, only_problem, problems, written

GOOD = '[filters.medicine]\ntitle = "Medicine"\nquery = "tag=AI&not-tag=diary"\n'


def test_a_filter_is_a_section_of_its_own(file: Path) -> None:
    site = site_of(load_settings(written(file, GOOD), SITE))
    assert site.filters == (("medicine", "Medicine", "tag=AI&not-tag=diary"),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            GOOD.replace("tag=AI", "tags=AI"),
            "my.toml:3: filters.medicine.query: "
            'the parameter "tags" is unknown; did you mean tag?; '
            'write query = "tag=AI&tag=CAR-T&not-tag=diary"',
        ),
        (
            GOOD.replace('title = "Medicine"', "title = 5"),
            'my.toml:2: filters.medicine.title: it is not a text; write title = "Medicine"',
        ),
        (
            GOOD.replace('title = "Medicine"\n', ""),
            'my.toml:1: filters.medicine.title: it is missing; write title = "Medicine"',
        ),
        (
            GOOD.replace("title =", "titel ="),
            "my.toml:1: filters.medicine.title: it is missing",
        ),
        (
            GOOD.replace("medicine", '"a b"'),
            "my.toml:1: filters.a b: it is not a name such as medicine, with letters, digits",
        ),
        (
            "filters = 5\n",
            "my.toml:1: filters: it is not a table; write a [filters.NAME] section",
        ),
        ("[filters]\nmedicine = 5\n", "my.toml:2: filters.medicine: it is not a table"),
        (
            "[feeds]\nmain = 'not-tags=micro'\n",
            'my.toml:2: feeds.main: the parameter "not-tags" is unknown; did you mean not-tag',
        ),
        ("[feeds]\nmain = 'limit=5'\n", "my.toml:2: feeds.main: limit is only for addresses"),
        ("[feeds]\nmain = 'content=summary'\n", "my.toml:2: feeds.main: content is not for"),
    ],
)
def test_a_fault_has_a_line_and_a_cure(file: Path, text: str, problem: str) -> None:
    assert problems(written(file, text), SITE)[0].startswith(problem)


def test_an_unknown_key_is_compared_with_those_that_there_are(file: Path) -> None:
    found = problems(written(file, GOOD.replace("title =", "titel =")), SITE)
    assert any("there is no such setting (did you mean title?)" in each for each in found)


def test_filters_may_be_in_the_environment(file: Path) -> None:
    one = '{"title": "Medicine", "query": "tag=AI"}'
    for environ in (
        {"FEEDSVC_FILTERS": f'{{"medicine": {one}}}'},
        {"FEEDSVC_FILTERS__MEDICINE": one},
    ):
        site = site_of(load_settings(None, SITE | environ))
        assert site.filters == (("medicine", "Medicine", "tag=AI"),)


def test_there_are_at_most_100_filters(file: Path) -> None:
    text = "".join(GOOD.replace("medicine", f"f{n}") for n in range(101))
    assert "there are more than 100 filters" in only_problem(written(file, text), SITE)


def test_a_filter_of_summaries_is_a_setting_of_its_feed(file: Path) -> None:
    text = GOOD.replace("not-tag=diary", "content=summary")
    site = site_of(load_settings(written(file, text), SITE))
    assert site.contents == (("filters/medicine", "summary"),)
