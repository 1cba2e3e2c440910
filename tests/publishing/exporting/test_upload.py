"""Uploads to a real server of S3: only what has changed, deletions last, nothing of others."""

import http.server
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from feedsvc.errors import ExportError
from feedsvc.publishing.exporting.bucket import BucketAddress, address_of, opened
from feedsvc.publishing.exporting.feed_files import CurrentFile
from feedsvc.publishing.exporting.manifest import MANIFEST, Manifest, listed_in
from feedsvc.publishing.exporting.replacing import digest_of, replaced
from feedsvc.publishing.exporting.upload import Uploaded, upload
from tests.support.s3 import KEY, SECRET, ObjectServer, object_server

HTML = (("Cache-Control", "public, max-age=60"), ("Content-Type", "text/html; charset=utf-8"))
FILES = {
    "index.html": (b"home", ""),
    "标签/a b+c&d%41.html": (b"tag", "标签/a b+c&d%41.html"),
    "a/b/index.html": (b"below", "a/b/"),
    ".feedsvc/0123": (b"beside a folder", "a"),
    "atom.xml": (b"<feed/>", "atom.xml"),
    "atom.xml.gz": (b"twin", None),
    "404.html": (b"missing", None),
}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as server:
        yield server


class Folder:
    """An exported folder, and the prefix of a bucket that it is uploaded to."""

    def __init__(self, place: Path, server: ObjectServer) -> None:
        self.place = place
        self.server = server
        self.bucket = f"bucket{next(_numbers)}"
        server.create(self.bucket)
        self.write(FILES)

    def write(
        self,
        files: Mapping[str, tuple[bytes, str | None]],
        headers: tuple[tuple[str, str], ...] = HTML,
    ) -> None:
        """Leave exactly these files."""
        self.place.mkdir(exist_ok=True)
        (self.place / MANIFEST).unlink(missing_ok=True)
        manifest = Manifest(self.place)
        with manifest.writing():
            for path, (content, address) in files.items():
                _, stamp = replaced(self.place, path, content)
                file = CurrentFile(path, "source", digest_of(content), stamp, True)
                manifest.add(file, headers, address)

    def upload(
        self, progress: Callable[[int, int], None] = lambda *_: None, *, deletes: bool = True
    ) -> Uploaded:
        bucket = opened(BucketAddress(self.bucket, "my/site"), self.server.environ)
        return upload(self.place, listed_in(self.place), bucket, progress, deletes=deletes)

    def get(self, key: str) -> bytes | None:
        answer = self.server.get(f"{self.bucket}/my/site/{key}")
        return answer.content if answer.ok else None


@pytest.fixture
def folder(tmp_path: Path, server: ObjectServer) -> Folder:
    return Folder(tmp_path / "public", server)


def test_every_file_is_an_object_at_its_address(folder: Folder) -> None:
    assert folder.upload() == Uploaded(6, 6)
    keys = [
        "index.html",
        "标签/a b+c&d%2541.html",
        "a/b/index.html",
        "a",
        "atom.xml",
        "404.html",
    ]
    found = [folder.get(key.replace("+", "%2B").replace("&", "%26")) for key in keys]
    assert found == [b"home", b"tag", b"below", b"beside a folder", b"<feed/>", b"missing"]
    assert folder.get("atom.xml.gz") is None


def test_an_object_has_its_type_and_how_long_caches_keep_it(folder: Folder) -> None:
    folder.upload()
    headers = folder.server.get(f"{folder.bucket}/my/site/index.html").headers
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=60"


def test_without_a_change_nothing_is_written(folder: Folder) -> None:
    folder.upload()
    assert folder.upload() == Uploaded(0, 6)


def test_only_what_has_changed_is_written(folder: Folder) -> None:
    folder.upload()
    folder.write(FILES | {"index.html": (b"new home", "")})
    assert folder.upload() == Uploaded(1, 6)
    assert folder.get("index.html") == b"new home"


def test_other_headers_are_a_change(folder: Folder) -> None:
    folder.upload()
    folder.write(FILES, (("Content-Type", "text/plain"),))
    assert folder.upload().written == 6


def test_what_is_gone_is_deleted_and_nothing_else(folder: Folder) -> None:
    folder.upload()
    folder.server.put(f"{folder.bucket}/my/site/mine.txt", b"mine")
    folder.server.put(f"{folder.bucket}/my/site/404.html", b"edited")
    folder.server.put(f"{folder.bucket}/other", b"other")
    folder.write({"index.html": FILES["index.html"]})
    done = folder.upload()
    assert (done.deleted, done.left) == (4, ["404.html"])
    assert [folder.get(key) for key in ("mine.txt", "404.html", "a")] == [
        b"mine",
        b"edited",
        None,
    ]
    assert folder.server.get(f"{folder.bucket}/other").content == b"other"


def test_while_posts_are_held_nothing_is_deleted_until_later(folder: Folder) -> None:
    folder.upload()
    folder.write({"index.html": FILES["index.html"]})
    assert folder.upload(deletes=False).deleted == 0
    assert folder.get("a") == b"beside a folder"
    assert folder.upload().deleted == 5


