"""Every bad input that we know of: refused or cleaned in no time, and the rest is published.

Each case is a file beside a healthy post. What is asked of all of them: the healthy post is in
the feed, every feed is right in all three formats, and it takes seconds at the most.
"""

import html
import json
import os
import re
import socket
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.publishing.report import Report
from tests.support.feedcheck import Finding
from tests.support.pipeline import (
    Pipeline,
    findings_of,
    new_pipeline,
)

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
SITE: Final = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
HEALTHY: Final = b"---\ntitle: Healthy\ndate: 2026-03-01\ntags: [Tea]\n---\nGreen tea.\n"
PUBLISHED: Final = "published"
MOST_SECONDS: Final = 10  # the promise is 2; coverage and a busy machine take their share


def post(front: str = "", body: str = "Text.") -> bytes:
    return f"---\ntitle: Bad\ndate: 2026-03-02\n{front}\n---\n{body}\n".encode()


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, levels):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]")
    return "\n".join(lines)


def merge_bomb(levels: int) -> str:
    lines = ["m0: &m0 {k: v}"]
    for n in range(1, levels):
        lines.append(f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 10)}]")
    return "\n".join(lines)


# What the bytes of a file may be, and what is to come of it: a code, or that it is published.
BYTES: Final[dict[str, tuple[bytes, str]]] = {
    "invalid UTF-8": (post("tags: [\\xff]").replace(b"\\xff", b"\xff"), "encoding"),
    "cut off in a character": (post("", "春")[:-2], "encoding"),
    "UTF-16": (post("", "春").decode().encode("utf-16"), "encoding"),
    "UTF-16 without a mark": (post("", "春").decode().encode("utf-16-le"), "encoding"),
    "GBK": (post("", "春茶").decode().encode("gbk"), "encoding"),
    "Latin-1": (post("", "Café").decode().encode("latin-1"), "encoding"),
    "0 bytes": (b"", "empty"),
    "blank lines only": (b" \n\t\r\n", "empty"),
    "NUL in the text": (post("", "a\0b"), PUBLISHED),
    "NUL in the title": (post('tags: ["a\\0b"]'), PUBLISHED),
    "every illegal character": (
        post("", "".join(chr(n) for n in [*range(1, 32), 0xFFFE, 0xFFFF])),
        PUBLISHED,
    ),
    "lone surrogates as bytes": (post("", "x").replace(b"x", b"\xed\xa0\x80"), "encoding"),
    "lone surrogates as JSON": (
        b'{"title": "\\ud800 a", "date": "2026-03-02", "tags": ["\\udfff"]}\ntext',
        PUBLISHED,
    ),
    "numeric entities": (post("", "&#8; &#x0; &#xFFFE; &#xD800; &#8"), PUBLISHED),
    "numeric entities in a title": (post("description: 'a &#8; b'"), PUBLISHED),
    "the end of CDATA": (post("tags: [']]>']", "]]> </content></entry> <![CDATA["), PUBLISHED),
    "the end of JSON": (post('description: \'"}],"items"\'', '"}],"items"'), PUBLISHED),
    "an entity of a file": (
        post("", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n\n&e; &nbsp;'),
        PUBLISHED,
    ),
    "YAML alias bomb": (post(bomb(9)), "front-matter"),
    "YAML merge-key bomb": (post(merge_bomb(6)), "front-matter"),
    "YAML anchors in cycles": (post("a: &a [*a]"), "front-matter"),
    "YAML 3,000 nested brackets": (post("a: " + "[" * 3_000 + "]" * 3_000), "front-matter"),
    "YAML 3,000 open brackets": (post("a: " + "[" * 3_000), "front-matter"),
    "YAML 40,000 odd brackets": (post("a: " + '["]",' * 40_000), "front-matter"),
    "JSON 50,000 nested brackets": (
        b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}\nx",
        "front-matter",
    ),
    "TOML 3,000 nested brackets": (b"+++\na = " + b"[" * 3_000 + b"\n+++\nx", "front-matter"),
    "YAML python object": (post("a: !!python/object/apply:os.system [id]"), "front-matter"),
    "YAML python object as a key": (post("!!python/name:os.system x: a"), "front-matter"),
    "YAML tag of its own": (post("a: !secret x"), "front-matter"),
    "a key of 1 MB": (post("a" * 1_000_000 + ": b"), "front-matter"),
    "a value of 1 MB": (post("a: " + "b" * 1_000_000), "front-matter"),
    "a duplicate key": (post("date: 2026-03-03"), "front-matter"),
    "tabs before keys": (post("extra:\n\timage: /a.png"), PUBLISHED),
    "an unclosed quote": (post('a: "b'), "front-matter"),
    "an unclosed block": (b"---\ntitle: Bad\ndate: 2026-03-02\n", "front-matter"),
    "a list for front matter": (b"---\n- a\n- b\n---\nx\n", "front-matter"),
    "a date that is none": (post().replace(b"2026-03-02", b"2026-02-30"), "date"),
    "a date of 5,000 digits": (post().replace(b"2026-03-02", b"9" * 5_000), "date"),
    "a date of the year 1": (post().replace(b"2026-03-02", b"0001-01-01"), "date"),
    "10,000 tags": (post(f"tags: [{', '.join(map(str, range(10_000)))}]"), "too-many"),
    "a tag of 200 kB": (post(f"tags: [{'a' * 200_000}]"), "too-long"),
    "a tag of 1 MB": (post(f"tags: [{'a' * 1_000_000}]"), "front-matter"),
    "a title of 1 MB": (
        b"---\ntitle: " + b"a" * 200_000 + b"\ndate: 2026-03-02\n---\n",
        "too-long",
    ),
    "odd tags": (
        post("tags: ['.', '..', /, '?', '  ', '\U0001f469\u200d\U0001f467', 'a\\b', CON]"),
        PUBLISHED,
    ),
    "a slug that climbs": (post("slug: ../../etc/passwd"), "slug"),
    "a permalink to elsewhere": (post("permalink: //evil.example/"), "permalink"),
    "quotes 10,000 deep": (post("", ">" * 10_000), "too-deep"),
    "brackets 10,000 deep": (post("", "[" * 10_000), PUBLISHED),
    "images 10,000 deep": (post("", "![" * 10_000), PUBLISHED),
    "links 10,000 deep": (post("", "[a](" * 10_000), PUBLISHED),
    "stars 10,000 times": (post("", "*" * 10_000), PUBLISHED),
    "stars and words 10,000 times": (post("", "*a **b " * 10_000), PUBLISHED),
    "lists 5,000 deep": (post("", "* " * 5_000 + "a"), PUBLISHED),
    "backticks of all lengths": (post("", " ".join("`" * n for n in range(1, 500))), PUBLISHED),
    "10,000 open divs": (post("", "<div>" * 10_000), "too-deep"),
    "100,000 open divs": (post("", "<div>" * 100_000), "too-deep"),
    "10,000 open bold": (post("", "<b>" * 10_000), "too-deep"),
    "comments that stay open": (post("", "<!-- " * 10_000), PUBLISHED),
    "tags that stay open": (post("", "<a href=" * 10_000), PUBLISHED),
    "shortcodes that stay open": (post("", "{% a " * 10_000 + "{{< b " * 10_000), PUBLISHED),
}
ACTIVE: Final = {
    "javascript:": '<a href="javascript:alert(1)">x</a> [y](javascript:alert(1))',
    "javascript: in disguise": '<a href="jAvA&#x09;script&colon;alert(1)">x</a>',
    "vbscript:": '<a href="vbscript:msgbox(1)">x</a> <img src="vbscript:x">',
    "data:text/html": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "file:": '<a href="file:///etc/passwd">x</a>',
    "on*": '<img src="a.png" onerror="alert(1)"> <p onclick=alert(1)>x</p>',
    "<script>": "<script>alert(1)</script><SCRIPT SRC=//evil.example/x></SCRIPT>",
    "<style>": "<style>body{background:url(//evil.example/x)}</style>",
    "<iframe>": '<iframe src="//evil.example/" srcdoc="<script>alert(1)</script>"></iframe>',
    "<svg onload>": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<base>": '<base href="//evil.example/"><a href="x">y</a>',
    "<meta refresh>": '<meta http-equiv="refresh" content="0;url=//evil.example/">',
    "<form>": '<form action="//evil.example/"><button formaction="javascript:x">y</button>',
    "math mXSS": "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--><img src=x onerror=alert(1)>'>",
    "noscript mXSS": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
}


