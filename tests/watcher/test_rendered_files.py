"""If a rendered file changes, the one beside it may become a post, or stop being one."""

import threading

from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.watcher.agenda import Agenda
from feedsvc.watcher.file_events import FileEvents
from tests.support.writing import PostFolder


def test_the_unrendered_file_beside_a_changed_one_is_read_too(
    posts: PostFolder, folder: Folder
) -> None:
    posts.write("tea.Rmd")
    agenda = Agenda()
    events = FileEvents(Source(folder), agenda, lambda _: False, threading.Event())
    events._plan({str(folder.root / "tea.md")}, folder)
    assert agenda.take() == (False, {"tea.md", "tea.Rmd"})
