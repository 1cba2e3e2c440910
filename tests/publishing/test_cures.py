"""A cure that is followed cures: each code appears, and is gone once its cure is followed.

Every code of docs/problems.md stands here, with the words of its cure that are followed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from feedsvc.core.problems import Problem
from feedsvc.publishing.check import check
from feedsvc.source.folder import Folder
from tests.support.houses import SITE
from tests.support.writing import PostFolder

ROOT: Final = Path(__file__).parents[2]
CODES: Final = re.findall(
    r"^\| `([a-z-]+)` \| (?:error|warning)",
    (ROOT / "docs/problems.md").read_text("utf-8"),
    re.M,
)
D: Final = "date: 2026-03-01\n"


@dataclass(frozen=True)
class Cure:
    """What an author does about a problem: `words` are in the cure, `after` replaces files.

    `rules` and `globs` are settings before and after.
    """

    words: str
    before: str | bytes
    after: str | bytes | None
    path: str = "tea.md"
    beside: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    globs: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    presets: tuple[Any, ...] = ()


def front(*lines: str, body: str = "Tea.") -> str:
    """A post with a date and these lines of front matter."""
    return "---\n" + D + "".join(f"{line}\n" for line in lines) + f"---\n{body}\n"


AUDIO: Final = "enclosure: https://x.example/a.mp3"
OTHER: Final = front("title: Other", "tags: [tea]", "guid: g", "permalink: /other/")
CURES: Final[list[tuple[str, Cure]]] = [
    (
        "ambiguous-pattern",
        Cure(
            "write [[]",
            front(),
            front(),
            beside={"[ab].md": front(), "a.md": front()},
            globs=({"exclude": ["[ab].md"]}, {"exclude": ["[[]ab].md"]}),
        ),
    ),
    (
        "author",
        Cure(
            "https://",
            front("author: {name: Li, url: 'ftp:'}"),
            front("author: {name: Li, url: 'https://li.example'}"),
        ),
    ),
    (
        "author",
        Cure(
            "li@example.org",
            front("author: {name: Li, email: li}"),
            front("author: {name: Li, email: li@example.org}"),
        ),
    ),
    ("character", Cure("delete it", front(body="a\x08b"), front(body="ab"))),
    ("date", Cure("2026-03-01", "---\ndate: 2026-02-30\n---\nx", front())),
    (
        "date",
        Cure(
            "write an offset",
            "---\ndate: 2026-03-01 09:30 CST\n---\nx",
            "---\ndate: 2026-03-01 09:30 +08:00\n---\nx",
        ),
    ),
    (
        "date",
        Cure("2026-03-01", front("updatedAt: 2026-02-30"), front("updatedAt: 2026-03-01")),
    ),
    ("empty", Cure("delete the file", "", None)),
    (
        "enclosure",
        Cure(
            "URL of a file",
            front("enclosure: [[a]]"),
            front("enclosure: https://x.example/a.mp3"),
        ),
    ),
    (
        "enclosure",
        Cure(
            "url, type and length",
            front("enclosure: https://x.example/a.zzz"),
            front("enclosure: {url: 'https://x.example/a.zzz', type: audio/mpeg, length: 1}"),
        ),
    ),
    (
        "enclosure",
        Cure(
            "length: 24986239",
            front("enclosure: {url: 'https://x.example/a.mp3', length: big}"),
            front("enclosure: {url: 'https://x.example/a.mp3', length: 24986239}"),
        ),
    ),
    (
        "enclosure",
        Cure(
            "12:34",
            front("enclosure: https://x.example/a.mp3", "duration: long"),
            front("enclosure: https://x.example/a.mp3", "duration: 12:34"),
        ),
    ),
    (
        "enclosure",
        Cure(
            "keep 20",
            front(f"enclosures: {[f'https://x.example/{n}.mp3' for n in range(21)]}"),
            front(f"enclosures: {[f'https://x.example/{n}.mp3' for n in range(20)]}"),
        ),
    ),
    *(
        ("episode", Cure(words, front(AUDIO, before), front(AUDIO, after)))
        for words, before, after in (
            ("season: 2", "season: spring", "season: 2"),
            ("full, trailer or bonus", "episodeType: long", "episodeType: full"),
            ("true or false", "itunes_explicit: maybe", "itunes_explicit: false"),
            (
                "a .vtt",
                "transcript: https://x.example/a.z",
                "transcript: https://x.example/a.vtt",
            ),
        )
    ),
    (
        "encoding",
        Cure("as UTF-8", front("title: \xfc").encode("latin-1"), front("title: \xfc")),
    ),
    (
        "encoding",
        Cure(
            "content.encoding",
            front("title: \xfc").encode("latin-1"),
            front("title: \xfc").encode("latin-1"),
            rules=({}, {"encoding": "latin-1"}),
        ),
    ),
    ("feeds", Cure("site, tags", front("feeds: [nowhere]"), front("feeds: [site]"))),
    (
        "feeds",
        Cure(
            "give it that tag",
            front("feeds: [tags/AI]"),
            front("feeds: [tags/AI]", "tags: [AI]"),
        ),
    ),
    (
        "date",
        Cure("2099-12-31", front("expiryDate: soon"), front("expiryDate: 2099-12-31")),
    ),
    ("flag", Cure("draft: true or draft: false", front("draft: maybe"), front("draft: false"))),
    ("flag", Cure("draft: false", front("darft: true"), front("draft: false"))),
    ("flag", Cure("listed: true", front("list: false"), front("listed: true"))),
    ("flag", Cure("publish: true", front("no-publish: yes"), front("publish: true"))),
    (
        "flag",
        Cure(
            "expiryDate: 2099-12-31",
            front("expiryDat: 2099-01-01"),
            front("expiryDate: 2099-12-31"),
        ),
    ),
    ("flag", Cure("above the table", front("extra: {draft: true}"), front("draft: true"))),
    ("flag", Cure("remove it", front("tags: [tea, draft]"), front("tags: [tea]"))),
    ("flag", Cure("feed: true", front("feed: maybe"), front("feed: true"))),
    (
        "flag",
        Cure(
            "content.harmless_keys",
            front("darft: true"),
            front("darft: true"),
            rules=({}, {"harmless_keys": ("darft",)}),
        ),
    ),
    (
        "front-matter",
        Cure("keep one of them", front("title: a", "title: b"), front("title: a")),
    ),
    ("front-matter", Cure("quote values", front("title: a: b"), front("title: 'a: b'"))),
    ("front-matter", Cure("three dashes", "---\ntitle: a\n", front("title: a"))),
    (
        "hidden-file",
        Cure(
            "does not begin with",
            front("cover: _x.png"),
            front("cover: x.png"),
            beside={"_x.png": "x", "x.png": "x"},
        ),
    ),
    (
        "jekyll-words",
        Cure(
            "content.generator",
            front("tags: green tea"),
            front("tags: green tea"),
            path="_posts/2026-03-01-tea.md",
            rules=({}, {"generator": "jekyll"}),
        ),
    ),
    (
        "jekyll-words",
        Cure(
            "use the key tag",
            front("tags: green tea"),
            front("tag: green tea"),
            path="_posts/2026-03-01-tea.md",
        ),
    ),
    ("language", Cure("en or zh-CN", front("lang: English"), front("lang: en"))),
    (
        "license",
        Cure("CC-BY-4.0", front("license: CC-BYE-4.0"), front("license: CC-BY-4.0")),
    ),
    (
        "license",
        Cure(
            "write license: CC-BY-4.0",
            front("license: mine alone"),
            front("license: CC-BY-4.0"),
        ),
    ),
    (
        "nearly-alike",
        Cure(
            "use one of them",
            front("tags: [Tea]"),
            front("tags: [tea]"),
            beside={"b.md": OTHER},
        ),
    ),
    (
        "nearly-alike",
        Cure(
            "aliases.tags",
            front("tags: [Tea]"),
            front("tags: [Tea]"),
            beside={"b.md": OTHER},
            rules=({}, {"tag_aliases": (("Tea", "tea"),)}),
        ),
    ),
    ("no-date", Cure("add date: 2026-03-01", "---\ntitle: a\n---\n", front("title: a"))),
    (
        "no-file",
        Cure(
            "beside the post",
            front("enclosure: a.mp3"),
            front("enclosure: a.mp3"),
            more={"a.mp3": "x"},
        ),
    ),
    (
        "no-file",
        Cure(
            "write its length",
            front("enclosure: a.mp3"),
            front("enclosure: {url: a.mp3, length: 9}"),
        ),
    ),
    (
        "no-picture",
        Cure(
            "put it there",
            front(body="![a](a.png)"),
            front(body="![a](a.png)"),
            more={"a.png": "x"},
        ),
    ),
    (
        "no-picture",
        Cure("from the root", front(body="![a](a.png)"), front(body="![a](/a.png)")),
    ),
    (
        "no-picture",
        Cure("put it there", front("cover: a.png"), front("cover: a.png"), more={"a.png": "x"}),
    ),
    ("no-picture", Cure("from the root", front("cover: a.png"), front("cover: /img/a.png"))),
    (
        "no-target",
        Cure(
            "/posts/tea/",
            front(body="[a]({% post_url nowhere %})"),
            front(body="[a](/posts/tea/)"),
        ),
    ),
    ("not-list", Cure("tags: [one, two]", front("tags: {a: b}"), front("tags: [one, two]"))),
    ("not-text", Cure("title: words", front("title: [a]"), front("title: words"))),
    ("not-word", Cure("words only", front("tags: [{a: b}]"), front("tags: [b]"))),
    (
        "offset",
        Cure(
            "to +14:00",
            "---\ndate: 2026-03-01 09:30 +16:30\n---\nx",
            "---\ndate: 2026-02-28 17:00 +00:00\n---\nx",
        ),
    ),
    (
        "one-page",
        Cure(
            "a permalink",
            front("permalink: /other/"),
            front("permalink: /tea/"),
            beside={"b.md": OTHER},
        ),
    ),
    (
        "permalink",
        Cure(
            "such as /about/",
            front("permalink: https://x.example/"),
            front("permalink: /about/"),
        ),
    ),
    (
        "permalink",
        Cure("add it", front("permalink: /:word/"), front("permalink: /:word/", "word: a")),
    ),
    ("permalink", Cure("/about/", front("permalink: /:word/"), front("permalink: /about/"))),
    (
        "permalink",
        Cure("another permalink", front("permalink: /hooks/tea"), front("permalink: /feed/")),
    ),
    (
        "redirected-tag",
        Cure(
            "'Kubernetes'",
            front("tags: [k8s]"),
            front("tags: [Kubernetes]"),
            rules=({"tag_redirects": (("k8s", "Kubernetes"),)},) * 2,
        ),
    ),
    ("repeated-key", Cure("keep one of them", front("mood: a", "mood: b"), front("mood: a"))),
    (
        "restricted",
        Cure("members_only: false", front("members_only: true"), front("members_only: false")),
    ),
    ("restricted", Cure("delete it", front("no_access: x"), front())),
    (
        "restricted",
        Cure("public_access: true", front("public_access: no"), front("public_access: true")),
    ),
    ("restricted", Cure("rss: true", front("rss: false"), front("rss: true"))),
    ("restricted", Cure("stage: published", front("stage: draft"), front("stage: published"))),
    (
        "restricted",
        Cure("embargo: 2026-03-01", front("embargo: soon"), front("embargo: 2026-03-01")),
    ),
    (
        "restricted",
        Cure("expires: 2099-12-31", front("expires: 3600"), front("expires: 2099-12-31")),
    ),
    (
        "retracted",
        Cure("write retracted: words", front("retracted: [a]"), front("retracted: A")),
    ),
    ("retracted", Cure("shorten it", front("retracted: " + "x" * 2001), front("retracted: x"))),
    ("restricted", Cure("remove it", front("tags: [tea, private]"), front("tags: [tea]"))),
    (
        "restricted",
        Cure(
            "content.harmless_keys",
            front("auth: x"),
            front("auth: x"),
            rules=({}, {"harmless_keys": ("auth",)}),
        ),
    ),
    (
        "shared-slug",
        Cure(
            "rename one of them",
            front("tags: ['C++', 'C#']"),
            front("tags: ['C++', Sharp]"),
            presets=("wordpress",),
        ),
    ),
    ("slug", Cure("my-first-post", front("slug: ../x"), front("slug: my-first-post"))),
    ("status", Cure("status: published", front("status: odd"), front("status: published"))),
    (
        "template",
        Cure(
            "/blog/:slug/", front("permalink: '{{ title }}'"), front("permalink: /blog/:slug/")
        ),
    ),
    (
        "too-deep",
        Cure(
            "close each tag", front(body="<div>x" * 2_000), front(body="<div>x</div>" * 2_000)
        ),
    ),
    (
        "too-large",
        Cure("split it", front(body="x" * 6_000_000), front(), more={"b.md": front()}),
    ),
    ("too-long", Cure("shorten it", front("title: " + "x" * 2_000), front("title: x"))),
    ("too-many", Cure("important ones", front(f"tags: {[*range(201)]}"), front("tags: [1]"))),
    (
        "too-many",
        Cure(
            "[[one], [two]]",
            front(f"categories: {[*range(21)]}"),
            front("categories: [[1], [2]]"),
        ),
    ),
    ("twin", Cure("its own", front("guid: g"), front("guid: h"), beside={"b.md": OTHER})),
    ("unknown-key", Cure("category", front("categorys: [a]"), front("category: a"))),
    ("unknown-key", Cure("date", "---\ndaet: 2026-03-01\n---\nx", front())),
    ("unknown-tag", Cure("what it should show", front(body="{% odd %}"), front(body="Odd."))),
    (
        "unknown-value",
        Cure("what it should show", front(body="{{ tea.price }}"), front(body="5 yuan")),
    ),
    (
        "unsafe-link",
        Cure("https://", front(body="[a](data:b)"), front(body="[a](https://a.example)")),
    ),
    ("unsafe-link", Cure("delete it", front(body="[a](data:b)"), front(body="a"))),
    (
        "unmatched-pattern",
        Cure("correct or remove", front(), front(), globs=({"exclude": ["nowhere"]}, {})),
    ),
    (
        "name",
        Cure(
            "rename it",
            b"---\n" + D.encode() + b"---\n",
            None,
            path="\udcff.md",
            more={"a.md": front()},
        ),
    ),
]
IN_TIME: Final = [  # tests/publishing/test_cures_in_time.py
    *("copy", "expired-before", "first-date", "front-matter-gone", "future-update"),
    *("lookalike", "not-a-file", "retracted-copy"),
]
ELSEWHERE: Final = {
    "bug": "the cure is to report it",
    "crashed": "tests/publishing/reading/test_parallel.py",
    "unreadable": "tests/source/test_disk_faults.py: root may read every file",
}


def problems_in(root: Path, cure: Cure, number: int) -> dict[str, list[Problem]]:
    folder = Folder(root, 0, **cure.globs[number])
    site = replace(SITE, rules=replace(SITE.rules, **cure.rules[number]))
    found: dict[str, list[Problem]] = {}
    for problem in check(folder, site, None, cure.presets).problems:
        found.setdefault(problem.code, []).append(problem)
    return found


def write(posts: PostFolder, path: str, source: str | bytes) -> None:
    posts.write_raw(path, source.encode() if isinstance(source, str) else source)


@pytest.mark.parametrize(("code", "cure"), CURES, ids=[f"{c}: {x.words}" for c, x in CURES])
def test_a_cure_that_is_followed_cures(posts: PostFolder, code: str, cure: Cure) -> None:
    for path, text in cure.beside.items():
        write(posts, path, text)
    write(posts, cure.path, cure.before)
    found = problems_in(posts.root, cure, 0)
    assert code in found, found
    assert any(cure.words in problem.cure for problem in found[code]), found[code]
    for path, text in cure.more.items():
        write(posts, path, text)
    if cure.after is None:
        (posts.root / cure.path).unlink()
    else:
        write(posts, cure.path, cure.after)
    after = problems_in(posts.root, cure, 1)
    assert code not in after, after
    assert set(after) <= set(found), after


def test_the_cure_of_each_code_is_tested() -> None:
    tested = {code for code, _ in CURES}
    assert sorted({*tested, *IN_TIME, *ELSEWHERE}) == sorted(CODES)
