"""Find every problem that a first publish of the folder would report. Nothing is written."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.feeds import Kind, Topic
from feedsvc.core.file_records import Stamp
from feedsvc.core.ledger.identities import Claim, Memory, identify
from feedsvc.core.ledger.shared_slugs import own_keys
from feedsvc.core.posts.post import Draft, Explanation, NotAPost, Post, Reading
from feedsvc.core.posts.slug_keys import place_in, shared_key
from feedsvc.core.problems import Problem, path_below
from feedsvc.core.redirects.presets import Preset
from feedsvc.core.redirects.slug_index import SharedSlug, shared_slugs
from feedsvc.core.site import Site
from feedsvc.core.text import nfc, one_line
from feedsvc.publishing.account import Account, account_of
from feedsvc.publishing.link_check import LinksToCheck
from feedsvc.publishing.outcomes import (
    CURES,
    FileOutcome,
    outcome_of_name,
    outcome_of_reading,
    refused,
    sentence_of,
)
from feedsvc.publishing.reading.attached_files import AttachedFiles
from feedsvc.publishing.reading.given_dates import GivenDates
from feedsvc.publishing.reading.post_problems import (
    one_page_problem,
    shared_slug_warning,
    twin_problem,
)
from feedsvc.publishing.reading.read_file import (
    compose_entry,
    problems_of,
    read_post,
    with_positions,
)
from feedsvc.source.folder import (
    Folder,
    SourceFile,
    Unsettled,
)
from feedsvc.source.history import History

_FIELDS: Final[dict[Kind, str]] = {
    "tag": "tags",
    "category": "categories",
    "author": "authors",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: problems by path and position, and what became of each file."""

    problems: tuple[Problem, ...]
    outcomes: Mapping[str, FileOutcome]
    account: Account

    def below(self, root: str) -> "Checked":
        """The same with its paths below `root`: see path_below."""
        return Checked(
            tuple(problem.below(root) for problem in self.problems),
            {path_below(root, path): outcome for path, outcome in self.outcomes.items()},
            self.account.below(root),
        )


def check(
    folder: Folder,
    site: Site,
    only: Collection[str] | None = None,
    presets: Collection[Preset] = (),
) -> Checked:
    """Every problem of the folder's posts, and what a first publish would make of each file.

    With `only`, just these paths are read, and names are not compared with those of other
    posts. `presets` are the generators whose old addresses are redirected.
    """
    with folder.history() as history:
        return _check(folder, site, only, presets, history)


def _check(
    folder: Folder,
    site: Site,
    only: Collection[str] | None,
    presets: Collection[Preset],
    history: History,
) -> Checked:
    survey = folder.survey(only, counts_all=True)
    now = datetime.now(UTC)
    attached = AttachedFiles(folder, site, now, GivenDates(site, history))
    problems = list(survey.problems)
    unreadable = {problem.path for problem in problems if problem.refuses}
    outcomes = {
        path: outcome_of_name(path, folder)
        for path in only or ()
        if path not in survey.stamps and path not in unreadable
    }
    posts: list[Post] = []
    links = LinksToCheck(site)
    for path in sorted(survey.stamps):
        try:
            file = folder.read(path, survey.stamps[path])
        except Unsettled:
            outcomes[path] = FileOutcome("being written")
            continue
        reading = read_post(file, attached)
        problems += problems_of(reading)
        outcomes[path] = outcome_of_reading(reading, now)
        if isinstance(reading, Post):
            posts.append(replace(reading, body=""))  # 100,000 bodies would not fit in memory
            entry = compose_entry(reading, site)
            if isinstance(entry, Problem):
                problems.append(entry)
                outcomes[path] = outcome_of_reading(entry, now)
            elif isinstance(file, SourceFile) and outcomes[path].fate == "published":
                links.add(path, with_positions(entry, file))
    keys = _shared_slugs(posts)
    for number, post in enumerate(posts):
        if post.path in keys:
            key, other = keys[post.path]
            position = post.position_of("key")
            problems.append(shared_slug_warning(post.path, other, key, position))
            posts[number] = _with_key(post, key, folder, survey.stamps[post.path], attached)
    conflicts = _conflicts(posts, site)
    outcomes |= {problem.path: refused([problem]) for problem in conflicts if problem.refuses}
    problems += conflicts
    problems += links.problems(outcomes, None if only is None else folder, attached)
    if only is None:
        problems += _similar_names(posts)
        problems += _shared_addresses(posts, presets)
        problems += _redirected_tags(posts, site)
    return Checked(
        tuple(
            sorted(problems, key=lambda problem: (problem.path, problem.line, problem.column))
        ),
        outcomes,
        account_of(outcomes.items(), survey.left_out, survey.problems, site.zone),
    )


