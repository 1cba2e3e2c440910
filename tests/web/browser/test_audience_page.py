"""Pages for operators in Chromium: on a phone and a desktop, light and dark."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Route

from feedsvc.store.store import Store
from tests.support.operators import BEARER, Site, polled_site
from tests.web.browser.test_pages import OVERFLOW

PATHS = ("/audience", "/audience?days=7&feed=tags/Tea")


@pytest.fixture
def site(store: Store) -> Site:
    return polled_site(store)


def test_the_audience_is_accessible_and_fits_the_screen(site: Site, chromium: Browser) -> None:
    def answer(route: Route) -> None:
        target = urlsplit(route.request.url)
        headers = BEARER | {"Accept": route.request.headers.get("accept", "*/*")}
        with site.visitor() as visitor:
            got = visitor.get(target.path, query_string=target.query, headers=headers)
            body, told = got.data, dict(got.headers)
            got.close()  # the file of a style
        route.fulfill(status=got.status_code, headers=told, body=body)

    for width, scheme in ((390, "dark"), (1200, "light")):
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]  # a Literal
        )
        page = context.new_page()
        page.route("**/*", answer)
        for path in PATHS:
            page.goto(f"http://example.org{path}")
            assert page.locator("svg.plot").count() == 4
            assert Axe().run(page).generate_snapshot() == ""
            assert page.evaluate(OVERFLOW) <= 0
        context.close()
