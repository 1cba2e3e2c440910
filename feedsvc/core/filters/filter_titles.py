"""The title of a filter in words, in the site's language: `AI and CAR-T, without diary`."""

from collections.abc import Iterable
from functools import reduce
from typing import Final

from feedsvc.core.filters.filter import Filter, Group
from feedsvc.core.languages import language_tag
from feedsvc.core.site import Site

# A and B, A or B, A without B, A since a date, in the languages of sites.
# fmt: off
_WORDS: Final = {
    "ar": ("{} و{}", "{} أو {}", "{}، من دون {}", "{}، منذ {}"),
    "cs": ("{} a {}", "{} nebo {}", "{}, bez {}", "{}, od {}"),
    "da": ("{} og {}", "{} eller {}", "{}, uden {}", "{}, siden {}"),
    "de": ("{} und {}", "{} oder {}", "{}, ohne {}", "{}, seit {}"),
    "el": ("{} και {}", "{} ή {}", "{}, χωρίς {}", "{}, από {}"),
    "en": ("{} and {}", "{} or {}", "{}, without {}", "{}, since {}"),
    "es": ("{} y {}", "{} o {}", "{}, sin {}", "{}, desde {}"),
    "fa": ("{} و {}", "{} یا {}", "{}، بدون {}", "{}، از {}"),
    "fi": ("{} ja {}", "{} tai {}", "{}, ilman: {}", "{}, alkaen {}"),
    "fr": ("{} et {}", "{} ou {}", "{}, sans {}", "{}, depuis {}"),
    "he": ("{} וגם {}", "{} או {}", "{}, בלי {}", "{}, מאז {}"),
    "hi": ("{} और {}", "{} या {}", "{}, {} के बिना", "{}, {} से"),
    "hu": ("{} és {}", "{} vagy {}", "{}, kivéve: {}", "{}, ettől: {}"),
    "id": ("{} dan {}", "{} atau {}", "{}, tanpa {}", "{}, sejak {}"),
    "it": ("{} e {}", "{} o {}", "{}, senza {}", "{}, dal {}"),
    "ja": ("{}と{}", "{}または{}", "{}（{}を除く）", "{}（{}以降）"),
    "ko": ("{} 및 {}", "{} 또는 {}", "{} ({} 제외)", "{} ({}부터)"),
    "nl": ("{} en {}", "{} of {}", "{}, zonder {}", "{}, sinds {}"),
    "pl": ("{} i {}", "{} lub {}", "{}, bez {}", "{}, od {}"),
    "pt": ("{} e {}", "{} ou {}", "{}, sem {}", "{}, desde {}"),
    "ro": ("{} și {}", "{} sau {}", "{}, fără {}", "{}, din {}"),
    "ru": ("{} и {}", "{} или {}", "{}, без {}", "{}, с {}"),
    "sv": ("{} och {}", "{} eller {}", "{}, utan {}", "{}, sedan {}"),
    "th": ("{} และ {}", "{} หรือ {}", "{} ไม่รวม {}", "{} ตั้งแต่ {}"),
    "tr": ("{} ve {}", "{} veya {}", "{}, {} hariç", "{}, {} itibarıyla"),
    "uk": ("{} і {}", "{} або {}", "{}, без {}", "{}, з {}"),
    "vi": ("{} và {}", "{} hoặc {}", "{}, không có {}", "{}, từ {}"),
    "zh": ("{} 和 {}", "{} 或 {}", "{}，不含 {}", "{}，{} 起"),
    "zh-Hant": ("{} 和 {}", "{} 或 {}", "{}，不含 {}", "{}，{} 起"),
}
# Posts with some words in their title or text.
_SEARCHED: Final = {
    "ar": "مقالات تحتوي على “{}”",
    "cs": "příspěvky s „{}“",
    "da": "indlæg med “{}”",
    "de": "Beiträge mit „{}“",
    "el": "αναρτήσεις με «{}»",
    "en": "posts with “{}”",
    "es": "entradas con «{}»",
    "fa": "نوشته‌های دارای «{}»",
    "fi": "kirjoitukset, joissa on ”{}”",
    "fr": "articles avec « {} »",
    "he": "פוסטים עם ”{}“",
    "hi": "“{}” वाली पोस्ट",
    "hu": "bejegyzések ezzel: „{}”",
    "id": "tulisan dengan “{}”",
    "it": "articoli con «{}»",
    "ja": "「{}」を含む記事",
    "ko": "‘{}’ 포함 글",
    "nl": "berichten met ‘{}’",
    "pl": "wpisy z „{}”",
    "pt": "artigos com “{}”",
    "ro": "articole cu „{}”",
    "ru": "записи с «{}»",
    "sv": "inlägg med ”{}”",
    "th": "โพสต์ที่มี “{}”",
    "tr": "“{}” geçen yazılar",
    "uk": "записи з «{}»",
    "vi": "bài viết có “{}”",
    "zh": "含“{}”的文章",
    "zh-Hant": "含「{}」的文章",
}
# fmt: on
_TRADITIONAL: Final = ("zh-Hant", "zh-TW", "zh-HK", "zh-MO")


def filter_title(site: Site, cut: Filter) -> str:
    """The title of the feed of a filter; what differs comes first, as in other feeds."""
    language = _language(site.language)
    both, either, without, since = _WORDS[language]
    groups = [_joined(either, _labels(group)) for group in cut.all_of]
    if len(groups) > 1 or (groups and cut.search):
        groups = [
            f"({words})" if group[1:] else words
            for words, group in zip(groups, cut.all_of, strict=True)
        ]
    if cut.search:
        groups.append(_SEARCHED[language].format(cut.search.text))
    title = _joined(both, groups) if groups else site.title
    if cut.none_of:
        title = without.format(title, ", ".join(_labels(cut.none_of)))
    if cut.since_text:
        title = since.format(title, cut.since_text)
    return f"{title} - {site.title}" if groups else title


def _labels(group: Group) -> list[str]:
    return [term.label for term in group]


def _joined(pattern: str, texts: Iterable[str]) -> str:
    return reduce(pattern.format, texts)


def _language(language: str) -> str:
    """The key of the words in this language; that of English if we have no others."""
    tag = language_tag(language)
    if tag.startswith(_TRADITIONAL):
        return "zh-Hant"
    primary = tag.partition("-")[0]
    return primary if primary in _WORDS else "en"