def test_a_deleted_or_changed_object_is_written_again(folder: Folder) -> None:
    folder.upload()
    folder.server.put(f"{folder.bucket}/my/site/index.html", b"damaged")
    assert folder.upload().written == 1
    assert folder.get("index.html") == b"home"


def test_feeds_are_written_after_what_they_link_to(folder: Folder) -> None:
    def stop(done: int, total: int) -> None:
        if done == total - 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.upload(stop)
    assert folder.get(MANIFEST) is None


def _interrupt(folder: Folder) -> None:
    def stop(done: int, _: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.upload(stop)


def test_an_interrupted_upload_resumes(folder: Folder) -> None:
    many = {f"{n}.html": (b"%d" % n, f"{n}.html") for n in range(100)}
    folder.write(many)
    _interrupt(folder)
    done = folder.upload()
    assert 0 < done.written <= 70
    assert folder.get("99.html") == b"99"
    assert folder.upload() == Uploaded(0, 100)


def test_what_an_interrupted_upload_wrote_is_deleted_if_it_is_gone(folder: Folder) -> None:
    folder.write({f"{n}.html": (b"%d" % n, f"{n}.html") for n in range(100)})
    _interrupt(folder)
    folder.server.put(f"{folder.bucket}/my/site/1.html", b"mine now")
    folder.write({"index.html": FILES["index.html"]})
    done = folder.upload()
    assert (done.written, done.left) == (1, ["1.html"])
    assert done.deleted >= 29
    assert folder.get("2.html") is None


def _interrupt_second(folder: Folder) -> None:
    """Upload twice. The second upload wrote `0.html`, but no manifest."""
    pages = {f"{n}.html": (b"%d" % n, f"{n}.html") for n in range(40)}
    folder.write(pages)
    folder.upload()
    folder.write({path: (b"new", address) for path, (_, address) in pages.items()})
    _interrupt(folder)
    assert folder.get("0.html") == b"new"
    folder.write({"index.html": FILES["index.html"]})


def test_what_an_interrupted_upload_wrote_again_is_deleted_if_it_is_gone(
    folder: Folder,
) -> None:
    _interrupt_second(folder)
    assert folder.upload() == Uploaded(1, 1, deleted=40)


def test_what_an_interrupted_upload_wrote_is_still_ours_after_posts_were_held(
    folder: Folder,
) -> None:
    _interrupt_second(folder)
    assert folder.upload(deletes=False) == Uploaded(1, 1)
    assert folder.upload() == Uploaded(0, 1, deleted=40)


def test_a_key_may_have_a_separator_of_lines(folder: Folder) -> None:
    folder.write({"a\u2028\x85b.html": (b"odd", "a\u2028\x85b.html")})
    folder.upload()
    assert folder.upload() == Uploaded(0, 1)


def test_a_key_with_a_control_character_is_reported_and_the_rest_is_written(
    folder: Folder,
) -> None:
    folder.write({path: (b"tea", path) for path in ("new\nline.html", "tab\t.html", "a.html")})
    assert folder.upload() == Uploaded(1, 1, unwritable=["new\nline.html", "tab\t.html"])


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ENDPOINT_URL", "nonsense"),
        ("AWS_ENDPOINT_URL", "http://"),
        ("AWS_ENDPOINT_URL", "https://a b/"),
        ("AWS_REGION", "us east"),
    ],
)
def test_an_address_that_is_none_is_named(variable: str, value: str) -> None:
    environ = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, variable: value}
    with pytest.raises(ExportError, match=f"correct {variable}$"):
        opened(BucketAddress("tea", ""), environ)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("s3://my bucket/a", None),
        ("s3://tea/a/../b", None),
        ("s3://tea/a/b/", BucketAddress("tea", "a/b")),
        ("s3://tea", BucketAddress("tea", "")),
        ("s3:///a", None),
        ("s3://key:secret@tea/a", None),
        ("s3://tea/a?x=1", None),
        ("s3://tea/a//b", None),
        ("https://tea/a", None),
        ("s3://[", None),
    ],
)
def test_an_address_has_a_bucket_and_a_prefix(text: str, address: BucketAddress | None) -> None:
    assert address_of(text) == address


def test_a_missing_bucket_is_named_with_a_cure(server: ObjectServer) -> None:
    bucket = opened(BucketAddress("none", "a"), server.environ)
    with pytest.raises(ExportError, match=r"^s3://none/a: status 404 NoSuchBucket; create it"):
        bucket.tags()


class _Refusing(http.server.BaseHTTPRequestHandler):
    """Answers as S3 does to a wrong signature."""

    def do_GET(self) -> None:
        body = f"<Error><Code>SignatureDoesNotMatch</Code><Key>{KEY}</Key>{SECRET}</Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_no_error_shows_a_credential(server: ObjectServer) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as refusing:
        threading.Thread(target=refusing.serve_forever).start()
        url = f"http://127.0.0.1:{refusing.server_port}"
        bucket = opened(BucketAddress("tea", ""), server.environ | {"AWS_ENDPOINT_URL": url})
        with pytest.raises(ExportError) as raised:
            bucket.read("x")
        refusing.shutdown()
    assert "SignatureDoesNotMatch; check AWS_SECRET_ACCESS_KEY" in str(raised.value)
    assert not {KEY, SECRET} & {*str(raised.value).replace("/", " ").split()}
    assert raised.value.__cause__ is None
