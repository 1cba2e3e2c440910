"""`check` finds the problems that a first publish would report."""

from feedsvc.publishing.check import check
from tests.support.houses import BROKEN, SITE, House


def test_check_finds_what_publish_refuses_and_writes_nothing(house: House) -> None:
    for name, source in BROKEN.items():
        house.posts.write_raw(f"{name}.md", source)
    house.posts.write("a.md", urlname="tea")
    house.posts.write("b.md", urlname="tea")
    problems = check(house.folder, SITE)
    assert {p.path for p in problems} == {*(f"{name}.md" for name in BROKEN), "b.md"}
    with house.store.snapshot() as snapshot:
        assert snapshot.site() is None
    assert {p.path for p in house.publish().problems} == {p.path for p in problems}
