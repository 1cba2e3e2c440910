"""Language tags have one spelling."""

import pytest

from feedsvc.core.languages import language_tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("EN", "en"),
        ("zh-cn", "zh-CN"),
        ("ZH-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("sl-IT-NEDIS", "sl-IT-nedis"),
        ("de-1996", "de-1996"),
        ("en-CA-x-CA", "en-CA-x-ca"),
        ("en-x-abcd-ef", "en-x-abcd-ef"),
        ("x-zh", "x-zh"),
        ("", ""),
    ],
)
def test_a_tag_has_the_case_that_rfc_5646_recommends(text: str, tag: str) -> None:
    assert language_tag(text) == tag
    assert language_tag(tag) == tag
