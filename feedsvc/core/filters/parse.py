"""The query of an address, or of a setting, to a Filter or to what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from feedsvc.core import addresses
from feedsvc.core.filters.filter import (
    HISTORY,
    MOST_ENTRIES,
    MOST_TERMS,
    NOT,
    PARAMETERS,
    SEARCH,
    Filter,
    Group,
    Page,
    Term,
)
from feedsvc.core.search.queries import SearchFault, SearchQuery, search_query
from feedsvc.core.text import legal, nfc, one_line

MOST_OCTETS: Final = 12_000  # of a query: 16 of the longest names, percent-encoded

_NAMES: Final = (
    *PARAMETERS,
    *(NOT + name for name in PARAMETERS),
    *("since", "limit", "content", SEARCH),
)
# Names that campaigns, newsletters and social networks append to every address.
_IGNORED: Final = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|fb|ga|oly|vero|trk|mc|mkt|_hs)_.*|_ga|_gl|_hsenc|_hsmi"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igsh|igshid"
    r"|ref|ref_src|ref_url|referrer|spm|s_cid|wickedid|mkt_tok|srsltid|__s|from_source|_openstat",
    re.IGNORECASE | re.DOTALL,
)
_RAW: Final = "raw"  # asks for the source of a feed in a browser; it chooses no entries
_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,9})?"
    r"(?:([Zz])|([+ -][0-9]{2}):?([0-9]{2}))?"  # "+" is a space in a query
)
_EXAMPLE: Final = "2026-01-31 or 2026-01-31T12:00:00Z"
_SHOWN: Final = 60  # characters of a value in a message


@dataclass(frozen=True, slots=True)
class QueryFault:
    """What is wrong with a query, in a sentence that names the parameter and the cure."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


class _WrongError(Exception):
    """Ends the parsing; its text is the sentence."""


def asks_for_filter(query: bytes) -> bool:
    """True if a query has a parameter that is not to be ignored."""
    return any(not _is_ignored(name) for name, _ in _fields(query))


def without_raw(query: bytes) -> bytes:
    """The query without the parameter with which a browser asks for the source of a feed."""
    return b"&".join(each for each in query.split(b"&") if each.partition(b"=")[0] != b"raw")


def parse_filter(query: bytes, zone: ZoneInfo) -> Filter | QueryFault:
    """The filter that a query asks for; `zone` is that of dates without an offset."""
    try:
        if len(query) > MOST_OCTETS:
            raise _WrongError(
                f"the query has {len(query)} octets, and at most {MOST_OCTETS} are read; "
                "leave some terms out"
            )
        reading = _Parameters(zone)
        for name, value in _fields(query):
            if not _is_ignored(name):
                reading.read(name, value)
        return reading.filter()
    except _WrongError as wrong:
        return QueryFault(str(wrong))


def fault_of_unknown(term: Term, near: list[str]) -> QueryFault:
    """What to say about a term that no post ever had; `near` are similar names."""
    sentence = f"{term.parameter}: no post ever had {shown('/'.join(term.names))}"
    if near:
        return QueryFault(f"{sentence}; did you mean {_alternatives(map(shown, near))}?")
    return QueryFault(f"{sentence}; the names are on the pages of the site")


def shown(text: str) -> str:
    """A value in a message: in quotes, on one line, not endless."""
    text = one_line(text)
    cut = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    return f'"{cut}"' if cut.isprintable() else ascii(cut)


@dataclass(slots=True)
class _Parameters:
    """The parameters that were read so far."""

    zone: ZoneInfo
    all_of: list[Group] = field(default_factory=list)
    none_of: list[Term] = field(default_factory=list)
    terms: int = 0
    since: tuple[datetime | None, str] = (None, "")
    limit: int | None = None
    only_summaries: bool = False
    page: Page | None = None
    search: SearchQuery | None = None
    once: set[str] = field(default_factory=set)

    def read(self, name: str, octets: bytes) -> None:
        parameter = name.removeprefix(NOT)
        if parameter in PARAMETERS:
            self._read_terms(name, parameter, _text(name, octets))
            return
        readers: dict[str, Callable[[str], None]] = {
            "since": self._read_since,
            "limit": self._read_limit,
            "content": self._read_content,
            SEARCH: self._read_search,
            HISTORY: self._read_page,
        }
        if name not in readers:
            raise _WrongError(_unknown(name))
        if name in self.once:
            raise _WrongError(f"{name} is given twice; write it once")
        self.once.add(name)
        readers[name](_text(name, octets))

    def filter(self) -> Filter:
        chosen = Filter(
            tuple(self.all_of),
            tuple(self.none_of),
            *self.since,
            self.limit,
            self.only_summaries,
            search=self.search,
        )
        return chosen.with_terms({}).at_page(self.page)

    def _read_terms(self, name: str, parameter: str, text: str) -> None:
        group = []
        for value in text.split("|"):
            self.terms += 1
            if self.terms > MOST_TERMS:
                raise _WrongError(
                    f"{name}: the filter has more than {MOST_TERMS} terms; leave some out"
                )
            group.append(_term(name, parameter, value.strip()))
        if name == parameter:
            self.all_of.append(tuple(group))
        else:
            self.none_of += group

    def _read_since(self, text: str) -> None:
        try:
            self.since = _since(text, self.zone)
        except (ValueError, OverflowError):
            raise _WrongError(f"since: {shown(text)} is not a date; write {_EXAMPLE}") from None

    def _read_limit(self, text: str) -> None:
        if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_ENTRIES:
            raise _WrongError(
                f"limit: {shown(text)} is not a number of entries; "
                f"write a whole number from 1 to {MOST_ENTRIES}"
            )
        self.limit = int(text)

    def _read_content(self, text: str) -> None:
        if text not in ("full", "summary"):
            raise _WrongError(f"content: {shown(text)} is unknown; write summary or full")
        self.only_summaries = text == "summary"

    def _read_search(self, text: str) -> None:
        found = search_query(text)
        if isinstance(found, SearchFault):
            raise _WrongError(f"{SEARCH}: {found.message}")
        self.search = found

    def _read_page(self, text: str) -> None:
        self.page = addresses.archive_page_at(f"{addresses.ARCHIVE}/{text}")
        if self.page is None:
            raise _WrongError(
                f"{HISTORY}: {shown(text)} is not an archive page; "
                "follow the links of the feed, or leave it out"
            )


