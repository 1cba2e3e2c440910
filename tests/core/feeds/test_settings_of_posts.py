"""Which settings of the site can change what a file becomes, and which only feeds show."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields, replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.feeds.linked_entries import linked_entry
from feedsvc.core.markdown.templates.values import _site_values
from feedsvc.core.podcasts.show import Show
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import NotAPost, Post, Reading, may_name_site
from feedsvc.core.problems import Problem
from feedsvc.core.rules import GENERATORS, Rules
from feedsvc.core.site import EVERYTHING_CHANGED, UNCHANGED, Site, SiteChange
from tests.support.builders import DATE, a_site
from tests.support.linking import an_index, composed

# Other values of the settings that only feeds show, and of those that name the site.
OF_FEEDS: Final[dict[str, Any]] = {
    "entries": 1,
    "max_bytes": 2_000,
    "content": "summary",
    "contents": (("tags/AI", "summary"), ("", "full")),
    "pages": True,
    "hubs": ("https://hub.example/",),
    **{"icon": "https://a.example/i.png", "logo": "https://a.example/l.png"},
    **{"license": "CC-BY-4.0", "rights": "© Li"},
    "podcast": Show(("Arts",), explicit=True),
    "tag_redirects": (("AI", "ML"),),
    "gone": ("tags/AI",),
}
OF_MEMBERSHIPS: Final[dict[str, Any]] = {
    "main": "not-tag=micro",
    "filters": (("medicine", "Medicine", "tag=AI"),),
}
NAMES: Final[dict[str, Any]] = {
    "title": "Coffee & cake",
    "subtitle": "Roasted",
    "email": "ana@example.net",
}
READ: Final[dict[str, Any]] = {
    **{"url": "https://example.net/a", "author": "Ana", "timezone": "UTC", "language": "zh"},
    "tag_authority": "example.net,2027",
}
SITES: Final = [
    a_site(generator=name, subtitle=subtitle, email=email)
    for name in ("", *GENERATORS)
    for subtitle, email in (("", ""), ("Green", "li@example.org"))
]
FRONTS: Final = (
    "",
    "title: A title\n",
    'title: "{{ site.title }}"\n',
    "draft: true\n",
    "expires: 2020-01-01\n",
    "expires: tomorrow or so\n",
    "tags: [AI, '{{ site.title }}']\ncategories: [A, B]\ncontent: summary\n",
    "authors: [Li, Ana]\nlang: de\nfeeds: [tags/AI]\nkey: title\n",
    "description: '{{ site.title }} {{ site.description }}'\nimage: /a.png\n",
    "permalink: /:title/\nsite: {title: Mine}\n",
    "layout: post\nrender_with_liquid: false\n",
)
NAMING: Final = (
    "{{ site.title }}",
    "{{ site['title'] | upcase }}",
    "{{ site.description | default: 'none' }}",
    "{{ config.site_name }}",
    "{{ config.subtitle }}",
    "{{ metadata.name }}",
    "{{ site.email | size }}",
    "{{ site[page.key] }}",
    "{% assign s = site %}{{ s.title }}",
    "{% assign t = 'ti' | append: 'tle' %}{{ site[t] }}",
    "{% for each in site %}{{ each }}{% endfor %}",
    "{% if site.subtitle %}yes{% else %}no{% endif %}",
    "{% if site.title == 'Tea' %}tea{% endif %}",
    "# {{ site.title }}",
    "# &#123;&#123; site.title }}\n",
    "# \\{\\{ site.title }}\n",
    "{{ .Site.Title }}",
    "{{ $.Site.Title }}",
    "{{ .Page.Site.Title }}",
    '{{ site.Params.subtitle }} {{< ref "other" >}}',
    "{% capture c %}{{ site.title }}{% endcapture %}{{ c }}",
)
OTHERS: Final = (
    "Plain words, *twice*.",
    "# A heading\n\nWords.",
    "{{ site.baseurl }}/a.png and {{ site.url }}",
    "![p]({{ site.url }}{{ site.baseurl }}/p.png) {{ site.author }} {{ site.lang }}",
    "{% raw %}{{ site.title }}{% endraw %}",
    "```\n{{ site.title }}\n```",
    "`{{ site.title }}`",
    "{{ page.title }} {{ title }} {{ page.date | date: '%Y' }}",
    "{{ site.posts }} {{ site.unknown }} {{ site.url.size }}",
    '{{< figure src="a.png" >}} {% post_url 2026-03-01-other %} [o](other.md) [[tags/AI]]',
    "<!--more-->\n\nMore.",
    "<script>alert('{{')</script>",
    "!!! note\n    {{ 'site' }}",
    "A [link](tea.md#a) and <https://example.org/>.",
    "The words Tea, Green and li@example.org.",
)
PATHS: Final = ("tea.md", "_posts/2026-03-01-tea.md", "a/index.html", "tea.mdx", "tea.Rmd")


def seen(reading: Reading, site: Site) -> tuple[Any, ...]:
    """All that comes of a file, also what equal values may differ in."""
    entry: Entry | Problem | None = None
    if isinstance(reading, Post):
        entry = compose(reading, site, "urn:tea", reading.published)
    whole = entry and (astuple(entry), isinstance(entry, Entry) and entry.digest)
    return type(reading), astuple(reading), whole


def read(path: str, source: bytes, site: Site) -> tuple[bool, tuple[Any, ...]]:
    reading = parse_post(path, source, site)
    return may_name_site(reading), seen(reading, site)


def changed(site: Site, values: dict[str, Any]) -> Site:
    of_rules = {each.name for each in fields(Rules)}
    ruled = {name: value for name, value in values.items() if name in of_rules}
    others = {name: value for name, value in values.items() if name not in of_rules}
    return replace(site, rules=replace(site.rules, **ruled), **others)


def check(path: str, front: str, body: Iterable[str], site: Site) -> bool:
    """Whether a file names the site; fails if another setting of feeds changes the result."""
    source = f"---\n{DATE}{front}---\n\n".encode() + "\n\n".join(body).encode()
    names, before = read(path, source, site)
    assert read(path, source, changed(site, OF_FEEDS)) == (names, before), source
    if not names:
        assert read(path, source, changed(site, OF_FEEDS | NAMES)) == (names, before), source
    return names


@pytest.mark.untraced
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.rules.generator or "none")
def test_what_only_feeds_show_changes_no_post(site: Site) -> None:
    """Each kind of text on its own, in a folder of each generator."""
    naming = [check("tea.md", "title: A title\n", [body], site) for body in NAMING]
    others = [check(path, "", [body], site) for body in OTHERS for path in PATHS]
    heads = [check(path, front, ["Words."], site) for front in FRONTS for path in PATHS]
    assert (len(naming), len(others), len(heads)) == (21, 75, 55)


@pytest.mark.parametrize("body", NAMING[:9])
def test_a_template_that_shows_the_name_of_the_site_is_noticed(body: str) -> None:
    site = a_site(generator="jekyll")
    fronts = (DATE + "key: title\n", DATE + "key: title\ndraft: true\n")
    for front in fronts:
        assert may_name_site(parse_post("tea.md", f"---\n{front}---\n{body}".encode(), site))


def test_other_templates_do_not_name_the_site() -> None:
    site = a_site(generator="jekyll")
    assert not any(check("tea.md", "", [body], site) for body in OTHERS)


def test_a_file_that_cannot_be_read_may_name_the_site() -> None:
    assert may_name_site(Problem("tea.md", 1, "a fault", "a cure"))
    assert not may_name_site(NotAPost("tea.md"))


@settings(max_examples=150)
@given(
    st.sampled_from(PATHS),
    st.lists(st.sampled_from(FRONTS), max_size=2, unique=True),
    st.lists(st.sampled_from(NAMING + OTHERS), max_size=4),
    st.sampled_from(SITES),
)
def test_what_only_feeds_show_changes_no_mixture_of_texts(
    path: str, fronts: Sequence[str], body: Sequence[str], site: Site
) -> None:
    check(path, "".join(fronts), body, site)


@pytest.mark.parametrize("site", SITES[:4])
def test_every_value_of_a_template_that_a_name_changes_is_noticed(site: Site) -> None:
    after = _site_values(changed(site, NAMES))
    for key, value in _site_values(site).items():
        if after[key] != value:
            reading = parse_post(
                "tea.md", f"---\n{DATE}---\n{{{{ site.{key} }}}}".encode(), site
            )
            assert may_name_site(reading), key


# Which change of settings calls for what.


@pytest.mark.parametrize("name", OF_FEEDS)
def test_a_setting_of_feeds_reads_no_post(name: str) -> None:
    change = a_site().changed_to(a_site(**{name: OF_FEEDS[name]}))
    assert change == SiteChange(shows=True, relinks=name == "pages")


@pytest.mark.parametrize("name", NAMES)
def test_a_new_name_of_the_site_reads_the_posts_that_name_it(name: str) -> None:
    change = a_site().changed_to(a_site(**{name: NAMES[name]}))
    assert change == SiteChange(shows=True, renames=True)


@pytest.mark.parametrize("name", OF_MEMBERSHIPS)
def test_a_setting_of_memberships_reads_no_post_and_shows_in_no_other_feed(name: str) -> None:
    after = a_site(**{name: OF_MEMBERSHIPS[name]})
    assert a_site().changed_to(after) == SiteChange(regroups=True)
    assert after.changed_to(a_site()) == SiteChange(regroups=True)
    assert after.digest == a_site().digest
    both = {name: OF_MEMBERSHIPS[name], "tag_redirects": (("a", "b"),)}
    assert after.changed_to(a_site(**both)) == SiteChange(shows=True, regroups=True)


def test_every_other_setting_reads_every_post() -> None:
    """Fields that were added since too: see the comment at their names in core/site.py."""
    known = {**OF_FEEDS, **NAMES}
    for owner, values in ((Site, READ), (Rules, {})):
        for each in fields(owner):
            if each.name in known or each.name in ("rules", *OF_MEMBERSHIPS):
                continue
            other = values.get(each.name, "another value")
            assert a_site().changed_to(a_site(**{each.name: other})) == EVERYTHING_CHANGED


def test_equal_settings_change_nothing() -> None:
    assert a_site().changed_to(a_site()) == UNCHANGED


def test_links_depend_on_the_pages_of_feeds_and_on_no_other_setting_of_feeds() -> None:
    body = "[t]({tag}AI) [a](other.md) [h]({index}) [no](nothing.md)"
    others = {**OF_FEEDS, "pages": False}
    linked = []
    for site in (a_site(), changed(a_site(), others), changed(a_site(), OF_FEEDS)):
        index = an_index(["other.md"], Topic("tag", ("AI",)), site=site)
        each = linked_entry(composed(body, site=site), "one.md", index)
        linked.append((astuple(each.entry), each.lost, each.keys))
    assert linked[0] == linked[1] != linked[2]