def publish_beside_a_healthy_post(pipeline: Pipeline, site: Site = SITE) -> Report:
    """Publish; whatever else is in the folder, the healthy post is in a feed that is right."""
    pipeline.write({"healthy.md": HEALTHY})
    begun = time.monotonic()
    report = pipeline.publish(site, NOW)
    documents = pipeline.documents()
    assert time.monotonic() - begun < MOST_SECONDS
    assert b"Healthy" in documents["atom.xml"]
    assert b"Healthy" in documents["tags/Tea/feed.json"]
    assert wrong_in(documents, site) == []
    return report


def wrong_in(documents: dict[str, bytes], site: Site = SITE) -> list[Finding]:
    """What is wrong with the documents; an author who writes of `</a>` means those letters."""
    found = findings_of(documents, site, NOW)
    return [finding for finding in found if "is to be plain text" not in finding.message]


def codes(report: Report) -> dict[str, set[str]]:
    """The codes of what was refused, by path."""
    found: dict[str, set[str]] = {}
    for problem in report.problems:
        if problem.refuses:
            found.setdefault(problem.path, set()).add(problem.code)
    return found


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    with new_pipeline() as made:
        yield made


@pytest.mark.parametrize(("source", "outcome"), BYTES.values(), ids=BYTES)
def test_bad_bytes_are_refused_or_cleaned(
    pipeline: Pipeline, source: bytes, outcome: str
) -> None:
    pipeline.write({"bad.md": source})
    report = publish_beside_a_healthy_post(pipeline)
    if outcome == PUBLISHED:
        assert "bad.md" in report.added
    else:
        assert codes(report) == {"bad.md": {outcome}}


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
def test_active_content_reaches_no_feed(pipeline: Pipeline, body: str) -> None:
    pipeline.write({"bad.md": post("", f"Before.\n\n{body}\n\nAfter.")})
    report = publish_beside_a_healthy_post(pipeline)  # feedcheck finds what could act
    assert "bad.md" in report.added
    assert b"Before." in pipeline.documents()["feed.json"]


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
def test_active_content_stays_as_it_is_where_it_is_code(pipeline: Pipeline, body: str) -> None:
    pipeline.write({"bad.md": post("description: Code", f"```html\n{body}\n```")})
    publish_beside_a_healthy_post(pipeline)
    items = json.loads(pipeline.documents()["feed.json"])["items"]
    shown = next(item["content_html"] for item in items if item["title"] == "Bad")
    assert html.unescape(re.sub("<[^>]*>", "", shown)).rstrip("\n") == body


