"""Requests of the doctor: no redirect of a public server leads to a private address."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias
from urllib.parse import urldefrag, urljoin, urlsplit

from feedsvc.core.doctor.agents import PollingAgent
from feedsvc.core.doctor.exchanges import Exchange
from feedsvc.core.doctor.hubs import FORM, FORM_TYPE
from feedsvc.core.doctor.links import quoted, same_origin
from feedsvc.core.websub.callback_addresses import Networks, is_public
from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import HttpAnswer, Outgoing

HUB_AGENT: Final = "a subscriber"
_MOST_BODY: Final = 16 * 1024 * 1024
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_KEEP_METHOD: Final = (307, 308)  # the redirects that a subscriber follows (WebSub §5.1)

_Send: TypeAlias = Callable[[Outgoing, str], HttpAnswer]


class Visitor:
    """Asks as an agent, and returns what came; that nothing came is an exchange too.

    The operator chooses the first address, which may be private. Wherever a public server
    leads, with a redirect or in a document, must be public, or in the networks `public`.
    """

    def __init__(
        self, *, certificates: str = "", limit: float = 10.0, public: Networks = ()
    ) -> None:
        self._anywhere, self._outside = (
            Outgoing(
                public,
                anywhere=anywhere,
                limit=limit,
                most_body=_MOST_BODY,
                certificates=certificates,
                ports=(),
            )
            for anywhere in (True, False)
        )
        self._public = public
        self._public_servers: set[str] = set()

    def close(self) -> None:
        """Close the connections."""
        self._anywhere.close()
        self._outside.close()

    def get(
        self,
        agent: PollingAgent,
        url: str,
        sent: Mapping[str, str] | None = None,
        named_at: str = "",
    ) -> Exchange:
        """GET an address that the operator has chosen, or that was `named_at` another one."""
        asked = Exchange(agent.name, url, 0, sent=sent or {})
        headers = {**agent.headers, **asked.sent}
        return self._ask(
            asked, lambda client, to: client.get(to, headers), _REDIRECTS, named_at
        )

    def subscribe(self, hub: str, named_at: str) -> Exchange:
        """POST a request without a callback to a hub, which accepts no such request."""
        asked = Exchange(HUB_AGENT, hub, 0, method="POST")
        headers = {"Content-Type": FORM_TYPE}
        return self._ask(
            asked, lambda client, to: client.post(to, FORM, headers), _KEEP_METHOD, named_at
        )

    def _ask(
        self, asked: Exchange, send: _Send, followed: tuple[int, ...], named_at: str
    ) -> Exchange:
        """Send a request, and follow redirects. `url` of the result is the last address."""
        address = asked.url
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                address = _sendable(address)
                answer = self._send(send, address, named_at)
                if answer.status not in followed or not answer.location:
                    return replace(
                        asked,
                        url=address,
                        status=answer.status,
                        headers=answer.headers,
                        body=answer.body,
                    )
                named_at, address = address, urljoin(address, answer.location)
        except (Unreachable, ValueError) as error:
            return replace(asked, url=address, fault=str(error))
        return replace(asked, url=address, fault=f"more than {_MOST_REDIRECTS} redirects")

    def _send(self, send: _Send, address: str, named_at: str) -> HttpAnswer:
        is_chosen = not named_at or same_origin(address, named_at)
        if is_chosen or _server(named_at) not in self._public_servers:
            answer = send(self._anywhere, address)
        else:
            try:
                answer = send(self._outside, address)
            except Unreachable as error:
                raise Unreachable(f"{error}; {_server(named_at)} leads there") from error
        peer = answer.peer
        if peer and (is_public(peer) or any(peer in network for network in self._public)):
            self._public_servers.add(_server(address))
        return answer


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _sendable(url: str) -> str:
    """The URL in ASCII, without a fragment. Raises ValueError if it is no web address."""
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"{url} is no http or https address")
    if "@" in urlsplit(url).netloc:
        raise ValueError("it contains a user name or a password")
    return quoted(urldefrag(url).url)
