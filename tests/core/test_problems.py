"""Problems as text and as dicts."""

import pytest

from feedsvc.core.problems import Problem


def test_a_problem_as_a_dict_has_all_its_parts() -> None:
    problem = Problem("tea.md", 3, "no date", "give it one", code="date", column=7, text="x")
    assert problem.to_dict() == {
        "path": "tea.md",
        "line": 3,
        "column": 7,
        "severity": "error",
        "code": "date",
        "fault": "no date",
        "cure": "give it one",
        "text": "x",
    }


def test_a_warning_without_a_position_has_none_in_the_dict() -> None:
    values = Problem("tea.md", 0, "no date", "give it one", refuses=False).to_dict()
    assert (values["line"], values["column"], values["severity"]) == (None, None, "warning")


@pytest.mark.parametrize(
    ("line", "text"), [(3, "a.md:3: it is wrong; mend it"), (0, "a.md: it is wrong; mend it")]
)
def test_a_problem_shows_the_position_the_fault_and_the_cure(line: int, text: str) -> None:
    assert str(Problem("a.md", line, "it is wrong", "mend it")) == text
