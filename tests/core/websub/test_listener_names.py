"""The names of listeners in the store."""

from feedsvc.core.websub.listener_names import listener_name

URL = "https://ci.example.org/hooks?secret=tea"


def test_a_name_reveals_nothing_of_the_url() -> None:
    name = listener_name("notify", URL)
    assert name == listener_name("notify", URL)
    assert len(name) == 40
    assert int(name, 16)


def test_a_hub_and_a_notify_url_have_different_names() -> None:
    names = {listener_name("hub", URL), listener_name("notify", URL), listener_name("hub", "x")}
    assert len(names) == 3
