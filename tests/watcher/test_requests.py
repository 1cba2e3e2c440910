"""The quiet window: one rebuild answers all calls that come shortly after each other."""

from feedsvc.watcher.requests import REQUEST_PATIENCE, REQUEST_QUIET, QuietWindow


def test_a_rebuild_begins_once_no_further_call_has_come() -> None:
    window = QuietWindow()
    assert not window.is_over(1, now=100)
    assert not window.is_over(1, now=99.9 + REQUEST_QUIET)
    assert window.is_over(1, now=100 + REQUEST_QUIET)


def test_a_further_call_extends_the_window() -> None:
    window = QuietWindow()
    assert not window.is_over(1, now=100)
    assert not window.is_over(2, now=101)
    assert not window.is_over(2, now=100.9 + REQUEST_QUIET)
    assert window.is_over(2, now=101 + REQUEST_QUIET)


def test_a_rebuild_begins_although_calls_keep_coming() -> None:
    window = QuietWindow()
    times = range(100, 100 + int(REQUEST_PATIENCE) + 1)
    results = [window.is_over(calls, now) for calls, now in enumerate(times, 1)]
    assert results == [False] * int(REQUEST_PATIENCE) + [True]


def test_the_window_of_the_next_calls_begins_anew() -> None:
    window = QuietWindow()
    assert not window.is_over(1, now=100)
    assert window.is_over(1, now=100 + REQUEST_QUIET)
    assert not window.is_over(1, now=200)
    window.reset()
    assert not window.is_over(1, now=300)
    assert window.is_over(1, now=300 + REQUEST_QUIET)
