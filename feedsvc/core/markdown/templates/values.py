"""What is known of the variables in a template: the front matter of the post, and its site."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feedsvc.core.site import Site


class UnknownValue(Enum):
    """The value of a variable that only the generator knows."""

    VALUE = 0


UNKNOWN: Final = UnknownValue.VALUE
# Text, numbers, lists and maps, as `Any`: authors may nest them as they like.
TemplateValue: TypeAlias = Any

# Generators that run a template engine over posts: Liquid, Liquid, Nunjucks.
_RUN_TEMPLATES: Final = frozenset(["jekyll", "11ty", "hexo"])
# Their variables also have the names of front matter keys without `page.`, as in `{{ title }}`.
_WITH_BARE_KEYS: Final = frozenset(["11ty", "hexo", "", "plain"])
_SITES: Final = frozenset(["site", "config", "metadata"])  # Jekyll; Hexo and MkDocs; 11ty
# Values of the site that no post reads in another way, by Jekyll's, MkDocs' and Hugo's names.
_TITLES: Final = ("title", "name", "site_name")
_SUBTITLES: Final = ("description", "tagline", "subtitle")
_NAMES: Final = (*_TITLES, *_SUBTITLES, "email")
_HUGO_PAGE: Final = {
    "title": "title",
    "date": "date",
    "permalink": "permalink",
    "relpermalink": "url",
}
_TRUTH: Final = {"true": True, "false": False}
_OFF: Final = {  # keys that switch templates off in a post, and their values
    "render_with_liquid": ("false",),  # Jekyll
    "disableNunjucks": ("true",),  # Hexo
    "templateEngineOverride": ("false", "md", "html", ""),  # 11ty
}
_MOST_TEXT: Final = 250_000  # characters that the values of one post may have in total


class Scope:
    """The variables of one post while its body is translated, which may assign more.

    `fields` is the front matter. `page` has what else is known of the post: its `title`, its
    `date` and its `permalink`, which is absolute. If `is_off`, the author switched templates
    off. If `is_template`, braces mean values, even in a folder of no known generator. It
    `names_site` once something asked for the title, the subtitle or the email of the site.
    """

    def __init__(
        self,
        fields: Mapping[str, TemplateValue] | None = None,
        page: Mapping[str, TemplateValue] | None = None,
        site: Site | None = None,
    ) -> None:
        self._fields = fields or {}
        self._page = {**page} if page else {}
        if site and "permalink" in self._page:
            self._page["url"] = self._page["permalink"].removeprefix(site.url)
        self._site = _site_values(site) if site else {}
        self._zone = site.zone if site else None
        self.generator = site.rules.generator if site else ""
        self.runs_templates = self.generator in _RUN_TEMPLATES
        self.runs_in_code = self.generator in ("jekyll", "11ty")  # their engines run first
        self.is_off = any(self._fields.get(key) in off for key, off in _OFF.items())
        self.is_template = self.runs_templates  # or a body shows that it is one
        self.names_site = False
        self._assigned: dict[str, TemplateValue] = {}
        self._text_left = _MOST_TEXT

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates without a zone."""
        return self._zone or ZoneInfo("UTC")

    def spend(self, length: int) -> bool:
        """Count characters that values add to the body; false if they are too many."""
        self._text_left -= length
        return self._text_left >= 0

    def address(self, path: str, *, is_absolute: bool) -> TemplateValue:
        """A path below the home page of the site, with or without its scheme and host."""
        if not self._site:
            return UNKNOWN if is_absolute else path
        base = self._site["site_url"] if is_absolute else self._site["baseurl"] + "/"
        return base + path.lstrip("/")

    def assign(self, name: str, value: TemplateValue) -> None:
        """Set a variable, which hides others of this name."""
        is_affordable = not isinstance(value, str | list) or self.spend(len(value))
        self._assigned[name] = value if is_affordable else UNKNOWN

    def unassign(self, name: str) -> None:
        """Remove a variable, such as that of a loop."""
        self._assigned.pop(name, None)

    def has(self, root: str) -> bool:
        """True if a variable with this first name belongs to a template in any folder."""
        return root in self._assigned or root in ("page", "site", "layout", "jekyll")

    def lookup(self, root: str, keys: list[TemplateValue]) -> TemplateValue:
        """The value of `root.key.key`; UNKNOWN if only the generator knows it."""
        if root in self._assigned:
            return _inside(self._assigned[root], keys)
        if root.startswith((".", "$")):
            return self._of_hugo(root.lstrip(".$").lower(), keys)
        if root == "page":
            return self._of_page(keys[1:] if keys[:1] == ["meta"] else keys)  # MkDocs
        if root in _SITES:
            return self._of_site(self._site, keys)
        if root == "jekyll":
            return _inside({"environment": "production"}, keys)
        if self.generator in _WITH_BARE_KEYS:
            is_of_page = root in ("title", "date")  # `{{ url }}` is not that of the post
            return self._of_page([root, *keys]) if is_of_page else self._of_fields(root, keys)
        return UNKNOWN

    def _of_page(self, keys: list[TemplateValue]) -> TemplateValue:
        if keys and keys[0] in self._page:
            return _inside(self._page, keys)
        return _inside(self._fields, keys)

    def _of_site(self, site: TemplateValue, keys: list[TemplateValue]) -> TemplateValue:
        # Without a key it is a map of all.
        self.names_site |= not keys or keys[0] in _NAMES
        return _inside(site, keys)

    def _of_fields(self, root: str, keys: list[TemplateValue]) -> TemplateValue:
        return _inside(self._fields, [root, *keys])

    def _of_hugo(self, root: str, keys: list[TemplateValue]) -> TemplateValue:
        """Hugo: `.Title`, `.Params.subtitle`, `.Site.Title`; case does not matter."""
        while root in ("", "page") and keys:  # `$.Title` and `.Page.Title` are `.Title`
            root, keys = str(keys[0]).lower(), keys[1:]
        lower = [str(key).lower() for key in keys]
        if root == "params":
            value = _inside(_with_small_keys(self._fields), lower)
            if value is UNKNOWN:  # `params:` in the front matter has more of them
                more = _inside(_with_small_keys(self._fields), ["params"])
                value = _inside(_with_small_keys(more), lower)
            return value
        if root == "site":
            home = {"baseurl": self._site.get("home", UNKNOWN)}
            return self._of_site({**self._site, **home}, lower)
        return _inside(self._page, [_HUGO_PAGE.get(root, ""), *lower])


