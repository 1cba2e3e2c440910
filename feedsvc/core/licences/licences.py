"""What a text means as a licence: an SPDX identifier or a URL.

A licence is stored as its SPDX identifier, else as its URL. So a feed changes only if the
licence does, however it is written.
"""

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from feedsvc.core.addresses import web_url
from feedsvc.core.licences.spdx import SPDX_IDS

# The licence of an entry without any: that of its feed does not apply (RFC 4946 §2.1).
NO_LICENCE: Final = "http://purl.org/atompub/license#unspecified"
_RESERVED: Final = frozenset(  # folded as in `_folded`
    [
        *("all-rights-reserved", "no-licence", "no-license", "none", "proprietary"),
        *("unlicensed", "保留所有权利", "保留一切权利", "版权所有", "版權所有", "著作權所有"),
    ]
)
_CC: Final = "https://creativecommons.org"
# CC-BY-NC-SA-2.0-DE: the conditions, the version, the jurisdiction.
_CC_ID = re.compile(r"CC-((?:BY|SA)(?:-[A-Z]{2})*)-(\d\.\d)(?:-([A-Z]{2,3}))?")
_CC_URL = re.compile(
    r"(?:(?:https?:)?//)?(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)"
    r"/(\d\.\d)(?:/([a-z]{2,3}))?(?:/(?:deed|legalcode)(?:[./-][a-z_.-]*)?)?/?(?:[?#]\S*)?",
    re.IGNORECASE,
)
# Pages of others that have the identifier at the end of their addresses.
_LIST_URL = re.compile(
    r"https?://(?:www\.)?(?:opensource\.org|spdx\.org|choosealicense\.com)/licenses?/"
    r"([a-z0-9.+-]+?)(?:\.html|\.php)?/?",
    re.IGNORECASE,
)
_CONDITIONS: Final = re.compile(r"(?:by|sa|n[cd])(?:-(?:by|sa|n[cd]))*")
# Jurisdictions of version 3.0 that SPDX leaves out, of sites in Chinese.
_CC_CHINESE: Final = re.compile(r"cc-([a-z-]+)-(3\.0)-(cn|hk|tw)")
_PUBLIC_DOMAIN: Final = {"zero": "CC0-1.0", "mark": "CC-PDM-1.0"}
_ADDRESSES: Final = {
    "CC0-1.0": f"{_CC}/publicdomain/zero/1.0/",
    "CC-PDM-1.0": f"{_CC}/publicdomain/mark/1.0/",
    "CC-BY-NC-ND-1.0": f"{_CC}/licenses/by-nd-nc/1.0/",  # this version has another order
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "GPL-2.0-only": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
    "GPL-2.0-or-later": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
    "GPL-3.0-only": "https://www.gnu.org/licenses/gpl-3.0.html",
    "GPL-3.0-or-later": "https://www.gnu.org/licenses/gpl-3.0.html",
    "AGPL-3.0-only": "https://www.gnu.org/licenses/agpl-3.0.html",
    "AGPL-3.0-or-later": "https://www.gnu.org/licenses/agpl-3.0.html",
    "GFDL-1.3-only": "https://www.gnu.org/licenses/fdl-1.3.html",
    "GFDL-1.3-or-later": "https://www.gnu.org/licenses/fdl-1.3.html",
    "MIT": "https://opensource.org/license/mit",
    "Unlicense": "https://unlicense.org/",
}
# How people write some identifiers, folded as in `_folded`.
_ALIASES: Final = {"cc0": "CC0-1.0", "cc-0": "CC0-1.0", "cc0-1": "CC0-1.0"}
_URL = re.compile(r"https?://[^\s<>\"'()\[\]，。、；：（）《》「」]+", re.IGNORECASE)
_NOT_OF_URL: Final = ".,;:!?*_"  # at its end, where it ends a sentence or Markdown
_VERSIONS: Final = ("-4.0", ".0", "-3.0", "-2.0", "-1.0")  # that people leave out
_NEAR: Final = 3  # identifiers that a message names
_ALIKE: Final = 0.65
_LONGEST: Final = 40  # characters: no identifier is longer
_LONGEST_NAME: Final = 120  # characters: nor is the full name of a licence of Creative Commons
# What full names of licences have in place of identifiers, folded as in `_folded`. The longer
# ones come first.
_WORDS: Final = {
    "creative-commons": "cc",
    "知识共享": "cc",
    "創用cc": "cc",
    "attribution": "by",
    "姓名標示": "by",
    "署名": "by",
    "non-commercial": "nc",
    "noncommercial": "nc",
    "非商业性使用": "nc",
    "非商業性": "nc",
    "非商业性": "nc",
    "share-alike": "sa",
    "sharealike": "sa",
    "相同方式共享": "sa",
    "相同方式分享": "sa",
    "no-derivatives": "nd",
    "noderivatives": "nd",
    "no-derivs": "nd",
    "noderivs": "nd",
    "禁止演绎": "nd",
    "禁止改作": "nd",
    "general-public": "gpl",
}
_IN_FULL = re.compile("|".join(_WORDS))
# Words around a name that say nothing.
_EMPTY = re.compile(
    r"\b(?:the|gnu|licen[cs]ed?|version|international|unported|generic|deed|public|under)\b"
    "|本文|采用|採用|进行|遵循|使用|国际|國際|许可|許可|协议|協議|授权|授權|条款|條款|版本?"
)
_NAME_AND_ID = re.compile(r"([^()（）]+)[(（]([^()（）]+)[)）]\.?")
_NUMBER = re.compile(r"(?<![\d.])v?(\d+(?:\.\d+)*)")
_LONGEST_URL: Final = 2_000


