"""Keeps single tildes as text: comrak strikes the text between two of them, as GitHub does.

Authors write `5~7`, `~/.bashrc` and `喵~`. Only `~~` strikes.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

_SINGLE = re.compile(r"\\\\|\\~|~~++|(~)")
# Punctuation like the tilde, so that emphasis beside it stays; nobody writes cuneiform.
_STAND_INS: Final = "\U00012470\U00012471\U00012472\U00012473\U00012474"
# At their end: https://github.github.com/gfm/#extended-autolink-path-validation
_NOT_IN_URLS: Final = "?!.,:*_~"
_WRITTEN_LINK = re.compile(r"[<\[]([^\s<>\[\]]++)(?<=~)[>\]]")
_BARE_LINK = re.compile(r'(<a href="[^"]*+)(?<=~)">((?:https?://|www\.)[^<>\s]*+)(?<=~)</a>')


def keeping_single_tildes(markdown: str, render: Callable[[str], str]) -> str:
    """The rendered Markdown, in which `~` is text and `~~` strikes."""
    if "~" not in markdown:
        return render(markdown)
    stand_in = next((each for each in _STAND_INS if each not in markdown), "~")
    rendered = render(_SINGLE.sub(lambda run: stand_in if run[1] else run[0], markdown))
    rendered = rendered.replace(stand_in, "~").replace(quote(stand_in), "~")
    return _with_short_links(rendered, markdown)


def _with_short_links(rendered: str, markdown: str) -> str:
    """The HTML in which a tilde after a bare URL is not part of the link."""
    if '~">' not in rendered:
        return rendered
    written = set(_WRITTEN_LINK.findall(markdown))

    def shorter(link: re.Match[str]) -> str:
        if link[2] in written:
            return link[0]
        text = link[2].rstrip(_NOT_IN_URLS)
        return f'{link[1].rstrip(_NOT_IN_URLS)}">{text}</a>{link[2][len(text) :]}'

    return _BARE_LINK.sub(shorter, rendered)
