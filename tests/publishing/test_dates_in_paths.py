"""A date that is read from the path changes no post that was published before."""

from tests.support.houses import LATER, House
from tests.support.pipeline import documents_of

DAY = "date: 2026-03-01\n"
POSTS = {
    "20260301-tea.md": DAY,
    "2026/03-01-tea.md": DAY,
    "2026/03/01/tea.md": DAY,
    "tea 2026-03-01.md": DAY,
    "2026_03_01_tea.md": DAY,
    "2026/03-01-cups/index.md": DAY,
    "202603010930-tea.md": "date: 2026-03-01 09:30\n",
    "2026-03-01/tea.md": DAY,
}


def test_posts_without_their_date_field_are_the_same_entries(house: House) -> None:
    for path, date in POSTS.items():
        text = f"---\ntitle: {path}\n{date}---\nGreen tea.\n"
        house.posts.write_raw(path, text.encode())
    house.publish()
    before = documents_of(house.store)
    for path in POSTS:
        house.posts.write_raw(path, f"---\ntitle: {path}\n---\nGreen tea.\n".encode())
    report = house.publish(LATER)
    assert (report.read, report.problems) == (len(POSTS), ())
    assert documents_of(house.store) == before
