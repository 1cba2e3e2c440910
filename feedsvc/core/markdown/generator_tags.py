"""The tags of Hexo, Jekyll, Hugo and their themes, translated to Markdown."""

import html
import re
import shlex
from collections.abc import Callable
from typing import Final

from feedsvc.core.html.post_targets import is_source, link_to_post, post_target
from feedsvc.core.markdown.templates.shortcode_words import arguments_of, is_words

_BARE_WORD = re.compile(r"[^ \t\r\n]+")
_FILE = re.compile(r"(?=\S*[./])[^\s:]++")
_RAW_STRING = re.compile(r"(?<![^\s=])`([^`\"\\]*+)`(?!\S)")  # Hugo
_QUOTED = re.compile(r'"([^"]*+)"')
_SEPARATOR = re.compile(r",\s++|,\Z|,(?=https?://)")
_OPTION = re.compile(r"[A-Za-z]\w*+=")


def _words(text: str) -> list[str]:
    if not any(char in text for char in "'\"`\\"):  # shlex is slow
        return _BARE_WORD.findall(text)
    try:
        return shlex.split(_RAW_STRING.sub(r'"\1"', text))
    except ValueError:  # an apostrophe that is no quote
        return text.split()


def markdown_of_tag(name: str, words: str) -> str | None:
    """The Markdown for a tag; None if the tag is unknown."""
    if name in _BOXES and words:
        return _box(words)
    if name in _DROPPED:
        return ""
    return _TAGS[name](_words(words)) if name in _TAGS else None


def loses_target(name: str, markdown: str) -> bool:
    """True if a known tag is a link, a picture or a video whose target its Markdown lacks."""
    return name in _WITH_TARGET and not markdown


def is_target_of_link(name: str, markdown: str) -> bool:
    """True if the tag is the address of a post, which authors write in a link."""
    return name in _TO_POSTS or (name == "link" and markdown.startswith("/"))


def markdown_of_block(name: str, words: str, content: str) -> str:
    """The Markdown for a tag with an end tag and content."""
    if name in ("raw", "rawhtml", "verbatim"):
        return content
    if name == "comment":
        return ""
    if name == "highlight":
        return _fenced(_words(words)[:1], content)
    if name in ("codeblock", "code"):
        language = [word[5:] for word in _words(words) if word.startswith("lang:")]
        return _fenced(language, content)
    lines = content.strip("\n").split("\n")
    named, _ = arguments_of(words)
    given = [named.get(key) for key in ("author", "source", "cite", "title")]
    source = ", ".join(filter(None, given)) if named else words.strip()
    if source:
        lines += ["", f"— {source}"]
    return "\n\n" + "\n".join(f"> {line}" for line in lines) + "\n\n"


