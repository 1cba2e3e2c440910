"""What subscribers see of a publish, by kind: new entries, updates, corrections, losses."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from feedsvc.core.problems import path_below
from feedsvc.publishing.guarding.guard import Hold
from feedsvc.store.publication import Changes

MOST_ENTRIES: Final = 100  # of each kind in the JSON of a report


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry that subscribers see in another way."""

    id: str
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What subscribers see, each entry once.

    `updated` moves in the `updated` entries and stays in the `corrected` ones. The `returned`
    ones were withdrawn earlier. The `reidentified` ones are published posts with a new id:
    readers see them as new. The `retracted` ones have a notice in place of their text; few
    publishes have any.
    """

    new: tuple[SeenEntry, ...] = ()
    updated: tuple[SeenEntry, ...] = ()
    corrected: tuple[SeenEntry, ...] = ()
    withdrawn: tuple[SeenEntry, ...] = ()
    returned: tuple[SeenEntry, ...] = ()
    reidentified: tuple[SeenEntry, ...] = ()
    retracted: tuple[SeenEntry, ...] = ()

    def kinds(self) -> dict[str, tuple[SeenEntry, ...]]:
        """The entries by the name of their kind; without retracted ones if there are none."""
        words = {"reidentified": "re-identified"}
        kinds = {words.get(f.name, f.name): getattr(self, f.name) for f in fields(self)}
        return {name: seen for name, seen in kinds.items() if seen or name != "retracted"}

    def below(self, root: str) -> "Outlook":
        """The outlook with its paths below `root`: see path_below."""

        def shown(entries: tuple[SeenEntry, ...]) -> tuple[SeenEntry, ...]:
            return tuple(replace(e, path=e.path and path_below(root, e.path)) for e in entries)

        return Outlook(*(shown(getattr(self, f.name)) for f in fields(self)))

    def to_dict(self, most: int | None = None) -> dict[str, Any]:
        """The counts and the entries, up to `most` of each kind, as JSON."""
        return {
            kind: {
                "count": len(seen),
                "entries": [
                    {"id": e.id, "path": e.path, "title": e.title} for e in seen[:most]
                ],
            }
            for kind, seen in self.kinds().items()
        }


def outlook(
    changes: Changes,
    hold: Hold,
    known: Collection[str],
    paths: Mapping[str, str],
    title_of: Callable[[str], str],
) -> Outlook:
    """The outlook on these changes. `known` ids were published before.

    `paths` are those of entries, by id.
    """
    replaced_ids = set(hold.replaced.values())
    corrected, earlier = set(changes.corrected), set(known)
    retracted = set(changes.retracted)
    other_kinds = corrected | retracted

    def seen(ids: Iterable[str]) -> tuple[SeenEntry, ...]:
        found = (SeenEntry(i, paths.get(i, ""), title_of(i)) for i in ids)
        return tuple(sorted(found, key=lambda entry: (entry.path, entry.id)))

    returned = {i for i in changes.added if i in earlier}
    renamed = {i for i in changes.added if paths.get(i) in hold.replaced and i not in returned}
    return Outlook(
        new=seen(i for i in changes.added if i not in returned and i not in renamed),
        updated=seen(i for i in changes.changed if i not in other_kinds),
        corrected=seen(changes.corrected),
        withdrawn=seen(i for i in changes.withdrawn if i not in replaced_ids),
        returned=seen(returned),
        reidentified=seen(renamed),
        retracted=seen(retracted),
    )
