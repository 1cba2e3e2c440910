"""What a post is called and where it is read: its slug, key, permalink and language."""

import posixpath
import re
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from feedsvc.core.addresses import is_reserved, page_url
from feedsvc.core.languages import language_tag
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    Refused,
    shown,
)
from feedsvc.core.posts.permalinks import PermalinkFacts, permalink_path
from feedsvc.core.site import Site
from feedsvc.core.text import nfc, one_line

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_TOKEN = re.compile(r"(?:^|/):[A-Za-z]")
_TEMPLATE = re.compile(r"\{\{|\{%|<%")
_TITLE = re.compile(r":title(?![A-Za-z0-9_])")
_LONGEST: Final = 500  # characters of a slug or a guid


@lru_cache(maxsize=1024)
def _language(text: str) -> str:
    """The language tag that is meant; empty where it is none."""
    return language_tag(text.replace("_", "-")) if _LANGUAGE.fullmatch(text) else ""


class PostNaming:
    """The place of a post in the folder, and what it says of its place on the site."""

    def __init__(self, fields: PostFields, site: Site) -> None:
        self._fields = fields
        self._site = site
        self._path = fields.path
        stem, suffix = posixpath.splitext(posixpath.splitext(self._path)[0])
        self._suffix = suffix if _is_language(suffix[1:], site.rules.languages) else ""
        self._stem = stem if self._suffix else stem + suffix

    @property
    def name(self) -> str:
        """The file's name without its suffixes; a bundle's `index` takes its folder's."""
        return posixpath.basename(self.stem)

    @property
    def stem(self) -> str:
        """The file's path without its suffixes and `_posts`; a bundle's is its folder's."""
        folder, name = posixpath.split(self._stem)
        stem = folder if name == "index" and folder else self._stem
        return stem.removeprefix("_posts/").replace("/_posts/", "/")

    def language(self) -> str:
        """The language: said, of the file's suffix (`tea.zh.md`), or of a folder (`zh/`)."""
        for found in self._fields.all("language"):
            said = found.value if isinstance(found.value, str) else ""
            if _language(said.strip()):
                self._fields.note("language", found)
                return _language(said.strip())
            fault = f"{found.name}: {found.shown} is no language tag and is left out"
            self._fields.warn("language", fault, "write one such as en or zh-CN", found)
        return self._language_of_path()

    def _language_of_path(self) -> str:
        if self._suffix:
            self._fields.note("language", "the file's name")
            return _language(self._suffix[1:])
        for folder in self._path.split("/")[:-1]:
            if _is_language(folder, self._site.rules.languages):
                self._fields.note("language", "the file's folder")
                return _language(folder)
        return ""

    def slug(self) -> str:
        """The slug; that of a translation is below its language, so that both may have one."""
        slug = self._slug()
        return self._translation(self._language_of_path()) + slug if slug else ""

    def _slug(self) -> str:
        said = self._fields.said("slug", most=_LONGEST)
        slug = nfc(said[1]).strip("/ ") if said else ""
        if said and slug and any(part in ("", ".", "..") for part in slug.split("/")):
            fault = f"{said[0].name}: {shown(slug)} cannot be part of an address"
            raise Refused("slug", fault, "write a word such as my-first-post", said[0])
        return slug

    def _translation(self, language: str) -> str:
        own = _language(self._site.language).partition("-")[0]
        return f"{language}/" if language and language.partition("-")[0] != own else ""

    def key(self) -> str:
        """What names the post for good; see Post."""
        for meaning in ("guid", "id") if self._site.rules.id_is_guid else ("guid",):
            guid = self._fields.text(meaning, most=_LONGEST)
            if guid:
                self._fields.note_same("key", meaning)
                return f"guid:{guid}"
        slug = self.slug()
        if slug:
            self._fields.note_same("key", "slug")
            return f"slug:{slug}"
        self._fields.note("key", "the file's path")
        return f"path:{nfc(posixpath.splitext(self._path)[0])}"

    # Where it is read.

    def permalink(
        self, published: datetime, title: str, categories: tuple[tuple[str, ...], ...]
    ) -> str:
        """The absolute URL of the post: the one given, else that of the site's template."""
        slug = self._slug()
        # A folder's language is in the path already, but not where a slug stands for that.
        language = self._language_of_path() if slug or self._suffix else ""
        facts = PermalinkFacts(
            source=nfc(posixpath.splitext(self._path)[0]),
            place=nfc(self.stem),
            name=self.name,
            slug=slug,
            title=title,
            categories=categories,
            published=self._local(published),
            field=self._fields.named,
            language=self._translation(language).rstrip("/"),
        )
        for found in self._fields.all("permalink"):
            given = _path_of(found)
            if _TEMPLATE.search(given):
                fault = f"{found.name}: {shown(given)} is a template of another generator"
                self._fields.warn("template", fault, "write the path, or /blog/:slug/", found)
            elif given and not self._is_link(found, given):
                self._fields.note("permalink", found)
                if _TOKEN.search(given):
                    # Only Jekyll has tokens here, and its title is what ours calls dateless.
                    given = _TITLE.sub(":dateless", given)
                    return self._page(_filled(given, facts, found), found)
                return self._given(given, found)
        self._fields.note("permalink", "the setting content.permalink")
        return self._page(_filled(self._site.rules.permalink, facts, None), None)

    def _local(self, published: datetime) -> datetime:
        try:
            return published.astimezone(self._site.zone)
        except OverflowError:  # the last hours of the year 9999
            return published

    def _is_link(self, found: NamedField, given: str) -> bool:
        """True for the `url:` of a post about a page elsewhere, and a `path:` of a file."""
        if found.name.lower() == "permalink":
            return False
        return "://" in given and not given.lower().startswith(f"{self._site.url.lower()}/")

    def _given(self, given: str, found: NamedField) -> str:
        site = urlsplit(self._site.url)
        cure = "write a path such as /about/"
        try:
            link = urlsplit(given)
        except ValueError as error:  # such as http://[x
            fault = f"{found.name}: {shown(given)} is no address: {error}"
            raise Refused("permalink", fault, cure, found) from error
        path, base = link.path, site.path.rstrip("/")
        if link.scheme or link.netloc:
            elsewhere = (link.scheme.lower(), link.netloc.lower()) != (site.scheme, site.netloc)
            if elsewhere or not f"{path}/".startswith(f"{base}/"):
                fault = f"{found.name}: {shown(given)} leads away from {self._site.url}"
                raise Refused("permalink", fault, cure, found)
            path = path.removeprefix(base)
        path = unquote(path)
        if any(part in (".", "..") for part in path.split("/")) or "\\" in path:
            fault = f"{found.name}: {shown(given)} is not a path"
            raise Refused("permalink", fault, "write one such as /about/", found)
        return self._page(path, found)

    def _page(self, path: str, found: NamedField | None) -> str:
        if is_reserved(path.lstrip("/")):
            fault = f"its address would be {shown(path)}, where feedsvc itself answers"
            raise Refused("permalink", fault, "give it another permalink or slug", found)
        return page_url(self._site.url, path)


def _filled(template: str, facts: PermalinkFacts, found: NamedField | None) -> str:
    try:
        return permalink_path(template, facts)
    except ValueError as error:
        cure = "add it, or name the address with permalink: /about/"
        raise Refused("permalink", str(error), cure, found) from error


def _path_of(found: NamedField) -> str:
    if not isinstance(found.value, str) or len(found.value) > 2_000:
        fault = f"{found.name} is not a short text"
        raise Refused("permalink", fault, "write a path such as /about/", found)
    return one_line(found.value)


def _is_language(name: str, languages: tuple[str, ...]) -> bool:
    """True for one of the languages, or a region of one."""
    tag = _language(name)
    return bool(tag) and (tag in languages or tag.partition("-")[0] in languages)