def _fenced(language: list[str], content: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", content)), 3)
    code = content.strip("\n")
    return f"\n\n{fence}{''.join(language)}\n{code}\n{fence}\n\n"


def _named(words: list[str]) -> dict[str, str]:
    return dict(word.rstrip(",").split("=", 1) for word in words if "=" in word)


def _bare(words: list[str]) -> list[str]:
    return [word for word in words if "=" not in word or "/" in word.split("=", 1)[0]]


def _link(label: str, target: str) -> str:
    return f"[{label}](<{target}>)" if target else label


def _image(words: list[str]) -> str:
    """Hexo: `img [class] url [width] [height] ["title" ["alt"]]`."""
    if "src" in _named(words):
        return _figure(words)
    targets = [n for n, word in enumerate(words) if "/" in word or "." in word]
    if not targets:
        return ""
    rest = [word for word in words[targets[0] + 1 :] if not word.isdigit()]
    alt = _named(rest)["alt"] if "alt" in _named(rest) else _alt(rest)
    return f"![{alt}](<{words[targets[0]].rstrip(',')}>)"


def _alt(words: list[str]) -> str:
    """The last quoted text, or else all words."""
    text = " ".join(words)
    quoted = _QUOTED.findall(text)
    if quoted:
        return str(quoted[-1])
    return words[-1] if any(" " in word for word in words) else text


def _figure(words: list[str]) -> str:
    """Hugo: `figure src="..." alt="..." link="..." caption="..." attr="..." attrlink="..."`."""
    named = _named(words)
    picture = f"![{named.get('alt', '')}](<{named.get('src', '')}>)" if "src" in named else ""
    picture = _link(picture, named.get("link", "")) if picture else ""
    source = _link(named["attr"], named.get("attrlink", "")) if named.get("attr") else ""
    captions = dict.fromkeys(filter(None, [named.get("title"), named.get("caption"), source]))
    if not picture or not captions:
        return "\n\n".join(["", picture, *captions, ""])
    caption = ["<figcaption>", *captions, "</figcaption>"]
    return "\n\n".join(["", "<figure>", picture, *caption, "</figure>", ""])


def _video(prefix: str) -> Callable[[list[str]], str]:
    def link(words: list[str]) -> str:
        name = (_bare(words) or [_named(words).get("id", "")])[0]
        address = name if "://" in name else prefix + name
        address = f"https:{name}" if name.startswith("//") else address
        return f"\n\n<{address}>\n\n" if name else ""

    return link


def _is_target(word: str) -> bool:
    return " " not in word and ("://" in word or word.startswith("/"))


def _hexo_link(words: list[str]) -> str | None:
    """Hexo: `link text... url [external] [title]`. Themes: `link text, url` or `text::url`.

    Those of Hugo and Zola name their address.
    """
    if not _NAMED_TARGET.isdisjoint(_named(words)):
        return None
    text = " ".join(words)
    # Jekyll: `link _posts/2026-03-01-tea.md`, `link assets/tea.pdf`; from the site's root
    if is_source(text) and "://" not in text:
        return post_target(text, is_rooted=True)
    if _FILE.fullmatch(text):
        return f"/{text.lstrip('/')}"
    is_volantis = "::" in text and "://" not in text.partition("::")[0]
    parts = [
        part.strip() for part in (text.split("::") if is_volantis else _SEPARATOR.split(text))
    ]
    is_split = len(parts) > 1 and any(map(_is_target, parts))
    parts = parts if is_split else words
    targets = [n for n, part in enumerate(parts) if "://" in part or part.startswith("/")]
    if not targets:
        return None if any(map(_OPTION.match, words)) else text
    label, target = " ".join(parts[: targets[0]]), parts[targets[0]]
    more = [part for part in parts[targets[0] + 1 :] if not _is_no_words(part)]
    if not label:  # the address first
        return _link(" ".join(more) or target, target)
    return " ".join([_link(label, target), *(more if is_split else ())])


def _is_no_words(part: str) -> bool:
    return part in ("true", "false", "") or _is_target(part) or "=" in part


def _asset(words: list[str]) -> str:
    return _link(" ".join(words[1:]) or words[0], words[0]) if words else ""


def _box(words: str) -> str:
    """The title and the text of a box; a word alone is its kind, such as `info`.

    NexT writes the title without quotes behind the kind: `note info no-icon Some words`.
    """
    named, quoted = arguments_of(words)
    title = named.get("title") or named.get("summary") or ""
    text = named.get("text") or ""
    if not named and not any(mark in words for mark in "\"'`"):
        title = _bare_title(words)
    elif not text:
        text = next(filter(is_words, quoted), "")
    lines = [f"**{title}**"] if title else []
    return "\n\n".join(["", *lines, *([text] if text else []), ""]) if title or text else ""


def _bare_title(words: str) -> str:
    """NexT: `note [class] [no-icon] [title]`."""
    given = words.replace("::", " ").replace(",", " ").split()
    given = [word for word in given if word.lower() not in _KINDS_OF_BOXES]
    title = " ".join(word for word in given if not _ICON_CLASS.fullmatch(word))
    return title if is_words(title) else ""


def _path(words: list[str]) -> str:
    return "".join(words[:1])


def _source(words: list[str]) -> str:
    """Jekyll, Hexo: the source file of another post."""
    return post_target(_path(words), is_rooted=True)


def _ref(words: list[str]) -> str:
    """Hugo: `ref "path"` or `ref path="..." lang="..."`; the path may begin at the page."""
    path = _named(words).get("path") or _path(words)
    return post_target(path, is_rooted=False)


def _post_link(words: list[str]) -> str:
    """Hexo: `post_link slug [title] [escape]`."""
    title = " ".join(words[1:-1] if words[-1:] in (["true"], ["false"]) else words[1:])
    if words[-1:] != ["false"] and "`" not in title:
        title = title.replace("<", "&lt;").replace("|", "&#124;")  # also in tables
    slug = _path(words)
    return link_to_post(post_target(slug, is_rooted=True), title or slug)


def _gist(words: list[str]) -> str:
    name = "/".join(_bare(words)[:2])
    return f"\n\n<https://gist.github.com/{name}>\n\n" if name else ""


def _tweet(words: list[str]) -> str:
    named = _named(words)
    number = named.get("id") or "".join(word for word in words[-1:] if word.isdigit())
    user = named.get("user", "i")
    return f"\n\n<https://x.com/{user}/status/{number}>\n\n" if number else ""


def _include(words: list[str]) -> str | None:
    """Jekyll: the picture or the video that the parameters name."""
    named = _named(words)
    sources = ("src", "image_path", "image", "url", "path", "file", "img")
    source = next((named[name] for name in sources if named.get(name)), "")
    if _PICTURE.fullmatch(source):
        alt = named.get("alt") or ""
        caption = named.get("caption") or named.get("description") or ""
        return _figure([f"src={source}", f"alt={alt}", f"caption={caption}"])
    if "youtube" in _path(words).lower() and named.get("id"):
        return _video("https://www.youtube.com/watch?v=")([f"id={named['id']}"])
    return None


def _button(words: list[str]) -> str | None:
    """NexT: `button url, text, icon [class], title`. Themes of Hugo: `button "url" "text"`.

    Others of Hugo name their address.
    """
    if not _NAMED_TARGET.isdisjoint(_named(words)):
        return None
    parts = [part.strip() for part in _BUTTON_PARTS.split(" ".join(words))]
    parts = parts if len(parts) > 1 or not words else words
    target = next(filter(_is_target, parts), parts[0])
    index = parts.index(target)
    label = parts[index - 1] if index else "".join(parts[1:2])
    return _link(label or target, target)


def _label(words: list[str]) -> str | None:
    """NexT: `label [class] @text`."""
    text = " ".join(words)
    has_words = "@" not in text and (is_words(text) or "=" in text)
    return None if has_words else text.partition("@")[2]


def _keys(words: list[str]) -> str:
    return f"<kbd>{html.escape(' '.join(_bare(words)))}</kbd>" if _bare(words) else ""


def _last(words: list[str]) -> str:
    """Volantis: `checkbox [color], [checked], text`."""
    return " ".join(words).rpartition(",")[2].strip()


def _folding(words: list[str]) -> str:
    """Volantis: `folding [open] [color], title`. Fluid: `fold [kind] @title`."""
    text = " ".join(words)
    mark = "@" if "@" in text else ","
    return _titled(text.partition(mark)[2].split() or words)


def _titled(words: list[str]) -> str:
    """A foldable block or a tab: its title becomes a line above its content."""
    named = _named(words)
    title = named.get("title") or named.get("name") or named.get("summary")
    title = title or " ".join(_bare(words)).split(",")[0].strip()
    return f"\n\n**{title}**\n\n" if title else "\n\n"


_ICON_CLASS = re.compile(r"fa[a-z]?|fa-[\w-]++")
_BUTTON_PARTS = re.compile("::|,")
_PICTURE = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|avif|svg)", re.I)
# Blocks of themes: their tags are dropped and their content stays, because a feed has no boxes.
_BLOCKS: Final = (
    *("note", "tabs", "subnote", "cell", "grouppicture", "gp", "notel", "callout", "notice"),
    *(
        "alert",
        "admonition",
        "columns",
        "column",
        "center",
        "div",
        "mermaid",
        "wrap",
        "timeline",
    ),
    *("fold", "folding", "details", "expand", "hideToggle", "hideBlock", "tab", "spoiler"),
)
_DROPPED: Final = frozenset(
    [f"end{name}" for name in (*_BLOCKS, "raw", "highlight", "quote", "blockquote")]
    + [*("note", "subnote", "notel", "grouppicture", "gp", "cell", "tabs", "columns", "column")]
    + [*("center", "div", "wrap", "timeline", "callout", "notice", "alert", "admonition")]
    + [*("tabbed", "toc", "TOC", "end")]
)
_BOXES: Final = frozenset(["note", "notel", "callout", "notice", "alert", "admonition"])
# Their classes: Bootstrap and NexT, and the colours and the styles of Butterfly.
_KINDS_OF_BOXES: Final = frozenset(
    (
        *("default", "primary", "secondary", "success", "info", "warning", "danger", "light"),
        *("note", "tip", "important", "caution", "error", "quote", "no-icon", "icon", "simple"),
        *("modern", "flat", "disabled", "blue", "pink", "red", "purple", "orange", "green"),
        *("gray", "grey", "cyan", "yellow", "black", "white", "dark", "done", "open", "closed"),
    )
)
_NAMED_TARGET: Final = frozenset(["href", "url", "link", "relref", "text", "label"])
_TO_POSTS: Final = frozenset(["ref", "relref", "post_url", "post_path"])
_WITH_TARGET: Final = frozenset(
    ["img", "asset_img", "image", "link", "asset_link", "asset_path", "youtube", "vimeo"]
) | frozenset(["bilibili", "tweet", "x", "twitter", "instagram", "post_link", *_TO_POSTS])
_TAGS: Final[dict[str, Callable[[list[str]], str | None]]] = {
    "img": _image,
    "asset_img": _image,
    "image": _image,
    "figure": _figure,
    "link": _hexo_link,
    "asset_link": _asset,
    "post_link": _post_link,
    "more": lambda _: "<!-- more -->",
    "youtube": _video("https://www.youtube.com/watch?v="),
    "vimeo": _video("https://vimeo.com/"),
    "bilibili": _video("https://www.bilibili.com/video/"),
    "ref": _ref,
    "relref": _ref,
    "post_url": _source,
    "post_path": _source,
    "asset_path": _path,
    "include": _include,
    "gist": _gist,
    "tweet": _tweet,
    "x": _tweet,
    "twitter": _tweet,
    "instagram": _video("https://www.instagram.com/p/"),
    "button": _button,
    "btn": _button,
    "label": _label,
    "kbd": _keys,
    "checkbox": _last,
    "radio": _last,
    **dict.fromkeys(("u", "emp", "wavy", "del", "psw"), " ".join),
    "fold": _folding,
    "folding": _folding,
    **dict.fromkeys(
        ("details", "expand", "hideToggle", "hideBlock", "tab", "spoiler"),
        _titled,
    ),
}
