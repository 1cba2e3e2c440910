"""Each address has a file of its own, or a problem with a cure."""

import pytest

from feedsvc.publishing.exporting.file_names import PRIVATE, FileNames


def test_usual_addresses_are_at_their_own_names() -> None:
    addresses = ["", "tea/", "tea.html", "a/b", "标签/C~23/atom.xml", "Tea/", "%41/$1/"]
    files = ["index.html", "tea/index.html", "tea.html", "a/b", "标签/C~23/atom.xml"]
    assert [*FileNames().of(addresses).values()] == [
        *files,
        "Tea/index.html",
        "%41/$1/index.html",
    ]


def test_a_file_that_is_also_a_folder_is_elsewhere() -> None:
    files = FileNames().of(["a", "a/b", "a/b/c", "d/", "d"])
    assert (files["a/b/c"], files["d/"]) == ("a/b/c", "d/index.html")
    elsewhere = {files["a"], files["a/b"], files["d"]}
    assert len(elsewhere) == 3
    assert all(file.startswith(f"{PRIVATE}/") for file in elsewhere)


def test_two_addresses_of_one_file_have_two_files() -> None:
    files = FileNames().of(["a/", "a/index.html"])
    assert files["a/"] == "a/index.html"
    assert files["a/index.html"].startswith(PRIVATE)


def test_case_matters_only_where_the_file_system_says_so() -> None:
    assert FileNames().of(["Tea", "tea"]) == {"Tea": "Tea", "tea": "tea"}
    files = FileNames(folds_case=True).of(["Tea", "tea", "TEA/pot"])
    assert all(files[name].startswith(PRIVATE) for name in ("Tea", "tea"))
    assert files["TEA/pot"] == "TEA/pot"


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("x" * 256, "256 octets"),
        ("茶" * 86 + "/", "258 octets"),
        ("/".join(["y" * 200] * 20), "a path of"),
        ("a//b", "no file can have"),
        ("../a", "no file can have"),
        ("a/../../b/", "no file can have"),
        ("/etc/passwd", "no file can have"),
        ("a\0b", "no file can have"),
        (".feedsvc-export", "a name of the export"),
        (".feedsvc/x", "a name of the export"),
    ],
)
def test_an_address_that_no_file_can_have_is_a_problem_with_a_cure(
    address: str, fault: str
) -> None:
    names = FileNames()
    assert names.of(["fine", address]) == {"fine": "fine"}
    (problem,) = names.unwritable
    assert (problem.address, problem.cure[:8]) == (address, "give the")
    assert fault in problem.fault


@pytest.mark.parametrize("address", ["x" * 255, "茶" * 85 + "/"])
def test_the_longest_name_is_possible(address: str) -> None:
    names = FileNames()
    assert address in names.of([address])
    assert names.unwritable == []
