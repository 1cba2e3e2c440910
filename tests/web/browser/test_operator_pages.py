"""The pages of operators in Chromium: signing in, /status, nothing overflows, no violations."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.operators import TOKEN
from tests.support.running import Server

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_an_operator_signs_in_looks_and_signs_out(
    browsed: Server, chromium: Browser, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]  # a Literal
    )
    page = context.new_page()
    page.goto(f"{browsed.url}/status")
    assert Axe().run(page).generate_snapshot() == ""
    page.get_by_label("Token").fill("not the token at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("This is not a token of this site.")
    assert Axe().run(page).generate_snapshot() == ""
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Status")
    (cookie,) = context.cookies()
    assert (cookie["expires"], cookie["httpOnly"], cookie["sameSite"]) == (-1, True, "Strict")
    assert TOKEN not in cookie["value"]
    assert page.evaluate(OVERFLOW) <= 0
    assert Axe().run(page).generate_snapshot() == ""
    page.get_by_role("link", name="Stop that").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert context.cookies() == []
    context.close()