def _gbk(pipeline: Pipeline) -> None:
    text = "---\ntitle: 春茶\ndate: 2026-03-02\n---\n新茶上市。\n"
    pipeline.write({"bad.md": text.encode("gbk")})


def test_a_file_in_an_encoding_that_is_named_is_read(pipeline: Pipeline) -> None:
    _gbk(pipeline)
    site = Site("Tea", SITE.url, "Li", "UTC", "example.org,2026", rules=Rules(encoding="gbk"))
    publish_beside_a_healthy_post(pipeline, site)
    assert "新茶上市。".encode() in pipeline.documents()["feed.json"]


def test_a_file_in_no_encoding_that_is_named_becomes_no_mojibake(pipeline: Pipeline) -> None:
    _gbk(pipeline)
    report = publish_beside_a_healthy_post(pipeline)
    (problem,) = report.problems
    assert (problem.line, problem.column, problem.code) == (2, 8, "encoding")
    assert "\ufffd" not in pipeline.documents()["atom.xml"].decode()


# What is no file, or none that can be read.


def _large(place: Path) -> None:
    place.touch()
    os.truncate(place, 100 * 1024 * 1024)


def _sparse(place: Path) -> None:
    place.touch()
    os.truncate(place, 2 * 1024 * 1024 * 1024)


def _socket(place: Path) -> None:
    here = Path.cwd()
    os.chdir(place.parent)  # the path of a socket has to be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name)
    finally:
        os.chdir(here)


def _device(place: Path) -> None:
    try:
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # as /dev/zero
    except PermissionError:
        pytest.skip("only root can make a device")


def _unreadable(place: Path) -> None:
    place.write_bytes(post())
    place.chmod(0)
    if os.access(place, os.R_OK):
        pytest.skip("root may read anything")


def _odd_name(place: Path) -> None:
    os.rename(_written(place), os.fsencode(place.parent) + b"/\xff.md")  # noqa: PTH104


def _written(place: Path) -> Path:
    place.write_bytes(post())
    return place


FILES: Final[dict[str, tuple[Callable[[Path], None], str]]] = {
    "100 MB": (_large, "too-large"),
    "2 GB, sparse": (_sparse, "too-large"),
    "a FIFO": (os.mkfifo, "not-a-file"),
    "a socket": (_socket, "not-a-file"),
    "a device": (_device, "not-a-file"),
    "permission denied": (_unreadable, "unreadable"),
    "a link loop": (lambda place: place.symlink_to(place.name), "unreadable"),
    "a name that is not UTF-8": (_odd_name, "name"),
    "a folder named like a post": (lambda place: (place / "in").mkdir(parents=True), ""),
    "a link to a device": (lambda place: place.symlink_to("/dev/zero"), ""),
    "a link to what is outside": (lambda place: place.symlink_to("/etc/passwd"), ""),
    "a link to nothing": (lambda place: place.symlink_to("gone.md"), ""),
}


