"""The texts of the pages, one catalogue for each language."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Final

from werkzeug.datastructures import LanguageAccept

_TAGS: Final = {"en": "en", "zh": "zh-CN"}  # a catalogue's name, and the tag of its language


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of the pages in one language, by key. `language` is a BCP 47 tag."""

    language: str
    texts: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """The text of a key. If `count` is 1 and the catalogue has `KEY_one`, that text."""
        if values.get("count") == 1:
            key = f"{key}_one" if f"{key}_one" in self.texts else key
        return self.texts[key].format_map(values)


def _catalogue(name: str) -> Catalogue:
    text = (resources.files("feedsvc.web.pages") / "texts" / f"{name}.toml").read_text("utf-8")
    return Catalogue(_TAGS[name], tomllib.loads(text))


CATALOGUES: Final = {name: _catalogue(name) for name in _TAGS}


def catalogue_for(accepted: LanguageAccept, site_language: str) -> Catalogue:
    """The catalogue in the language that the client prefers (RFC 9110 §12.5.4).

    If we have none of the client's languages: the site's language, otherwise English.
    """
    for tag, quality in accepted:
        catalogue = _of(tag) if quality > 0 else None
        if catalogue:
            return catalogue
    return _of(site_language) or CATALOGUES["en"]


def _of(tag: str) -> Catalogue | None:
    return CATALOGUES.get(tag.replace("_", "-").partition("-")[0].lower())
