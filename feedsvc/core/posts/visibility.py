"""Decides if a post is hidden. Publishing cannot be undone, so any doubt hides the post."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.frontmatter.source import Field, Value
from feedsvc.core.posts.dating.date_fields import date_of
from feedsvc.core.posts.fields import NamedField, PostFields
from feedsvc.core.posts.keys import (
    DATED,
    KEYS,
    fold,
    nearest_key,
)
from feedsvc.core.posts.restrictions import (
    FALSE,
    HIDDEN_STATUS,
    TRUE,
    Kind,
    Verdict,
    kinds_of,
    names_outlet,
    verdict_on,
    word,
)
from feedsvc.core.posts.terms import name_of, separate_words
from feedsvc.core.site import Site

# `scheduled` does not hide a post: its date does. Nikola's `featured` is public.
_SHOWN_STATUS = frozenset(["published", "publish", "public", "scheduled", "featured"])
_SHOWN_VISIBILITY = _SHOWN_STATUS | {"everyone", "all", "open"}
_DRAFTS = frozenset(["draft", "drafts"])
_HIDING_TERMS: Final = frozenset(["draft", "private", "wip"])
_NOT_RETRACTED: Final = FALSE | {"", "null", "none", "never"}
MOST_NOTICE: Final = 2_000  # characters
_UNLISTED = frozenset(["never", "local", "link"])
# Layouts of pages that are not posts, such as a list of all tags.
_PAGES: Final = {
    "layout": frozenset(["page", "tags", "categories", "archive", "archives", "about", "links"])
    | frozenset(["friends", "index", "home", "404", "search", "draft"]),
    "type": frozenset(["page", "tags", "categories", "archives"]),
}
HIDING: Final = frozenset(
    [*KEYS["hides"], *KEYS["encrypted"], *KEYS["retracted"], *KEYS["expires"], *DATED]
)
_SHOWING = frozenset(KEYS["shows"])
_STATUS = frozenset(KEYS["status"])
_A_DATE: Final = {False: "2026-03-01", True: "2099-12-31"}  # True for a date that ends a post
_DENIALS: Final = ("not", "no", "non", "un", "never", "isnot", "dont")
# Where authors put flags by mistake, and maps of dates.
_TABLES: Final = ("taxonomies", "extra", "params", "<<", "date", "dates")
_FLAGS: Final = {
    fold(key): meaning
    for meaning in ("hides", "shows", "status", "encrypted", "retracted")
    for key in KEYS[meaning]
}


def why_hidden(fields: PostFields, site: Site) -> str:
    """The names of the fields that hide the post, separated by commas; empty if none does.

    A field that `content.harmless_keys` names hides nothing.
    """
    harmless = _folded(site.rules.harmless_keys)

    def of(meaning: str) -> Iterable[NamedField]:
        return _without(harmless, fields.with_meaning(meaning))

    own = [*_without(harmless, fields.all())]
    inner = [*_without(harmless, fields.in_tables(_TABLES))]
    misspelt = {field.name for field in own if _misspelt_hides(fields, field)}
    others = [field for field in (*own, *inner) if field.name not in misspelt]
    reasons = [
        *(field.name for field in of("hides") if _hides(fields, field)),
        *(field.name for field in of("shows") if not _shows(fields, field, site.zone)),
        *(field.name for field in of("status") if _hides_by_status(fields, field)),
        *(field.name for field in of("lists") if _hides_by_list(fields, field)),
        *(field.name for field in own if field.name in misspelt),
        *(field.name for field in others if _restricts(fields, field, site.zone)),
        *(field.name for field in inner if _misplaced(fields, field)),
        *(field.name for field in of("layout") if _is_page(field)),
        *(field.name for field in of("tags") if _has_hiding_term(fields, field, site)),
        *(field.name for field in of("categories") if _has_hiding_term(fields, field, site)),
        *(field.name for field in of("permalink") if _has_no_page(field)),
    ]
    folders = fields.path.lower().split("/")[:-1]
    reasons += [f"the folder {folder}" for folder in folders if folder in _DRAFTS]
    return ", ".join(dict.fromkeys(reasons))


def embargo_of(fields: PostFields, site: Site) -> tuple[NamedField, datetime] | None:
    """The field, such as `publish_at`, with the latest date, and that date; None if none."""
    dated = [(f, verdict.until) for f, verdict in _verdicts("time", fields, site)]
    waits = [(field, until) for field, until in dated if until]
    return max(waits, key=lambda each: each[1], default=None)


def end_of(fields: PostFields, site: Site) -> tuple[NamedField, datetime] | None:
    """The field, such as `expires`, with the first date, and that date; None if none."""
    dated = [(f, verdict.ends) for f, verdict in _verdicts("end", fields, site)]
    ended = [(field, ends) for field, ends in dated if ends]
    return min(ended, key=lambda each: each[1], default=None)


def _verdicts(
    kind: Kind, fields: PostFields, site: Site
) -> Iterator[tuple[NamedField, Verdict]]:
    """The fields whose keys are of this kind, and what they mean."""
    harmless = _folded(site.rules.harmless_keys)
    for field in _without(harmless, (*fields.all(), *fields.in_tables(_TABLES))):
        key = _own_key(field.name)
        if kind in kinds_of(key):
            yield field, verdict_on(key, field.value, site.zone)


def harmless_cure(name: str) -> str:
    """The cure for a key that restricts a post but was not meant to."""
    return f"if it means something else, add {_own_key(name)[:60]!r} to content.harmless_keys"


def salvaged_hiding_key(fields: Iterable[tuple[str, Field]], site: Site) -> str:
    """The first of these fields of broken front matter that hides a post; empty if none does.

    A known flag hides only if its value is clear, since the value may be the broken part.
    `hidden` at an unknown level (`?.hidden`) does not count: most belong to an image.
    """
    harmless = _folded(site.rules.harmless_keys)
    for name, field in fields:
        table, _, key = name.rpartition(".")
        of_post = not table or fold(table) in _TABLES or (table == "?" and key != "hidden")
        if not of_post or not harmless.isdisjoint((fold(name), fold(key))):
            continue
        if _surely_hides(key, field.value) or verdict_on(key, field.value, site.zone).hides:
            return name.removeprefix("?.")
    return ""


def retraction_of(fields: PostFields, site: Site) -> str | None:
    """The reason for which the post is taken back, which may be empty; None if it is not.

    Any doubt takes it back: its text must not stay published.
    """
    harmless = _folded(site.rules.harmless_keys)
    for field in _without(harmless, fields.with_meaning("retracted")):
        word = _word(field.value)
        if word in _NOT_RETRACTED:
            continue
        if not isinstance(field.value, str):
            fault = f"{field.name} is not a text, so the post is retracted without a reason"
            fields.warn("retracted", fault, f"write {field.name}: words", field)
            return ""
        fields.record_origin("retracted", field)
        notice = field.value.strip()
        if len(notice) > MOST_NOTICE:
            fault = f"{field.name} has {len(notice):,} characters and is cut to {MOST_NOTICE:,}"
            fields.warn("retracted", fault, "shorten it", field)
            notice = notice[:MOST_NOTICE].rstrip()
        return "" if word in TRUE else notice
    return None


def is_encrypted(fields: PostFields) -> bool:
    """True if readers need a password for the text."""
    return any(_word(field.value) not in FALSE for field in fields.with_meaning("encrypted"))


@lru_cache(maxsize=8)
def _folded(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, keys))


def _without(harmless: frozenset[str], fields: Iterable[NamedField]) -> Iterable[NamedField]:
    """The fields that these folded keys do not name, with or without the table."""
    if not harmless:
        return fields
    return (f for f in fields if harmless.isdisjoint((fold(f.name), fold(_own_key(f.name)))))


def _own_key(name: str) -> str:
    """The key of a field without the name of its table."""
    table, _, key = name.partition(".")
    return key if key and fold(table) in _TABLES else name


def _restricts(fields: PostFields, field: NamedField, zone: ZoneInfo) -> bool:
    """True if the words of the key restrict the post: `members_only: true`."""
    kinds = kinds_of(_own_key(field.name))
    if not kinds:
        return False
    verdict = verdict_on(_own_key(field.name), field.value, zone)
    if verdict.hides:
        key = field.name[:60]
        fault, cure = f"{key} restricts the post and hides it", f"write {key}: false"
        if verdict.undated:
            fault = f"{key} is not a date that feedsvc can read, so it hides the post"
            cure = f"write {key}: {_A_DATE['end' in kinds]}"
        elif "state" in kinds:
            cure = f"write {key}: published"
        elif kinds & {"feed", "show", "opening"}:
            cure = f"write {key}: true"
        elif "denial" in kinds:
            cure = "delete it"
        cure += f" to publish the post; {harmless_cure(field.name)}"
        # The value may be a secret; reports must not show it.
        fields.warn_of_key("restricted", fault, cure, field)
    return verdict.hides


def as_bool(value: Value) -> bool | None:
    """The boolean that a flag means; None if it is neither true nor false."""
    word = _word(value)
    return word in TRUE if word in TRUE | FALSE else None


def _word(value: Value) -> str:
    return value.strip().lower() if isinstance(value, str) else "?"


def _hides(fields: PostFields, field: NamedField) -> bool:
    flag = as_bool(field.value)
    if flag is None:
        _warn_of_doubt(fields, field)
    return flag is not False


def _shows(fields: PostFields, field: NamedField, zone: ZoneInfo) -> bool:
    flag = as_bool(field.value)
    if flag is None and field.name.lower() in ("published", "publish"):
        flag = bool(date_of(field.value, zone)) or None  # the date, for some generators
    if flag is None:
        _warn_of_doubt(fields, field)
    return flag is True


def _warn_of_doubt(fields: PostFields, field: NamedField) -> None:
    fault = f"{field.name}: {field.shown} is neither true nor false, so it hides the post"
    fields.warn("flag", fault, f"write {field.name}: true or {field.name}: false", field)


def _hides_by_status(fields: PostFields, field: NamedField) -> bool:
    status = _word(field.value)
    if status in (_SHOWN_VISIBILITY if fold(field.name) == "visibility" else _SHOWN_STATUS):
        return False
    if status not in HIDDEN_STATUS:
        fault = f"{field.name}: {field.shown} is unknown, so it hides the post"
        cure = f"write {field.name}: published or {field.name}: draft"
        cure += f"; {harmless_cure(field.name)}"
        fields.warn("status", fault, cure, field)
    return True


def _hides_by_list(fields: PostFields, field: NamedField) -> bool:
    """True for Hugo's `build: {list: never}`."""
    word = _word(field.value)
    if word in TRUE or word == "always":
        return False
    if word not in FALSE | _UNLISTED:
        fault = f"{field.name}: {field.shown} is unknown, so it hides the post"
        fields.warn("status", fault, f"write {field.name}: always or never", field)
    return True


