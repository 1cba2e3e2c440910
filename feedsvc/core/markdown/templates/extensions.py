"""The extensions of kramdown: `{::comment}`, `{::nomarkdown}` and `{::options /}`.

See https://kramdown.gettalong.org/syntax.html#extensions.
"""

import re
from typing import Final

from feedsvc.core.text import Ahead

_OPENING = re.compile(r"\{::(comment|nomarkdown|options)\b([^{}\n]{0,300}+)\}")
_CLOSING: Final = {
    name: re.compile(rf"\{{:/(?:{name})?\}}") for name in ("comment", "nomarkdown", "options")
}
# Tags stay; other characters with a meaning in Markdown become entities.
_TAG_OR_SIGN = re.compile(r"<[^<>]*+>|([*_\[\]`~#$\\|^=+!@:-])")
_SPACE_AT_LINES = re.compile(r"[ \t]*+\n\s*+")


def without_extension(body: str, start: int, ahead: Ahead) -> tuple[str, int] | None:
    """The Markdown for the extension that begins at `start`, and its end; None if none does."""
    opening = _OPENING.match(body, start)
    if opening is None:
        return None
    name, words = opening.groups()
    if words.endswith("/"):
        return "", opening.end()
    closing = ahead.next(_CLOSING[name], opening.end())
    if closing is None:
        return None
    if name != "nomarkdown" or ("type=" in words and "html" not in words):
        return "", closing.end()
    return _as_written(body[opening.end() : closing.start()]), closing.end()


def _as_written(content: str) -> str:
    """HTML in which Markdown finds nothing to do."""
    lines = _SPACE_AT_LINES.sub("\n", content)
    return _TAG_OR_SIGN.sub(lambda each: f"&#{ord(each[1])};" if each[1] else each[0], lines)
