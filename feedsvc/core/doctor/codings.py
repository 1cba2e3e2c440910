"""The content coding of an answer: twice, not at all, or another than the headers say."""

from typing import Final

from feedsvc.core.doctor.agents import PollingAgent
from feedsvc.core.doctor.decoding import Decoded, decoded
from feedsvc.core.doctor.exchanges import Exchange, Symptom

# Smaller documents may come as they are: feedsvc and CDNs have limits of 500 to 860 octets.
_SMALL: Final = 860


def coding_symptoms(exchange: Exchange, agent: PollingAgent) -> list[Symptom]:
    """What is wrong with the content coding of a document for this agent."""
    plain = decoded(exchange)
    code, came = _fault(plain, exchange, agent)
    return [Symptom(code, exchange, came)] if code else []


def _fault(plain: Decoded, exchange: Exchange, agent: PollingAgent) -> tuple[str, str]:
    named = f"Content-Encoding: {', '.join(plain.declared) or 'none'}"
    if len(plain.declared) > 1 or (plain.declared and plain.found):
        below = f", and {', '.join(plain.found)} below it" if plain.found else ""
        return "compressed-twice", f"{named}{below}"
    if plain.fault:
        return "content-encoding", f"{named}, and a body that is not {plain.fault}"
    if plain.found:
        return "content-encoding", f"{named}, and a body in {', '.join(plain.found)}"
    asked = agent.headers["Accept-Encoding"]
    offered = {word.partition(";")[0].strip() for word in asked.split(",")}
    if plain.declared and not offered & {plain.declared[0], plain.declared[0][2:]}:
        return "content-encoding", f"{named}, for Accept-Encoding: {asked}"
    if not plain.declared and len(exchange.body) >= _SMALL:
        size = len(exchange.body)
        return "not-compressed", f"{size:,} octets, plain, for Accept-Encoding: {asked}"
    return "", ""
