"""The faults that the doctor knows, by their codes: what is wrong, and why it matters."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ProxyFault:
    """A kind of fault: what is wrong in a few words, and whom it harms."""

    title: str
    why: str


FAULTS: Final = {
    "challenge": ProxyFault(
        "readers are refused",
        "A feed reader is a program: it cannot solve a challenge, and has no password. Its "
        "users see an error, or nothing new, and after some days it stops asking.",
    ),
    "self-link": ProxyFault(
        "the self link leads elsewhere",
        "Readers subscribe to the self link, and hubs know a feed by it. From a wrong one "
        "readers get nothing, or a second copy of the feed, and pushes do not arrive.",
    ),
    "media-type": ProxyFault(
        "wrong media type",
        "Readers and browsers take a feed with another type for a page, a text or a download, "
        "and say that there is no feed.",
    ),
    "charset": ProxyFault(
        "charset lost or wrong",
        "A reader that believes the header, or has to guess, shows Chinese and accented "
        "letters as wrong characters, or refuses the feed.",
    ),
    "compressed-twice": ProxyFault(
        "compressed twice",
        "Most readers undo one content coding. They get octets that are no feed.",
    ),
    "content-encoding": ProxyFault(
        "Content-Encoding does not fit",
        "Readers undo the coding that the header names, and only those that they have offered. "
        "They get octets that are no feed.",
    ),
    "not-compressed": ProxyFault(
        "not compressed",
        "Each reader that downloads the feed gets about five times as many octets as it needs.",
    ),
    "etag-dropped": ProxyFault(
        "no ETag",
        "Readers cannot ask whether a feed has changed. Those that keep no date download all "
        "of it at each poll, and a cache cannot tell two versions of the same second apart.",
    ),
    "etag-weakened": ProxyFault(
        "the ETag was changed, and never matches",
        "Readers send the tag back that they got, and get no 304: they download all of the "
        "feed at each poll.",
    ),
    "no-304": ProxyFault(
        "no 304",
        "A reader that has the current version gets all of it again, at each poll. Readers "
        "send If-None-Match, If-Modified-Since, or both: each must work alone.",
    ),
    "stale": ProxyFault(
        "stale beyond its age",
        "Readers see new posts late, and posts that their author has withdrawn or corrected "
        "stay visible for longer than server.max_age allows.",
    ),
    "link-lost": ProxyFault(
        "Link headers lost",
        "Subscribers look for the hub and the topic in the Link header first, for JSON feeds "
        "too. Without it they may find no hub, and poll.",
    ),
    "hub": ProxyFault(
        "the hub takes no subscription",
        "The feed promises pushes. Subscribers try the hub, fail, and see new posts at the "
        "next poll only; some report an error to their user.",
    ),
}
