"""The categories of Apple Podcasts, which other directories use too."""

import re
from difflib import get_close_matches
from typing import Final

# As listed at podcasters.apple.com/support/1691-apple-podcasts-categories.
CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "Arts": (
        *("Books", "Design", "Fashion & Beauty", "Food", "Performing Arts"),
        "Visual Arts",
    ),
    "Business": (
        *("Careers", "Entrepreneurship", "Investing", "Management", "Marketing"),
        "Non-Profit",
    ),
    "Comedy": ("Comedy Interviews", "Improv", "Stand-Up"),
    "Education": ("Courses", "How To", "Language Learning", "Self-Improvement"),
    "Fiction": ("Comedy Fiction", "Drama", "Science Fiction"),
    "Government": (),
    "History": (),
    "Health & Fitness": (
        *("Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition"),
        "Sexuality",
    ),
    "Kids & Family": (
        *("Education for Kids", "Parenting", "Pets & Animals"),
        "Stories for Kids",
    ),
    "Leisure": (
        *("Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies"),
        *("Home & Garden", "Video Games"),
    ),
    "Music": ("Music Commentary", "Music History", "Music Interviews"),
    "News": (
        *("Business News", "Daily News", "Entertainment News", "News Commentary"),
        *("Politics", "Sports News", "Tech News"),
    ),
    "Religion & Spirituality": (
        *("Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion"),
        "Spirituality",
    ),
    "Science": (
        *("Astronomy", "Chemistry", "Earth Sciences", "Life Sciences", "Mathematics"),
        *("Natural Sciences", "Nature", "Physics", "Social Sciences"),
    ),
    "Society & Culture": (
        *("Documentary", "Personal Journals", "Philosophy", "Places & Travel"),
        "Relationships",
    ),
    "Sports": (
        *("Baseball", "Basketball", "Cricket", "Fantasy Sports", "Football", "Golf"),
        *("Hockey", "Rugby", "Running", "Soccer", "Swimming", "Tennis", "Volleyball"),
        *("Wilderness", "Wrestling"),
    ),
    "Technology": (),
    "True Crime": (),
    "TV & Film": (
        *("After Shows", "Film History", "Film Interviews", "Film Reviews"),
        "TV Reviews",
    ),
}
_NEAR: Final = 3  # names that a message has
_ALIKE: Final = 0.6
_LONGEST: Final = 100  # characters of a name that is compared


def _folded(name: str) -> str:
    words = re.sub(r"[^\w&]+", " ", name.casefold()).split()
    return " ".join("&" if word == "and" else word for word in words)


def _paths() -> dict[str, tuple[str, ...]]:
    """Each category and subcategory, by its folded name and by the folded name of both."""
    found: dict[str, tuple[str, ...]] = {}
    for name, inner in CATEGORIES.items():
        found[_folded(name)] = (name,)
        for each in inner:
            found[_folded(f"{name} {each}")] = found[_folded(each)] = (name, each)
    return found


_PATHS: Final = _paths()


def category_of(text: str) -> tuple[str, ...] | None:
    """The category, and its subcategory, that a text names; None if Apple has none.

    `Society & Culture > Documentary`; the subcategory alone is enough. Case does not matter,
    and `and` is `&`.
    """
    return _PATHS.get(_folded(text))


def near_categories(text: str) -> tuple[str, ...]:
    """The categories that an unknown one most likely means, the nearest first."""
    folded = _folded(text[:_LONGEST])
    last = _folded(re.split("[>/:]", text[:_LONGEST])[-1])
    words = set(last.split()) - {"&"}
    near = [
        *get_close_matches(folded, _PATHS, _NEAR, _ALIKE),
        *get_close_matches(last, _PATHS, _NEAR, _ALIKE),
        *(each for each in _PATHS if words and words <= set(each.split())),
    ]
    return tuple(dict.fromkeys(written_category(_PATHS[each]) for each in near))[:_NEAR]


def written_category(category: tuple[str, ...]) -> str:
    """A category as settings have it: `Society & Culture > Documentary`."""
    return " > ".join(category)
