"""URLs in content become absolute; unsafe URLs are dropped."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from feedsvc.core.html.source_targets import file_on_site

_WITH_HOST: Final = frozenset(["http", "https", "ftp", "ftps", "gopher", "gemini"])
_OTHERS: Final = (
    *("mailto", "tel", "sms", "geo", "irc", "ircs", "xmpp", "matrix", "magnet", "webcal"),
    *("news", "feed"),
)
SCHEMES: Final = _WITH_HOST.union(_OTHERS)
# With control characters or spaces inside, as in `java%09script:`.
_DISGUISED = re.compile(r"%(?:[01][0-9a-f]|20|7f)", re.I)
_DANGEROUS = re.compile(r"(?:javascript|vbscript|data|file):", re.I)
_LOADED: Final = ("https:", "http:")
# `feed:` before a whole URL, or in place of `http:`.
_FEED = re.compile(r"feed:(?:https?:)?//[^/?#]", re.I)
# A comma inside a URL belongs to it; a comma after a descriptor (`2x,`) ends the candidate.
_CANDIDATE_END = re.compile(r",\s+|,(?=https?:)|(?<=\d[xw]),")
# Only formats that can do nothing but show a picture: SVG may hold a script.
_PICTURE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=%\s]*+", re.I
)


def absolute(base_url: str, written: str) -> str | None:
    """The absolute form of a URL on the page at `base_url`; None if it must not be a link."""
    written = written.strip().replace(" ", "%20").replace("\\", "%5C").replace("|", "%7C")
    if "%" in written and _DANGEROUS.match(_DISGUISED.sub("", written)):
        return None
    on_site = file_on_site(written)
    if on_site is not None:
        if not on_site:
            return None
        written = on_site
    try:
        # Absolute URLs stay as written, because urljoin drops an empty query or fragment.
        is_absolute = written.startswith(("https://", "http://"))
        joined = written if is_absolute else urljoin(base_url, written)
        parts = urlsplit(joined)
    except ValueError:  # such as http://[
        return None
    if parts.scheme not in SCHEMES or (parts.scheme in _WITH_HOST and not parts.netloc):
        return None
    if parts.scheme == "feed" and not _FEED.match(joined):  # feed:javascript:...
        return None
    return joined


def absolute_file(base_url: str, written: str) -> str | None:
    """Like `absolute`, for what a reader loads: only http(s)."""
    target = absolute(base_url, written)
    return target if target and target[:6].lower().startswith(_LOADED) else None


def absolute_picture(base_url: str, written: str) -> str | None:
    """Like `absolute`, for a picture: http(s), or `data:image/png;base64,...`."""
    if written[:5].lower() == "data:":
        return written if _PICTURE.fullmatch(written) else None
    return absolute_file(base_url, written)


def absolute_srcset(base_url: str, written: str) -> str | None:
    """The candidates of a srcset with absolute URLs; None if no candidate is left."""
    candidates = []
    for candidate in _CANDIDATE_END.split(written):
        target, *descriptor = candidate.split()[:2] or [""]
        url = absolute_file(base_url, target) if target else None
        if url:
            candidates.append(" ".join([url.replace(",", "%2C"), *descriptor]))
    return ", ".join(candidates) or None