def _misspelt_hides(fields: PostFields, field: NamedField) -> bool:
    """True for a misspelt flag that hides: `darft: true`, `publishd: no`, `no-publish: yes`."""
    key = nearest_key(field.name)
    if not key or names_outlet(field.name) or kinds_of(field.name) & {"end", "time"}:
        return False
    flag = as_bool(field.value)
    if key in DATED and _denies(field.name, key):  # `noExpiry: true`
        return False
    denied = key in _SHOWING and _denies(field.name, key)
    hides = field.value is not None and (
        ((key in HIDING or denied) and flag is not False)
        or (key in _SHOWING and not denied and flag is False)
        or (key in _STATUS and _word(field.value) in HIDDEN_STATUS)
    )
    if hides:
        likeness = f"the opposite of {key}" if denied else f"nearly {key}"
        fault = f"{field.name} is {likeness}, so it hides the post"
        one, other = ("draft", "published") if key in _STATUS else ("true", "false")
        cure = f"write {key}: {one} or {key}: {other}"
        if key in (*KEYS["expires"], *DATED):
            cure = f"write {key}: {_A_DATE[key != 'embargo']}"
        cure += f"; {harmless_cure(field.name)}"
        # The value may be a password; reports must not show it.
        fields.warn_of_key("flag", fault, cure, field)
    return hides


