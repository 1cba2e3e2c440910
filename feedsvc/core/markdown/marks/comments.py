"""Ends of comments with more than two hyphens, which comrak would show as text in a line."""

import re
from typing import Final

from feedsvc.core.markdown.code import outside_code

_EDGE: Final = re.compile(r"<!--(?:-?>)?|-{2,}+>")


def with_ended_comments(markdown: str) -> str:
    """Markdown in which `<!--- words --->` ends with `-->`, as in CommonMark 0.31; code stays.

    See https://spec.commonmark.org/0.31.2/#html-comment.
    """
    if "--->" not in markdown or "<!--" not in markdown:
        return markdown
    pieces, done, is_open = [""], 0, False
    for edge in outside_code(_EDGE, markdown):
        if edge[0].startswith("<"):
            is_open = is_open or edge[0] == "<!--"
        elif is_open:
            pieces += [markdown[done : edge.start()], "-->"]
            done, is_open = edge.end(), False
    return "".join([*pieces, markdown[done:]])
