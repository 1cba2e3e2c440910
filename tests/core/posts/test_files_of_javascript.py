"""Typical files of 11ty, Astro and Docusaurus are read correctly."""

from typing import Any, Final

import pytest

from feedsvc.core.people import Person
from tests.support.dialects import outcome

NAME: Final = "blog/2019-05-06-tea.md"
STAFF: Final = (("li", Person("Li Wen", "https://example.com/li")),)

FILES: Final = {
    "11ty's JSON": (
        NAME,
        '---json\n{"title": "Tea", "tags": ["posts", 3.10]}\n---\nHi.',
        {"title": "Tea", "tags": ["posts", "3.10"], "body": "Hi."},
    ),
    "11ty, one tag": (
        NAME,
        "---\nlayout: layouts/post.njk\ntags: posts\n---\n",
        {"tags": ["posts"]},
    ),
    "11ty's template": (
        NAME,
        '---\npermalink: "/{{ page.fileSlug }}/"\n---\n',
        {"link": "/posts/blog/2019-05-06-tea/", "warnings": ["template"]},
    ),
    "11ty's path": (
        NAME,
        "---\npermalink: /tea/index.html\n---\n",
        {"link": "/tea/index.html"},
    ),
    "11ty, written nowhere": (NAME, "---\npermalink: false\n---\n", "hidden by permalink"),
    "11ty, in no collection": (
        NAME,
        "---\neleventyExcludeFromCollections: true\n---\n",
        "hidden by eleventyExcludeFromCollections",
    ),
    "11ty's draft": (NAME, "---\ndraft: true\n---\n", "hidden by draft"),
    "11ty's date of git": (NAME, "---\ndate: git Created\n---\n", "refused in line 2: date"),
    "Astro's blog": (
        "first-post.md",
        "---\ntitle: 'First post'\ndescription: 'Lorem'\npubDate: 'Jul 08 2022'\n"
        "updatedDate: 'Jul 09 2022'\nheroImage: '../../assets/a.jpg'\n---\n",
        {
            **{"title": "First post", "date": "2022-07-08T00:00:00+08:00", "summary": "Lorem"},
            **{"updated": "2022-07-09T00:00:00+08:00", "image": "/assets/a.jpg"},
        },
    ),
    "Astro's older dates": (
        "a.md",
        "---\npubDate: 2022-07-08T00:00:00.000Z\n---\n",
        {"date": "2022-07-08T00:00:00+00:00"},
    ),
    "Astro, isDraft": (
        "a.md",
        "---\npubDate: 2022-07-08\nisDraft: true\n---\n",
        "hidden by isDraft",
    ),
    "Astro, no date yet": ("a.md", "---\npubDate:\n---\n", "refused in line 2: no-date"),
    "Docusaurus' blog": (
        NAME,
        "---\nslug: welcome\ntitle: Welcome\nauthors: [li]\ntags: [facebook, hello]\n---\n"
        "One.\n\n<!-- truncate -->\n\nTwo.",
        {
            **{"key": "slug:welcome", "authors": ["Li Wen"], "tags": ["facebook", "hello"]},
            **{"date": "2019-05-06T00:00:00+08:00", "excerpt": "One."},
        },
    ),
    "Docusaurus' own authors": (
        NAME,
        "---\nauthors:\n  - name: Wang\n    title: Engineer\n"
        "    url: https://example.com/wang\n  - key: li\n    title: Guest\n---\n",
        {
            "authors": ["Wang", "Li Wen"],
            "pages": ["https://example.com/wang", "https://example.com/li"],
        },
    ),
    "Docusaurus' bundle": (
        "blog/2019-05-06-tea/index.md",
        "---\nimage: ./a.png\n---\n",
        {"title": "tea", "image": "/posts/blog/2019-05-06-tea/a.png"},
    ),
    "Docusaurus' change": (
        NAME,
        "---\nlast_update:\n  date: 2020-01-02\n  author: li\n---\n",
        {"updated": "2020-01-02T00:00:00+08:00"},
    ),
    "Docusaurus, unlisted": (NAME, "---\nunlisted: true\n---\n", "hidden by unlisted"),
    "Docusaurus, a folder's language": (
        "zh/blog/2019-05-06-tea.md",
        "---\n---\n",
        {"language": "zh"},
    ),
    "Nikola's guid": (
        NAME,
        "---\nguid: https://example.org/?p=7\n---\n",
        {"key": "guid:https://example.org/?p=7"},
    ),
    "encrypted": (NAME, "---\nencrypted: true\n---\n", "hidden by password"),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    assert outcome(path, text, expected, authors=STAFF) == expected
