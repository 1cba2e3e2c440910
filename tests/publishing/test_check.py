"""`check` finds the problems that a first publish would report."""

from dataclasses import replace

from feedsvc.publishing.check import check
from tests.support.houses import BROKEN, SITE, House


def test_check_finds_what_publish_refuses_and_writes_nothing(house: House) -> None:
    for name, source in BROKEN.items():
        house.posts.write_raw(f"{name}.md", source)
    house.posts.write("a.md", urlname="tea")
    house.posts.write("b.md", urlname="tea")
    problems = check(house.folder, SITE).problems
    assert {p.path for p in problems} == {*(f"{name}.md" for name in BROKEN), "b.md"}
    with house.store.snapshot() as snapshot:
        assert snapshot.site() is None
    assert {p.path for p in house.publish().problems} == {p.path for p in problems}


def test_check_warns_of_names_with_one_old_address(house: House) -> None:
    house.posts.write("a.md", tags='["C++", "Tea"]', categories="[a b]", author="Li Wei")
    house.posts.write("b.md", tags='["C++", "C#"]', categories="[a-b]", author="Li-Wei")
    problems = check(house.folder, SITE, None, ["wordpress", "hugo"]).problems
    shared = [(p.path, p.text) for p in problems if p.code == "shared-slug"]
    assert sorted(shared) == [
        *[("a.md", name) for name in ("Li Wei", "Li Wei", "a b", "a b")],
        ("b.md", "C#"),
    ]
    assert not any(p.refuses for p in problems)
    (one,) = [p for p in problems if p.text == "C#"]
    assert "wordpress gave the same address ('c') to the tag 'C#' as to 'C++'" in one.fault
    assert (one.line, one.column) == (4, 7)
    assert [p for p in check(house.folder, SITE).problems if p.code == "shared-slug"] == []


def test_check_warns_of_a_post_with_a_redirected_tag(house: House) -> None:
    house.posts.write("a.md", tags="[Tea, k8s]")
    house.posts.write("b.md", tags="[k8s]")
    site = replace(SITE, rules=replace(SITE.rules, tag_redirects=(("k8s", "Kubernetes"),)))
    problems = check(house.folder, site).problems
    assert [(p.path, p.code, p.refuses) for p in problems] == [
        ("a.md", "redirected-tag", False)
    ]
    assert "'Kubernetes'" in problems[0].cure
