"""The pages of operators, by address. Without a token in the settings there are none."""

from typing import Final

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.settings.settings import Settings
from feedsvc.store.store import Store
from feedsvc.web.admin.audience_page import AudiencePage
from feedsvc.web.admin.door import Door, View
from feedsvc.web.admin.metrics import Metrics
from feedsvc.web.admin.status_page import StatusPage

ENDPOINTS: Final = "admin"  # how the names of their endpoints begin


def admin_pages(settings: Settings, store: Store) -> dict[str, View]:
    """The view of each page, by its address; none without a token.

    A page need not check who asks: the door in front of it does.
    """
    if not settings.admin.tokens:
        return {}
    door = Door(settings)
    pages: dict[str, View] = {
        "/status": StatusPage(settings, store).answer,
        "/audience": AudiencePage(settings, store).answer,
        "/metrics": Metrics(store).answer,
    }
    return {address: door.guarded(page) for address, page in pages.items()}


def is_for_operators() -> bool:
    """True if this request is for such a page."""
    return (request.endpoint or "").startswith(f"{ENDPOINTS}/")


def unshared(response: AnyResponse) -> AnyResponse:
    """An answer at the address of such a page, also an error: for this client alone."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    for name in [name for name, _ in response.headers if name.startswith("Access-Control-")]:
        del response.headers[name]
    return response
