"""A problem as it is told to programs."""

import pytest

from feedsvc.core.problems import Problem


def test_a_problem_is_told_to_programs_with_all_its_parts() -> None:
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


def test_a_warning_without_a_place_is_told_so() -> None:
    told = Problem("tea.md", 0, "no date", "give it one", refuses=False).to_dict()
    assert (told["line"], told["column"], told["severity"]) == (None, None, "warning")


@pytest.mark.parametrize(
    ("line", "text"), [(3, "a.md:3: it is wrong; mend it"), (0, "a.md: it is wrong; mend it")]
)
def test_a_problem_names_the_place_the_fault_and_the_cure(line: int, text: str) -> None:
    assert str(Problem("a.md", line, "it is wrong", "mend it")) == text
