"""`check` finds the problems that a first publish would report."""

from feedsvc.publishing.check import check
from tests.support.houses import SITE, House

BROKEN = {
    "broken front matter": b"---\ntitle: [\n---\nx",
    "never closed": b"---\ntitle: x\n\ntext",
    "no date": b"---\ntitle: x\n---\n",
    "impossible date": b"---\ntitle: x\ndate: 2025-02-30\n---\n",
    "invalid UTF-8": b"---\ntitle: \xff\ndate: 2026-01-01\n---\n",
    "UTF-16": "---\ntitle: x\n---\n".encode("utf-16"),
    "empty": b"",
    "10 MB": b"---\ndate: 2026-01-01\n---\n" + b"x" * 10_000_000,
    "a python tag": b"---\ndate: !!python/name:os.system\n---\n",
    "deep HTML": b"---\ndate: 2026-01-01\n---\n" + b"<div>" * 10_000,
}


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
