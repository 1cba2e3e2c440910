"""Language tags have one spelling, and names in their own language."""

import pytest

from feedsvc.core.languages import language_tag, own_name


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


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("zh-CN", "中文 (zh-CN)"),
        ("en", "English (en)"),
        ("pt-BR", "Português (pt-BR)"),
        ("tlh", "tlh"),
        ("x-zh", "x-zh"),
    ],
)
def test_a_language_has_its_own_name_and_its_tag(tag: str, name: str) -> None:
    assert own_name(tag) == name
