"""What a first publish of a folder would find; nothing is written."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.identities import Claim, identify
from feedsvc.core.posts.parse import explain
from feedsvc.core.posts.post import Draft, Explanation, NotAPost, Post
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.attached_files import Attaching
from feedsvc.publishing.publish import (
    compose_alone,
    one_page_problem,
    problems_of,
    read_post,
    twin_problem,
)
from feedsvc.source.folder import (
    Folder,
    SourceFile,
    Unsettled,
)


def check(folder: Folder, site: Site, only: Collection[str] | None = None) -> list[Problem]:
    """Every problem of the folder's posts, as a first publish would find them, in their order.

    Tags, categories and authors that are nearly written alike are among them, but not with
    `only`, which has the paths that are to be looked at.
    """
    survey = folder.survey(only)
    attaching = Attaching(folder, site, datetime.now(UTC))
    problems = list(survey.problems)
    claims, posts = [], []
    for path in sorted(survey.stamps):
        try:
            file = folder.read(path, survey.stamps[path])
        except Unsettled:
            continue
        reading = read_post(file, attaching)
        problems += problems_of(reading)
        if isinstance(reading, Post):
            posts.append(replace(reading, body=""))  # 100,000 bodies would not fit in memory
            claims.append(Claim(path, reading.key, reading.title, reading.published))
            entry = compose_alone(reading, site)
            problems += [entry] if isinstance(entry, Problem) else []
    verdict = identify(claims, site, {}, {}, set(), {})
    twins = verdict.twins
    problems += [
        twin_problem(p.path, twins[p.path], p.key, p.position_of("key"))
        for p in posts
        if p.path in twins
    ]
    problems += _one_page_for_two(p for p in posts if p.path not in twins)
    problems += _nearly_alike(posts) if only is None else []
    return sorted(problems, key=lambda problem: (problem.path, problem.line, problem.column))


def _one_page_for_two(posts: Iterable[Post]) -> list[Problem]:
    problems, first = [], dict[str, str]()
    for post in posts:
        owner = first.setdefault(post.permalink, post.path)
        if owner != post.path:
            place = post.position_of("permalink")
            problems.append(one_page_problem(post.path, owner, post.permalink, place))
    return problems


def _nearly_alike(posts: Iterable[Post]) -> list[Problem]:
    """A warning for each name that is another but for capitals, width or spaces."""
    problems: list[Problem] = []
    spellings: dict[tuple[str, str], dict[str, list[Post]]] = {}
    for post in posts:
        for kind, name in _names(post):
            alike = spellings.setdefault((kind, _folded(name)), {})
            alike.setdefault(name, []).append(post)
    for (kind, _), alike in spellings.items():
        usual = max(alike, key=lambda name: len(alike[name]))
        problems += [
            _alike(kind, name, usual, named[0])
            for name, named in alike.items()
            if name != usual
        ]
    return problems


def _alike(kind: str, name: str, usual: str, post: Post) -> Problem:
    fault = f"the {kind} {name!r} and {usual!r} are two, with a feed each"
    merge = "" if kind == "authors" else f", or set aliases.{kind}"
    cure = f"write one of them{merge}"
    line, column = post.position_of(kind)
    return Problem(
        post.path, line, fault, cure, False, code="nearly-alike", column=column, text=name
    )


def _names(post: Post) -> Iterable[tuple[str, str]]:
    yield from (("tags", tag) for tag in post.tags)
    for path in post.categories:
        levels = ("/".join(path[: depth + 1]) for depth in range(len(path)))
        yield from (("categories", level) for level in levels)
    yield from (("authors", author.name) for author in post.authors)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def explain_file(folder: Folder, site: Site, path: str) -> list[tuple[str, str, str]]:
    """How a file of the folder is read: rows of meaning, value, and where it was found.

    Raises FolderError; a file that cannot be read is a row of its own.
    """
    survey = folder.survey({path})
    stamp = survey.stamps.get(path)
    file = folder.read(path, stamp) if stamp else None
    if not isinstance(file, SourceFile):
        told = [str(problem) for problem in survey.problems] or ["it is not looked at"]
        return [("file", str(file) if file else told[0], "")]
    return _rows(explain(path, file.source, site))


def _rows(explained: Explanation) -> list[tuple[str, str, str]]:
    reading, origins = explained.reading, explained.origins
    rows = [("read as", *_outcome(reading, explained.dialect))]
    if not isinstance(reading, Post):
        return rows
    shown = {
        "title": reading.title,
        "key": reading.key,
        "published": rfc3339(reading.published),
        "waits for": ""
        if reading.public_from == reading.published
        else rfc3339(reading.public_from),
        "updated": rfc3339(reading.updated) if reading.updated else "",
        "expires": rfc3339(reading.expires) if reading.expires else "",
        "permalink": reading.permalink,
        "language": reading.language,
        "tags": ", ".join(reading.tags),
        "categories": ", ".join("/".join(path) for path in reading.categories),
        "authors": ", ".join(author.name for author in reading.authors),
        "summary": reading.summary,
        "image": reading.image,
        "enclosures": ", ".join(enclosure.href for enclosure in reading.enclosures),
        "feed": reading.content,
        "feeds": "all" if reading.feeds is None else ", ".join(reading.feeds) or "none",
    }
    rows += [(name, said, origins.get(name, "")) for name, said in shown.items() if said]
    return rows


def _outcome(reading: object, dialect: str) -> tuple[str, str]:
    match reading:
        case Post():
            return "a post", f"{dialect} front matter"
        case Draft():
            return "hidden", reading.reason
        case NotAPost():
            return "no post", "it has no front matter"
        case _:
            return "refused", str(reading)
