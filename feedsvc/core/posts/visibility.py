"""What hides a post. A wrong guess here cannot be taken back, so any doubt hides it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.dates import read_date
from feedsvc.core.frontmatter.source import Field, Value
from feedsvc.core.posts.fields import NamedField, PostFields
from feedsvc.core.posts.keys import (
    KEYS,
    fold,
    meant_by,
)
from feedsvc.core.posts.restrictions import (
    FALSE,
    HIDDEN_STATUS,
    TRUE,
    kinds_of,
    names_outlet,
    verdict_on,
    word,
)
from feedsvc.core.posts.terms import tag_words
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site

# `scheduled` hides nothing by itself: the post waits for its date.
_SHOWN_STATUS = frozenset(["published", "publish", "public", "scheduled"])
_SHOWN_VISIBILITY = _SHOWN_STATUS | {"everyone", "all", "open"}
_DRAFTS = frozenset(["draft", "drafts"])
_HIDING_TERMS: Final = frozenset(["draft", "private", "wip"])
_UNLISTED = frozenset(["never", "local", "link"])
# Pages beside the posts: a list of all tags, a page about the author.
_PAGES: Final = {
    "layout": frozenset(["page", "tags", "categories", "archive", "archives", "about", "links"])
    | frozenset(["friends", "index", "home", "404", "search", "draft"]),
    "type": frozenset(["page", "tags", "categories", "archives"]),
}
HIDING: Final = frozenset([*KEYS["hides"], *KEYS["encrypted"], *KEYS["expires"]])
_SHOWING = frozenset(KEYS["shows"])
_STATUS = frozenset(KEYS["status"])
_DENIALS: Final = ("not", "no", "non", "un", "never", "isnot", "dont")
_TABLES: Final = ("taxonomies", "extra", "params", "<<")  # where a flag is easily lost
_FLAGS: Final = {
    fold(key): meaning
    for meaning in ("hides", "shows", "status", "encrypted")
    for key in KEYS[meaning]
}


def why_hidden(fields: PostFields, site: Site) -> str:
    """The names of the fields that hide the post, joined by commas; empty if none does.

    A field that `content.harmless_keys` names hides nothing.
    """
    harmless = _folded(site.rules.harmless_keys)

    def every(meaning: str) -> Iterable[NamedField]:
        return _without(harmless, fields.all(meaning))

    own = [*_without(harmless, fields.every())]
    inner = [*_without(harmless, fields.within(_TABLES))]
    misspelt = {found.name for found in own if _nearly_hides(fields, found)}
    others = [found for found in (*own, *inner) if found.name not in misspelt]
    reasons = [
        *(found.name for found in every("hides") if _flag(fields, found)),
        *(found.name for found in every("shows") if not _shown_by(fields, found, site.zone)),
        *(found.name for found in every("status") if _status_hides(fields, found)),
        *(found.name for found in every("lists") if _list_hides(fields, found)),
        *(found.name for found in own if found.name in misspelt),
        *(found.name for found in others if _restricts(fields, found, site.zone)),
        *(found.name for found in inner if _misplaced(fields, found)),
        *(found.name for found in every("layout") if _is_page(found)),
        *(found.name for found in every("tags") if _has_hiding_term(fields, found, site)),
        *(found.name for found in every("categories") if _has_hiding_term(fields, found, site)),
        *(found.name for found in every("permalink") if _has_no_page(found)),
    ]
    folders = fields.path.lower().split("/")[:-1]
    reasons += [f"the folder {folder}" for folder in folders if folder in _DRAFTS]
    return ", ".join(dict.fromkeys(reasons))


def waits_for(fields: PostFields, site: Site) -> tuple[NamedField, datetime] | None:
    """The latest date of a key such as `embargo` or `publish_at`, and the key; None if none."""
    harmless = _folded(site.rules.harmless_keys)
    dated = [
        (found, until)
        for found in _without(harmless, (*fields.every(), *fields.within(_TABLES)))
        if "time" in kinds_of(_own_key(found.name))
        and (until := verdict_on(_own_key(found.name), found.value, site.zone).until)
    ]
    return max(dated, key=lambda each: each[1], default=None)


def harmless_cure(name: str) -> str:
    """How to publish a post although a key of this name hides it."""
    return f"if it means something else, add {_own_key(name)[:60]!r} to content.harmless_keys"


def hides_all_the_same(said: Iterable[tuple[str, Field]], site: Site) -> str:
    """The first field that hides a post, of lines of broken front matter; empty if none does.

    Where the value of a known flag may be what is broken, a doubt hides nothing. Of what may
    belong to something else `hidden` is left out: it is mostly a picture's.
    """
    harmless = _folded(site.rules.harmless_keys)
    for name, field in said:
        table, _, key = name.rpartition(".")
        is_ours = not table or fold(table) in _TABLES or (table == "?" and key != "hidden")
        if not is_ours or not harmless.isdisjoint((fold(name), fold(key))):
            continue
        if _surely_hides(key, field.value) or verdict_on(key, field.value, site.zone).hides:
            return name.removeprefix("?.")
    return ""


def is_encrypted(fields: PostFields) -> bool:
    """True where only those who know a password may read the text."""
    return any(_word(found.value) not in FALSE for found in fields.all("encrypted"))


@lru_cache(maxsize=8)
def _folded(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, keys))


def _without(harmless: frozenset[str], founds: Iterable[NamedField]) -> Iterable[NamedField]:
    """The fields whose key is not among these folded ones, with its table or without."""
    if not harmless:
        return founds
    return (f for f in founds if harmless.isdisjoint((fold(f.name), fold(_own_key(f.name)))))


def _own_key(name: str) -> str:
    """The key of a field without the table that it stands in."""
    table, _, key = name.partition(".")
    return key if key and fold(table) in _TABLES else name


def _restricts(fields: PostFields, found: NamedField, zone: ZoneInfo) -> bool:
    """True for a key that restricts the post by its words, such as `members_only: true`."""
    kinds = kinds_of(_own_key(found.name))
    if not kinds:
        return False
    verdict = verdict_on(_own_key(found.name), found.value, zone)
    if verdict.hides:
        key = found.name[:60]
        fault, cure = f"{key} restricts the post and hides it", f"write {key}: false"
        if verdict.undated:
            fault = f"{key} is not a date that can be read, so it hides the post"
            cure = f"write {key}: 2026-03-01"
        elif "state" in kinds:
            cure = f"write {key}: published"
        elif kinds & {"feed", "show", "opening"}:
            cure = f"write {key}: true"
        elif "denial" in kinds:
            cure = "delete it"
        cure += f" to publish the post; {harmless_cure(found.name)}"
        # The key restricts; its value may be a secret, which no report is to show.
        fields.warn_of_key("restricted", fault, cure, found)
    return verdict.hides


def truth(value: Value) -> bool | None:
    """What a flag says; None where it says neither."""
    word = _word(value)
    return word in TRUE if word in TRUE | FALSE else None


def _word(value: Value) -> str:
    return value.strip().lower() if isinstance(value, str) else "?"


def _flag(fields: PostFields, found: NamedField) -> bool:
    said = truth(found.value)
    if said is None:
        _warn_of_doubt(fields, found)
    return said is not False


def _shown_by(fields: PostFields, found: NamedField, zone: ZoneInfo) -> bool:
    said = truth(found.value)
    if said is None and found.name.lower() in ("published", "publish"):
        said = _is_date(found.value, zone) or None  # some write the date there
    if said is None:
        _warn_of_doubt(fields, found)
    return said is True


def _warn_of_doubt(fields: PostFields, found: NamedField) -> None:
    fault = f"{found.name}: {found.shown} is neither true nor false, so it hides the post"
    fields.warn("flag", fault, f"write {found.name}: true or {found.name}: false", found)


def _is_date(value: Value, zone: ZoneInfo) -> bool:
    try:
        return isinstance(value, str) and bool(read_date(value, zone))
    except ValueError:
        return False


def _status_hides(fields: PostFields, found: NamedField) -> bool:
    said = _word(found.value)
    if said in (_SHOWN_VISIBILITY if fold(found.name) == "visibility" else _SHOWN_STATUS):
        return False
    if said not in HIDDEN_STATUS:
        fault = f"{found.name}: {found.shown} is not known, so it hides the post"
        cure = f"write {found.name}: published or {found.name}: draft"
        cure += f"; {harmless_cure(found.name)}"
        fields.warn("status", fault, cure, found)
    return True


def _list_hides(fields: PostFields, found: NamedField) -> bool:
    """Hugo's `build: {list: never}`."""
    word = _word(found.value)
    if word in TRUE or word == "always":
        return False
    if word not in FALSE | _UNLISTED:
        fault = f"{found.name}: {found.shown} is not known, so it hides the post"
        fields.warn("status", fault, f"write {found.name}: always or never", found)
    return True