def _shared_slugs(posts: Sequence[Post]) -> dict[str, tuple[str, str]]:
    """The key of each post whose slug another one has as its key, and the path of that one."""
    claims = [Claim(post.path, post.key, post.title, post.published) for post in posts]
    keys = own_keys(claims, {}, (), {}, {})
    plain = {key: path for path, key in keys.items()}
    return {path: (key, plain[shared_key(key)]) for path, key in keys.items() if place_in(key)}


def _with_key(
    post: Post, key: str, folder: Folder, stamp: Stamp, attached: AttachedFiles
) -> Post:
    """The post, read again with its own key, which can change its permalink."""
    try:
        reading = read_post(folder.read(post.path, stamp), attached, (), key)
    except Unsettled:
        return replace(post, key=key)
    return replace(reading if isinstance(reading, Post) else post, key=key, body="")


def _conflicts(posts: Sequence[Post], site: Site) -> list[Problem]:
    """A problem for each post that has the key or the permalink of another one."""
    claims = [Claim(post.path, post.key, post.title, post.published) for post in posts]
    twins = identify(claims, site, Memory()).twins
    problems = [
        twin_problem(post.path, twins[post.path], post.key, post.position_of("key"))
        for post in posts
        if post.path in twins
    ]
    return problems + _shared_pages(post for post in posts if post.path not in twins)


def _shared_pages(posts: Iterable[Post]) -> list[Problem]:
    """A warning for each post that has the permalink of an earlier one."""
    problems, first = [], dict[str, str]()
    for post in posts:
        owner = first.setdefault(post.permalink, post.path)
        if owner != post.path:
            position = post.position_of("permalink")
            problems.append(one_page_problem(post.path, owner, post.permalink, position))
    return problems


def _similar_names(posts: Iterable[Post]) -> list[Problem]:
    """A warning for each name that differs from another only in case, width or spaces."""
    problems: list[Problem] = []
    spellings: dict[tuple[str, str], dict[str, list[Post]]] = {}
    for post in posts:
        for kind, name in _names(post):
            similar = spellings.setdefault((kind, _folded(name)), {})
            similar.setdefault(name, []).append(post)
    for (kind, _), similar in spellings.items():
        usual = max(similar, key=lambda name: len(similar[name]))
        problems += [
            _similar_name(kind, name, usual, using[0])
            for name, using in similar.items()
            if name != usual
        ]
    return problems


def _similar_name(kind: str, name: str, usual: str, post: Post) -> Problem:
    fault = f"the {kind} {name!r} and {usual!r} are different and have a feed each"
    merge = "" if kind == "authors" else f", or set aliases.{kind}"
    cure = f"use one of them{merge}"
    line, column = post.position_of(kind)
    return Problem(
        post.path, line, fault, cure, False, code="nearly-alike", column=column, text=name
    )


def _shared_addresses(posts: Sequence[Post], presets: Collection[Preset]) -> list[Problem]:
    """A warning for each term to which no old address leads, because a larger one has it."""
    first = dict[Topic, Post]()
    counts = Counter[Topic]()
    for post in posts if presets else ():
        for topic in _terms(post):
            counts[topic] += 1
            first.setdefault(topic, post)
    problems: list[Problem] = []
    for shared in shared_slugs(((n, topic) for topic, n in counts.items()), presets):
        largest, *others = shared.topics
        problems += [_shared_slug(shared, topic, largest, first[topic]) for topic in others]
    return problems


def _shared_slug(shared: SharedSlug, topic: Topic, largest: Topic, post: Post) -> Problem:
    fault = (
        f"{shared.preset} gave the same address ({shared.slug!r}) to the {topic.kind} "
        f"{topic.label!r} as to {largest.label!r}; the old address leads to {largest.label!r}"
    )
    cure = (
        "rename one of them; to keep both names, redirect the old address itself in "
        '[redirects]: "/old/" = "/new/"'
    )
    line, column = post.position_of(_FIELDS[topic.kind])
    return Problem(
        *(post.path, line, fault, cure, False),
        code="shared-slug",
        column=column,
        text=topic.label,
    )


