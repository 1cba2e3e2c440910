"""Measurements need many posts that look like a user's: this makes them up, the same each time.

`python -m benchmarks.posts DIR COUNT` writes COUNT posts into DIR.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate, islice
from itertools import count as count_up
from pathlib import Path
from random import Random
from typing import Final

FILES_PER_FOLDER: Final = 1_000
POSTS_PER_TAG: Final = 20
FEWEST_TAGS: Final = 6  # a post has up to six of them
AUTHORS: Final = ("Mira Okafor", "Jonas Lindqvist", "林小满", "沈一舟", "Ana Duarte")
CATEGORIES: Final = {
    "Tea": ("Green", "Black", "Oolong", "Teaware"),
    "Garden": ("Balcony", "Seeds", "Soil", "Harvest"),
    "Code": ("Python", "Feeds", "Tools", "Databases"),
    "Reading": ("Novels", "Essays", "Letters", "Maps"),
    "医学": ("血液科", "免疫学", "临床试验", "公共卫生"),
    "学校": ("校园新闻", "讲座", "图书馆", "毕业季"),
    "城市": ("公园", "博物馆", "地铁", "老街"),
    "生活": ("早餐", "旅行", "音乐", "电影"),
}

_FIRST_DAY: Final = datetime(2016, 1, 1)  # noqa: DTZ001 - users write naive dates
_SECONDS: Final = int(timedelta(days=3_652).total_seconds())
_SMALLEST, _LARGEST = 1_300, 5_200  # bytes of a body before its last paragraph

_ENGLISH_WORDS: Final = (  # noqa: SIM905 - a list would take a hundred lines
    "water leaf paper window reader garden winter table letter river stone morning number "
    "signal folder kitchen bridge market pencil thread season corner harbour silver answer "
    "engine village copper island mirror pocket planet ribbon saddle shadow spring station "
    "summer teapot ticket timber tunnel valley violin walnut weather whisper candle canvas "
    "carries follows gathers keeps measures returns settles turns waits writes quiet bright "
    "narrow patient early plain common distant careful familiar gentle hidden slowly often "
    "again perhaps never nearly together behind between under without around the a an of and "
    "to in with for from that this when where because while most some every another"
).split()
_CHINESE_WORDS: Final = (  # noqa: SIM905 - likewise
    "研究 患者 医院 结果 方法 团队 细胞 治疗 数据 学生 老师 课程 图书 城市 公园 早晨 天气 茶叶 "
    "花园 泥土 种子 阳光 窗户 纸张 铅笔 故事 读者 作者 文章 消息 时间 问题 答案 机会 经验 生活 "
    "朋友 家人 音乐 河流 山谷 车站 桥梁 市场 厨房 味道 颜色 声音 秋天 冬天 春天 夏天 发现 观察 "
    "记录 比较 选择 开始 继续 完成 等待 回来 整理 分享 安静 明亮 仔细 普通 遥远 熟悉 慢慢 常常 "
    "已经 仍然 或者 因为 所以 如果 但是 以及 关于 之间 的 了 在 与 和 从 把 被 更 很 再 就"
).split()
_TAG_ENGLISH: Final = _ENGLISH_WORDS[:56]
_TAG_CHINESE: Final = _CHINESE_WORDS[:56]
_CODE: Final = (
    "```python\ndef newest(posts: list[Post], most: int) -> list[Post]:\n"
    '    """The first few of them, <b>newest</b> & best."""\n'
    "    return sorted(posts, key=lambda post: post.date)[::-1][:most]\n```",
    "```html\n<ul>\n  <li>one &amp; two</li>\n  <li>three &lt; four</li>\n</ul>\n```",
    '```sh\nfor name in *; do\n  grep -q "^draft" "$name" && echo "$name"\ndone > all.txt\n```',
    "```c\nif (a < b && b > c) {\n    values[index[0]]++; /* ]]> ends nothing here */\n}\n```",
)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What must be known of all posts at once: no two share a date or an urlname."""

    date: datetime
    urlname: str
    tags: tuple[str, ...]
    seed: int


def write_posts(folder: Path, count: int) -> None:
    """Writes `count` posts below `folder`, at most 1,000 into each of its sub folders."""
    for start in range(0, count, FILES_PER_FOLDER):
        part = folder / f"{start // FILES_PER_FOLDER:03d}"
        part.mkdir(parents=True, exist_ok=True)
        for number in range(start, min(start + FILES_PER_FOLDER, count)):
            post = post_text(number, count)
            (part / f"{number:06d}.md").write_text(post, encoding="utf-8", newline="\n")


