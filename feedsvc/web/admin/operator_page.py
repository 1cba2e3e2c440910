"""A page behind the door, with links to the other ones."""

from typing import Any, Final

from flask import Response

from feedsvc.core.site import Site
from feedsvc.web.pages.rendering import rendered

# The pages for people, by their names in the links. `/metrics` is for programs.
ADDRESSES: Final = {"Status": "/status", "Audience": "/audience"}


def operator_page(template: str, site: Site, **values: Any) -> Response:
    """A page from a template that extends `admin/operator.html`."""
    return rendered(template, site, admin_addresses=ADDRESSES, **values)
