"""The opening lines of admonitions, folded blocks and tabs: their form and their title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

Form: TypeAlias = Literal["quote", "details", "open details", "plain", "dropped"]

_TITLES: Final = {"seealso": "See also", "tldr": "TL;DR", "faq": "FAQ"}
_KINDS: Final = (
    frozenset(["note", "tip", "info", "warning", "danger", "caution", "important", "success"])
    | frozenset(["question", "failure", "bug", "example", "quote", "abstract", "summary"])
    | frozenset(["hint", "attention", "error", "todo", "help", "check", "done", "fail"])
    | frozenset(["missing", "cite", "secondary", "warn", *_TITLES])
    | frozenset(["提示", "注意", "警告", "信息", "危险", "说明", "重要"])
)
# Their titles, if they have one, stand in the text.
_UNTITLED: Final = frozenset(
    ["notice", "alert", "highlight", "callout", "admonition", "message"]
)
# As classes of kramdown; other kinds, such as `.quote`, are usual names of styles.
_CLASS_KINDS: Final = frozenset(
    ["note", "tip", "info", "warning", "danger", "caution", "important", "attention", "new"]
)
_FOLDED: Final = frozenset(
    ["details", "spoiler", "collapse", "collapsible", "accordion", "dropdown", "toggle", "fold"]
)
_TABS: Final = frozenset(["tab", "tab-item", "card", "grid-item-card", "topic", "sidebar"])
_TAB_GROUPS: Final = frozenset(["tabs", "code-tabs"])
_GROUPS: Final = _TAB_GROUPS.union(["tab-set", "grid", "margin", "columns", "code-group"])
_PLACES: Final = frozenset(["inline", "end", "left", "right", "annotate"])
_PYTHON_MARKDOWN: Final = frozenset(["mkdocs", "pelican", "nikola"])
_PICTURES: Final = frozenset(["figure", "image"])
_CONTENTS: Final = frozenset(["toctree", "contents", "tableofcontents"])
# https://mystmd.org/guide/code: their language is in the opening line, or is their name.
_CODE: Final = frozenset(["code-block", "code", "code-cell", "sourcecode"])
_LANGUAGES: Final = {"math": "math", "mermaid": "mermaid", "eval-rst": "rst"}
_HTML: Final = ("html", "html:js")  # formats of Quarto that a feed shows

_BANGS = re.compile(r"(!!!|\?\?\?\+?+)[ \t]*+([\w-]++)(.*)")
_WORDS_AND_TITLE = re.compile(r"((?:[ \t]++[\w-]++)*+)(?:[ \t]*+[\"“](.*)[\"”])?+[ \t]*+")
_TAB = re.compile(r"===[+!]{0,2}+[ \t]++[\"“](.*)[\"”][ \t]*+")
_NAMED = re.compile(
    r"(?P<name>[^\W\d_][\w-]*+)(?:\[(?P<label>(?:[^\[\]]|\[[^\[\]]*+\])*+)\])?+"
    r"(?:[ \t]*+\{(?P<attributes>[^{}]*+)\})?+(?P<words>.*)"
)
_CLASSES = re.compile(r"\{[.#][^{}]*+\}[ \t]*+$")
_BRACED = re.compile(r"\{[ \t]*+([^{}]*+)\}(.*)")
_BLOCK = re.compile(r"([\w-]++)(?:[ \t]*+\|(.*))?")
_AD = re.compile(r"ad-([\w-]++)")
_FOLDS = re.compile(r":class:.*\b(?:dropdown|toggle)\b|(?:collapse|open):(?![ \t]*+none)")
_TITLE_OPTION = re.compile(r"title:[ \t]*+(.*)")
_ALT_OPTION = re.compile(r":alt:[ \t]*+([^\[\]]*+)")
_NAME = re.compile(r"[\w:-]++")
_ATTRIBUTE = re.compile(
    r"""([\w-]++)[ \t]*+=[ \t]*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'{}]++))|\.([\w-]++)"""
)