def _nearly_hides(fields: PostFields, found: NamedField) -> bool:
    """True for a misspelt flag: `darft: true`, `publishd: false`, `no-publish: true`."""
    meant = meant_by(found.name)
    if not meant or names_outlet(found.name):
        return False
    said = truth(found.value)
    denied = meant in _SHOWING and _denies(found.name, meant)
    hides = found.value is not None and (
        ((meant in HIDING or denied) and said is not False)
        or (meant in _SHOWING and not denied and said is False)
        or (meant in _STATUS and _word(found.value) in HIDDEN_STATUS)
    )
    if hides:
        nearly = f"the contrary of {meant}" if denied else f"nearly {meant}"
        fault = f"{found.name} is {nearly}, so it hides the post"
        one, other = ("draft", "published") if meant in _STATUS else ("true", "false")
        cure = f"write {meant}: {one} or {meant}: {other}"
        if meant in KEYS["expires"]:
            cure = f"write {meant}: 2026-03-01"
        cure += f"; {harmless_cure(found.name)}"
        # The key offends; its value may be a password, which no report is to show.
        fields.warn_of_key("flag", fault, cure, found)
    return hides


def _denies(name: str, flag: str) -> bool:
    """True for `not_published` and `no-publish`."""
    return fold(name).removesuffix(fold(flag)) in _DENIALS