def post_text(number: int, count: int) -> str:
    """The post `number`, from 0, of `count`: the same text for the same two numbers."""
    facts = _facts(count)[number]
    random = Random(facts.seed)
    writer = _Writer(random, _CHINESE if number % 2 else _ENGLISH)
    top = random.choice(tuple(CATEGORIES))
    lines = [
        "---",
        f"title: {writer.title()}",
        f"date: {facts.date:%Y-%m-%d %H:%M:%S}",
        f"urlname: {facts.urlname}",
        "tags:",
        *(f"- {tag}" for tag in facts.tags),
        "categories:",
        f"- {top}",
        f"- {random.choice(CATEGORIES[top])}",
        f"author: {random.choice(AUTHORS)}",
        "---",
        "",
        writer.body(facts.urlname),
        "",
    ]
    return "\n".join(lines)


@lru_cache(maxsize=2)
def _facts(count: int) -> tuple[_Facts, ...]:
    random = Random(count)
    seconds = sorted(random.sample(range(_SECONDS), count))
    names = list(islice(_tag_names(), max(FEWEST_TAGS, count // POSTS_PER_TAG)))
    weights = list(accumulate(1 / rank for rank in range(1, len(names) + 1)))
    chosen: list[dict[str, None]] = [{} for _ in range(count)]
    order = random.sample(range(count), count)
    for place, name in enumerate(names if count else ()):
        chosen[order[place % count]][name] = None  # so that every tag is used
    for tags in chosen:
        wanted = random.randint(3, 6)
        while len(tags) < wanted:
            tags[random.choices(names, cum_weights=weights)[0]] = None
    return tuple(
        _Facts(
            date=_FIRST_DAY + timedelta(seconds=second),
            urlname=f"{random.getrandbits(128):032x}",
            tags=tuple(tags),
            seed=random.getrandbits(64),
        )
        for second, tags in zip(seconds, chosen, strict=True)
    )


def _tag_names() -> Iterator[str]:
    """Endless names without a double, English and Chinese by turns: single words first."""
    for english, chinese in zip(_TAG_ENGLISH, _TAG_CHINESE, strict=True):
        yield english
        yield chinese
    for round_number in count_up():
        suffix = f" {round_number + 1}" if round_number else ""
        for step in range(1, len(_TAG_ENGLISH)):
            for place in range(len(_TAG_ENGLISH)):
                other = (place + step) % len(_TAG_ENGLISH)
                yield f"{_TAG_ENGLISH[place]} {_TAG_ENGLISH[other]}{suffix}"
                yield f"{_TAG_CHINESE[place]}{_TAG_CHINESE[other]}{suffix}"


@dataclass(frozen=True)
class _Language:
    """How words make sentences, and a stock of those: composing takes most of the time."""

    words: list[str]
    joint: str
    stop: str
    link: str

    @cached_property
    def sentences(self) -> list[str]:
        random = Random(0)
        return [self.phrase(random, 7, 18) + self.stop for _ in range(5_000)]

    def phrase(self, random: Random, fewest: int, most: int) -> str:
        """Some words, the first of them with a capital where there are capitals."""
        words = random.choices(self.words, k=random.randint(fewest, most))
        text = self.joint.join(words)
        return text[0].upper() + text[1:]


_ENGLISH: Final = _Language(_ENGLISH_WORDS, " ", ".", "Read where this comes from")
_CHINESE: Final = _Language(_CHINESE_WORDS, "", "。", "阅读全文的出处")


class _Writer:
    """Composes one post in one language."""

    def __init__(self, random: Random, language: _Language) -> None:
        self._random = random
        self._language = language

    def title(self) -> str:
        return self.phrase(4, 9)

    def phrase(self, fewest: int, most: int) -> str:
        return self._language.phrase(self._random, fewest, most)

    def paragraph(self) -> str:
        random, language = self._random, self._language
        sentences = random.choices(language.sentences, k=random.randint(3, 6))
        if random.random() < 0.5:
            mark = random.choice(("*", "**", "`"))
            sentences.insert(1, f"{mark}{self.phrase(2, 4)}{mark}{language.stop}")
        return language.joint.join(sentences)

    def body(self, urlname: str) -> str:
        """1 to 6 KB of Markdown: paragraphs among which stand a list, a link and an image."""
        random = self._random
        target = random.randint(_SMALLEST, _LARGEST)
        first = self.paragraph()
        blocks = [
            "\n".join(f"- {self.phrase(3, 8)}" for _ in range(random.randint(3, 6))),
            f"[{self._language.link}](https://example.org/source/{urlname[:12]}.html)",
            f"![{self.phrase(2, 4)}](https://example.org/images/{urlname[:8]}.jpg)",
        ]
        if random.random() < 0.25:
            blocks.append(random.choice(_CODE))
        size = len("".join([first, *blocks]).encode())
        while size < target:
            blocks.append(self.paragraph())
            size += len(blocks[-1].encode())
        random.shuffle(blocks)
        return "\n\n".join([first, *blocks])


def main() -> None:
    """Writes the posts that the command line asks for."""
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal():
        sys.exit("usage: python -m benchmarks.posts DIR COUNT")
    write_posts(Path(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
