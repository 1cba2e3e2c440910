"""Functions of core that take a collection and need not be counted, and why."""

from typing import Final

EXCUSED: Final = {
    "core.admin": "takes the few tokens of the settings, or what wants attention: 12 at most",
    "core.doctor": "takes the answers of one examination: about 20, each limited in octets",
    "core.filters.filter": "takes the terms of one filter: 16 at most",
    "core.filters.filter_titles": "takes the terms of one filter: 16 at most",
    "core.filters.near_names": "stops after 50 ms",
    "core.filters.parse": "takes the terms of one filter: 16 at most",
    "core.search.matching": "takes the words of one query: 16 at most",
    "core.search.queries": "takes the words of one query: 16 at most",
    "core.markdown.generator_tags": "takes the words of one tag of a post's template",
    "core.markdown.templates.expressions": "takes an expression of 2,000 characters at most",
    "core.markdown.templates.filters": "takes the values of one expression",
    "core.markdown.templates.shortcode_words": "takes the arguments of one tag",
    "core.markdown.templates.values": "takes the keys of one expression",
    "core.html.lazy_images": "takes the attributes of one element",
    "core.html.hidden.is_hidden": "takes the attributes of one element",
    "core.html.scanner._pattern": "takes names of elements, which are written in our code",
    "core.html.scanner._tokens": "takes names of elements, which are written in our code",
    "core.feeds.xml_patterns.Patterns.__init__": "only keeps its values",
    "core.feeds.xml_patterns._escapes": "takes seven characters, once",
    "core.frontmatter.parse._Marked.__init__": "only keeps its values",
    "core.posts.permalinks._slice": "takes the levels of one category: 20 at most",
    "core.posts.passed_dates": "takes the few files that may be the same post",
    "core.posts.restrictions._kinds": "takes the words of one key",
    "core.posts.restrictions._timed": "takes the words of one key",
    "core.posts.visibility._folded": "takes the keys of one setting",
    "core.feeds.xml_patterns.Patterns._new_pattern": "runs once for each shape of an entry",
    "core.feeds.xml_patterns._picker": "takes the paths of the texts of one shape",
    "core.site": "takes the fields of the site, of which there is a fixed number",
}