@dataclass(frozen=True, slots=True)
class Directive:
    """What an opening line says: the form of its block, and the title.

    `has_options` is true if lines such as `:class: dropdown` may follow (MyST),
    `may_begin_with_title` if a heading at the start of the block is its title (Quarto), and
    `has_tabs` if lines such as `@tab Title` begin its parts (VuePress). `text` is content in
    the opening line itself.
    """

    form: Form
    title: str = ""
    has_options: bool = False
    may_begin_with_title: bool = False
    has_tabs: bool = False
    text: str = ""

    @property
    def is_folded(self) -> bool:
        """True if readers may open and close it."""
        return self.form in ("details", "open details")


def directive_of_bangs(line: str, generator: str, *, has_content: bool) -> Directive | None:
    """The directive of `!!! note "T"`, `??? tip` or `=== "T"`; None if the line is none.

    `has_content` is true if indented text follows. Only Python-Markdown knows any word as a
    kind. In other generators, words without quotes are the title, as in hexo-admonition.
    """
    tab = _TAB.fullmatch(line)
    if tab:
        return Directive("quote", tab[1].strip()) if has_content else None
    bangs = _BANGS.fullmatch(line)
    if bangs is None:
        return None
    mark, kind, rest = bangs.groups()
    form: Form = {"!!!": "quote", "???": "details"}.get(mark, "open details")  # type: ignore[assignment]  # three literals
    parts = _WORDS_AND_TITLE.fullmatch(rest)
    title: str | None = parts[2] if parts else None
    if title is None:
        is_python = generator in _PYTHON_MARKDOWN
        is_known = kind.lower() in _KINDS
        has_form = has_content or (is_python and is_known and not rest.strip())
        if not (has_form and (is_known or (is_python and parts))) or rest[:1].strip():
            return None
        words = rest.strip(" \t\"'“”")
        is_title = not (is_python and parts) and not set(words.split()) <= _PLACES
        title = words if is_title else title_of_kind(kind)
    return Directive(form, title.strip())


def directive_of_colons(rest: str, *, is_closed: bool) -> Directive | None:
    """The directive of a line of three or more colons and `rest`; None if it is none.

    `is_closed` is true if a line of colons follows somewhere. Otherwise an unknown name is
    taken for text.
    """
    shown = rest.rstrip(":").rstrip() if rest.endswith(":::") else rest  # pandoc
    braced = _BRACED.fullmatch(shown)
    if braced:
        return _braced(braced[1].strip(), braced[2].strip())
    named = _NAMED.fullmatch(shown)
    if named is None:
        return None
    name = named["name"].removeprefix("callout-")
    words = _CLASSES.sub("", named["label"] or named["words"]).strip(":： \t")
    attributes = _attributes(named["attributes"] or "")
    title = attributes.get("title") or attributes.get("name") or words
    if shown != rest and words:
        return Directive(_form_of(name), title_of_kind(name), text=words)
    if not is_closed and not is_directive_name(name):
        return Directive("plain", text=shown)
    return _directive(name, title, attributes)


def directive_of_slashes(rest: str) -> Directive | None:
    """The directive of `/// note | T` (pymdownx.blocks); None if it is none."""
    block = _BLOCK.fullmatch(rest)
    if block is None or (block[2] is None and not is_directive_name(block[1])):
        return None
    name, title = block[1], (block[2] or "").strip()
    directive = Directive("plain") if name == "html" else _directive(name, title, {})
    return replace(directive, has_options=True)


def directive_of_fence(info: str) -> Directive | None:
    """The directive of MyST's ```` ```{note} T ```` or Obsidian's ```` ```ad-note ````.

    None if the fence holds code.
    """
    if obsidian := _AD.fullmatch(info):
        return Directive("quote", title_of_kind(obsidian[1]), has_options=True)
    braced = _BRACED.fullmatch(info)
    if braced is None:
        return None
    if not (is_directive_name(braced[1]) or braced[1] in _PICTURES | _CONTENTS):
        return None
    return _braced(braced[1], braced[2].strip())


