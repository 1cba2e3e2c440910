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

_CC: Final = "https://creativecommons.org"
# CC-BY-NC-SA-2.0-DE: the conditions, the version, the jurisdiction.
_CC_ID = re.compile(r"CC-((?:BY|SA)(?:-[A-Z]{2})*)-(\d\.\d)(?:-([A-Z]{2,3}))?")
_CC_URL = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/(\d\.\d)"
    r"(?:/([a-z]{2,3}))?(?:/(?:deed|legalcode)(?:[./-][A-Za-z_.-]*)?)?/?"
)
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
_URL = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
_VERSIONS: Final = ("-4.0", ".0", "-3.0", "-2.0", "-1.0")  # that people leave out
_NEAR: Final = 3  # identifiers that a message names
_ALIKE: Final = 0.65
_LONGEST: Final = 40  # characters: no identifier is longer
_LONGEST_URL: Final = 2_000


def spdx_id_of(text: str) -> str:
    """The SPDX identifier that a name or the URL of a CC licence means; empty if unknown.

    Case does not matter, nor spaces for hyphens: `CC BY-SA 4.0` is `CC-BY-SA-4.0`.
    """
    match = _CC_URL.fullmatch(text) if len(text) <= _LONGEST_URL else None
    if match:
        return _of_cc_url(*match.groups(default=""))
    if len(text) > 2 * _LONGEST:  # it may have many spaces
        return ""
    folded = _folded(text)
    return _ALIASES.get(folded) or SPDX_IDS.get(folded, "")


def _of_cc_url(conditions: str, version: str, jurisdiction: str) -> str:
    if conditions in _PUBLIC_DOMAIN:
        return _PUBLIC_DOMAIN[conditions]
    if conditions == "by-nd-nc":
        conditions = "by-nc-nd"
    parts = ("cc", conditions, version, *([jurisdiction] if jurisdiction else []))
    return SPDX_IDS.get("-".join(parts), "")


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip()).lower()


def written_licence(text: str) -> str:
    """The licence that an author wrote, as an identifier, a URL, or words with one URL.

    `[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)` is `CC-BY-4.0`.
    Empty if it is unknown.
    """
    if known := spdx_id_of(text):
        return known
    urls = dict.fromkeys(_URL.findall(text))
    address = web_url("https://invalid", next(iter(urls))) if len(urls) == 1 else None
    if not address or len(address) > _LONGEST_URL:
        return ""
    return spdx_id_of(address) or address


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
    match = _CC_ID.fullmatch(licence)
    if match:
        return " ".join(["CC", *filter(None, match.groups())])
    return {"CC0-1.0": "CC0 1.0", "CC-PDM-1.0": "Public Domain Mark 1.0"}.get(licence, licence)
