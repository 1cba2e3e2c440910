"""The table of feed formats."""

import pytest

from feedsvc.core import addresses
from feedsvc.core.feeds.formats import FORMATS, plain_type


def test_every_format_has_a_document_name_and_its_registered_media_type() -> None:
    assert FORMATS.keys() == addresses.FORMATS.keys()
    assert [form.media_type for form in FORMATS.values()] == [
        "application/atom+xml; charset=utf-8",
        "application/rss+xml; charset=utf-8",
        "application/feed+json; charset=utf-8",
    ]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("atom", "application/xml; charset=utf-8"),
        ("rss", "application/xml; charset=utf-8"),
        ("json", "application/json; charset=utf-8"),
    ],
)
def test_the_plain_type_of_a_format_is_xml_or_json(name: str, media_type: str) -> None:
    assert plain_type(FORMATS[name].media_type) == media_type
