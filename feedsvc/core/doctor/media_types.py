"""The media type and the charset of a feed."""

import re
from typing import Final

from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Exchange, Symptom
from feedsvc.core.doctor.served_feed import served_feed

# The registered types, and the general ones (server.media_types). Readers look into XML anyway
# to tell Atom from RSS.
_XML: Final = frozenset(
    [
        *("application/atom+xml", "application/rss+xml", "application/rdf+xml"),
        *("application/xml", "text/xml"),
    ]
)
_JSON: Final = frozenset(["application/feed+json", "application/json"])
_NEEDS_NO_CHARSET: Final = "application/json"  # RFC 8259 §11 defines no such parameter
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\";,\s]*)", re.IGNORECASE)
_UTF_8: Final = ("utf-8", "utf8")


def type_symptoms(exchange: Exchange) -> list[Symptom]:
    """What is wrong with the `Content-Type` of a feed."""
    document = decoded(exchange).body
    feed = served_feed(document)
    if feed is None:
        return []
    values = exchange.lines("Content-Type")
    came = f"Content-Type: {', and once more: '.join(values)}" if values else "no Content-Type"
    parts = exchange.header("Content-Type").split(",")
    named = {part.partition(";")[0].strip().lower() for part in parts}
    if not named <= (_JSON if feed.format == "json" else _XML):
        return [Symptom("media-type", exchange, came)]
    if fault := _charset_fault(values):
        return [Symptom("charset", exchange, f"{came} ({fault})")]
    try:
        document.decode("utf-8")
    except UnicodeDecodeError:
        return [Symptom("charset", exchange, f"{came}, and octets that are not UTF-8")]
    return []


def _charset_fault(values: list[str]) -> str:
    if len(values) > 1:
        return f"{len(values)} headers"
    charsets = [charset.lower() for charset in _CHARSET.findall(values[0])]
    if not charsets:
        return "" if values[0].lower().startswith(_NEEDS_NO_CHARSET) else "no charset"
    if len(charsets) > 1 or "," in values[0]:
        return "several charsets"
    return "" if charsets[0] in _UTF_8 else "the document is in UTF-8"
