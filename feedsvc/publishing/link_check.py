"""Find the links between posts that lead to nothing, in a folder that is only checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Topic, topics_of
from feedsvc.core.feeds.link_index import (
    Linkable,
    LinkIndex,
    feed_linkable,
    name_of_file,
    names_of_feed,
)
from feedsvc.core.feeds.linked_entries import (
    linked_entry,
    names_to_look_up,
    with_link_problems,
)
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.outcomes import FileOutcome, outcome_of_reading
from feedsvc.publishing.reading.attached_files import AttachedFiles
from feedsvc.publishing.reading.read_file import compose_entry, read_post
from feedsvc.source.folder import Folder, Unsettled


@dataclass(slots=True)
class LinksToCheck:
    """The links of the posts that were read, and what the folder has for them."""

    site: Site
    linking: list[tuple[str, Entry]] = field(default_factory=list)
    topics: set[Topic] = field(default_factory=set)
    urls: dict[str, str] = field(default_factory=dict)  # permalinks by path

    def add(self, path: str, entry: Entry) -> None:
        """Add the entry of a published post. Its content is not kept."""
        self.topics.update(topics_of(entry))
        self.urls[path] = entry.permalink
        if entry.unresolved:
            links = replace(entry.unresolved, content_html="")
            self.linking.append((path, replace(entry, content_html="", unresolved=links)))

    def problems(
        self,
        outcomes: Mapping[str, FileOutcome],
        folder: Folder | None,
        attached: AttachedFiles,
    ) -> list[Problem]:
        """A warning for each link of a published post that leads to nothing.

        If only some files were read, the others that links may mean are read in the `folder`.
        """
        linking = [pair for pair in self.linking if _is_published(outcomes.get(pair[0]))]
        if not linking:
            return []
        outcomes = dict(outcomes)
        if folder:
            names = {n for path, entry in linking for n in names_to_look_up(entry, path)}
            for path in _with_names(folder, names, outcomes):
                outcomes[path] = self._read(path, folder, attached)
        index = LinkIndex(
            self.site,
            (
                Linkable(path, self.urls.get(path, "") if _is_published(outcome) else "")
                for path, outcome in outcomes.items()
            ),
            self._feeds(),
        )
        lost = ((path, linked_entry(entry, path, index)) for path, entry in linking)
        return [
            problem
            for path, each in lost
            for problem in with_link_problems((), each.entry, path, each.lost)
        ]

    def _read(self, path: str, folder: Folder, attached: AttachedFiles) -> FileOutcome:
        try:
            file = folder.read(path, folder.survey([path]).stamps[path])
        except (Unsettled, KeyError):
            return FileOutcome("being written")
        reading = read_post(file, attached)
        entry = compose_entry(reading, self.site) if isinstance(reading, Post) else None
        outcome = outcome_of_reading(reading, attached.now)
        if isinstance(entry, Entry) and _is_published(outcome):
            self.topics.update(topics_of(entry))
            self.urls[path] = entry.permalink
        return outcome

    def _feeds(self) -> Mapping[str, Sequence[Linkable]]:
        found: dict[str, list[Linkable]] = {}
        for topic in self.topics:
            for name in names_of_feed(topic, self.site.rules):
                found.setdefault(name, []).append(feed_linkable(self.site, topic))
        return found


def _is_published(outcome: FileOutcome | None) -> bool:
    return outcome is not None and outcome.fate == "published"


def _with_names(folder: Folder, names: set[str], known: Iterable[str]) -> Iterator[str]:
    """The paths of other files that have these names; all paths if a name is that of a feed."""
    is_list = any("/" in name for name in names)
    for path in sorted(folder.survey().stamps.keys() - known):
        if is_list or name_of_file(path) in names:
            yield path