def _terms(post: Post) -> Iterable[Topic]:
    yield from (Topic("tag", (tag,)) for tag in post.tags)
    yield from {
        Topic("category", path[: depth + 1]): None
        for path in post.categories
        for depth in range(len(path))
    }
    yield from {Topic("author", (author.name,)): None for author in post.authors}


def _redirected_tags(posts: Iterable[Post], site: Site) -> list[Problem]:
    """A warning for each redirected tag that a post still has: its feed does not redirect."""
    renamed = {nfc(one_line(old)): new for old, new in site.rules.tag_redirects}
    problems: list[Problem] = []
    for post in posts if renamed else ():
        for tag in [tag for tag in post.tags if tag in renamed]:
            new = renamed.pop(tag)
            fault = f"the tag {tag!r} redirects to {new!r}, but a post still has it"
            cure = f"write {new!r}, or set aliases.tags; the feed redirects without posts"
            line, column = post.position_of("tags")
            warned = Problem(post.path, line, fault, cure, False, code="redirected-tag")
            problems.append(replace(warned, column=column, text=tag))
    return problems


def _names(post: Post) -> Iterable[tuple[str, str]]:
    yield from (("tags", tag) for tag in post.tags)
    for path in post.categories:
        levels = ("/".join(path[: depth + 1]) for depth in range(len(path)))
        yield from (("categories", level) for level in levels)
    yield from (("authors", author.name) for author in post.authors)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def explain_file(
    folder: Folder, site: Site, path: str, root: str = ""
) -> list[tuple[str, str, str]]:
    """How a file of the folder is read: rows of field, value, and where the value comes from.

    A file that is no post is one row. Paths are shown below `root`. Raises FolderError.
    """
    survey = folder.survey({path})
    stamp = survey.stamps.get(path)
    file = folder.read(path, stamp) if stamp else None
    now = datetime.now(UTC)
    if isinstance(file, SourceFile):
        with folder.history() as history:
            explained = GivenDates(site, history).explain(file)
        return _rows(explained, site, now, root)
    problem = next(iter(survey.problems), None) if file is None else file
    if problem:
        return [("read as", "refused", str(problem.below(root)))]
    why = sentence_of(outcome_of_name(path, folder), site.zone)
    return [("read as", "no post", why.removeprefix("is no post: "))]


def _rows(
    explained: Explanation, site: Site, now: datetime, root: str
) -> list[tuple[str, str, str]]:
    reading, origins = explained.reading, explained.origins
    rows = [("read as", *_outcome(reading, explained.dialect, root))]
    if not isinstance(reading, Post):
        return rows
    shown = {
        "now": sentence_of(outcome_of_reading(reading, now), site.zone),
        "title": reading.title,
        "key": reading.key,
        "published": rfc3339(reading.published),
        "waits for": ""
        if reading.public_from == reading.published
        else rfc3339(reading.public_from),
        "updated": rfc3339(reading.updated) if reading.updated else "",
        "expires": rfc3339(reading.expires) if reading.expires else "",
        "retracted": reading.retracted or ("" if reading.retracted is None else "true"),
        "permalink": reading.permalink,
        "language": reading.language,
        "tags": ", ".join(reading.tags),
        "categories": ", ".join("/".join(path) for path in reading.categories),
        "authors": ", ".join(author.name for author in reading.authors),
        "summary": reading.summary,
        "image": reading.image,
        "enclosures": ", ".join(enclosure.href for enclosure in reading.enclosures),
        "license": reading.license,
        "feed": reading.content,
        "feeds": "all" if reading.feeds is None else ", ".join(reading.feeds) or "none",
    }
    rows += [(name, value, origins.get(name, "")) for name, value in shown.items() if value]
    return rows


def _outcome(reading: Reading, dialect: str, root: str) -> tuple[str, str]:
    match reading:
        case Post():
            return "a post", f"{dialect} front matter"
        case Draft():
            return "hidden", reading.reason
        case NotAPost():
            return "no post", f"it has no front matter; {CURES['no front matter']}"
        case Problem():
            return "refused", str(reading.below(root))
