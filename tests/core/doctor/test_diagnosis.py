"""From answers to faults: each named once, and nothing said of answers that are right."""

import gzip
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest

from feedsvc.core.doctor.cures import _CURES, cures
from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.diagnosis import diagnoses
from feedsvc.core.doctor.exchanges import SILENCE, Exchange, ExpectedDocument, Poll, Visit
from feedsvc.core.doctor.faults import FAULTS
from feedsvc.core.doctor.freshness import seems_stale
from feedsvc.core.doctor.proxies import proxies_of
from feedsvc.core.doctor.refusals import is_wall, refuses
from feedsvc.core.doctor.validators import has_changed
from tests.support.exchanges import (
    ATOM,
    JSON,
    NOW,
    PAGE,
    RSS,
    TAG,
    answer,
    examined,
    hub_answer,
    not_modified,
    right_poll,
    visit,
    with_line,
)

YEAR = "public, max-age=31536000"
RECENTLY = "Mon, 01 Jun 2026 07:31:00 GMT"
OLD = ATOM.replace(b"Tea", b"Old")
BARE = TAG.strip('"').removesuffix("-gzip")


def codes(*visits: Visit, hub: Exchange | None = None) -> list[str]:
    return [each.code for each in diagnoses(examined(*visits, hub=hub))]


def poll(by_tag: Exchange, **more: Exchange) -> Visit:
    return visit(polls=(replace(right_poll(), by_tag=by_tag, **more),))


def gone(**headers: str) -> Visit:
    """A visit whose tag is weak or changed, and never matched."""
    first = answer(**headers)
    return visit(polls=(Poll(first, first, not_modified(), first),))


