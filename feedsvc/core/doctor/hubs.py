"""Whether a hub answers a request for a subscription."""

from collections.abc import Mapping
from typing import Final

from feedsvc.core.addresses import HUB_PATH
from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Exchange, Symptom
from feedsvc.core.doctor.links import same_origin
from feedsvc.core.doctor.served_feed import is_page

# A hub refuses a form that names no callback: with it nobody is subscribed.
FORM: Final = b"hub.mode=subscribe"
FORM_TYPE: Final = "application/x-www-form-urlencoded"
_OURS: Final = b"hub."  # what the line of text of our hub begins with
_ARRIVED: Final = b"hub.callback"  # it has read the form
_REFUSED: Final = 400
_BUSY: Final = 429
_UNDERSTOOD: Final = (400, 409, 422, _BUSY)


def hub_symptoms(hubs: Mapping[str, Exchange], site: str) -> list[Symptom]:
    """Each hub that a feed names and that takes no subscription.

    `site` is the address of a document: at `/hub` of the same server our own hub is expected.
    """
    symptoms = []
    for hub, exchange in hubs.items():
        is_ours = same_origin(exchange.url, site) and exchange.url.endswith(f"/{HUB_PATH}")
        if fault := _fault(exchange, is_ours=is_ours):
            symptoms.append(Symptom("hub", exchange, f"{hub}: {fault}"))
    return symptoms


def _fault(exchange: Exchange, *, is_ours: bool) -> str:
    if not exchange.status:
        return exchange.fault
    text = decoded(exchange).body
    is_answer = exchange.status in range(200, 300) or exchange.status in _UNDERSTOOD
    if not is_answer:
        return f"{exchange.status}{' with an HTML page' if is_page(text) else ''}"
    if exchange.status < _REFUSED and is_page(text):
        return f"{exchange.status} with an HTML page"
    if text.startswith(_OURS) and not text.startswith(_ARRIVED):
        return f"{exchange.status}, and the form did not arrive"
    if is_ours and exchange.status != _BUSY and not text.startswith(_OURS):
        return f"{exchange.status}, and not from the hub of feedsvc"
    return ""
