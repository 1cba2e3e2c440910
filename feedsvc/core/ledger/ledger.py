"""What feedsvc remembers for good of each entry that it has ever published."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from feedsvc.core.text import unicode_pattern, words_of

LONG_ENOUGH: Final = 200  # characters of a body by which a post without its key is recognised

_WHITE_SPACE: Final = b" \t\n\r\x0b\x0c"
_MARKUP: Final = r"<[^<>]*+>?|\]\([^()\n]*+\)?|data:\S++"
_NOT_TEXT = re.compile(_MARKUP)
_NOT_TEXT_OR_LINKS = re.compile(rf"{_MARKUP}|\b\w++://\S++")  # takes eight times as long
# In scripts that are written without spaces each character is a word, because a line may end
# anywhere. A sign, a point or a comma belongs to a number.
_WORD: Final = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}]\p{M}*"
    r"|[-−+]?\p{N}+(?:[.,:/]\p{N}+)*[%‰]?"
    r"|[\p{L}\p{M}\p{S}\p{N}#&&[^|~`^\p{Han}\p{Hiragana}\p{Katakana}]]+"
)
_HOST = re.compile(r"\b[a-z][a-z0-9+.-]*+://[^/\s?#]++", re.IGNORECASE)
_SOURCE: Final = "-"  # between the two digests of `edit_digest`
_HEAD: Final = 600  # characters of a body that nearly always hold enough text


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the ledger. What is unknown is empty, 0 or None.

    `key` is the key that its post has now, or had last. `published` and `updated` are the dates
    that readers have. `redated` is the date in its file, if the author has changed it since.
    `first_at` and `withdrawn_at` are in microseconds since 1970; a published entry has no
    `withdrawn_at`. `body_digest` and `body_length` are of the text in the file (see
    `text_digest` and `text_length`), `words_digest` is that of its last version (see
    `edit_digest`). `rss_guid` is an adopted id that is no absolute IRI: RSS has it in place of
    the id. `adopted_published` and `adopted_updated` are the dates that an adopted feed gave.
    """

    id: str
    key: str
    published: datetime | None = None
    updated: datetime | None = None
    redated: datetime | None = None
    first_at: int = 0
    title_digest: str = ""
    body_digest: str = ""
    body_length: int = 0
    words_digest: str = ""
    permalink: str = ""
    earlier_permalinks: tuple[str, ...] = ()
    rss_guid: str = ""
    withdrawn_at: int | None = None
    adopted_published: datetime | None = None
    adopted_updated: datetime | None = None


def local_too(date: datetime | None) -> tuple[datetime, ...]:
    """A date, and its local time without a zone; empty for None.

    Posts with equal local times have one date: a new time zone of the site moves the moment.
    """
    return (date, date.replace(tzinfo=None)) if date else ()


def text_digest(text: str) -> str:
    """A hash of a text that does not depend on its white space."""
    # Of bytes, because deleting characters from a str takes ten times as long.
    plain = text.encode("utf-8", "surrogatepass").translate(None, _WHITE_SPACE)
    return hashlib.sha256(plain).hexdigest()[:32]


def words_digest(title: str, content_html: str) -> str:
    """A hash of the words and numbers of a title and of sanitised HTML, in their order.

    It does not depend on white space, punctuation, tags, and the hosts of addresses.
    """
    text = unicodedata.normalize("NFC", f"{title}\n{words_of(content_html)}")
    words = unicode_pattern(_WORD).findall(_HOST.sub("", text))
    return text_digest("\0".join(words))


def edit_digest(title: str, body: str, content_html: str) -> str:
    """The `words_digest` of a LedgerEntry: of the words that readers see, and of the source.

    Only the words that readers see decide whether `updated` moves. The digest of title and body
    tells an edit from a new renderer. Unlike `text_digest`, it notices white space between two
    letters that comes or goes ("now here" and "nowhere"). Before there was this one, the
    digest ended after the words.
    """
    source = hashlib.sha256(
        " ".join(f"{title}\n{body}".split()).encode("utf-8", "surrogatepass")
    )
    return f"{words_digest(title, content_html)}{_SOURCE}{source.hexdigest()[:32]}"


def _is_edit(before: LedgerEntry, after: LedgerEntry) -> bool:
    """True if the author has changed the title or the text, and readers see other words."""
    words, _, source = before.words_digest.partition(_SOURCE)
    new_words, _, new_source = after.words_digest.partition(_SOURCE)
    text = before.title_digest, before.body_digest
    has_other_text = text != (after.title_digest, after.body_digest)
    has_other_source = source not in ("", new_source)
    return (has_other_text or has_other_source) and words not in ("", new_words)


def next_updated(
    own: datetime, before: LedgerEntry, after: LedgerEntry, *, keeps: bool, now: datetime
) -> datetime:
    """The `updated` of an entry that was published before.

    `own` is that of its front matter, `before` and `after` are its entries of the ledger; only
    their dates and digests are used. Without words in `after`, edits move nothing.
    """
    last = before.updated
    if last is None:
        return own
    if keeps:
        return last
    if not after.words_digest or own > last:
        return own
    if _is_edit(before, after):
        return max(last, now)
    return last if last != before.published else own


def text_length(body: str) -> int:
    """Roughly the characters of a body without tags and addresses.

    Only the beginning is counted if it holds at least LONG_ENOUGH.
    """
    length = _length_of(body[:_HEAD])
    return length if length >= LONG_ENOUGH or len(body) <= _HEAD else _length_of(body)


def _length_of(text: str) -> int:
    if "://" in text:
        text = _NOT_TEXT_OR_LINKS.sub(" ", text)
    elif "<" in text or "](" in text or ":" in text:
        text = _NOT_TEXT.sub(" ", text)
    return len(" ".join(text.split()))


def forgotten_hash(text: str) -> str:
    """What stays of an id, a key or a permalink that was forgotten: SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