@pytest.mark.parametrize(
    "right",
    [
        visit(),
        visit(answer(ETag="W/" + TAG)),
        visit(answer(Content_Type='application/xml;charset="UTF-8"')),
        visit(answer(Content_Type="text/xml; charset=utf8")),
        visit(
            answer(
                JSON,
                Content_Type="application/json",
                Link='<https://h/>; rel=hub, <https://example.org/feed.json>; rel="self"',
            ),
            at_self=answer(JSON),
        ),
        visit(
            answer(
                Link="<https://example.org/hub>; rel=HUB, </x>; title=a, "
                '<https://EXAMPLE.org:443/atom.xml>; rel="self next"'
            )
        ),
        visit(answer(Age="1800")),
        visit(answer(Age="a, 12")),
        visit(answer(Age="9999", Cache_Control="max-age=5, s-maxage=10000")),
        visit(answer(Age="99", Cache_Control=None, Expires="Mon, 01 Jun 2026 09:00:00 GMT")),
        visit(answer(Age="99", Cache_Control=None, Expires="0", Date=None)),
        visit(answer(b"<rss/>", Content_Encoding=None, Link=None, Vary=None, ETag='"6a-1"')),
        visit(
            answer(Last_Modified=None),
            polls=(Poll(answer(Last_Modified=None), not_modified()),),
        ),
        visit(again=answer(b"", 503)),
        visit(past_caches=answer(OLD), again=answer(OLD)),  # it was refreshed meanwhile
        visit(past_caches=answer(OLD, Last_Modified=None)),
        visit(past_caches=answer(OLD, 404)),
        visit(past_caches=answer(OLD, Last_Modified=RECENTLY), again=answer()),
        poll(Exchange("Feedly", "", 0, fault="no connection")),
        visit(browser=Exchange("a browser", "", 304)),
        visit(browser=None),
    ],
)
def test_nothing_is_said_of_what_is_right(right: Visit) -> None:
    assert codes(right) == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("etag-dropped", visit(answer(ETag=None))),
        ("etag-dropped", visit(answer(ETag=""))),
        ("etag-weakened", gone(ETag="W/" + TAG)),
        ("etag-weakened", visit(polls=(
            Poll(answer(ETag='"x"'), answer(ETag='"x"'), by_any=not_modified()),))),
        ("no-304", gone()),
        ("no-304", poll(answer(ETag='"new"'), by_any=not_modified())),
        ("no-304", poll(answer(b"", 412))),
        ("no-304", poll(not_modified(), by_date=answer())),
        ("media-type", visit(answer(Content_Type="text/html; charset=utf-8"))),
        ("media-type", visit(answer(Content_Type=None))),
        ("media-type", visit(answer(JSON, Content_Type="application/xml; charset=utf-8",
                                    Link=None, Vary=None, ETag='"x"'), at_self=answer(JSON))),
        ("media-type", visit(with_line(answer(), "content-type", "text/plain"))),
        ("charset", visit(answer(Content_Type="application/atom+xml"))),
        ("charset", visit(answer(Content_Type="application/atom+xml; charset=gbk"))),
        ("charset", visit(answer(Content_Type="text/xml; charset=utf-8; charset=gbk"))),
        ("charset", visit(with_line(answer(), "Content-Type", "text/xml; charset=utf-8"))),
        ("charset", visit(answer(ATOM.decode().encode("gbk")))),
        ("compressed-twice", visit(answer(gzip.compress(ATOM)))),
        ("compressed-twice", visit(answer(gzip.compress(gzip.compress(ATOM)),
                                          Content_Encoding="gzip, gzip"))),
        ("content-encoding", visit(answer(gzip.compress(ATOM), Content_Encoding=None))),
        ("content-encoding", visit(answer(ATOM, Content_Encoding="br"))),
        ("content-encoding", visit(answer(brotli.compress(ATOM), Content_Encoding="br"))),
        ("content-encoding", visit(answer(b"\x28\xb5\x2f\xfd", Content_Encoding="zstd"))),
        ("content-encoding", visit(browser=replace(
            answer(gzip.compress(PAGE), Content_Encoding=None), agent="a browser"))),
        ("not-compressed", visit(answer(Content_Encoding=None))),
        ("stale", visit(answer(Cache_Control=YEAR))),
        ("stale", visit(answer(Cache_Control=None, Expires="Mon, 01 Jun 2027 08:00:00 GMT"))),
        ("stale", visit(answer(Expires="Mon, 01 Jun 2037 08:00:00 GMT"))),
        ("stale", visit(answer(), expected=ExpectedDocument(BARE, NOW, 60))),
        ("stale", visit(answer(Age="1801"), again=answer(Age="1803"))),
        ("stale", visit(answer(), again=answer(), past_caches=answer(OLD))),
        ("stale", visit(again=answer(Cache_Control=None, Age="86401"))),
        ("stale", visit(again=answer(Cache_Control=None, Age="3601",
                                     Expires="Mon, 01 Jun 2026 09:00:00 GMT"))),
        ("stale", visit(unknown_tag=not_modified())),
        ("link-lost", visit(answer(Link=None))),
        ("link-lost", visit(answer(Link="<https://example.org/atom.xml>; rel=self"))),
        ("link-lost", visit(answer(Link="<https://example.org/hub>; rel=hub", Vary=None))),
        ("self-link", visit(answer(ATOM.replace(b"https://example.org/atom", b"http://a/atom")))),
        ("self-link", visit(answer(ATOM.replace(b"org/atom", b"org/blog/atom")))),
        ("self-link", visit(answer(ATOM.replace(b"org/atom", b"org/blog/atom")),
                            at_self=answer(ATOM))),
        ("self-link", visit(answer(ATOM.replace(b"org/atom", b"org/blog/atom")),
                            at_self=answer(b"", 404))),
        ("self-link", visit(answer(ATOM.replace(b"https://example.org/atom", b"/atom")))),
        ("challenge", visit(answer(PAGE))),
        ("challenge", visit(answer(b"", 403))),
        ("challenge", visit(answer(PAGE, 503))),
        ("challenge", visit(answer(PAGE, 200, cf_mitigated="challenge"))),
        ("challenge", visit(browser=Exchange("a browser", "", 403))),
        ("challenge", visit(polls=(right_poll(), Poll(answer(b"", 404))))),
        ("challenge", visit(polls=(right_poll(), Poll(Exchange("Feedly", "", 0, fault="x"))))),
    ],
)  # fmt: skip
def test_a_fault_is_named_and_nothing_else(code: str, wrong: Visit) -> None:
    assert codes(wrong) == [code]


