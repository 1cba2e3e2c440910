"""Links in content that name a source file or a list of posts, and not an address.

Authors write `two.md`, `@/two.md`, `{filename}two.md` or `{tag}Tea`. Their addresses are not
known where one post is read. Until they are, the content has marks that no author can write.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote

from feedsvc.core.text import legal

TargetKind: TypeAlias = Literal["file", "tag", "category", "author", "index", "nothing"]

# Links to files with these suffixes are links to source files: no site serves them.
_SOURCES: Final = r"\.(?:md|markdown|mdown|mkdn?|mdx|qmd|rmd)"
_SOURCE = re.compile(rf".*[^/]{_SOURCES}", re.I | re.DOTALL)
# These can also be addresses: a name without a suffix, a page, a text, a folder.
_MAYBE_SOURCE = re.compile(r"(?:[^/]*+/)*?[^/.]++(?:\.html?|\.txt|/)?", re.I)
_NAMED = re.compile(  # Pelican, also its older `|filename|`; Nikola
    r"(?:(?:\{|%7B)(?P<pelican>[a-z]++)(?:\}|%7D)"
    r"|(?:\||%7C)(?P<bars>[a-z]++)(?:\||%7C)"
    r"|link://(?P<nikola>[a-z_]++)/?)(?P<rest>.*+)",
    re.I | re.DOTALL,
)
_KINDS: Final[dict[str, TargetKind]] = {
    "filename": "file",
    "slug": "file",
    "tag": "tag",
    "category": "category",
    "author": "author",
    "index": "index",
    "archives": "nothing",
}
_FILES_ON_SITE: Final = frozenset(["static", "attach"])
_OTHER_SUFFIX = re.compile(r".*\.(?!rst\b|html?\b|txt\b)[A-Za-z][A-Za-z0-9]{1,4}+", re.DOTALL)
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|//")
_ROOTS: Final = ("@/", "@site/")  # Zola; Docusaurus

# How the tags of other generators write a path that begins at the root. Authors write their
# `{{ site.url }}` or `{{ site.baseurl }}` before it.
AT_ROOT: Final = "/@@/"

_MARK: Final = "source-of-post:"  # a scheme that the sanitiser refuses
_MARKED = re.compile(rf'(<a(?: (?!href=)[a-z-]++="[^"]*+")*+) href="{_MARK}([^"]*+)"')

# A bare URL in which a tag is the path: the words are the URL too.
_ROOTED_WORDS = re.compile(
    rf"(?<=>)https?://[^<>/\s]*+(?:/(?!@@/)[^<>/\s]*+)*+{AT_ROOT}([^<>]*?)(?:\.md)?</a>"
)
_ANCHOR = re.compile(r'<a(?: [a-z-]++="[^"]*+")*+>|</a>')


@dataclass(frozen=True, slots=True)
class SourceTarget:
    """What a link names: a `file`, a list of posts, the `index` of the site, or `nothing`.

    `name` is the decoded path of the file, or the name of the tag, category or author. A path
    that `is_rooted` begins at a root, which need not be the folder of posts. If it
    `may_be_address`, it is an address unless there is such a file.
    """

    kind: TargetKind
    name: str = ""
    fragment: str = ""
    is_rooted: bool = False
    may_be_address: bool = False


def source_target(written: str) -> SourceTarget | None:
    """What the URL of a link, as it is written, names; None if it is only an address."""
    if AT_ROOT in written:
        written = "@/" + written.partition(AT_ROOT)[2]
    if written.startswith(("https://", "http://", "#")):
        return None
    named = _NAMED.match(written)
    if named:
        return _named(named)
    if _HAS_SCHEME.match(written):
        return None
    path, hash_mark, fragment = written.partition("#")
    path, query_mark, _ = path.partition("?")
    fragment = hash_mark + fragment
    root = next((root for root in _ROOTS if path.startswith(root)), "")
    if root:
        path = path.removeprefix(root)
        is_source = _SOURCE.fullmatch(path)
        return _file(path, fragment, is_rooted=True) if is_source else None
    if _SOURCE.fullmatch(path):
        return _file(path, fragment, is_rooted=path.startswith("/"))
    is_address = bool(query_mark) or path.startswith("/") or ":" in unquote(path)
    if is_address or not _MAYBE_SOURCE.fullmatch(path):
        return None
    path += "index.md" if path.endswith("/") else ""
    return _file(path, fragment, may_be_address=True)


def file_on_site(written: str) -> str | None:
    """The address of a static file that the URL names in Pelican's form; "" if it names none.

    None if it has no such form.
    """
    named = _NAMED.match(written)
    target = named and _named(named)
    if named is None:
        is_zola = written.startswith("@/") and _SOURCE.match(written)
        return "" if is_zola else None
    if target:
        return ""
    return named["rest"] if _word(named) in (*_FILES_ON_SITE, "filename") else None


def _word(named: re.Match[str]) -> str:
    return (named["pelican"] or named["bars"] or named["nikola"]).lower()


def _named(named: re.Match[str]) -> SourceTarget | None:
    word, rest = _word(named), named["rest"]
    kind = _KINDS.get(word, "nothing" if named["nikola"] else None)
    if kind is None:
        return None
    path, hash_mark, fragment = rest.partition("#")
    if kind in ("index", "nothing"):
        return SourceTarget(kind, fragment=hash_mark + fragment)
    if kind != "file":
        return SourceTarget(kind, _decoded(rest).strip("/ "))
    if _OTHER_SUFFIX.fullmatch(path) and not _SOURCE.fullmatch(path):
        return None  # older Pelican: a static file
    is_rooted = path.startswith("/") or bool(named["nikola"])
    return _file(path, hash_mark + fragment, is_rooted=is_rooted)


def _file(
    path: str, fragment: str, *, is_rooted: bool = False, may_be_address: bool = False
) -> SourceTarget:
    name = _decoded(path).replace("\\", "/").lstrip("/")
    return SourceTarget("file", name, fragment, is_rooted, may_be_address)


def _decoded(text: str) -> str:
    return legal(unquote(text)).strip()


def marked(written: str) -> str:
    """What stands in the content for a link that is still to be resolved."""
    return _MARK + written


def marked_links(content: str) -> tuple[str, ...]:
    """The links in safe HTML that are still to be resolved, as written, each once."""
    if _MARK not in content:
        return ()
    return tuple(dict.fromkeys(unescape(link[2]) for link in _MARKED.finditer(content)))


def without_root_in_words(content: str) -> str:
    """Safe HTML in which a bare link such as `{{ site.url }}{% post_url tea %}` reads `tea`."""
    return _ROOTED_WORDS.sub(r"\1</a>", content) if AT_ROOT in content else content


def with_addresses(content: str, address_of: Callable[[str], str | None]) -> str:
    """Safe HTML in which each marked link leads to its address.

    If `address_of` what is written is None, the words stay without a link.
    """

    lost: list[str] = []

    def linked(link: re.Match[str]) -> str:
        written = unescape(link[2])
        address = address_of(written)
        if address is None:
            lost.append(written)
            return link[1]
        return f'{link[1]} href="{escape(address)}"'

    content = _MARKED.sub(linked, content)
    return _without_plain_anchors(content) if lost else content


def _without_plain_anchors(content: str) -> str:
    """Safe HTML in which the words of each `<a>` without a target and an id stand alone."""
    pieces, done = [], 0
    is_plain: list[bool] = []  # of the open elements, which a table can nest
    for tag in _ANCHOR.finditer(content):
        if tag[0] == "</a>":
            is_dropped = is_plain.pop() if is_plain else False
        else:
            is_dropped = not (' href="' in tag[0] or ' id="' in tag[0])
            is_plain.append(is_dropped)
        if is_dropped:
            pieces.append(content[done : tag.start()])
            done = tag.end()
    return "".join([*pieces, content[done:]])
