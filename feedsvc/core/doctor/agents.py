"""As whom the doctor asks: three feed readers and a browser, with their headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class PollingAgent:
    """A program that fetches feeds: its name, and the headers of its requests."""

    name: str
    headers: Mapping[str, str]


def _agent(name: str, **headers: str) -> PollingAgent:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return PollingAgent(name, MappingProxyType(named))


# Together they ask for br first, for br among others, and for gzip alone.
READERS: Final = (
    _agent(
        "Miniflux",
        User_Agent="Mozilla/5.0 (compatible; Miniflux/2.2.9; +https://miniflux.app)",
        Accept="application/xml,application/atom+xml,application/rss+xml,application/rdf+xml,"
        "application/feed+json,text/html,*/*;q=0.9",
        Accept_Encoding="br,gzip",
    ),
    _agent(
        "NetNewsWire",
        User_Agent="NetNewsWire (RSS Reader; https://netnewswire.com/)",
        Accept="application/rss+xml, application/rdf+xml, application/atom+xml, "
        "application/feed+json, application/json, application/xml, text/xml, */*;q=0.1",
        Accept_Encoding="gzip, deflate, br",
        Accept_Language="en-US,en;q=0.9",
    ),
    _agent(
        "Feedly",
        User_Agent="Feedly/1.0 (+https://feedly.com/poller.html; 42 subscribers; )",
        Accept="*/*",
        Accept_Encoding="gzip",
    ),
)
BROWSER: Final = _agent(
    "a browser",
    User_Agent="Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) "
    "Gecko/20100101 Firefox/140.0",
    Accept="text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    Accept_Language="en-US,en;q=0.5",
    Accept_Encoding="gzip, deflate, br, zstd",
    Sec_Fetch_Dest="document",
    Sec_Fetch_Mode="navigate",
    Sec_Fetch_Site="none",
    Sec_Fetch_User="?1",
    Upgrade_Insecure_Requests="1",
)
