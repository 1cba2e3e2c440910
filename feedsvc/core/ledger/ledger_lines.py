"""The ledger as lines of JSON: one entry a line, the same bytes for the same entries."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.errors import LedgerError

VERSION: Final = 1  # of the format
_RETRACTED_VERSION: Final = 2  # of a line with a retraction, which earlier versions must refuse
MOST_OCTETS: Final = 1024 * 1024  # of a line, with its end

_BOM: Final = b"\xef\xbb\xbf"
_CONFLICT = re.compile(rb"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)( |$)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_NOT_STORED = re.compile("[\0\ud800-\udfff]")  # PostgreSQL's text, and UTF-8
_HASH = re.compile("[0-9a-f]{64}")
_HASH_PREFIX: Final = "sha256:"
# RFC 3339 §5.6
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_MOST_LENGTH: Final = 2**31 - 1
_FIELDS: Final = {
    *("version", "id", "key", "earlier_keys", "published", "updated", "redated", "first_at"),
    *("title_digest", "body_digest", "body_length", "words_digest", "permalink"),
    *("earlier_permalinks", "rss_guid", "withdrawn_at", "adopted_published", "adopted_updated"),
}
_RETRACTION_FIELDS: Final = {"notice", "origin", "since", "until", "undone_at"}
_FORGOTTEN_FIELDS: Final = {"version", "id", "forgotten"}
_CURE: Final = (
    "restore the file from version control or a backup, or write a new one with feedsvc ledger "
    "export"
)


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A line of the ledger: an entry, and the keys that its post had before `entry.key`.

    It has a `retraction` if the post was taken back, also if that was undone or has ended.
    """

    entry: LedgerEntry
    earlier_keys: tuple[str, ...] = ()
    retraction: Retraction | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that its post has or had; none of them is empty."""
        return (*filter(None, (self.entry.key,)), *self.earlier_keys)


@dataclass(frozen=True, slots=True)
class ForgottenHash:
    """A line of the ledger: the hash of an id, a key or a permalink that was forgotten."""

    hash: str

    @property
    def id(self) -> str:
        """What it has in place of an id: the lines are sorted by this."""
        return _HASH_PREFIX + self.hash


LedgerLine: TypeAlias = LedgerRecord | ForgottenHash


def line_of(line: LedgerLine) -> str:
    """The line as JSON, without its end."""
    if isinstance(line, ForgottenHash):
        return _json({"id": line.id, "forgotten": True, "version": VERSION})
    entry = line.entry
    fields: dict[str, Any] = {
        "id": entry.id,
        "key": entry.key,
        "earlier_keys": line.earlier_keys,
        "published": _date_text(entry.published),
        "updated": _date_text(entry.updated),
        "redated": _date_text(entry.redated),
        "first_at": _date_text(from_microseconds(entry.first_at)) if entry.first_at else None,
        "title_digest": entry.title_digest,
        "body_digest": entry.body_digest,
        "body_length": entry.body_length,
        "words_digest": entry.words_digest,
        "permalink": entry.permalink,
        "earlier_permalinks": entry.earlier_permalinks,
        "rss_guid": entry.rss_guid,
        "adopted_published": _date_text(entry.adopted_published),
        "adopted_updated": _date_text(entry.adopted_updated),
        "withdrawn_at": None,
        "version": VERSION,
    }
    if entry.withdrawn_at is not None:
        fields["withdrawn_at"] = _date_text(from_microseconds(entry.withdrawn_at))
    if of := line.retraction:
        fields["retracted"] = {
            "notice": of.notice,
            "origin": of.origin,
            "since": _date_text(of.since),
            "until": _date_text(of.until),
            "undone_at": _date_text(of.undone_at),
        }
        fields["version"] = _RETRACTED_VERSION
    return _json(fields)


def read_ledger(lines: Iterable[bytes], name: str) -> Iterator[LedgerLine]:
    """The lines of the ledger file `name`, each with its end, in any order.

    Raises LedgerError for the first line that cannot be read, or that has an id or a key of an
    earlier line. A line may be cut after MOST_OCTETS + 1 octets.
    """
    id_lines: dict[str, int] = {}
    key_lines: dict[str, int] = {}
    for number, octets in enumerate(lines, 1):
        try:
            line = _read(octets, is_first=number == 1)
            if isinstance(line, ForgottenHash):
                yield line
                continue
            _refuse_second(line.entry.id, "id", id_lines, number)
            for key in line.keys:
                _refuse_second(key, "key", key_lines, number)
        except _LineFault as fault:
            raise LedgerError(name, number, fault.fault, fault.cure) from fault
        yield line


class _LineFault(Exception):  # noqa: N818 - becomes a LedgerError, which knows the line
    def __init__(self, fault: str, cure: str = _CURE) -> None:
        super().__init__(fault)
        self.fault = fault
        self.cure = cure


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _date_text(moment: datetime | None) -> str | None:
    """RFC 3339 with the offset of the moment, and with microseconds if it has some."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _refuse_second(value: str, what: str, lines: dict[str, int], number: int) -> None:
    first = lines.setdefault(value, number)
    if first != number:
        raise _LineFault(
            f"line {first} has the {what} {value!r} too",
            "delete one of the two lines, the one that is not right",
        )