@pytest.mark.parametrize(("make", "code"), FILES.values(), ids=FILES)
def test_what_is_no_plain_file_is_left_alone(
    pipeline: Pipeline, make: Callable[[Path], None], code: str
) -> None:
    make(pipeline.root / "bad.md")
    report = publish_beside_a_healthy_post(pipeline)
    assert {c for found in codes(report).values() for c in found} == ({code} if code else set())


def test_of_two_posts_with_one_key_the_older_stays_and_the_other_is_named(
    pipeline: Pipeline,
) -> None:
    older = b"---\ntitle: Older\ndate: 2026-03-01\nguid: x\n---\n"
    newer = b"---\ntitle: Newer\ndate: 2026-03-02\nguid: x\n---\n"
    pipeline.write({"b.md": older, "a.md": newer})
    report = publish_beside_a_healthy_post(pipeline)
    assert codes(report) == {"a.md": {"twin"}}
    assert b"Older" in pipeline.documents()["atom.xml"]
    assert "b.md" in next(p.fault for p in report.problems if p.code == "twin")


# Anything at all.

marks = st.sampled_from(
    [b"---\n", b"+++\n", b";;;\n", b"{", b"---json\n", b"", b"\xef\xbb\xbf---\n"]
)
keys = st.sampled_from(
    b"title date tags categories author draft permalink enclosure cover lang feed feeds slug "
    b"guid updated expiryDate description status feeds".split()
)
scraps = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(keys, st.sampled_from([b": ", b" = ", b'": "']), st.binary(max_size=20)).map(
        lambda parts: b"".join(parts) + b"\n"
    ),
    st.sampled_from(
        [b"\n", b"---\n", b"+++\n", b"[", b"{", b"<b>", b"`", b"*", b"&a ", b"!!x "]
    ),
)
sources = st.tuples(marks, st.lists(scraps, max_size=8).map(b"".join), marks, st.binary()).map(
    b"".join
)
# Bytes at random are hardly ever UTF-8, and then nothing of them gets further.
odd_text = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from(["\0", "\x08", "\x1b", "\x7f", "\ufffe", "\uffff", "&#8;", "&#xD800;"])
    | st.sampled_from(
        ["]]>", "<b>", "</content>", "[", "](", "`", "\n\n", "{%", "<!--", "&", '"']
    )
).map("".join)
fields = st.tuples(keys, odd_text).map(
    lambda pair: pair[0] + b": " + json.dumps(pair[1]).encode() + b"\n"
)
readable = st.tuples(
    st.lists(fields, max_size=3, unique_by=lambda f: f.split(b":")[0]), odd_text
)
dated = st.one_of(
    readable.map(lambda parts: (b"".join(parts[0]), parts[1].encode())),
    st.tuples(st.lists(scraps, max_size=4).map(b"".join), st.binary(max_size=60)),
).map(lambda parts: b"---\npublishDate: 2026-03-02\n" + parts[0] + b"\n---\n" + parts[1])
names = st.sampled_from(["a.md", "2026-03-02-b.md", "c.html", "d.txt", "zh/e.md", "f.zh.md"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(names, sources | dated, max_size=4))
def test_a_folder_of_arbitrary_bytes_harms_no_healthy_post(files: dict[str, bytes]) -> None:
    with new_pipeline() as pipeline:
        pipeline.write(files)
        report = publish_beside_a_healthy_post(pipeline)
        assert "bug" not in {problem.code for problem in report.problems}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(names, dated, max_size=3), st.sampled_from(["yaml", "toml", "headers"]))
def test_a_dialect_that_is_forced_harms_none_either(
    files: dict[str, bytes], dialect: str
) -> None:
    rules = Rules(dialect=dialect, encrypted="teaser", lead_image=True, id_is_guid=True)  # type: ignore[arg-type]  # a word of the settings
    site = Site("T", SITE.url, "Li", "UTC", "example.org,2026", rules=rules)
    with new_pipeline() as pipeline:
        pipeline.write(files)
        report = pipeline.publish(site, NOW)
        assert "bug" not in {problem.code for problem in report.problems}
        assert wrong_in(pipeline.documents(), site) == []
