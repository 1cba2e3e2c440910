"""Spells language tags in one way, so that `zh-cn` and `zh-CN` are one feed, and names them."""

from typing import Final

_OWN_NAMES: Final = {  # languages in their own words
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}


def language_tag(text: str) -> str:
    """The tag in the case that RFC 5646 §2.1.1 recommends: `zh-CN`, `sr-Latn`, `en-GB`.

    Two letters are in upper case, and four letters begin with a capital. Subtags after a
    singleton are in lower case (`en-x-ab`).
    """
    first, *rest = text.lower().split("-")
    spelt, is_plain = [first], len(first) > 1
    for subtag in rest:
        is_plain = is_plain and len(subtag) > 1
        spelt.append(_capitals(subtag) if is_plain and subtag.isalpha() else subtag)
    return "-".join(spelt)


def own_name(tag: str) -> str:
    """A language in its own words, and its tag: `中文 (zh-CN)`; else the tag alone."""
    name = _OWN_NAMES.get(tag.partition("-")[0].lower())
    return f"{name} ({tag})" if name else tag


def _capitals(subtag: str) -> str:
    return {2: subtag.upper(), 4: subtag.capitalize()}.get(len(subtag), subtag)
