"""Chunks of Quarto and R Markdown: code without the options that say how to run it.

https://quarto.org/docs/reference/cells/cells-knitr.html. Nothing is run, so what a chunk would
print or draw is missing. A chunk whose code is hidden leaves nothing.
"""

import re

from feedsvc.core.markdown.admonitions.directives import is_directive_name
from feedsvc.core.markdown.code import code_spans

_FENCE = re.compile(r"([ \t]*+)(`{3,}+|~{3,}+)[ \t]*+(.*?)[ \t]*+")
_ENGINE = re.compile(r"\{[ \t]*+([A-Za-z][\w-]*+)(?=[\s,}])(.*)\}")
_SHOWN = re.compile(r"\{\{[ \t]*+([A-Za-z][\w-]*+).*\}\}")
_CLASS = re.compile(r"\{(?:[^{}\n]*?\s)?\.([A-Za-z][\w+-]*+)[^{}\n]*+\}")
_RAW = re.compile(r"\{=([a-z0-9]++)\}")
_OPTION = re.compile(r"[ \t]*+(?:#|//|--|%%|;;|<!--|\*)\|(.*)")
_HIDDEN = re.compile(r"\b(?:echo|include)[ \t]*+[:=][ \t]*+[\"']?+(?:false|f)\b", re.IGNORECASE)
_ECHO = re.compile(r"\becho[ \t]*+[:=][ \t]*+[\"']?+(?:true|t|fenced)\b", re.IGNORECASE)
_SET = re.compile(r"opts_chunk\s?\$\s?set\(")
_INLINE = re.compile(r"`(?:r[ \t]++|\{(?:r|python|julia|ojs)\}[ \t]*+)([^`]++)`")


def has_chunks(path: str) -> bool:
    """True if the file is one of Quarto or R Markdown."""
    return path.lower().endswith((".qmd", ".rmd"))


def markdown_of_chunks(body: str, *, echo: bool = True) -> str:
    """Markdown whose chunks are fenced code in their language. Lines stay where they are.

    Raw code of pandoc, such as `` `<b>`{=html} ``, is HTML or nothing.
    `echo` is false if the front matter hides the code of all chunks. In running text, an
    expression is shown in place of its result.
    """
    lines: list[str] = []
    pending = iter(body.split("\n"))
    for line in pending:
        fence = _FENCE.fullmatch(line)
        if fence is None:
            lines.append(line)
            continue
        block = [line]
        for inner in pending:
            block.append(inner)
            text = inner.strip()
            if text.startswith(fence[2]) and not text.strip(fence[2][0]):
                break
        text = "\n".join(block)
        if _SET.search(text) and _HIDDEN.search(text, len(line)):
            echo = False
        lines += _code(fence, block, echo=echo)
    return _with_inline_code("\n".join(lines))


def _code(fence: re.Match[str], block: list[str], *, echo: bool) -> list[str]:
    """The lines of a fenced block; as many as it has."""
    indent, ticks, info = fence.groups()
    raw = _RAW.fullmatch(info)
    if raw:  # pandoc puts it into documents of this format only
        return ["", *block[1:-1], ""] if raw[1] == "html" else [""] * len(block)
    shown = _SHOWN.fullmatch(info) or _CLASS.fullmatch(info)
    if shown:
        return [f"{indent}{ticks}{shown[1]}", *block[1:]]
    engine = _ENGINE.fullmatch(info)
    if engine is None or is_directive_name(engine[1]):
        return block
    code = 1
    while code < len(block) and _OPTION.fullmatch(block[code]):
        code += 1
    options = "\n".join([engine[2], *block[1:code]])
    if _HIDDEN.search(options) or not (echo or _ECHO.search(options)):
        return [""] * len(block)
    opening = f"{indent}{ticks}{engine[1].lower()}"
    return [*[""] * (code - 1), opening, *block[code:]]


def _with_inline_code(markdown: str) -> str:
    if "`r" not in markdown and "`{" not in markdown:
        return markdown
    pieces, done = [], 0
    for start, end in code_spans(markdown):
        raw = _RAW.match(markdown, end)
        if raw:
            text = markdown[start:end].strip("`").strip() if raw[1] == "html" else ""
            pieces += [markdown[done:start], text]
            done = raw.end()
            continue
        inline = _INLINE.fullmatch(markdown, start, end)
        if inline:
            pieces += [markdown[done:start], f"`{inline[1].strip()}`"]
            done = end
    return "".join([*pieces, markdown[done:]])