def spdx_id_of(text: str) -> str:
    """The SPDX identifier that a name or a known URL of a licence means; empty if unknown.

    Case does not matter, nor spaces for hyphens: `CC BY-SA 4.0` is `CC-BY-SA-4.0`. So is its
    name in full: `Creative Commons Attribution-ShareAlike 4.0 International`.
    """
    text = text.strip()
    if len(text) > _LONGEST_URL:
        return ""
    if match := _CC_URL.fullmatch(text):
        return _of_cc_url(*(part.lower() for part in match.groups(default="")))
    if known := _BY_ADDRESS.get(text.rstrip("/").lower()):
        return known
    if match := _LIST_URL.fullmatch(text):
        return SPDX_IDS.get(match[1].lower(), "")
    if len(text) > _LONGEST_NAME:  # it may have many spaces
        return ""
    folded = _folded(text)
    return _known(folded) or _known(_in_short(folded))


def _known(folded: str) -> str:
    return _ALIASES.get(folded) or SPDX_IDS.get(folded, "")


def _of_cc_url(conditions: str, version: str, jurisdiction: str) -> str:
    if conditions in _PUBLIC_DOMAIN:
        return _PUBLIC_DOMAIN[conditions]
    if conditions == "by-nd-nc":
        conditions = "by-nc-nd"
    parts = ("cc", conditions, version, *([jurisdiction] if jurisdiction else []))
    return SPDX_IDS.get("-".join(parts), "")


def _folded(text: str) -> str:
    """In lower case, with a hyphen for spaces and for every kind of hyphen and dash."""
    return re.sub(r"[\s_\u2010-\u2015\u2212-]+", "-", text.strip()).lower()


def _in_short(folded: str) -> str:
    """A name in full as an identifier: `mit-license` is `mit`, `gplv3` is `gpl-3.0`.

    It may be the same as before, or mean nothing.
    """
    text = _IN_FULL.sub(lambda match: f"-{_WORDS[match[0]]}-", folded)
    text = _NUMBER.sub(r"-\1-", _EMPTY.sub("-", text))
    text = re.sub(r"[-()\[\]\"“”《》「」,，。]+", "-", text).strip("-.")
    if text.startswith("by-"):
        text = f"cc-{text}"
    whole = f"{text}.0"  # a version without its zero
    return whole if text[-1:].isdigit() and whole in SPDX_IDS else text