def language_of_fence(info: str) -> str | None:
    """The language of MyST's ```` ```{code-block} python ````; None for other fences."""
    braced = _BRACED.fullmatch(info)
    if braced and braced[1] in _CODE:
        return braced[2].strip().partition(" ")[0]
    return _LANGUAGES.get(braced[1]) if braced else None


def title_of_class(text: str) -> str | None:
    """The title of the block that kramdown's `.note .x` marks; None if it is no admonition."""
    for name in (match[5] for match in _ATTRIBUTE.finditer(text) if match[5]):
        kind = name.removeprefix("prompt-").partition("--")[0].removesuffix("-title").lower()
        if kind in _CLASS_KINDS or kind in _UNTITLED:
            return "" if name.endswith("-title") else title_of_kind(kind)
    return None


def title_of_kind(kind: str) -> str:
    """The title of an admonition that has none of its own."""
    name = kind.lower()
    if name in _UNTITLED:
        return ""
    return _TITLES.get(name, kind[:1].upper() + kind[1:])


def is_directive_name(name: str) -> bool:
    """True for the names of the blocks that have a form of their own."""
    return _form_of(name) != "plain" or name.lower() in _GROUPS


def with_options(directive: Directive, lines: Sequence[str]) -> Directive:
    """The directive with the option lines below it, such as `:class: dropdown`."""
    for line in map(str.strip, lines):
        title = _TITLE_OPTION.fullmatch(line)
        if title:
            directive = replace(directive, title=title[1].strip())
        elif _FOLDS.match(line):
            directive = replace(directive, form="details")
        elif directive.text and (alt := _ALT_OPTION.fullmatch(line)):
            directive = replace(directive, text=directive.text.replace("![]", f"![{alt[1]}]"))
    return directive


def _form_of(name: str) -> Form:
    name = name.lower()
    if name in _FOLDED:
        return "details"
    return "quote" if name in _KINDS or name in _UNTITLED or name in _TABS else "plain"


def _directive(name: str, title: str, attributes: dict[str, str]) -> Directive:
    form = _form_of(name)
    if name.lower() == "message" or name.lower() in _GROUPS:  # Zenn's word is no title
        return Directive(form, has_tabs=name.lower() in _TAB_GROUPS)
    if form == "plain":
        title = title if name.isascii() else f"{name} {title}".strip()
        return Directive("quote" if title else "plain", title)
    if attributes.get("collapse") == "true" or "open" in attributes:
        form = "details"
    return Directive(form, title or title_of_kind(name))


def _braced(inner: str, words: str) -> Directive:
    """pandoc's `{.callout-tip title="T"}` or MyST's `{note} T`."""
    if inner in _CONTENTS:
        return Directive("dropped")
    if inner in _PICTURES:
        return Directive("plain", has_options=True, text=f"![](<{words}>)" if words else "")
    if _NAME.fullmatch(inner):
        directive = _directive(inner, words, {})
        return Directive(directive.form, directive.title, has_options=True)
    attributes = _attributes(inner)
    classes = attributes[".classes"].split()
    if _is_hidden(classes, attributes):
        return Directive("dropped")
    callout = next((name for name in classes if name.startswith("callout-")), "")
    kind = callout.removeprefix("callout-") or next(filter(is_directive_name, classes), "")
    title = attributes.get("title") or attributes.get("summary") or words
    directive = _directive(kind, title, attributes)
    may_have = bool(callout) and not title
    return Directive(directive.form, directive.title, may_begin_with_title=may_have)


def _attributes(text: str) -> dict[str, str]:
    named = {m[1]: m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(text) if m[1]}
    classes = [match[5] for match in _ATTRIBUTE.finditer(text) if match[5]]
    return {**named, ".classes": " ".join(classes)}


def _is_hidden(classes: list[str], attributes: dict[str, str]) -> bool:
    """True for a block that Quarto leaves out of HTML."""
    shown, excepted = attributes.get("when-format"), attributes.get("unless-format")
    if "content-visible" in classes:
        return (shown is not None and shown not in _HTML) or excepted in _HTML
    if "content-hidden" in classes:
        return (shown is None or shown in _HTML) and excepted not in _HTML
    return "hidden" in classes
