"""The pages in Chromium: nothing overflows, and everything is accessible."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.support.running import Server, wait_until

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/?q=tea",
    "/page/2/",
    "/tags/",
    "/tags/Tea/",
    "/categories/Drinks/",
    "/tags/?q=te",
    "/posts/wide/",
    "/posts/cha/",
    "/posts/arabic/",
    "/filter/",
    "/filter/?tag=Tea&not-tag=%E8%8C%B6&since=2026-01-01",
)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(
    ("size", "language"), [("phone", "en-US"), ("phone", "zh-CN"), ("desktop", "en-US")]
)
def test_no_page_is_wider_than_the_screen(
    browsed: Server, chromium: Browser, size: str, language: str
) -> None:
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    context = chromium.new_context(locale=language, viewport=viewport)  # type: ignore[arg-type]  # a TypedDict
    page = context.new_page()
    for path in PATHS:
        page.goto(browsed.url + path)
        assert page.evaluate(OVERFLOW) <= 0, path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(browsed: Server, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a Literal
    for path in PATHS:
        page.goto(browsed.url + path)
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert result.generate_snapshot() == "", path


def test_axe_finds_no_violation_on_an_error_page(
    browsed: Server, context: BrowserContext
) -> None:
    page = context.new_page()  # Chromium writes each 404 to the console
    page.goto(f"{browsed.url}/tags/Teas/")
    assert Axe().run(page).generate_snapshot() == ""
    page.get_by_role("link", name="Tea", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea")


def test_a_filter_is_put_together_without_scripts(browsed: Server, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(f"{browsed.url}/")
    page.get_by_role("link", name="Put your own feed together").click()
    page.get_by_role("link", name="Only posts with “Tea”").click()
    page.get_by_label("What it is").select_option("not-tag")
    page.get_by_label("Name", exact=True).fill("茶")
    page.get_by_role("button", name="Apply").click()
    query = "tag=Tea&not-tag=%E8%8C%B6"
    expect(page).to_have_url(f"{browsed.url}/filter/?{query}")
    address = page.get_by_label("Address of the feed (Atom)")
    expect(address).to_have_value(f"{browsed.url}/feed/atom?{query}")
    page.get_by_role("link", name="Remove “without 茶”").click()
    expect(page).to_have_url(f"{browsed.url}/filter/?tag=Tea")
    context.close()


def test_the_copy_button_copies_the_address_of_the_feed(browsed: Server, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{browsed.url}/tags/茶/")
    page.get_by_role("button", name="Copy: RSS").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{browsed.url}/tags/%E8%8C%B6/rss.xml"


def test_the_filter_hides_other_rows_and_finds_all_feeds(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/")
    tags = page.locator("section", has=page.get_by_role("heading", name="Tags"))
    rows = tags.locator("li:visible")
    expect(rows).to_have_count(10)
    box = tags.get_by_role("searchbox")
    box.fill("茶")
    expect(rows).to_have_count(1)
    box.fill("kind 9")  # not among the ten largest
    expect(rows).to_have_count(0)
    expect(tags.get_by_role("status")).to_have_text(
        "None of the feeds shown here. Press Enter to search all 14."
    )
    box.press("Enter")
    expect(page).to_have_url(f"{browsed.url}/tags/?q=kind+9")
    expect(page.locator(".name mark").first).to_have_text("kind")


def test_a_list_that_is_served_as_a_file_is_filtered_by_its_address(
    browsed: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    whole = f"{browsed.url}/tags/"
    page.route("**/tags/?q=*", lambda route: route.fulfill(response=route.fetch(url=whole)))
    page.goto(f"{whole}?q=KIND+9")
    expect(page.locator("li:visible .name")).to_have_text(["kind 9"])


def test_a_row_is_also_filtered_by_the_names_above_it(
    browsed: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    form = '<form data-filter="rows-category"><input name="q"><p role="status"></p></form>'

    def with_filter(route: Route) -> None:
        answer = route.fetch()  # there are too few categories for a filter
        route.fulfill(response=answer, body=answer.text().replace("<ul", f"{form}<ul", 1))

    page.route("**/categories/", with_filter)
    page.goto(f"{browsed.url}/categories/")
    names = page.locator("#rows-category li:visible .name")
    page.locator("form[data-filter] input").fill("drinks / hot")
    expect(names).to_have_text(["Drinks", "Hot"])
    page.locator("form[data-filter] input").fill("hot drinkz")
    expect(names).to_have_count(0)


def test_a_phone_has_share_and_readers_in_place_of_the_qr_code(
    browsed: Server, context: BrowserContext
) -> None:
    shared: list[object] = []
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.expose_function("keep", lambda what: shared.append(what))
    page.add_init_script("navigator.share = async (what) => keep(what)")
    page.goto(f"{browsed.url}/tags/Tea/")
    expect(page.get_by_text("Subscribe on a phone")).to_be_hidden()
    expect(page.get_by_role("link", name="Feedly")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    wait_until(lambda: shared, "the shared address")
    assert shared == [{"title": "Tea – Tea notes", "url": f"{browsed.url}/tags/Tea/"}]


def test_share_is_hidden_if_the_browser_has_none(
    browsed: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(f"{browsed.url}/tags/Tea/")
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    expect(page.get_by_text("Subscribe on a phone")).to_be_visible()


def test_no_page_is_long_on_a_phone(browsed: Server, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in PATHS:
        page.goto(browsed.url + path)
        assert page.evaluate("document.documentElement.scrollHeight") < 7_500, path


def test_text_from_right_to_left_begins_at_the_right(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/posts/arabic/")
    for selector in ("h1", ".content p"):
        assert page.eval_on_selector(selector, "e => getComputedStyle(e).textAlign") == "start"
        box = page.evaluate(
            """selector => { const text = new Range(), e = document.querySelector(selector);
            text.selectNodeContents(e);
            return [e.getBoundingClientRect().right, text.getBoundingClientRect().right] }""",
            selector,
        )
        assert abs(box[0] - box[1]) < 2, selector
    assert page.eval_on_selector("pre", "e => getComputedStyle(e).direction") == "ltr"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_has_several_colours(browsed: Server, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a Literal
    page.goto(f"{browsed.url}/posts/arabic/")
    colours = page.eval_on_selector_all(
        "pre span", "all => all.map(e => getComputedStyle(e).color)"
    )
    assert len(set(colours)) >= 3


def test_pages_work_without_javascript(browsed: Server, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(f"{browsed.url}/tags/Tea/")
    expect(page.get_by_label("Address of the feed (Atom)")).to_be_visible()
    expect(page.get_by_role("button", name="Copy: Atom")).to_have_count(0)
    page.get_by_role("searchbox").fill("wide")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Wide")).to_be_visible()
    page.goto(f"{browsed.url}/")
    page.get_by_role("searchbox", name="Find a tag").fill("kind 9")
    page.get_by_role("button", name="Find a tag").click()
    expect(page.get_by_role("link", name="kind 9", exact=True)).to_be_visible()
    context.close()


def test_subscribe_leads_to_the_page_of_a_feed_and_a_feed_to_its_source(
    browsed: Server, page: Page
) -> None:
    page.goto(f"{browsed.url}/posts/wide/")
    page.get_by_role("link", name="Subscribe: Tea").click()
    expect(page).to_have_url(f"{browsed.url}/tags/Tea/#subscribe")
    page.goto(f"{browsed.url}/tags/Tea/atom.xml")
    expect(page.get_by_text("This address is a feed")).to_be_visible()
    page.get_by_role("link", name="View the source").click()
    assert page.evaluate("document.contentType").endswith("xml")
    assert page.locator("#webkit-xml-viewer-source-xml").count() == 1  # Chromium's XML view
    assert "<id>tag:example.org,2026:feed:tags/Tea</id>" in page.content()


@pytest.mark.parametrize("name", ["rss.xml", "feed.json"])
def test_the_source_of_each_format_is_shown_and_not_saved(
    browsed: Server, page: Page, name: str
) -> None:
    response = page.goto(f"{browsed.url}/tags/Tea/{name}?raw")
    assert response is not None
    assert response.status == 200
    assert "Post 24" in page.content()


def test_a_script_gets_the_feed_after_the_browser_got_its_page(
    browsed: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{browsed.url}/tags/Tea/atom.xml")
    page.goto(f"{browsed.url}/healthz")  # our pages forbid scripts to fetch
    text = page.evaluate("fetch('/tags/Tea/atom.xml').then(answer => answer.text())")
    assert text.startswith("<?xml")


def test_the_first_tab_skips_to_the_content(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_qr_code_is_shown(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/tags/Tea/")
    page.get_by_text("Subscribe on a phone").click()
    code = page.get_by_role("img", name="QR code")
    expect(code).to_be_visible()
    # Not wait_for_function: it evaluates text, which our CSP forbids.
    wait_until(lambda: code.evaluate("shown => shown.naturalWidth") > 50, "the picture")


@pytest.mark.parametrize("wide", ["pre", "table"])
def test_wide_elements_scroll_by_themselves(browsed: Server, page: Page, wide: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{browsed.url}/posts/wide/")
    assert page.eval_on_selector(wide, "e => e.scrollWidth > e.clientWidth")
    assert page.eval_on_selector(wide, "e => e.tabIndex") == 0


def test_an_image_with_a_fixed_size_keeps_its_proportions(browsed: Server, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{browsed.url}/posts/wide/")
    box = page.get_by_role("img", name="A square").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"])


def test_colours_of_a_post_are_dropped_in_dark_mode(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/posts/wide/")
    page.emulate_media(color_scheme="dark")  # see `page`: after the page is there
    pasted = page.get_by_text("Pasted from paper.")
    ink = page.eval_on_selector("body", "e => getComputedStyle(e).color")
    expect(pasted).to_have_css("color", ink)
    expect(pasted).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_code_in_chinese_text_has_a_monospace_font(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/posts/cha/")
    font = page.eval_on_selector(".content code", "e => getComputedStyle(e).fontFamily")
    assert font.startswith("ui-monospace")


def test_a_name_stays_on_one_line(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/")
    lines = page.get_by_role("link", name="Electroencephalography", exact=True).evaluate(
        "e => { const text = new Range(); text.selectNodeContents(e);"
        " return text.getClientRects().length }"
    )
    assert lines == 1


def test_a_printed_page_has_its_table_and_its_licence(browsed: Server, page: Page) -> None:
    page.set_viewport_size({"width": 794, "height": 1123})
    page.goto(f"{browsed.url}/posts/wide/")
    page.emulate_media(media="print")
    left = "e => Math.round(e.getBoundingClientRect().left)"
    assert page.eval_on_selector("th:last-child", left) == page.eval_on_selector(
        "td:last-child", left
    )
    cell = page.locator("td:last-child").first
    right = "e => e.getBoundingClientRect().right"
    wait_until(lambda: cell.evaluate(right) <= 794, "the table to fit")
    footer = page.locator("footer.site")
    footer.evaluate("e => e.insertAdjacentHTML('beforeend', '<p>Licence: MIT</p>')")
    expect(footer.get_by_text("Licence: MIT")).to_be_visible()
    expect(footer.get_by_text("OPML")).to_be_hidden()


def test_a_page_loads_nothing_from_other_hosts(browsed: Server, page: Page) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    for path in PATHS:
        page.goto(browsed.url + path)
    assert urls
    assert [url for url in urls if not url.startswith(browsed.url)] == []


def test_a_page_works_under_another_host_name(browsed: Server, page: Page) -> None:
    page.goto(f"http://localhost:{browsed.port}/tags/Tea/")
    expect(page.get_by_role("button", name="Copy: Atom")).to_be_visible()
    page.get_by_role("searchbox").fill("wide")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Wide")).to_be_visible()


def test_an_image_beside_a_post_is_shown(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/posts/pictured/")
    picture = page.get_by_role("img", name="A square")
    expect(picture).to_be_visible()
    width = "picture => picture.decode().then(() => picture.naturalWidth)"
    assert picture.evaluate(width) == 300


def test_a_long_audio_file_beside_a_post_plays_to_its_end(browsed: Server, page: Page) -> None:
    page.goto(f"{browsed.url}/posts/pictured/")
    ended = """sound => new Promise((resolve, reject) => {
        sound.onerror = () => reject(sound.error.message);
        sound.onseeked = () => resolve([Math.round(sound.duration), sound.currentTime > 58]);
        sound.onloadedmetadata = () => { sound.currentTime = 59; };
        sound.load();
    })"""
    assert page.locator("audio").evaluate(ended) == [60, True]


def test_a_script_in_an_image_does_not_run(browsed: Server, context: BrowserContext) -> None:
    page = context.new_page()  # Chromium logs the blocked script to the console
    page.goto(f"{browsed.url}/posts/pictured/big%20square.svg")
    assert page.evaluate("document.querySelector('rect') !== null")
    assert page.evaluate("document.documentElement.id") == ""
