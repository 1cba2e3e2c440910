"""Readers that get no feed: a challenge, a page, a refusal, or no answer."""

from typing import Final

from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Exchange, Symptom, Visit
from feedsvc.core.doctor.served_feed import is_page, served_feed

_ABSENT: Final = (404, 410)
_FAILED: Final = range(500, 600)
_BUSY: Final = (429, 503)  # a limit of feedsvc or a start; with a page, a wall
_MARK: Final = "cf-mitigated"  # of Cloudflare's challenges


def is_feed(exchange: Exchange) -> bool:
    """True if a feed came, or octets that may be one below codings that are wrong."""
    if exchange.status != 200:
        return False
    plain = decoded(exchange)
    return bool(plain.fault) or served_feed(plain.body) is not None


def is_wall(exchange: Exchange) -> bool:
    """True if somebody in front refuses this client, rather than that there is nothing."""
    if exchange.lines(_MARK):
        return True
    if exchange.status in _BUSY:
        return is_page(decoded(exchange).body)
    if is_feed(exchange) or exchange.status in _ABSENT or exchange.status in _FAILED:
        return False
    if exchange.status == 200:
        # Other documents than pages are what they are: a list of feeds, a sitemap.
        body = decoded(exchange).body
        return is_page(body) or not body.lstrip().startswith((b"<", b"{"))
    return exchange.status > 200


def refuses(exchange: Exchange) -> bool:
    """True if the status says so. A page with 200 may be that of another program."""
    return is_wall(exchange) and exchange.status >= 300


def refusals(visit: Visit) -> list[Symptom]:
    """Each reader that gets no feed, and a browser that is refused."""
    firsts = [poll.first for poll in visit.polls]
    symptoms = [
        _symptom(first) for first in firsts if not is_feed(first) and not _is_limited(first)
    ]
    browser = visit.browser
    if browser and (browser.lines(_MARK) or not 0 < browser.status < 400):
        symptoms.append(_symptom(browser))
    return symptoms


def _is_limited(exchange: Exchange) -> bool:
    """True for the limit of polls of feedsvc, which the doctor may reach by asking often."""
    return exchange.status == _BUSY[0] and not is_wall(exchange)


def _symptom(exchange: Exchange) -> Symptom:
    return Symptom("challenge", exchange, what_came(exchange))


def what_came(exchange: Exchange) -> str:
    """An answer that is no feed, in a few words."""
    if not exchange.status:
        return exchange.fault
    came = str(exchange.status)
    if exchange.lines(_MARK):
        return f"{came} with a challenge ({_MARK}: {exchange.header(_MARK)})"
    if is_page(decoded(exchange).body):
        return f"{came} with an HTML page"
    kind = exchange.header("Content-Type").partition(";")[0]
    return f"{came} with {kind or 'no media type'}, and no feed"
