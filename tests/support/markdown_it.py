"""Compares what feedsvc makes of ordinary Markdown with markdown-it-py, word by word.

`python -m tests.support.markdown_it [COUNT] [SEED]` compares 1,000 generated posts, prints the
first difference of each that differs, and fails if there is one. The same seed gives the same
posts.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import zip_longest
from random import Random
from typing import Final

from markdown_it import MarkdownIt

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.text import words_of
from tests.support.builders import a_site

COUNT: Final = 1_000
SEED: Final = 20_261_129
_WORDS: Final = (  # noqa: SIM905 - a list would take fifty lines
    "tea leaf water cup kettle garden morning winter river stone paper letter bridge market "
    "the a of and with from when because quiet bright early common gathers keeps turns 3.14 "
    "12:30 5% $4 C# R&D a/b x<y don't e.g. No. snake_case under_score_word 2*3 <3 & “quoted” — "
    "café naïve"
).split()
_CHINESE: Final = (  # noqa: SIM905 - likewise
    "茶叶 水 杯子 花园 早晨 冬天 河流 石头 安静 明亮 收集 保持 写信 因为 以及"
).split()
_REFERENCE: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def posts(count: int = COUNT, seed: int = SEED) -> Iterator[str]:
    """Bodies of ordinary Markdown in English and Chinese, from text to tables and code."""
    random = Random(seed)  # noqa: S311
    for _ in range(count):
        blocks = [random.choice(_BLOCKS)(random) for _ in range(random.randint(0, 8))]
        yield "\n\n".join([_words(random), *blocks]) + "\n"


def difference(body: str) -> str:
    """The first words that differ; empty if both renderers give the same words."""
    ours, theirs = _words_of_feedsvc(body), words_of(_REFERENCE.render(body)).split()
    if ours == theirs:
        return ""
    pairs = enumerate(zip_longest(ours, theirs))
    same = next(n for n, (one, other) in pairs if one != other)
    part = slice(max(0, same - 3), same + 5)
    return f"feedsvc: {' '.join(ours[part])}\nmarkdown-it: {' '.join(theirs[part])}"


def _words_of_feedsvc(body: str) -> list[str]:
    source = f"---\ntitle: A post of words\ndate: 2026-03-01\n---\n{body}"
    post = parse_post("tea.md", source.encode(), a_site())
    assert isinstance(post, Post), post
    entry = compose(post, a_site(), "tag:example.org,2026:tea", post.published)
    assert isinstance(entry, Entry), entry
    return words_of(entry.content_html).split()


def _words(random: Random, most: int = 14) -> str:
    count = random.randint(2, most)
    if random.random() < 0.3:
        return "".join(random.choices(_CHINESE, k=count)) + random.choice("。，！？")
    return " ".join(random.choices(_WORDS, k=count))


def _spans(random: Random) -> str:
    """Some words, with emphasis, links, pictures and code in between."""
    spans = []
    for _ in range(random.randint(1, 5)):
        words = _words(random, 5)
        spans.append(random.choice(_MARKS).format(words, random.choice(_CHINESE)))
    return " ".join(spans)


_MARKS: Final = (
    *("{0}", "{0}", "{0}", "*{1}*", "**{1}**", "***{1}***", "_{1}_", "__{1}__", "~~{1}~~"),
    *("`{1} < &amp; *b*`", "``a ` {1}``", "[{1}](https://example.org/a_b_c?d=1&e=2)"),
    *('[**{1}**](/tea "A title")', "![{1}](/a.png)", "<https://example.org/{1}>", "[{1}][ref]"),
    *(
        "\\*{1}\\*",
        "&copy; {1} &lt;",
        "<b>{1}</b>",
        "{1}\\\n{1}",
        "{1}  \n{1}",
        "[{1}]",
        "!{1}",
    ),
)


def _paragraph(random: Random) -> str:
    return _spans(random).lstrip("#>-+=~ ") + "\n\n[ref]: https://example.org/ref"


def _heading(random: Random) -> str:
    text = " ".join(_spans(random).split())
    return random.choice((f"{'#' * random.randint(1, 6)} {text}", f"{text}\n==="))


def _list(random: Random) -> str:
    mark = random.choice(("- ", "* ", "1. ", "3) "))
    items = [_spans(random).replace("\n", " ") for _ in range(random.randint(1, 4))]
    inner = f"\n{' ' * len(mark)}- {_words(random)}" if random.random() < 0.4 else ""
    return random.choice(("\n", "\n\n")).join(f"{mark}{item}{inner}" for item in items)


def _quotation(random: Random) -> str:
    lines = [_spans(random).replace("\n", " ") for _ in range(random.randint(1, 3))]
    return "\n".join(f"> {line}" for line in lines)


def _table(random: Random) -> str:
    columns = random.randint(1, 4)
    cells = [[_words(random, 3) for _ in range(columns)] for _ in range(random.randint(2, 4))]
    rows = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([rows[0], "|" + " --- |" * columns, *rows[1:]])


def _code(random: Random) -> str:
    lines = [_words(random), "if (a < b && c > d) { e[0]++; } # *no* `marks`", "", "  [x](y)"]
    return random.choice((f"```js\n{chr(10).join(lines)}\n```", f"~~~\n{lines[0]}\n~~~"))


def _rule(random: Random) -> str:
    return random.choice(("***", "---", "<hr>"))


_BLOCKS: Final[tuple[Callable[[Random], str], ...]] = (
    *(_paragraph, _paragraph, _paragraph, _heading, _list, _quotation, _table, _code, _rule),
)


def main(count: int = COUNT, seed: int = SEED) -> int:
    """Compare the posts, and print the differences."""
    differing = 0
    for number, body in enumerate(posts(count, seed)):
        found = difference(body)
        if found:
            differing += 1
            print(f"post {number}\n{found}\n")  # noqa: T201 - its output
    same = count - differing
    print(f"{same:,} of {count:,} posts have the words of markdown-it-py")  # noqa: T201
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
