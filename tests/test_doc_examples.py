"""The console examples of README, tutorial and moving show what the program prints."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from feedsvc.settings.load import load_settings
from feedsvc.store.store import Store
from feedsvc.web.server.server import create_wsgi_app
from tests.support.commands import HOUSE, SOON, environment
from tests.support.doc_examples import Example, Shell, blocks, examples, section
from tests.support.running import free_port, wait_until
from tests.support.starter import start_forked

ALL_PAGES: Final = [
    "README.md",
    *sorted(str(page.relative_to(HOUSE)) for page in (HOUSE / "docs").rglob("*.md")),
]
# How many console blocks of each page the tests below run.
TESTED: Final = {
    "README.md": 0,
    "docs/tutorial.md": 4,
    "docs/moving.md": 4,
    "docs/problems.md": 1,
    "docs/operations.md": 13,  # by tests/stories/test_operations.py
}


@pytest.mark.parametrize("page", TESTED)
def test_every_console_block_is_run_by_a_test(page: str) -> None:
    assert len(blocks(section(page), "console")) == TESTED[page]


@pytest.mark.parametrize(
    ("shown", "printed", "agrees"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("", "a\n", False),
        ("a\n...\n", "a\nb\nc\n", True),
        ("a ... c\n", "a b c\n", True),
        ("a ... c\n", "a b d\n", False),
        ("200 \n", "200\n", True),
        ("2026-11-22 19:10:02Z\n", "2030-01-02 03:04:05Z\n", True),
        ("on http://127.0.0.1:8000\n", "on http://127.0.0.1:10001\n", True),
        ("on http://127.0.0.1:8000/a\n", "on http://127.0.0.1:8000/b\n", False),
    ],
)
def test_output_is_compared_except_for_times_ports_and_dots(
    shown: str, printed: str, agrees: bool
) -> None:
    assert Example("feedsvc feeds", shown).agrees_with(printed) is agrees


@pytest.mark.parametrize(("command", "output"), [("feedsvc check", "nothing\n"), ("ls", "")])
def test_an_example_that_differs_fails(tmp_path: Path, command: str, output: str) -> None:
    with pytest.raises(AssertionError):
        Shell(tmp_path).check(f"$ {command}\n{output}")


def test_the_tutorial_shows_what_feedsvc_prints(tmp_path: Path) -> None:
    page = section("docs/tutorial.md")
    right, undated, serving, feeds = blocks(page, "console")
    (config,), (post,) = blocks(page, "toml"), blocks(page, "markdown")
    shell = Shell(tmp_path)
    shell.write("config/feedsvc.toml", config)
    shell.write("posts/first-pick.md", post)
    shell.check(right)
    shell.write("posts/first-pick.md", post.replace("date: 2026-03-01 09:30:00\n", ""))
    shell.check(undated)
    shell.write("posts/first-pick.md", post)
    (example,) = examples(serving)
    with serving_in(tmp_path, example.command) as log:
        printed = log.read_text("utf-8")
        assert example.agrees_with(re.sub(r"^\d{4}-.*\n?", "", printed, flags=re.M)), printed
        shell.check(feeds)


@contextmanager
def serving_in(folder: Path, command: str) -> Iterator[Path]:
    """Serve on a free port; gives the file of what was printed and logged."""
    environ, log = environment({"PORT": str(free_port())}), folder / "serve.log"
    log.touch()
    server = start_forked(command.split()[1:], environ, folder, log)
    try:
        last = {"all feeds", "published: 1 added"}  # one may be printed before the other
        wait_until(lambda: all(each in log.read_text("utf-8") for each in last), "feeds", SOON)
        yield log
    finally:
        server.terminate()
        server.wait(SOON)


def test_the_page_of_problems_shows_what_feedsvc_prints(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (config,) = blocks(section("docs/tutorial.md"), "toml")
    shell.write("config/feedsvc.toml", config)
    cups = "title: Cups\ndate: 2026-03-01\ncategorys: Tea"
    shell.write("posts/cups.md", f"---\n{cups}\n---\nCups.\n")
    shell.write("posts/tea.md", "---\ntitle: Tea\ndate: 2026-02-30\n---\nTea.\n")
    shell.write("posts/pots.md", "---\ndate: 2026-03-02\n---\nPots.\n")
    shell.write("posts/milk.md", "---\ndraft: true\n---\nMilk.\n")
    shell.write("posts/cup.jpg", "")
    (block,) = blocks(section("docs/problems.md"), "console")
    shell.check(block)


# The posts of each site that moves; their folder and their names are those of its generator.
MOVING: Final = {
    "From Hexo": ("config/feedsvc.toml", "source/_posts/first-pick.md"),
    "From Jekyll": ("config/feedsvc.toml", "_posts/2026-03-01-first-pick.md"),
    "From Hugo": ("feedsvc.toml", "content/posts/first-pick.md"),
    "From WordPress": ("config/feedsvc.toml", "posts/first-pick.md"),
}


@pytest.mark.parametrize("heading", MOVING)
def test_a_site_that_moves_answers_at_old_addresses_as_shown(
    heading: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = section("docs/moving.md", f"## {heading}")
    config, post = MOVING[heading]
    shell = Shell(tmp_path, lambda url: answer(client, url))
    shell.write(config, blocks(text, "toml")[0])
    front = "title: The first pick\ndate: 2026-03-01 09:30:00\ntags: [Longjing, Green Tea]"
    shell.write(post, f"---\n{front}\n---\nSpring came early.\n")
    commands = [line for block in blocks(text, "sh") for line in block.splitlines()]
    check, publish = (
        next(line for line in commands if line.startswith(f"feedsvc {name}"))
        for name in ("check", "publish")
    )
    assert re.fullmatch(
        r"files: \d+\n  published: 1\n(  other suffix: .*\n)?", shell.printed(check)
    )
    assert shell.printed(publish).startswith("added: 1\n")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path(config), {})
    with closing(Store(settings.store.url)) as store:
        client = Client(create_wsgi_app(settings, store))
        (block,) = blocks(text, "console")
        shell.check(block)


def answer(client: Client, url: str) -> str:
    """The status and the address of a redirect, as the curl of the page prints them."""
    parts = urlsplit(url)
    response = client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return f"{response.status_code} {response.headers.get('Location', '')}\n"


def test_adopt_prints_the_lines_that_the_page_of_moving_shows(tmp_path: Path) -> None:
    text = section("docs/moving.md", "## Take over ids")
    (table,) = blocks(text, "text")
    shell = Shell(tmp_path)
    (config,) = blocks(section("docs/tutorial.md"), "toml")
    config = config.replace("http://127.0.0.1:8000", "https://example.org")
    shell.write("config/feedsvc.toml", config + 'permalink = "/:year/:month/:day/:name/"\n')
    names = ("tea", "cups", "pots", "leaves", "water")
    dates = {name: date(2020, 1, 11 + number) for number, name in enumerate(names)}
    dates |= {"cake": date(2019, 12, 24), "gone": date(2020, 1, 10)}
    for name in (*names, "cake"):
        front = f"title: {name.title()}\ndate: {dates[name]}"
        shell.write(f"posts/{name}.md", f"---\n{front}\n---\nText.\n")
    items = [item(name, dates[name]) for name in (*names, "gone")]
    shell.write("old.xml", f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    shell.printed("feedsvc publish")
    printed = shell.printed("feedsvc adopt old.xml").splitlines()
    for line in table.splitlines():
        cells = re.split("  +", line)
        assert cells in [[*filter(None, row.split("\t"))] for row in printed], printed


def item(name: str, day: date) -> str:
    link = f"https://example.org/{day:%Y/%m/%d}/{name}/"
    published = f"{day:%d %b %Y} 00:00:00 +0800"
    return (
        f"<item><title>{name.title()}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{published}</pubDate></item>"
    )


BLOCKING: Final = re.compile(r"\b(?:feedsvc (?:serve|web|watch)|make serve|honcho start)\b")


@pytest.mark.parametrize("page", ALL_PAGES)
def test_nothing_follows_a_command_that_does_not_end(page: str) -> None:
    scripts = [block.splitlines() for block in blocks(section(page), "sh")]
    scripts += [[e.command for e in examples(b)] for b in blocks(section(page), "console")]
    for commands in scripts:
        followed = [command for command in commands[:-1] if BLOCKING.search(command)]
        assert followed == [], "end the block: the next command needs a second terminal"
        assert [command for command in commands if command.endswith("&")] == []


def test_the_readme_links_each_page_once_in_its_last_list() -> None:
    links = re.findall(r"^- \[.*?\]\((.*?)\)", section("README.md", "## More"), re.M)
    assert len(links) > 8
    assert sorted(set(links)) == sorted(links)