def _fields(query: bytes) -> Iterator[tuple[str, bytes]]:
    """The parameters of a query with values that are still encoded."""
    for each in query.split(b"&"):
        if each:
            name, _, value = each.partition(b"=")
            decoded = unquote_to_bytes(name.replace(b"+", b" "))
            yield decoded.decode("utf-8", "replace"), value


def _is_ignored(name: str) -> bool:
    return name == _RAW or bool(_IGNORED.fullmatch(name))


def _text(name: str, octets: bytes) -> str:
    """The value of a parameter. Raises _WrongError if it is empty or no text."""
    try:
        text = nfc(unquote_to_bytes(octets.replace(b"+", b" ")).decode())
    except UnicodeDecodeError:
        raise _WrongError(
            f"{name}: its percent-encoding is not UTF-8; encode it in UTF-8"
        ) from None
    if legal(text) != text or any(char < " " or char == "\x7f" for char in text):
        raise _WrongError(f"{name}: it has a control character; remove it")
    if not text.strip():
        raise _WrongError(f"{name} is empty; write {name}={_examples(name)}, or leave it out")
    return text.strip()


def _examples(name: str) -> str:
    values = {
        "category": "Tech/Python",
        "lang": "en",
        "since": "2026-01-31",
        "limit": "50",
        "content": "summary",
        SEARCH: "WORDS",
    }
    return values.get(name.removeprefix(NOT), "NAME")


def _unknown(name: str) -> str:
    near = get_close_matches(name.lower().replace("_", "-"), _NAMES, 2)
    cure = f"did you mean {_alternatives(near)}?" if near else f"known are {', '.join(_NAMES)}"
    return f"the parameter {shown(name)} is unknown; {cure}"


def _alternatives(names: Iterable[str]) -> str:
    return " or ".join(names)


def _term(name: str, parameter: str, value: str) -> Term:
    """The term that a value names. Raises _WrongError if it names none."""
    if parameter == "category":
        return _category(name, value)
    if not value:
        raise _WrongError(f"{name} has an empty name beside |; write a literal | as ~7C")
    written = one_line(value)
    match parameter:
        case "tag":
            paths = [f"tags/{value}", addresses.tag_path(written)]
        case "author":
            paths = [f"authors/{value}", addresses.author_path(written)]
        case _:
            paths = [f"lang/{value}", addresses.language_path(written)]
    if "/" in value:  # no segment has one
        del paths[0]
    return Term(PARAMETERS[parameter], (written,), tuple(dict.fromkeys(paths)))


def _category(name: str, value: str) -> Term:
    """A category, which has the posts of the categories below it: `Tech/*` is `Tech`."""
    value = value.removesuffix("*") if value.endswith("/*") else value
    value = value.removesuffix("/")
    names = tuple(one_line(each) for each in value.split("/"))
    if not all(names) or value == "*":
        raise _WrongError(
            f"{name}: {shown(value)} is no path of names; write Tech or Tech/Python, "
            "a literal / as ~2F and a literal | as ~7C"
        )
    paths = (f"categories/{value}", addresses.category_path(names))
    return Term("category", names, tuple(dict.fromkeys(paths)))


def _since(text: str, zone: ZoneInfo) -> tuple[datetime, str]:
    """The instant that a text names, and how addresses write it. Raises ValueError."""
    if _DATE.fullmatch(text):
        moment = datetime.fromisoformat(text).replace(tzinfo=zone)
        return moment, text
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError
    offset = f"{match[4].replace(' ', '+')}:{match[5]}" if match[4] else ""
    moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{offset}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC) if match[3] else _in_zone(moment, zone)
    in_utc = moment.astimezone(UTC)
    return in_utc, f"{in_utc.replace(tzinfo=None).isoformat()}Z"


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in a zone. Raises ValueError where some zones have none in UTC.

    So it does not depend on the zone whether a query can be read: settings rely on that.
    """
    if moment.year in (MINYEAR, MAXYEAR):
        raise ValueError
    return moment.replace(tzinfo=zone)
