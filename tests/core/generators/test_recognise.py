"""The generator of a blog, and what its config files say."""

import pytest

from feedsvc.core.generators.recognise import CONFIG_NAMES, recognise
from feedsvc.core.rules import GENERATORS
from tests.support.layouts import Layout
from tests.support.layouts_of_programs import LAYOUTS


def config_files(layout: Layout) -> dict[str, bytes]:
    return {name: text.encode() for name, text in layout.files.items() if name in CONFIG_NAMES}


def test_there_is_a_layout_of_each_generator() -> None:
    assert sorted([*LAYOUTS, "plain"]) == sorted(GENERATORS)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_the_config_of_a_generator_gives_our_settings(layout: Layout) -> None:
    found = recognise(config_files(layout))
    assert found.generator == layout.generator
    settings = {each.setting: (each.value, each.file, each.line) for each in found.assumptions}
    generator, _, line = settings.pop("content.generator")
    assert (generator, line) == (layout.generator, 0)
    assert settings == layout.settings
    assert found.feeds == tuple(layout.feeds)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_what_the_config_does_not_say_is_unknown_with_the_reason(layout: Layout) -> None:
    found = recognise(config_files(layout))
    reasons = {each.setting: each.why for each in found.unknown}
    assert reasons.keys() == layout.unknown.keys()
    assert all(layout.unknown[name] in why for name, why in reasons.items())
