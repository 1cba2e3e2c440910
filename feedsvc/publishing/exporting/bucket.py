"""A bucket of S3, through obstore, which is imported only here.

Texts of errors name the bucket, a status and a code. The answers of a server may have the id of
a key, so nothing else of them is shown.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from feedsvc.errors import ExportError
from feedsvc.publishing.exporting.aws_profile import credentials_of

if TYPE_CHECKING:
    from obstore.store import S3Store

_AT_ONCE: Final = 16  # requests
_DIGEST: Final = "feedsvc-sha256"  # metadata of our objects
_DELETED_AT_ONCE: Final = 1000
_STATUS: Final = re.compile(r"status code: (\d{3})")
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ENDPOINT: Final = re.compile(
    r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!-~]*)?"
)
_REGION: Final = re.compile(r"[A-Za-z0-9-]+")
_CURES: Final = {
    "NoSuchBucket": "create it, or correct the name",
    "AccessDenied": "permit these credentials to list, read, write and delete objects",
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID or the profile",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY or the profile",
}
_CURE: Final = "check AWS_ENDPOINT_URL, AWS_REGION and the credentials, then export again"

Attributes: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """`s3://bucket/prefix`."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Upload:
    """An object to write: from a file or from octets."""

    key: str
    content: Path | bytes
    digest: str
    attributes: Attributes


class Bucket:
    """The objects below the prefix of a bucket. Every method raises ExportError."""

    def __init__(self, address: BucketAddress, environ: Mapping[str, str]) -> None:
        self._address = address
        with self._explained():
            self._store = _store(address, environ)

    def read(self, key: str) -> bytes | None:
        """The octets of an object; None if there is none."""
        import obstore

        with self._explained():
            try:
                return bytes(obstore.get(self._store, key).bytes())
            except FileNotFoundError as error:
                if _code(error) in ("NoSuchKey", ""):
                    return None
                raise

    def tags(self) -> dict[str, str]:
        """The entity tag of every object, by key."""
        import obstore

        with self._explained():
            pages = obstore.list(self._store)
            return {each["path"]: each["e_tag"] or "" for page in pages for each in page}

    def written_as(self, keys: Sequence[str]) -> Iterator[tuple[str, str, Attributes]]:
        """The key, the digest and the attributes of objects; the digest that we gave them."""
        import obstore

        def look(key: str) -> tuple[str, str, Attributes]:
            found = obstore.get(self._store, key, options={"head": True}).attributes
            attributes = {str(name): str(value) for name, value in found.items()}
            return key, attributes.pop(_DIGEST, ""), attributes

        yield from self._at_once(look, keys)

    def write(self, uploads: Iterable[Upload]) -> Iterator[tuple[Upload, str]]:
        """Write objects, and give the entity tag of each."""
        import obstore

        def put(upload: Upload) -> tuple[Upload, str]:
            attributes: Any = {**upload.attributes, _DIGEST: upload.digest}
            done = obstore.put(self._store, upload.key, upload.content, attributes=attributes)
            return upload, done["e_tag"] or ""

        yield from self._at_once(put, uploads)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects."""
        import obstore

        with self._explained():
            for begin in range(0, len(keys), _DELETED_AT_ONCE):
                obstore.delete(self._store, list(keys[begin : begin + _DELETED_AT_ONCE]))

    def _at_once(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        with self._explained(), ThreadPoolExecutor(_AT_ONCE) as pool:
            futures = [pool.submit(work, piece) for piece in pieces]
            try:
                for future in futures:
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise errors of obstore as ExportError, without their texts."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            status, code = _STATUS.search(str(error)), _code(error)
            fault = " ".join(
                [f"status {status[1]}" if status else "the request failed", code]
            ).strip()
            cure = _CURES.get(code, _CURE)
            raise ExportError(f"{self._address}: {fault}; {cure}") from None


def address_of(text: str) -> BucketAddress | None:
    """The address that a text is; None if it is none."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    prefix = parts.path.strip("/")
    has_odd_part = bool(prefix) and not {"", ".", ".."}.isdisjoint(prefix.split("/"))
    is_plain = not (parts.query or parts.fragment or has_odd_part)
    if parts.scheme != "s3" or not _BUCKET.fullmatch(parts.netloc) or not is_plain:
        return None
    return BucketAddress(parts.netloc, prefix)


def opened(address: BucketAddress, environ: Mapping[str, str]) -> Bucket:
    """The bucket at an address. Raises ExportError if obstore is not installed."""
    try:
        import obstore  # noqa: F401 - an extra
    except ImportError:
        cure = "install it with: pip install 'feedsvc[s3]'"
        raise ExportError(f"{address}: obstore is not installed; {cure}") from None
    return Bucket(address, environ)


def _store(address: BucketAddress, environ: Mapping[str, str]) -> "S3Store":
    """The store, with the credentials of the environment, a profile or the instance."""
    from obstore.store import S3Store

    given: Any = dict(credentials_of(environ))
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        given["endpoint"] = _checked(endpoint, _ENDPOINT, "the endpoint", "AWS_ENDPOINT_URL")
    if "region" in given:
        _checked(given["region"], _REGION, "the region", "AWS_REGION")
    options: Any = {"allow_http": (endpoint or "").startswith("http://")}
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        client_options=options,
        config=given or None,
    )


def _checked(value: str, pattern: re.Pattern[str], what: str, variable: str) -> str:
    """The value. obstore panics, and prints what it has, at an address that is none."""
    if not pattern.fullmatch(value):
        raise ExportError(f"{what} is not written correctly; correct {variable}")
    return value


def _code(error: Exception) -> str:
    found = _CODE.search(str(error))
    return found[1] if found else ""