def known_licence(text: str) -> str:
    """The SPDX identifier of a licence, or the URL of one of Creative Commons without any."""
    if known := spdx_id_of(text):
        return known
    match = _CC_URL.fullmatch(text.strip()) if len(text) <= _LONGEST_URL else None
    if match is None and len(text) <= _LONGEST_NAME:
        match = _CC_CHINESE.fullmatch(_in_short(_folded(text)))
    conditions, *others = match.groups(default="") if match else [""]
    if not _CONDITIONS.fullmatch(conditions.lower()):
        return ""
    return f"{_CC}/licenses/{'/'.join(filter(None, [conditions, *others]))}/".lower()


def written_licence(text: str) -> str:
    """The licence that an author wrote, as an identifier, a URL, or words with one URL.

    `[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)` is `CC-BY-4.0`, `All rights
    reserved` is NO_LICENCE. Empty if it is unknown.
    """
    if known := known_licence(text):
        return known
    if _folded(text).strip("-.。") in _RESERVED:
        return NO_LICENCE
    if both := _NAME_AND_ID.fullmatch(text):  # such as `MIT License (MIT)`
        name, identifier = map(known_licence, both.groups())
        if name and name == identifier:
            return name
    urls = dict.fromkeys(found.rstrip(_NOT_OF_URL) for found in _URL.findall(text))
    address = web_url("https://invalid", next(iter(urls))) if len(urls) == 1 else None
    if not address or len(address) > _LONGEST_URL:
        return ""
    return known_licence(address) or address


def licence_in_notice(text: str) -> str:
    """The licence in a notice of copyright; empty if it names none that is known.

    Its address may lead to anything, and `none` may mean that there is no notice.
    """
    licence = written_licence(text)
    is_known = known_licence(licence) or (licence == NO_LICENCE and _folded(text) != "none")
    return licence if is_known else ""


def near_ids(text: str) -> tuple[str, ...]:
    """The SPDX identifiers that an unknown one most likely means, the nearest first."""
    return _near(_folded(text)) if len(text) <= _LONGEST else ()


@lru_cache(maxsize=256)  # a comparison takes 5 ms, and all posts may have the same words
def _near(folded: str) -> tuple[str, ...]:
    whole = [folded + end for end in _VERSIONS if folded + end in SPDX_IDS]  # cc-by, mpl-2
    near = whole or get_close_matches(folded, SPDX_IDS, _NEAR, _ALIKE)
    return tuple(SPDX_IDS[each] for each in near[:_NEAR])


def licence_address(licence: str) -> str:
    """The URL of a licence that is stored as an SPDX identifier or as a URL."""
    if "://" in licence or not licence:
        return licence
    if licence in _ADDRESSES:
        return _ADDRESSES[licence]
    match = _CC_ID.fullmatch(licence)
    if match:
        conditions, version, jurisdiction = match.groups(default="")
        place = f"{jurisdiction.lower()}/" if jurisdiction else ""
        return f"{_CC}/licenses/{conditions.lower()}/{version}/{place}"
    return f"https://spdx.org/licenses/{licence}.html"


def licence_name(licence: str) -> str:
    """A licence in words: `CC BY-SA 4.0`, `MIT`; of one that has no name, its URL."""
    match = _CC_ID.fullmatch(licence) or _CC_URL.fullmatch(licence)
    if match:  # SPDX does not have those of most jurisdictions: `CC BY 3.0 CN`
        return " ".join(["CC", *(part.upper() for part in match.groups() if part)])
    return _NAMES.get(licence, licence)


_NAMES: Final = {
    "CC0-1.0": "CC0 1.0",
    "CC-PDM-1.0": "Public Domain Mark 1.0",
    NO_LICENCE: "All rights reserved",
}
# The addresses that belong to one identifier only, as `spdx_id_of` compares them.
_BY_ADDRESS: Final = {
    _ADDRESSES[each].rstrip("/").lower(): each for each in ("Apache-2.0", "MIT", "Unlicense")
}
