"""URLs inside content: absolute, or not there at all."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

SCHEMES: Final = frozenset(["http", "https", "mailto", "tel"])
_WITH_HOST: Final = frozenset(["http", "https"])
# A comma inside a URL is part of it; one behind a descriptor (`2x,`) ends the candidate.
_CANDIDATE_END = re.compile(r",\s+|,(?=https?:)|(?<=\d[xw]),")
# What shows a picture and can do nothing else: SVG is a document that may hold a script.
_PICTURE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=%\s]*+", re.I
)


# Pelican's and Zola's links by the path of a source file; only files have the same on the site.
_INSIDE = re.compile(
    r"(?:\{|%7B)(?P<kind>filename|static|attach|tag|category|author|index|archives)(?:\}|%7D)"
    r"|@/(?=.*\.md)",
    re.IGNORECASE,
)
_FILES: Final = frozenset(["static", "attach"])


def absolute(base_url: str, written: str) -> str | None:
    """The URL as written on a page at `base_url`; None for one that readers must not follow."""
    written = written.strip().replace(" ", "%20").replace("\\", "%5C").replace("|", "%7C")
    inside = _INSIDE.match(written)
    if inside:
        if (inside["kind"] or "").lower() not in _FILES:
            return None
        written = written[inside.end() :]
    try:
        # urljoin would drop a bare `?` or `#`: what is absolute stays as it was written.
        as_is = written.startswith(("https://", "http://"))
        joined = written if as_is else urljoin(base_url, written)
        parts = urlsplit(joined)
    except ValueError:  # such as http://[
        return None
    if parts.scheme not in SCHEMES or (parts.scheme in _WITH_HOST and not parts.netloc):
        return None
    return joined


def absolute_picture(base_url: str, written: str) -> str | None:
    """As `absolute`, but a picture may be part of the URL: `data:image/png;base64,...`."""
    if written[:5].lower() == "data:":
        return written if _PICTURE.fullmatch(written) else None
    target = absolute(base_url, written)
    return target if target and target.startswith(("https:", "http:")) else None


def absolute_srcset(base_url: str, written: str) -> str | None:
    """The candidates of a srcset with their URLs absolute; None where none is left."""
    candidates = []
    for candidate in _CANDIDATE_END.split(written):
        target, *descriptor = candidate.split()[:2] or [""]
        url = absolute(base_url, target) if target else None
        if url:
            candidates.append(" ".join([url.replace(",", "%2C"), *descriptor]))
    return ", ".join(candidates) or None
