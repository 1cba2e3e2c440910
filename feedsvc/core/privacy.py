"""What hides a post. A wrong guess here cannot be taken back, so any doubt hides it."""

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from feedsvc.core.dates import read_date
from feedsvc.core.frontmatter import Field, Value
from feedsvc.core.keys import KEYS, fold, meant_by
from feedsvc.core.meanings import Fields, Found
from feedsvc.core.site import Site
from feedsvc.core.terms import tag_words

TRUE: Final = frozenset(["true", "yes", "on", "1", "y"])
FALSE: Final = frozenset(["false", "no", "off", "0", "n"])
_SHOWN_STATUS = frozenset(["published", "publish", "public"])
_HIDDEN_STATUS = (
    frozenset(["draft", "private", "pending", "hidden", "unlisted", "archived"])
) | frozenset(["skip", "trash", "future", "protected"])
_DRAFTS = frozenset(["draft", "drafts"])
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


def why_hidden(fields: Fields, site: Site) -> str:
    """What hides the post, in words; empty where nothing does."""
    zone = site.zone
    reasons = [
        *(found.name for found in fields.all("hides") if _flag(fields, found)),
        *(found.name for found in fields.all("shows") if not _shown_by(fields, found, zone)),
        *(found.name for found in fields.all("status") if _status_hides(fields, found)),
        *(found.name for found in fields.all("lists") if _list_hides(fields, found)),
        *(found.name for found in fields.every() if _nearly_hides(fields, found)),
        *(found.name for found in fields.within(_TABLES) if _misplaced(fields, found)),
        *(found.name for found in fields.all("layout") if _is_page(found)),
        *(found.name for found in fields.all("tags") if _tells_draft(fields, found, site)),
        *(found.name for found in fields.all("permalink") if _has_no_page(found)),
    ]
    folders = fields.path.lower().split("/")[:-1]
    reasons += [f"the folder {folder}" for folder in folders if folder in _DRAFTS]
    return ", ".join(dict.fromkeys(reasons))


def hides_all_the_same(said: Iterable[tuple[str, Field]]) -> str:
    """The first flag that certainly hides a post, of lines of broken front matter.

    Where a flag's value may be what is broken, a doubt hides nothing. Of what may belong to
    something else `hidden` is left out: it is mostly a picture's.
    """
    for name, field in said:
        table, _, key = name.rpartition(".")
        is_ours = not table or fold(table) in _TABLES or (table == "?" and key != "hidden")
        if is_ours and _surely_hides(key, field.value):
            return name.removeprefix("?.")
    return ""


def is_encrypted(fields: Fields) -> bool:
    """True where only those who know a password may read the text."""
    return any(_word(found.value) not in FALSE for found in fields.all("encrypted"))


def truth(value: Value) -> bool | None:
    """What a flag says; None where it says neither."""
    word = _word(value)
    return word in TRUE if word in TRUE | FALSE else None


def _word(value: Value) -> str:
    return value.strip().lower() if isinstance(value, str) else "?"


def _flag(fields: Fields, found: Found) -> bool:
    said = truth(found.value)
    if said is None:
        _warn_of_doubt(fields, found)
    return said is not False


def _shown_by(fields: Fields, found: Found, zone: ZoneInfo) -> bool:
    said = truth(found.value)
    if said is None and found.name.lower() in ("published", "publish"):
        said = _is_date(found.value, zone) or None  # some write the date there
    if said is None:
        _warn_of_doubt(fields, found)
    return said is True


def _warn_of_doubt(fields: Fields, found: Found) -> None:
    fault = f"{found.name}: {found.shown} is neither true nor false, so it hides the post"
    fields.warn("flag", fault, f"write {found.name}: true or {found.name}: false", found)


def _is_date(value: Value, zone: ZoneInfo) -> bool:
    try:
        return isinstance(value, str) and bool(read_date(value, zone))
    except ValueError:
        return False


def _status_hides(fields: Fields, found: Found) -> bool:
    word = _word(found.value)
    if word in _SHOWN_STATUS:
        return False
    if word not in _HIDDEN_STATUS:
        fault = f"{found.name}: {found.shown} is not known, so it hides the post"
        cure = f"write {found.name}: published or {found.name}: draft"
        fields.warn("status", fault, cure, found)
    return True


def _list_hides(fields: Fields, found: Found) -> bool:
    """Hugo's `build: {list: never}`."""
    word = _word(found.value)
    if word in TRUE or word == "always":
        return False
    if word not in FALSE | _UNLISTED:
        fault = f"{found.name}: {found.shown} is not known, so it hides the post"
        fields.warn("status", fault, f"write {found.name}: always or never", found)
    return True


def _nearly_hides(fields: Fields, found: Found) -> bool:
    """True for a misspelt flag: `darft: true`, `publishd: false`, `no-publish: true`."""
    meant, said = meant_by(found.name), truth(found.value)
    denied = meant in _SHOWING and _denies(found.name, meant)
    hides = found.value is not None and (
        ((meant in HIDING or denied) and said is not False)
        or (meant in _SHOWING and not denied and said is False)
        or (meant in _STATUS and _word(found.value) in _HIDDEN_STATUS)
    )
    if hides:
        nearly = f"the contrary of {meant}" if denied else f"nearly {meant}"
        fault = f"{found.name} is {nearly}, so it hides the post"
        one, other = ("draft", "published") if meant in _STATUS else ("true", "false")
        cure = f"write {meant}: {one} or {meant}: {other}"
        if meant in KEYS["expires"]:
            cure = f"write {meant}: 2026-03-01"
        # The key offends; its value may be a password, which no report is to show.
        fields.warn_of_key("flag", fault, cure, found)
    return hides


def _denies(name: str, flag: str) -> bool:
    """True for `not_published` and `no-publish`."""
    return fold(name).removesuffix(fold(flag)) in _DENIALS


def _misplaced(fields: Fields, found: Found) -> bool:
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
        "status": word in _HIDDEN_STATUS,
        "encrypted": value is not None and word not in FALSE,
    }.get(_FLAGS.get(fold(key), ""), False)


def _is_page(found: Found) -> bool:
    return _word(found.value) in _PAGES[fold(found.name)]


def _has_no_page(found: Found) -> bool:
    """11ty's `permalink: false`: it is written nowhere."""
    return found.name.lower() == "permalink" and _word(found.value) == "false"


def _tells_draft(fields: Fields, found: Found, site: Site) -> bool:
    """True where a tag is `draft`, or Obsidian's `draft/idea` or `status/draft`."""
    tags = [_word(tag).lstrip("#").strip() for tag in tag_words(found.value, site.rules) if tag]
    drafts = [tag for tag in tags if "draft" in tag.split("/")]
    if drafts and tags != ["draft"]:  # with others it may be a mere word
        fault = f"{found.name}: the tag {drafts[0]!r} hides the post"
        fields.warn("flag", fault, "take it away to publish the post", found)
    return bool(drafts)
