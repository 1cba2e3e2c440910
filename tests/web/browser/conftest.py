"""Headless Chromium and a running server. The tests are skipped if Chromium is missing."""

import io
import shutil
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.support.operators import TOKEN
from tests.support.pausing import pause_between_tests
from tests.support.run import adopt, shared
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

# Chromium prepares a process for the next page, keeps the last one, and does much for its users
# that no test looks at. All that takes processor time.
_LEFT_OUT = (
    "BackForwardCache",
    "DialMediaRouteProvider",
    "GlobalMediaControls",
    "MediaRouter",
    "OptimizationHints",
    "SpareRendererForSitePerProcess",
    "Translate",
)
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-search-engine-choice-screen",
    "--metrics-recording-only",
    "--password-store=basic",
    f"--disable-features={','.join(_LEFT_OUT)}",
)
_CELLS = 12
_WIDE = "\n".join(
    [
        "A paragraph with `code` and a [link](https://example.org/).",
        "",
        "```python",
        "wide = " + "1 + " * 80 + "1",
        "```",
        "",
        "| a column " * _CELLS + "|",
        "|---" * _CELLS + "|",
        "| a cell of some words " * _CELLS + "|",
        "",
        "> A quotation.",
        "",
        '<p style="text-align:center">Styled by its author.</p>',
        "",
        '<p style="width: 900px; color: #000; background: #fff">Pasted from paper.</p>',
        "",
        '<p style="white-space: nowrap">'
        + "A line that its author lets not wrap. " * 9
        + "</p>",
        "",
        '<p style="margin-left: 600px">Far away.</p>',
        "",
        '<img src="/static/icon.svg" style="width: 900px; height: 900px" alt="A square">',
        "",
        "averylongword" * 30 + "[^1]",
        "",
        "[^1]: A note.",
    ]
)

_ARABIC = "\n".join(
    [
        "الشاي الأخضر مشروب قديم. " * 8,
        "",
        "```python",
        "def tea(cups: int = 2) -> str:  # hot",
        '    return f"{cups} cups"',
        "```",
    ]
)
_SQUARE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">'
    b"<script>document.documentElement.id = 'ran'</script>"
    b'<rect width="300" height="200"/></svg>'
)


def _silence(seconds: int) -> bytes:
    """A WAV file that is too large to be sent in one piece."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44_100)
        sound.writeframes(bytes(seconds * 44_100 * 4))
    return file.getvalue()


@pytest.fixture(scope="session")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with posts in English and Chinese, some with wide elements."""
    folder = tmp_path_factory.mktemp("browser")
    posts = PostFolder(folder / "posts")
    posts.write(
        "wide.md", _WIDE, title="Wide", tags="[Tea, 茶]", categories="[Drinks, Hot]", lang="en"
    )
    chinese = "今年春天来得早，`curl` 一下。" * 40
    posts.write("cha.md", chinese, title="明前龙井", tags="[茶]", lang="zh-CN")
    posts.write("pictured/index.md", "![A square](<big square.svg>)", audio="tone.wav")
    posts.write_raw("pictured/big square.svg", _SQUARE)
    posts.write_raw("pictured/tone.wav", _silence(60))
    posts.write("deep.md", title="Deep", categories="[Medicine, Electroencephalography]")
    posts.write("arabic.md", _ARABIC, title="شاي أخضر", lang="ar", tags="[شاي]", author="ليلى")
    for number in range(10):
        posts.write(f"kind{number}.md", title=f"Kind {number}", tags=f"[kind {number}]")
    for number in range(25):
        posts.write(f"{number}.md", title=f"Post {number}", tags="[many, Tea]", author="Ann")
    settings = {"FEEDSVC_SITE__SUBTITLE": "What we brew", "FEEDSVC_ADMIN__TOKEN": TOKEN}
    with running(folder, posts.root, settings) as started:
        pause_between_tests("browsed", started)
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, one for all processes of the test run."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    address = shared("chromium", lambda folder: _start(program, folder))
    with sync_playwright() as playwright:
        yield playwright.chromium.connect_over_cdp(address)


def _start(program: str, folder: Path) -> str:
    """Start Chromium, and return the address of its DevTools protocol."""
    process = subprocess.Popen(
        [program, *_FLAGS, "--remote-debugging-port=0", f"--user-data-dir={folder}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    adopt(process)
    chosen = folder / "DevToolsActivePort"  # Chromium writes its port here
    wait_until(
        lambda: chosen.exists() and chosen.read_text().count("\n"), "Chromium starts", 60
    )
    return f"http://127.0.0.1:{chosen.read_text().splitlines()[0]}"


_DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}


def _a_visitor(chromium: Browser) -> BrowserContext:
    """A visitor with a desktop screen who reads English."""
    made = chromium.new_context(locale="en-US", viewport=_DESKTOP)
    made.set_default_timeout(10_000)
    return made


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A new visitor."""
    made = _a_visitor(chromium)
    yield made
    made.close()


@pytest.fixture(scope="session")
def tab(chromium: Browser) -> Iterator[Page]:
    """A tab that lives through the run: a new one takes a second of processor time."""
    context = _a_visitor(chromium)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """An empty tab. The test fails if something is written to its console.

    Other processes of the run control the same Chromium and meet each new document with their
    own media: emulate a medium after the document is there.
    """
    written: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        written.append(message.text)

    tab.set_viewport_size(_DESKTOP)
    tab.emulate_media(media="null", color_scheme="null")
    tab.context.clear_cookies()
    tab.context.clear_permissions()
    tab.on("console", keep)
    yield tab
    tab.goto("about:blank")
    tab.remove_listener("console", keep)
    assert written == []
