"""A lead image that must be beside the post and is not there is not announced."""

from dataclasses import replace

from tests.support.houses import LATER, SITE, House

ABSENT = {
    "cover: a.png": "a.png",
    "image: ./img/a.png": "./img/a.png",
    "cover: {image: a.png, alt: A}": "a.png",
    "cover: '[[a.png]]'": "a.png",
    "photos: [a%20b.png, c.png]": "a b.png",
    "cover: '{{ site.url }}/a.png'": "{{ site.url }}/a.png",
    "image: \"{{ '/a.png' | relative_url }}\"": "{{ '/a.png' | relative_url }}",
    "cover: '{attach}a.png'": "a.png",
    "thumbnail: 茶.png": "茶.png",
}
ELSEWHERE = (
    *("/img/a.png", "../img/a.png", "https://example.org/a.png", "https://x.example/a.png"),
    *("//x.example/a.png", "'@/img/a.png'", "'{static}/img/a.png'", "'|static|/a.png'"),
)


def write(house: House, fronts: list[str]) -> None:
    for number, front in enumerate(fronts):
        text = f"---\ntitle: '{number}'\ndate: 2026-03-{number + 1:02}\n{front}\n---\nTea.\n"
        house.posts.write_raw(f"{number}.md", text.encode())


def test_an_image_that_is_not_there_is_a_warning_and_left_out(house: House) -> None:
    write(house, [*ABSENT])
    problems = house.publish().problems
    faults = [
        f"there is no picture {name} beside the post, so the feeds leave it out"
        for name in ABSENT.values()
    ]
    assert [problem.fault for problem in problems] == faults
    assert {(problem.code, problem.refuses) for problem in problems} == {("no-picture", False)}
    assert {entry.image for entry in house.entries()} == {""}


def test_an_image_elsewhere_is_not_looked_for(house: House) -> None:
    write(house, [f"cover: {image}" for image in ELSEWHERE])
    assert house.publish().problems == ()
    assert all(entry.image.endswith("a.png") for entry in house.entries())


def test_an_image_that_appears_is_announced(house: House) -> None:
    write(house, ["cover: a.png", "cover: b.png"])
    house.publish()
    house.posts.write_raw("a.png", b"x")
    house.posts.write_raw("1/b.png", b"x")
    assert house.publish(LATER).problems == ()
    assert sorted(entry.image for entry in house.entries()) == [
        "https://example.org/posts/0/a.png",
        "https://example.org/posts/1/b.png",
    ]


def test_an_image_that_is_also_in_the_text_has_one_warning(house: House) -> None:
    house.posts.write("tea.md", "![a](a.png) ![b](b.png)", cover="a.png")
    assert [problem.text for problem in house.publish().problems] == ["a.png", "b.png"]


def test_the_first_image_of_the_text_takes_its_place(house: House) -> None:
    site = replace(SITE, rules=replace(SITE.rules, lead_image=True))
    house.posts.write("tea.md", "![b](https://x.example/b.png)", cover="a.png")
    house.publish(site=site)
    assert house.only_entry().image == "https://x.example/b.png"


def test_a_post_that_is_refused_later_keeps_its_warnings(house: House) -> None:
    house.posts.write("tea.md", "<div>x" * 2_000, cover="a.png", categorys="[a]")
    codes = [problem.code for problem in house.publish().problems]
    assert sorted(codes) == ["no-picture", "too-deep", "unknown-key"]
    assert codes[0] == "too-deep"
