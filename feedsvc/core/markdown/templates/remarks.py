"""Remarks, empty tags and escaped shortcodes: braces that are neither a tag nor a value."""

import re
from typing import Final

from feedsvc.core.text import Ahead

_MOST: Final = 2_000  # characters of a remark
_EMPTY = re.compile(r"\{%-?+\s*+(?:#[^%\n]{0,2000}+)?-?%\}")
_REMARK_END = re.compile(r"#\}")
_WITHOUT_REMARKS: Final = frozenset(  # `{# #}` is text for their template engine, or none runs
    ["jekyll", "hugo", "quarto", "astro", "obsidian", "docusaurus"]
)
_ESCAPED = re.compile(r"\{\{(?P<open>[<%])/\*(?P<words>[^*\n]{0,300}+)\*/(?P<close>[>%])\}\}")
_ESCAPED_BY_ZOLA = re.compile(
    r"(?P<open>\{\{|\{%)/\*(?P<words>[^*\n]{0,300}+)\*/(?P<close>\}\}|%\})"
)
_RAW = re.compile(
    r"\{%-?\s*+raw\s*+-?%\}(?P<text>(?:[^{]++|\{(?!%-?\s*+endraw\b))*+)\{%-?\s*+endraw\s*+-?%\}"
)
_AS_TEXT: Final = {"<": "{{&lt;", "%": "{{%"}  # Markdown could take `<` for HTML


def remark_end(body: str, start: int, ahead: Ahead, generator: str) -> int | None:
    """The end of a remark of Jinja, `{# x #}`, at `start`; not of `{#id}` or `${#array}`."""
    if generator in _WITHOUT_REMARKS or body[start - 1 : start] in ("$", "\\"):
        return None
    closing = ahead.next(_REMARK_END, start + 2)
    if closing is None or closing.start() - start > _MOST:
        return None
    remark = body[start + 2 : closing.start()]
    is_remark = remark[:1] in ("", "-", " ", "\t", "\n") or "}" not in remark
    return closing.end() if is_remark else None


def empty_tag_end(body: str, start: int) -> int | None:
    """The end of `{%- -%}` or of Liquid's `{% # a remark %}` at `start`."""
    empty = _EMPTY.match(body, start)
    return empty.end() if empty else None


def without_raw(code: str) -> str:
    """Code without the `{% raw %}` and `{% endraw %}` around parts of it."""
    return _RAW.sub(r"\g<text>", code)


def escaped_shortcode(body: str, start: int, generator: str) -> tuple[str, int] | None:
    """The text of an escaped shortcode, such as `{{</* figure */>}}`, and its end."""
    escaped = _ESCAPED.match(body, start)
    if escaped:
        close = "&gt;}}" if escaped["close"] == ">" else "%}}"
        return f"{_AS_TEXT[escaped['open']]}{escaped['words']}{close}", escaped.end()
    if generator == "zola" and (escaped := _ESCAPED_BY_ZOLA.match(body, start)):
        return f"{escaped['open']}{escaped['words']}{escaped['close']}", escaped.end()
    return None