def _read(octets: bytes, *, is_first: bool) -> LedgerLine:
    """The line without its end. Raises _LineFault."""
    if len(octets) > MOST_OCTETS:
        raise _LineFault(f"it is longer than {MOST_OCTETS} octets")
    if is_first and octets.startswith(_BOM):
        raise _LineFault(
            "it begins with a byte order mark", "save the file as UTF-8 without one (no BOM)"
        )
    octets = octets.removesuffix(b"\n")
    if octets.endswith(b"\r"):
        raise _LineFault(
            "it ends with CR LF",
            "convert the file to LF; with git, write `text eol=lf` for it in .gitattributes",
        )
    if match := _CONFLICT.match(octets):
        raise _LineFault(
            f"it is a conflict marker of git ({match[1].decode()})",
            "keep the lines of both sides, delete the markers and lines that are there twice, "
            "and commit the file",
        )
    if not octets.strip():
        raise _LineFault("it is empty", "delete the line")
    return _parsed(_object(octets))


def _object(octets: bytes) -> dict[str, Any]:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        raise _LineFault("it is not UTF-8") from None
    try:
        fields = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise _LineFault("it is not JSON") from None
    if not isinstance(fields, dict):
        raise _LineFault("it is not a JSON object")
    return fields


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _LineFault("it has one field twice")
    return fields


def _parsed(fields: dict[str, Any]) -> LedgerLine:
    version = fields.get("version")
    if type(version) is not int or version < 1:
        raise _LineFault(f"its version is {_shown(version)}, not {VERSION}")
    if version > _RETRACTED_VERSION:
        raise _LineFault(
            f"it has version {version} of the format, and this feedsvc reads "
            f"{_RETRACTED_VERSION}",
            "upgrade feedsvc",
        )
    if "forgotten" in fields:
        return _forgotten(fields)
    has_retraction = version == _RETRACTED_VERSION
    _require_fields(fields, _FIELDS | {"retracted"} if has_retraction else _FIELDS)
    entry_id = _text(fields, "id")
    if not _URI.fullmatch(entry_id):
        raise _LineFault(f"its id {_shown(entry_id)} is not a URI")
    entry = LedgerEntry(
        id=entry_id,
        key=_text(fields, "key"),
        published=_date(fields, "published"),
        updated=_date(fields, "updated"),
        redated=_date(fields, "redated"),
        first_at=_time(fields, "first_at") or 0,
        title_digest=_text(fields, "title_digest"),
        body_digest=_text(fields, "body_digest"),
        body_length=_length(fields),
        words_digest=_text(fields, "words_digest"),
        permalink=_text(fields, "permalink"),
        earlier_permalinks=_list(fields, "earlier_permalinks"),
        rss_guid=_text(fields, "rss_guid"),
        adopted_published=_date(fields, "adopted_published"),
        adopted_updated=_date(fields, "adopted_updated"),
        withdrawn_at=_time(fields, "withdrawn_at"),
    )
    retraction = _retraction(entry_id, fields["retracted"]) if has_retraction else None
    return LedgerRecord(entry, _list(fields, "earlier_keys"), retraction)


def _retraction(entry_id: str, fields: Any) -> Retraction:
    if not isinstance(fields, dict):
        raise _LineFault(f"its retracted {_shown(fields)} is not an object")
    _require_fields(fields, _RETRACTION_FIELDS)
    origin, since, until = fields["origin"], _date(fields, "since"), _date(fields, "until")
    if origin not in ("command", "file") or since is None or until is None:
        raise _LineFault("its retracted has no origin, since or until")
    notice, undone_at = _text(fields, "notice"), _date(fields, "undone_at")
    return Retraction(entry_id, notice, origin, since, until, undone_at)


def _forgotten(fields: dict[str, Any]) -> ForgottenHash:
    _require_fields(fields, _FORGOTTEN_FIELDS)
    text = _text(fields, "id").removeprefix(_HASH_PREFIX)
    if fields["forgotten"] is not True or not _HASH.fullmatch(text):
        raise _LineFault("it is forgotten, and its id is not sha256: and 64 hexadecimal digits")
    return ForgottenHash(text)


def _require_fields(fields: dict[str, Any], names: set[str]) -> None:
    if missing := sorted(names - fields.keys()):
        raise _LineFault(f"it has no field {missing[0]!r}")
    if unknown := sorted(fields.keys() - names):
        raise _LineFault(f"it has an unknown field {_shown(unknown[0])}")


def _text(fields: dict[str, Any], name: str) -> str:
    return _stored(fields[name], name)


def _stored(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _LineFault(f"its {name} {_shown(value)} is not a text")
    if _NOT_STORED.search(value):
        raise _LineFault(f"its {name} {_shown(value)} has a character that cannot be stored")
    return value


def _list(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    values = fields[name]
    if not isinstance(values, list) or "" in values:
        raise _LineFault(f"its {name} {_shown(values)} is not a list of texts")
    return tuple(_stored(value, name) for value in values)


def _length(fields: dict[str, Any]) -> int:
    value = fields["body_length"]
    if type(value) is not int or not 0 <= value <= _MOST_LENGTH:
        raise _LineFault(f"its body_length {_shown(value)} is not a number of characters")
    return value


def _time(fields: dict[str, Any], name: str) -> int | None:
    moment = _date(fields, name)
    return None if moment is None else microseconds(moment)


def _date(fields: dict[str, Any], name: str) -> datetime | None:
    value = fields[name]
    if value is None:
        return None
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            moment = datetime.fromisoformat(value)
            moment.astimezone(UTC)  # raises OverflowError if it cannot be compared
            return moment
    except (ValueError, OverflowError):
        pass
    raise _LineFault(f"its {name} {_shown(value)} is not a date of RFC 3339")


def _shown(value: Any) -> str:
    """The value for a message, at most 60 characters."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