@pytest.mark.parametrize(
    ("by_tag", "expected"),
    [
        (answer(OLD, ETag='"new"'), True),
        (answer(OLD), False),  # a body that is never the same
        (answer(ETag='"new"'), False),  # a tag that is never the same
        (not_modified(), False),
    ],
)
def test_a_version_that_changes_meanwhile_is_noticed(by_tag: Exchange, expected: bool) -> None:
    assert has_changed(replace(right_poll(), by_tag=by_tag)) == expected
    undated = answer(ETag=None)
    assert has_changed(Poll(undated, by_date=by_tag)) == (decoded(by_tag).body == OLD)


def test_silence_is_told_from_a_refusal() -> None:
    assert Exchange("Feedly", "", 0, fault=f"a: {SILENCE} 10 seconds").is_silent
    assert not Exchange("Feedly", "", 0, fault="no connection").is_silent
    assert refuses(answer(PAGE, 403))
    assert not refuses(answer(PAGE))


def test_a_limit_of_polls_is_no_wall() -> None:
    limited = answer(b"too many requests", 429, Content_Type="text/plain")
    assert codes(visit(polls=(right_poll(), Poll(limited)))) == []
    assert not is_wall(limited)
    assert is_wall(answer(PAGE, 429))
    assert is_wall(answer(b"", 404, cf_mitigated="challenge"))
    assert not is_wall(Exchange("Feedly", "", 0))
    assert not is_wall(answer(PAGE, 404))
    assert not is_wall(answer(PAGE, 502))
    assert not is_wall(answer())


@pytest.mark.parametrize(
    ("body", "expected"),
    [(PAGE, True), (b"", True), (b"blocked", True), (b"<opml/>", False), (b"{}", False)],
)
def test_a_document_of_another_kind_is_no_wall(body: bytes, expected: bool) -> None:
    assert is_wall(answer(body)) == expected


@pytest.mark.parametrize(
    "hub",
    [
        hub_answer(404),
        hub_answer(405),
        hub_answer(403),
        hub_answer(301),
        hub_answer(502),
        hub_answer(200, PAGE),
        hub_answer(400, PAGE),
        hub_answer(200, b"ok"),
        hub_answer(400, b"hub.mode is neither subscribe nor unsubscribe"),
        replace(hub_answer(0), fault="127.0.0.1 is not a public address"),
    ],
)
def test_a_hub_that_takes_no_subscription_is_named(hub: Exchange) -> None:
    assert codes(hub=hub) == ["hub"]


@pytest.mark.parametrize(
    "hub",
    [
        hub_answer(429, b"too many"),
        replace(hub_answer(202, b""), url="https://hub.example.com/hub"),
        replace(hub_answer(422, b"no topic"), url="https://hub.example.com/"),
        replace(hub_answer(400, PAGE), url="https://hub.example.com/"),
    ],
)
def test_a_hub_that_answers_is_right(hub: Exchange) -> None:
    assert codes(hub=hub) == []


def test_a_wall_in_front_of_the_hub_too_is_one_fault() -> None:
    assert codes(visit(polls=(right_poll(), Poll(answer(PAGE, 403)))), hub=hub_answer(403)) == [
        "challenge"
    ]


@pytest.mark.parametrize(
    ("tag", "seconds", "is_stale"),
    [("f" * 32, 1700, False), ("f" * 32, 1900, True), (BARE, 1900, False)],
)
def test_an_old_version_is_compared_with_the_store(
    tag: str, seconds: int, is_stale: bool
) -> None:
    changed_at = NOW - timedelta(seconds=seconds)
    wrong = visit(again=answer(), expected=ExpectedDocument(tag, changed_at, 1800))
    assert codes(wrong) == ["stale"] * is_stale
    assert bool(seems_stale(wrong)) == is_stale


