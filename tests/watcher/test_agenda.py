"""The agenda: what is due, and when."""

import time

from feedsvc.watcher.agenda import Agenda


def test_nothing_is_due_at_first() -> None:
    assert Agenda().take() == (False, set())


def test_a_path_is_due_after_its_delay() -> None:
    agenda = Agenda()
    agenda.look_at({"tea.md"}, 0)
    agenda.look_at({"pots.md"}, 60)
    assert agenda.take() == (False, {"tea.md"})
    assert agenda.take() == (False, set())


def test_a_path_that_changes_again_is_postponed() -> None:
    agenda = Agenda()
    agenda.look_at({"tea.md"}, 0)
    agenda.look_at({"tea.md"}, 60)
    assert agenda.take() == (False, set())


def test_the_whole_folder_is_due_at_the_earlier_time() -> None:
    agenda = Agenda()
    agenda.look_at_everything()
    agenda.look_at_everything(60)
    assert agenda.take() == (True, set())
    assert agenda.take() == (False, set())


def test_the_wait_ends_when_something_is_added() -> None:
    agenda = Agenda()
    agenda.look_at({"tea.md"}, 60)
    began = time.monotonic()
    agenda.wait()
    assert time.monotonic() - began < 0.15
    agenda.wait()
    assert 0.15 < time.monotonic() - began < 5
