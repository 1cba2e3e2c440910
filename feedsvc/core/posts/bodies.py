"""Reads the body of a post: the text to publish, its first heading, and what is lost of it."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from feedsvc.core.frontmatter.source import FrontMatter
from feedsvc.core.markdown.chunks import has_chunks, markdown_of_chunks
from feedsvc.core.markdown.first_heading import Heading, first_heading
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.mdx import is_mdx, markdown_of_mdx
from feedsvc.core.markdown.more_markers import with_more_markers
from feedsvc.core.markdown.shortcodes import RemovedTag, without_shortcodes
from feedsvc.core.markdown.templates.values import Scope, TemplateValue, text_of
from feedsvc.core.markdown.unsafe_links import unsafe_links
from feedsvc.core.posts.fields import PostFields
from feedsvc.core.posts.keys import fold
from feedsvc.core.posts.visibility import as_bool
from feedsvc.core.site import Site
from feedsvc.core.text import AnyOf, one_line

_FRONT_MATTER: Final = ("frontMatter.", "frontmatter.")
_BRACES: Final = AnyOf("{{", "{%", "{#")  # a template has one of them


class PostBody:
    """The body of one post. What cannot be published is a warning of its fields."""

    def __init__(self, fields: PostFields, front: FrontMatter, site: Site) -> None:
        self._fields = fields
        self._front = front
        self._site = site
        self._scopes: list[Scope] = []

    @property
    def names_site(self) -> bool:
        """True if a template in what was read so far names the site: see Scope."""
        return any(scope.names_site for scope in self._scopes)

    @cached_property
    def heading(self) -> Heading | None:
        """The first heading."""
        return first_heading(self._markdown[0])

    @cached_property
    def words_of_heading(self) -> str:
        """The text of the first heading, on one line; empty if there is none."""
        words = self.heading.words if self.heading else ""
        if _BRACES.is_in(words):
            words, _ = without_shortcodes(words, self._scope({}))
        return one_line(words)

    def _scope(self, page: Mapping[str, TemplateValue]) -> Scope:
        self._scopes.append(Scope(self._values(), page, self._site))
        return self._scopes[-1]

    def _values(self) -> dict[str, TemplateValue]:
        return {key: field.value for key, field in self._front.fields.items()}

    def text(
        self, heading: Heading | None, page: Callable[[], dict[str, TemplateValue]]
    ) -> str:
        """The Markdown or HTML to publish, without the heading that became the title.

        `page` is called if the body is a template: it is what is known of the post.
        """
        source, lost = self._markdown
        # Blank lines keep the line numbers.
        if heading and not source[: heading.start].strip():
            end = heading.end
            source = "\n" * source.count("\n", 0, end) + source[end:]
        is_html = self._fields.path.lower().endswith(".html")
        for line, column, target in unsafe_links(source, is_html=is_html):
            self._warn_of_unsafe_link(target, line, column)
        is_template = _BRACES.is_in(source)
        scope = self._scope(page()) if is_template else None
        source, removed = without_shortcodes(
            source,
            scope,
            html_of if is_html else None,
            generator=self._site.rules.generator,
        )
        for tag in (*lost, *removed):
            self._warn_of_removed(tag)
        return self._with_more_markers(source, is_html=is_html)

    @cached_property
    def _markdown(self) -> tuple[str, tuple[RemovedTag, ...]]:
        """The body as Markdown or HTML, and what a body of MDX lost that had no words."""
        path, body = self._fields.path, self._front.body
        if has_chunks(path):
            return markdown_of_chunks(body, echo=self._has_echo), ()
        if is_mdx(path, self._site.rules.generator):
            return markdown_of_mdx(body, self._values_of_mdx)
        return body, ()

    @property
    def _values_of_mdx(self) -> dict[str, str]:
        """The texts of the front matter, as MDX of Docusaurus and of Astro names them."""
        if not any(name in self._front.body for name in _FRONT_MATTER):
            return {}
        texts = {key: text_of(value) for key, value in self._values().items()}
        return {
            f"{name}{key}": text
            for key, text in texts.items()
            for name in _FRONT_MATTER
            if text is not None
        }

    @property
    def _has_echo(self) -> bool:
        """False if the front matter hides the code of all chunks: `execute: {echo: false}`."""
        options = self._fields.in_tables(["execute"])
        return all(
            as_bool(each.value) is not False
            for each in options
            if fold(each.name.rpartition(".")[2]) in ("echo", "include")
        )

    def _with_more_markers(self, body: str, *, is_html: bool) -> str:
        given = self._front.fields.get("excerpt_separator")
        separator = given.value if given and isinstance(given.value, str) else ""
        generator = self._site.rules.generator
        is_publ = self._front.dialect == "headers" and generator in ("", "plain")
        is_only = generator == "jekyll"
        return with_more_markers(
            body, separator, is_html=is_html, is_publ=is_publ, is_only=is_only
        )

    def _warn_of_removed(self, tag: RemovedTag) -> None:
        position = (tag.line + self._front.body_line, tag.column + 1)
        shown = tag.text if len(tag.text) <= 60 else tag.text[:57] + "..."
        if tag.is_known:
            self._warn_of_lost_target(tag.text, tag.line, tag.column)
        elif tag.is_value:
            fault = f"a value in {shown} is not known, so it is left out"
            cure = "replace it with what it should show"
            self._fields.warn_at("unknown-value", fault, cure, *position, tag.text)
        else:
            rest = "only its words are shown" if tag.words else "is left out"
            fault = f"the tag {tag.name!r} is unknown and {rest}"
            cure = "replace it with what it should show"
            self._fields.warn_at("unknown-tag", fault, cure, *position, tag.text)

    def _warn_of_unsafe_link(self, target: str, line: int, column: int) -> None:
        shown = target if len(target) <= 60 else target[:57] + "..."
        fault = f"the scheme of {shown} is not allowed in a feed, so the address is left out"
        cure = "write an address that begins with https://, or delete it"
        position = (line + self._front.body_line, column + 1)
        self._fields.warn_at("unsafe-link", fault, cure, *position, target)

    def _warn_of_lost_target(self, text: str, line: int, column: int) -> None:
        shown = text if len(text) <= 60 else text[:57] + "..."
        fault = f"the target of {shown} is not known, so the link is left out"
        cure = "write the address instead, such as /posts/tea/"
        position = (line + self._front.body_line, column + 1)
        self._fields.warn_at("no-target", fault, cure, *position, text)
