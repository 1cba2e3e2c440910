"""From what came to what is wrong: each fault once, with whom it concerns and its cures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from feedsvc.core.doctor.agents import BROWSER, READERS
from feedsvc.core.doctor.codings import coding_symptoms
from feedsvc.core.doctor.cures import Cure, cures
from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Examination, Symptom, Visit
from feedsvc.core.doctor.faults import FAULTS
from feedsvc.core.doctor.freshness import freshness_symptoms
from feedsvc.core.doctor.hubs import hub_symptoms
from feedsvc.core.doctor.links import bases, link_symptoms
from feedsvc.core.doctor.media_types import type_symptoms
from feedsvc.core.doctor.proxies import proxies_of
from feedsvc.core.doctor.refusals import is_feed, refusals
from feedsvc.core.doctor.served_feed import served_feed
from feedsvc.core.doctor.validators import validator_symptoms

_AGENTS = {agent.name: agent for agent in (*READERS, BROWSER)}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A fault, with everything that shows it. Each symptom is one exchange."""

    code: str
    symptoms: tuple[Symptom, ...]
    cures: tuple[Cure, ...]

    @property
    def title(self) -> str:
        """What is wrong, in a few words."""
        return FAULTS[self.code].title

    @property
    def why(self) -> str:
        """Whom it harms."""
        return FAULTS[self.code].why

    @property
    def asked(self) -> dict[tuple[str, str, str], list[str]]:
        """The agents that saw the same at an address, by method, address and what came."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for symptom in self.symptoms:
            exchange = symptom.exchange
            names = groups.setdefault((exchange.method, exchange.url, symptom.came), [])
            if exchange.agent not in names:
                names.append(exchange.agent)
        return groups

    def to_dict(self) -> dict[str, Any]:
        """The diagnosis for programs."""
        return {
            "code": self.code,
            "title": self.title,
            "asked": [
                {"method": method, "address": address, "as": names, "came": came}
                for (method, address, came), names in self.asked.items()
            ],
            "why": self.why,
            "cures": [
                {"program": cure.program, "lines": list(cure.lines)} for cure in self.cures
            ],
        }


def diagnoses(examination: Examination) -> list[Diagnosis]:
    """What is wrong with these answers, in the order of the table of faults."""
    symptoms = [symptom for visit in examination.visits for symptom in _of_visit(visit)]
    refused = {s.exchange.status for s in symptoms if s.code == "challenge"}
    site = examination.visits[0].polls[0].first.url
    for symptom in hub_symptoms(examination.hubs, site):
        # Whoever refuses readers also refuses the request of the doctor to the hub.
        if not symptom.exchange.status or symptom.exchange.status not in refused:
            symptoms.append(symptom)
    proxies = proxies_of(examination.exchanges)
    found = []
    for code in FAULTS:
        if shown := tuple(each for each in symptoms if each.code == code):
            found.append(Diagnosis(code, shown, _cures(code, shown, proxies)))
    return found


def _of_visit(visit: Visit) -> list[Symptom]:
    """What is wrong at one document. Of an answer without a feed, only that is said."""
    symptoms = refusals(visit)
    served = replace(visit, polls=tuple(poll for poll in visit.polls if is_feed(poll.first)))
    for poll in served.polls:
        symptoms += coding_symptoms(poll.first, _AGENTS[poll.first.agent])
        symptoms += type_symptoms(poll.first)
    if visit.browser and visit.browser.status == 200:
        of_page = coding_symptoms(visit.browser, BROWSER)
        symptoms += [each for each in of_page if each.code != "not-compressed"]
    symptoms += validator_symptoms(served.polls)
    return [*symptoms, *link_symptoms(served), *freshness_symptoms(served)]


def _cures(
    code: str, symptoms: Sequence[Symptom], proxies: tuple[str, ...]
) -> tuple[Cure, ...]:
    first = symptoms[0].exchange
    feed = served_feed(decoded(first).body)
    site = bases(feed.self_link, first.url)[1].rstrip("/") if feed else ""
    return cures(code, proxies, site=site, hub=urlsplit(first.url).path)