def _with_small_keys(value: TemplateValue) -> TemplateValue:
    return (
        {key.lower(): each for key, each in value.items()}
        if isinstance(value, Mapping)
        else value
    )


def is_hugo_root(root: str) -> bool:
    """True for the variables of pages in Hugo, not for those of Docker (`{{ .Names }}`)."""
    return root.lstrip(".$").lower() in ("params", "site", "page", *_HUGO_PAGE)


def _site_values(site: Site) -> dict[str, TemplateValue]:
    """The site by the names of Jekyll, and of MkDocs and Hugo."""
    parts = urlsplit(site.url)
    return {
        **dict.fromkeys(_TITLES, site.title),
        **dict.fromkeys(_SUBTITLES, site.subtitle or UNKNOWN),
        # Jekyll: the address is `url` and `baseurl` together; in other generators `url` alone.
        "url": f"{parts.scheme}://{parts.netloc}" if _has_base(site) else site.url,
        "baseurl": parts.path,
        "site_url": f"{site.url}/",
        "home": f"{site.url}/",
        "github": {"url": site.url},
        "author": site.author,
        "email": site.email or UNKNOWN,
        **dict.fromkeys(("lang", "language", "locale"), site.language),
        "timezone": site.timezone,
    }


def _has_base(site: Site) -> bool:
    return site.rules.generator in ("jekyll", "", "plain")


def _inside(value: TemplateValue, keys: list[TemplateValue]) -> TemplateValue:
    """The member of lists and maps below these keys; texts of truth values become these."""
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key, len(value) if key == "size" else UNKNOWN)
        elif isinstance(value, list):
            value = _of_list(value, key)
        elif isinstance(value, str) and key in ("name", "size"):
            value = value if key == "name" else len(value)  # an author may be a text or a map
        else:
            return UNKNOWN
    return _TRUTH.get(value, value) if isinstance(value, str) else value


def _of_list(values: list[TemplateValue], key: TemplateValue) -> TemplateValue:
    if key == "size":
        return len(values)
    index = {"first": 0, "last": -1}.get(key, key) if isinstance(key, str) else key
    if isinstance(index, int) and -len(values) <= index < len(values):
        return values[index]
    return UNKNOWN


def text_of(value: TemplateValue) -> str | None:
    """What Liquid prints for a value; None for a map, and for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S %z")
    if isinstance(value, list):
        texts = [text_of(each) for each in value]
        return None if None in texts else "".join(filter(None, texts))
    return None