def _denies(name: str, flag: str) -> bool:
    """True for `not_published` and `no-publish`."""
    return fold(name).removesuffix(fold(flag)) in _DENIALS


def _misplaced(fields: PostFields, field: NamedField) -> bool:
    """True for a flag that hides and is in a table by mistake."""
    key = field.name.partition(".")[2]
    hides = _surely_hides(key, field.value)
    if hides:
        fault = f"{field.name} is in a table, but still hides the post"
        fields.warn_of_key("flag", fault, f"write {key} above the table", field)
    return hides


def _surely_hides(key: str, value: Value) -> bool:
    word, flag = _word(value), as_bool(value)
    return {
        "hides": flag is True,
        "shows": flag is False,
        "status": word in HIDDEN_STATUS,
        "encrypted": value is not None and word not in FALSE,
        "retracted": value is not None and word not in _NOT_RETRACTED,
    }.get(_FLAGS.get(fold(key), ""), False)


def _is_page(field: NamedField) -> bool:
    return _word(field.value) in _PAGES[fold(field.name)]


def _has_no_page(field: NamedField) -> bool:
    """True for 11ty's `permalink: false`: the post has no page."""
    return field.name.lower() == "permalink" and _word(field.value) == "false"


def _has_hiding_term(fields: PostFields, field: NamedField, site: Site) -> bool:
    """True if a tag or category, or one level of it, is `draft`, `private` or `wip`.

    Obsidian writes `#draft/idea` or `status/draft`.
    """
    terms = [*_terms(separate_words(field, site.rules))]
    hiding = [term for term in terms if not _HIDING_TERMS.isdisjoint(term.split("/"))]
    if not hiding:
        return False
    is_tag = fold(field.name.rpartition(".")[2]) in ("tag", "tags")
    is_draft = is_tag and "draft" in hiding[0].split("/")
    if not is_draft or terms != ["draft"]:  # among other terms, `draft` may be an ordinary word
        kind = "tag" if is_tag else "category"
        fault = f"{field.name}: the {kind} {hiding[0][:60]!r} hides the post"
        cure = f"remove it to publish the post; {harmless_cure(field.name)}"
        fields.warn_of_key("flag" if is_draft else "restricted", fault, cure, field)
    return True


def _terms(members: list[Value]) -> Iterator[str]:
    """The names of tags or categories, also in nested lists, for comparison."""
    for member in members:
        is_plain = isinstance(member, str) and "[[" not in member
        name = member if is_plain else name_of(member)
        if isinstance(name, list):
            yield from _terms(name)
        elif name:
            yield word(name).strip("#[] ")