def test_a_cache_that_refreshes_what_is_old_is_right() -> None:
    assert seems_stale(visit(answer(Age="1801")))
    assert codes(visit(answer(Age="1801"), again=answer(Age="0"))) == []


def test_the_store_says_how_long_a_cache_may_keep_a_feed() -> None:
    expected = ExpectedDocument(BARE, NOW, 1800)
    (found,) = diagnoses(
        examined(visit(answer(Cache_Control="max-age=1801"), expected=expected))
    )
    assert found.symptoms[0].came == "Cache-Control: max-age=1801; feedsvc sends 1800 s"


def test_a_diagnosis_says_who_asked_what_and_the_cure_of_the_proxy() -> None:
    wrong = with_line(answer(ETag=None), "Server", "nginx/1.22")
    both = (Poll(wrong), Poll(replace(wrong, agent="Miniflux")), Poll(wrong))
    (found,) = diagnoses(examined(visit(polls=both)))
    assert found.to_dict() == {
        "code": "etag-dropped",
        "title": "no ETag",
        "asked": [
            {
                "method": "GET",
                "address": "https://example.org/atom.xml",
                "as": ["Feedly", "Miniflux"],
                "came": "no ETag",
            }
        ],
        "why": FAULTS["etag-dropped"].why,
        "cures": [
            {
                "program": "nginx",
                "lines": [
                    "proxy_pass_header ETag;  # and remove proxy_hide_header ETag",
                    "etag on;  # for files",
                ],
            }
        ],
    }


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_has_a_cure_for_each_proxy_and_for_those_that_are_recognised(
    code: str,
) -> None:
    everything = [cure.program for cure in cures(code, ())]
    assert set(everything) >= {"nginx"}
    if code != "self-link":
        assert set(everything) >= {"nginx", "Caddy", "Varnish", "Cloudflare", "Apache"}
        chosen = [cure.program for cure in cures(code, ("Caddy", "Varnish"))]
        assert set(chosen) - {"feedsvc"} == {"Caddy", "Varnish"}
    assert sorted(_CURES) == sorted(FAULTS)


def test_the_cure_of_a_self_link_is_the_address_itself() -> None:
    wrong = visit(answer(ATOM.replace(b"https://example.org/atom", b"http://a:8000/x/atom")))
    (found,) = diagnoses(examined(wrong))
    assert found.cures[0].lines == (
        '[site] url = "https://example.org"  # or give the doctor the public address',
    )


@pytest.mark.parametrize(
    ("header", "value", "proxies"),
    [
        ("Server", "openresty", ("nginx",)),
        ("Server", "Apache/2.4", ("Apache",)),
        ("Server", "LiteSpeed", ("Apache",)),
        ("Server", "cloudflare", ("Cloudflare",)),
        ("cf-ray", "8f-FRA", ("Cloudflare",)),
        ("Via", "1.1 Caddy, 1.1 varnish (Varnish/7.1)", ("Caddy", "Varnish")),
        ("X-Varnish", "32", ("Varnish",)),
        ("Server", "uvicorn", ()),
    ],
)
def test_proxies_are_recognised(header: str, value: str, proxies: tuple[str, ...]) -> None:
    assert proxies_of([answer(), with_line(answer(), header, value)]) == proxies


def test_rss_has_the_same_faults() -> None:
    links = '<https://example.org/hub>; rel="hub", <https://example.org/rss.xml>; rel="self"'
    lost = replace(answer(RSS, Link=None), url="https://example.org/rss.xml")
    assert codes(visit(lost)) == ["link-lost"]
    assert codes(visit(replace(answer(RSS, Link=links), url=lost.url))) == []
