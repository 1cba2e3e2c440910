"""Entity tags of files depend on the content, not on the machine or the time of a copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.web import file_validators
from feedsvc.web.file_validators import AT_ONCE, Validators
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

MP3 = b"ID3" + bytes(range(256)) * 10
PATH = "/posts/tea/episode.mp3"


def _filled(folder: Path, mtime: int) -> Path:
    """A folder with the same files as another one, copied at another time."""
    posts = PostFolder(folder / "posts")
    posts.write("tea/index.md", "![](big.png)", enclosure="episode.mp3")
    file = posts.write_raw("tea/episode.mp3", MP3)
    os.utime(file, (mtime, mtime))
    with (posts.root / "tea/big.png").open("wb") as big:
        big.truncate(AT_ONCE + 1)
    return posts.root


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two servers with the same files, with different inodes and times."""
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    with (
        running(one, _filled(one, 1_700_000_000)) as first,
        running(two, _filled(two, 1_750_000_000)) as second,
    ):
        yield first, second


def test_two_machines_give_a_file_the_same_tag(machines: tuple[Server, Server]) -> None:
    first, second = (machine.get(PATH) for machine in machines)
    assert first.content == second.content == MP3
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["ETag"].startswith('"')
    assert first.headers["Last-Modified"] != second.headers["Last-Modified"]


def test_a_download_continues_on_another_machine(machines: tuple[Server, Server]) -> None:
    first, second = machines
    tag = first.get(PATH).headers["ETag"]
    assert second.get(PATH, {"If-None-Match": tag}).status_code == 304
    part = second.get(PATH, {"Range": "bytes=100-", "If-Range": tag})
    assert (part.status_code, part.content) == (206, MP3[100:])
    assert part.headers["ETag"] == tag


@pytest.mark.parametrize("if_range", ["weak", "date", "later", '"other"', "junk", ""])
def test_a_range_is_sent_only_for_a_strong_tag(
    machines: tuple[Server, Server], if_range: str
) -> None:
    """RFC 9110 §13.1.5. Dates are not accepted: they differ between machines."""
    current = machines[0].get(PATH).headers
    values = {
        "weak": f"W/{current['ETag']}",
        "date": current["Last-Modified"],
        "later": "Fri, 01 Jan 2027 00:00:00 GMT",
    }
    headers = {"Range": "bytes=100-", "If-Range": values.get(if_range, if_range)}
    answer = machines[0].get(PATH, headers)
    assert (answer.status_code, answer.content) == (200, MP3)


def test_a_large_file_gets_the_same_tag_later(machines: tuple[Server, Server]) -> None:
    path = "/posts/tea/big.png"

    def tags() -> list[str | None]:
        return [machine.ask("HEAD", path).headers.get("ETag") for machine in machines]

    wait_until(lambda: all(tags()), "their tags")
    first, second = tags()
    assert first == second
    part = machines[1].get(path, {"Range": "bytes=0-9", "If-Range": first or ""})
    assert (part.status_code, part.content) == (206, bytes(10))


# The tags, without a server.


def _tag(validators: Validators, file: Path) -> str | None:
    with file.open("rb") as opened:
        opened.seek(3)
        tag = validators.tag_of(opened.fileno(), os.fstat(opened.fileno()))
        assert opened.tell() == 3
    return tag


def test_a_tag_depends_only_on_the_content(tmp_path: Path) -> None:
    validators, file = Validators(), tmp_path / "a.mp3"
    file.write_bytes(MP3)
    tag = _tag(validators, file)
    os.utime(file, (1, 1))
    assert _tag(validators, file) == tag
    file.write_bytes(MP3[:-1] + b"x")  # the same size
    os.utime(file, (1, 1))
    assert _tag(validators, file) not in (tag, None)
    file.write_bytes(MP3)
    assert _tag(validators, file) == tag
    assert _tag(Validators(), file) == tag


def test_a_file_is_read_once_per_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validators, file = Validators(), tmp_path / "a.mp3"
    file.write_bytes(MP3)
    tag = _tag(validators, file)
    monkeypatch.setattr(file_validators.Validators, "_read", None)
    assert _tag(validators, file) == tag


def test_a_large_file_delays_no_request_and_leaks_no_descriptor(tmp_path: Path) -> None:
    validators, file = Validators(at_once=10), tmp_path / "a.mp3"
    file.write_bytes(MP3)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    assert _tag(validators, file) is None
    wait_until(lambda: _tag(validators, file) is not None, "the tag")
    assert _tag(validators, file) == _tag(Validators(), file)
    wait_until(lambda: len(os.listdir("/proc/self/fd")) == before, "it closed")  # noqa: PTH208


def test_the_number_of_stored_tags_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_validators, "_MOST_KEPT", 3)
    validators = Validators()
    for number in range(5):
        (tmp_path / str(number)).write_bytes(b"%d" % number)
        assert _tag(validators, tmp_path / str(number))
    assert len(validators._tags) == 3
