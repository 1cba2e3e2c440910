"""Finds the names of a post: its slug, key, permalink and language."""

import posixpath
import re
from dataclasses import replace
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
from feedsvc.core.posts.slug_keys import place_in, shared_key
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.core.text import nfc, one_line

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_TOKEN = re.compile(r"(?:^|/):[A-Za-z]")
_TEMPLATE = re.compile(r"\{\{|\{%|<%")
_TITLE = re.compile(r":title(?![A-Za-z0-9_])")
_LONGEST: Final = 500  # characters of a slug or a guid


@lru_cache(maxsize=1024)
def _language(text: str) -> str:
    """The language tag that the text means; empty if it is not one."""
    return language_tag(text.replace("_", "-")) if _LANGUAGE.fullmatch(text) else ""


class PostNaming:
    """The names of one post, from its path in the folder and its front matter.

    `own_key` is its key in the store. It counts if its folder or path is behind the slug, since
    other posts have the same slug.
    """

    def __init__(self, fields: PostFields, site: Site, own_key: str = "") -> None:
        self._own_key = own_key
        self._fields = fields
        self._site = site
        self._path = fields.path
        stem, suffix = posixpath.splitext(posixpath.splitext(self._path)[0])
        self._suffix = suffix if _is_language(suffix[1:], site.rules.languages) else ""
        self._stem = stem if self._suffix else stem + suffix

    @property
    def name(self) -> str:
        """The file's name without suffixes; for `index`, the name of its folder."""
        return posixpath.basename(self.stem)

    @property
    def stem(self) -> str:
        """The file's path without suffixes and `_posts`; for `index`, that of its folder."""
        folder, name = posixpath.split(self._stem)
        stem = folder if name == "index" and folder else self._stem
        return stem.removeprefix("_posts/").replace("/_posts/", "/")

    def language(self) -> str:
        """The language from the front matter, the suffix (`tea.zh.md`) or a folder (`zh/`)."""
        for field in self._fields.with_meaning("language"):
            language = _language(field.value.strip() if isinstance(field.value, str) else "")
            if language:
                self._fields.record_origin("language", field)
                return language
            fault = f"{field.name}: {field.shown} is not a language tag and is left out"
            self._fields.warn("language", fault, "write a tag such as en or zh-CN", field)
        return self._language_of_path()

    def _language_of_path(self) -> str:
        if self._suffix:
            self._fields.record_origin("language", "the file's name")
            return _language(self._suffix[1:])
        for folder in self._path.split("/")[:-1]:
            if _is_language(folder, self._site.rules.languages):
                self._fields.record_origin("language", "the file's folder")
                return _language(folder)
        return ""

    def slug(self) -> str:
        """The slug. A translation has its language in front, so that two may share a slug."""
        slug = self._slug()
        return self._translation(self._language_of_path()) + slug if slug else ""

    def _slug(self) -> str:
        first = self._fields.first_text("slug", most=_LONGEST)
        slug = nfc(first[1]).strip("/ ") if first else ""
        if first and slug and any(part in ("", ".", "..") for part in slug.split("/")):
            fault = f"{first[0].name}: {shown(slug)} cannot be part of an address"
            raise Refused("slug", fault, "write a word such as my-first-post", first[0])
        return slug

    def _translation(self, language: str) -> str:
        own = _language(self._site.language).partition("-")[0]
        return f"{language}/" if language and language.partition("-")[0] != own else ""

    def key(self) -> str:
        """The permanent key of the post; see Post."""
        for meaning in ("guid", "id") if self._site.rules.id_is_guid else ("guid",):
            guid = self._fields.text(meaning, most=_LONGEST)
            if guid:
                self._fields.copy_origin("key", meaning)
                return f"guid:{guid}"
        slug = self.slug()
        if slug:
            self._fields.copy_origin("key", "slug")
            return self._own_key if self._shares_slug else f"slug:{slug}"
        self._fields.record_origin("key", "the file's path")
        return f"path:{nfc(posixpath.splitext(self._path)[0])}"

    @property
    def _shares_slug(self) -> bool:
        return bool(place_in(self._own_key)) and shared_key(self._own_key) == (
            f"slug:{self.slug()}"
        )

    def permalink(
        self, published: datetime, title: str, categories: tuple[tuple[str, ...], ...]
    ) -> str:
        """The absolute URL of the post: its own permalink, else the site's template, filled."""
        slug = self._slug()
        # The path contains the language of a folder, unless a slug replaces the path.
        language = self._language_of_path() if slug or self._suffix else ""
        facts = PermalinkFacts(
            source=nfc(posixpath.splitext(self._path)[0]),
            stem=nfc(self.stem),
            name=self.name,
            slug=slug,
            title=title,
            categories=categories,
            published=self._local(published),
            field=self._fields.text_of_key,
            language=self._translation(language).rstrip("/"),
        )
        for field in self._fields.with_meaning("permalink"):
            given = _path_of(field)
            if _TEMPLATE.search(given):
                fault = f"{field.name}: {shown(given)} is a template of another generator"
                self._fields.warn("template", fault, "write the path, or /blog/:slug/", field)
            elif given and not self._is_link(field, given):
                self._fields.record_origin("permalink", field)
                if _TOKEN.search(given):
                    # Tokens here are Jekyll's; its `:title` is our `:dateless`.
                    given = _TITLE.sub(":dateless", given)
                    return self._page(_filled(given, facts, field), field)
                return self._given(given, field)
        if self._site.rules.permalink == Rules().permalink and self._shares_slug:
            # Without its place, the page would be that of the post with the plain slug.
            place = posixpath.splitext(place_in(self._own_key))[0]
            facts = replace(facts, slug=f"{slug}/{place}")
        self._fields.record_origin("permalink", "the setting content.permalink")
        return self._page(_filled(self._site.rules.permalink, facts, None), None)

    def _local(self, published: datetime) -> datetime:
        try:
            return published.astimezone(self._site.zone)
        except OverflowError:  # the last hours of the year 9999
            return published

    def _is_link(self, field: NamedField, given: str) -> bool:
        """True for a `url:` or `path:` that links to another site: the post is about it."""
        if field.name.lower() == "permalink":
            return False
        return "://" in given and not given.lower().startswith(f"{self._site.url.lower()}/")

    def _given(self, given: str, field: NamedField) -> str:
        site = urlsplit(self._site.url)
        cure = "write a path such as /about/"
        try:
            link = urlsplit(given)
        except ValueError as error:  # such as http://[x
            fault = f"{field.name}: {shown(given)} is not an address: {error}"
            raise Refused("permalink", fault, cure, field) from error
        path, base = link.path, site.path.rstrip("/")
        if link.scheme or link.netloc:
            elsewhere = (link.scheme.lower(), link.netloc.lower()) != (site.scheme, site.netloc)
            if elsewhere or not f"{path}/".startswith(f"{base}/"):
                fault = f"{field.name}: {shown(given)} is not below {self._site.url}"
                raise Refused("permalink", fault, cure, field)
            path = path.removeprefix(base)
        path = unquote(path)
        if any(part in (".", "..") for part in path.split("/")) or "\\" in path:
            fault = f"{field.name}: {shown(given)} is not a path"
            raise Refused("permalink", fault, "write a path such as /about/", field)
        return self._page(path, field)

    def _page(self, path: str, field: NamedField | None) -> str:
        if is_reserved(path.lstrip("/")):
            fault = f"its address would be {shown(path)}, which feedsvc uses itself"
            raise Refused("permalink", fault, "give it another permalink or slug", field)
        return page_url(self._site.url, path)


def _filled(template: str, facts: PermalinkFacts, field: NamedField | None) -> str:
    try:
        return permalink_path(template, facts)
    except ValueError as error:
        cure = "add it, or name the address with permalink: /about/"
        raise Refused("permalink", str(error), cure, field) from error


def _path_of(field: NamedField) -> str:
    if not isinstance(field.value, str) or len(field.value) > 2_000:
        fault = f"{field.name} is not a short text"
        raise Refused("permalink", fault, "write a path such as /about/", field)
    return one_line(field.value)


def _is_language(name: str, languages: tuple[str, ...]) -> bool:
    """True for one of the languages, with or without a region."""
    tag = _language(name)
    return bool(tag) and (tag in languages or tag.partition("-")[0] in languages)
