"""Which settings are assumed for a folder."""

import pytest

from feedsvc.core.generators.recognised import Assumption, Recognised, SettingValue, Unknown
from feedsvc.settings.assumed import REQUIRED, assume, setting_fault

OURS: dict[str, tuple[SettingValue, str]] = {
    "site.title": ("blog", "the name of the folder"),
    "site.url": ("http://127.0.0.1:8000", "the address of this server"),
    "site.author": ("blog", "the title"),
    "site.timezone": ("UTC", "the zone of this machine"),
    "site.tag_authority": ("example.org,2026", "a try"),
    "content.seeds": ("blog", "the folder"),
}


def recognised(*assumptions: Assumption) -> Recognised:
    return Recognised("hexo", assumptions, (Unknown("site.subtitle", "a.js", 3, "is code"),))


def test_what_was_found_counts_before_our_defaults() -> None:
    title = Assumption("site.title", "Tea", "_config.yml", 2)
    assumed = assume(recognised(title), OURS)
    assert assumed.found == {"site.title": title}
    assert "site.title" not in assumed.defaults
    assert list(assumed.values()) == [*REQUIRED, "content.seeds"]
    assert assumed.tree() == {
        "site": {
            "title": "Tea",
            "url": "http://127.0.0.1:8000",
            "author": "blog",
            "timezone": "UTC",
            "tag_authority": "example.org,2026",
        },
        "content": {"seeds": "blog"},
    }


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("site.timezone", "Mars", "it is not an IANA time zone"),
        ("site.language", "Chinese (simplified)", "it is not a language tag (RFC 5646)"),
        ("site.url", "example.org", "it is not an http or https URL"),
        ("site.title", "", "it is blank"),
        ("feeds.entries", 0, "it is not 1 or more"),
        ("site.colour", "red", "there is no such setting"),
    ],
)
def test_a_value_that_feedsvc_refuses_is_unknown(
    setting: str, value: SettingValue, fault: str
) -> None:
    assumed = assume(recognised(Assumption(setting, value, "_config.yml", 7)), OURS)
    assert assumed.found == {}
    why = f"has a value that feedsvc refuses: {fault}"
    assert Unknown(setting, "_config.yml", 7, why) in assumed.unknown
    assert assumed.unknown[0] == Unknown("site.subtitle", "a.js", 3, "is code")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("site.title", "茶"),
        ("content.seeds", "source/_posts"),
        ("content.exclude", ("about/**",)),
        ("content.authors", {"li": {"name": "Li Wei"}}),
        ("feeds.content", "summary"),
    ],
)
def test_a_good_value_has_no_fault(setting: str, value: SettingValue) -> None:
    assert setting_fault(setting, value) == ""
