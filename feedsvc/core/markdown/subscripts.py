"""Sub- and superscripts of pandoc and pymdownx: `H~2~O` and `x^2^`."""

import re

from feedsvc.core.markdown.shortcodes import code_spans

_MARK = re.compile(
    r"""(?P<kept>\\.|\$\$[^$]{1,2000}+\$\$|\$(?!\s)[^$\n]{1,500}+(?<!\s)\$
        |<[A-Za-z/!][^<>\n]{0,2000}+>|\]\([^()\s]{0,2000}+\)|https?://[^\s<>]++|~~++|\^\^++|\[\^)
    | ~(?P<sub>(?:[^\s~\\/]|\\[ ]){1,200}+)~(?!~)
    | \^(?P<sup>(?:[^\s^\\/\[]|\\[ ]){1,200}+)\^(?!\^)""",
    re.VERBOSE | re.DOTALL,
)


def with_subscripts(markdown: str) -> str:
    """Markdown with `<sub>` and `<sup>` for the marks, outside code, formulas, tags and URLs.

    The text between two marks has no spaces, unless they are escaped.
    """
    if "~" not in markdown and "^" not in markdown:
        return markdown
    pieces, done = [], 0
    for start, end in code_spans(markdown):
        pieces += [_MARK.sub(_tag, markdown[done:start]), markdown[start:end]]
        done = end
    return "".join([*pieces, _MARK.sub(_tag, markdown[done:])])


def _tag(mark: re.Match[str]) -> str:
    if mark["kept"] is not None:
        return mark[0]
    name = "sub" if mark["sub"] is not None else "sup"
    return f"<{name}>{mark[name].replace(chr(92), '')}</{name}>"