def _misplaced(fields: PostFields, found: NamedField) -> bool:
    """True for a flag that hides and was written below a table's heading by mistake."""
    key = found.name.partition(".")[2]
    hides = _surely_hides(key, found.value)
    if hides:
        fault = f"{found.name} stands in a table, and hides the post all the same"
        fields.warn_of_key("flag", fault, f"write {key} above the table", found)
    return hides


def _surely_hides(key: str, value: Value) -> bool:
    word, said = _word(value), truth(value)
    return {
        "hides": said is True,
        "shows": said is False,
        "status": word in HIDDEN_STATUS,
        "encrypted": value is not None and word not in FALSE,
    }.get(_FLAGS.get(fold(key), ""), False)


def _is_page(found: NamedField) -> bool:
    return _word(found.value) in _PAGES[fold(found.name)]


def _has_no_page(found: NamedField) -> bool:
    """11ty's `permalink: false`: it is written nowhere."""
    return found.name.lower() == "permalink" and _word(found.value) == "false"


def _has_hiding_term(fields: PostFields, found: NamedField, site: Site) -> bool:
    """True if a tag or category is `draft`, `private` or `wip`, or has a level of that name.

    Obsidian writes `#draft/idea` or `status/draft`.
    """
    terms = [*_terms(found.value, site.rules)]
    hiding = [term for term in terms if not _HIDING_TERMS.isdisjoint(term.split("/"))]
    if not hiding:
        return False
    is_tag = fold(found.name.rpartition(".")[2]) in ("tag", "tags")
    is_draft = is_tag and "draft" in hiding[0].split("/")
    if not is_draft or terms != ["draft"]:  # with others it may be a mere word
        kind = "tag" if is_tag else "category"
        fault = f"{found.name}: the {kind} {hiding[0][:60]!r} hides the post"
        cure = f"remove it to publish the post; {harmless_cure(found.name)}"
        fields.warn_of_key("flag" if is_draft else "restricted", fault, cure, found)
    return True


def _terms(value: Value, rules: Rules) -> Iterator[str]:
    """The names in a list of tags or categories, and in its lists, for comparison."""
    for member in tag_words(value, rules):
        if isinstance(member, list):
            yield from _terms(member, rules)
        elif member:
            yield word(member).strip("#[] ")
