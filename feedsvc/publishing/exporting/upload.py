"""Makes a bucket the same as an exported folder: only what has changed is written.

A manifest in the bucket has each object that the last upload left: its key, the digest of its
octets and of its attributes, and its entity tag. It is written last. An object is current if
the manifest and a listing of the bucket say so. Before the first object is written, the
manifest to come is written under another name: if the upload is interrupted, the next one knows
by it which objects are ours, and asks for their digests.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from feedsvc.core import addresses
from feedsvc.publishing.exporting.bucket import Attributes, Bucket, Upload
from feedsvc.publishing.exporting.feed_files import SUFFIXES
from feedsvc.publishing.exporting.file_names import plain_name
from feedsvc.publishing.exporting.manifest import MANIFEST, Listed

_NEXT: Final = f"{MANIFEST}.next"
_HEAD: Final = {"manifest": "feedsvc export to a bucket", "version": 1}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_SENT: Final = ("Cache-Control", "Content-Disposition", "Content-Type")
_LAST: Final = frozenset([*addresses.FORMATS.values(), addresses.OPML_PATH])
_MANIFESTS: Final = {"Content-Type": "application/jsonl", "Cache-Control": "no-store"}

_Progress: TypeAlias = Callable[[int, int], None]


class _Known(NamedTuple):
    """An object as the manifest has it. `tag` is empty if it may not be written yet."""

    digest: str
    attributes: str
    tag: str


@dataclass(slots=True)
class Uploaded:
    """What an upload did: the numbers of written, existing and deleted objects.

    `left` are objects that are not deleted, because somebody else has written them since.
    `unwritable` are keys with control characters, which no object can have.
    """

    written: int = 0
    objects: int = 0
    deleted: int = 0
    left: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)


def upload(
    folder: Path,
    files: Iterable[Listed],
    bucket: Bucket,
    progress: _Progress,
    *,
    deletes: bool,
) -> Uploaded:
    """Write the `files` of an exported folder that have changed; at last, delete what is gone.

    Objects that we did not write stay. Raises ExportError.
    """
    wanted = {each.key: each for each in _uploads(folder, files)}
    unwritable = [key for key in wanted if _CONTROL.search(key)]
    for key in unwritable:
        del wanted[key]
    done = _Uploading(bucket, wanted).run(progress, deletes=deletes)
    done.unwritable = unwritable
    return done


class _Uploading:
    def __init__(self, bucket: Bucket, wanted: Mapping[str, Upload]) -> None:
        self._bucket = bucket
        self._wanted = wanted
        self._ours = _read(bucket.read(MANIFEST))
        self._begun = _read(bucket.read(_NEXT))
        self._tags = bucket.tags()
        self._now: dict[str, _Known] = {}

    def run(self, progress: _Progress, *, deletes: bool) -> Uploaded:
        """Write, delete, and say what was done."""
        changed = self._changed()
        gone = [key for key in {**self._begun, **self._ours} if key not in self._wanted]
        done = Uploaded(objects=len(self._wanted))
        if not (changed or gone or self._begun) and self._now == self._ours:
            return done
        self._note_what_is_to_come(changed)
        for written, tag in self._bucket.write(changed):
            self._now[written.key] = _Known(written.digest, _hash(written.attributes), tag)
            done.written += 1
            progress(done.written, len(changed))
        ours = self._still_ours([key for key in gone if key in self._tags])
        if deletes:
            done.left = [key for key in gone if key in self._tags and key not in ours]
            self._bucket.delete(list(ours))
            done.deleted = len(ours)
        else:
            self._now |= ours
        self._write(MANIFEST, self._now)
        self._bucket.delete([_NEXT])
        return done

    def _changed(self) -> list[Upload]:
        """The objects to write: feeds come last, because they link to the others."""
        unsure: list[Upload] = []
        changed: list[Upload] = []
        for key, each in self._wanted.items():
            tag = self._tags.get(key)
            known = _Known(each.digest, _hash(each.attributes), tag or "")
            if tag and self._ours.get(key) == known:
                self._now[key] = known
            elif tag and (key in self._begun or key not in self._ours):
                unsure.append(each)
            else:
                changed.append(each)
        found = self._bucket.written_as([each.key for each in unsure])
        for each, (key, digest, attributes) in zip(unsure, found, strict=True):
            if digest == each.digest and attributes == each.attributes:
                self._now[key] = _Known(digest, _hash(attributes), self._tags[key])
            else:
                changed.append(each)
        return sorted(changed, key=lambda each: each.key.rpartition("/")[2] in _LAST)

    def _note_what_is_to_come(self, changed: list[Upload]) -> None:
        coming = {u.key: _Known(u.digest, _hash(u.attributes), "") for u in changed}
        begun = {key: known for key, known in self._begun.items() if key not in self._now}
        self._write(_NEXT, {**begun, **coming})

    def _still_ours(self, keys: list[str]) -> dict[str, _Known]:
        """Those of the objects that nobody has written since we did.

        An interrupted upload may have written them after the manifest.
        """
        ours = {
            key: known
            for key in keys
            if (known := self._ours.get(key)) and known.tag == self._tags[key]
        }
        unsure = [key for key in keys if key not in ours and key in self._begun]
        for key, digest, _ in self._bucket.written_as(unsure):
            if digest == self._begun[key].digest:
                ours[key] = self._begun[key]._replace(tag=self._tags[key])
        return ours

    def _write(self, key: str, known: Mapping[str, _Known]) -> None:
        lines = [_json(_HEAD), *(_json([name, *each]) for name, each in known.items())]
        text = "\n".join([*lines, _json({"objects": len(known)}), ""]).encode()
        digest = hashlib.sha256(text).hexdigest()
        for _ in self._bucket.write([Upload(key, text, digest, _MANIFESTS)]):
            pass


def _uploads(folder: Path, files: Iterable[Listed]) -> Iterator[Upload]:
    """An object for each file but for compressed twins: S3 does not negotiate codings."""
    listed = list(files)
    paths = {each.path for each in listed}
    for each in listed:
        if each.address is None and each.path.endswith(tuple(SUFFIXES.values())):
            continue
        usual = plain_name(each.address) if each.address is not None else each.path
        key = each.path if usual in paths else usual
        attributes = {name: value for name, value in each.headers if name in _SENT}
        yield Upload(key, folder / each.path, each.digest, attributes)


def _read(manifest: bytes | None) -> dict[str, _Known]:
    """The objects of a manifest; none if it is not whole or not ours."""
    try:
        # Not `splitlines`: it also ends a line at U+2028, which a key may have.
        head, *lines, end = (manifest or b"").decode().removesuffix("\n").split("\n")
        if json.loads(head) != _HEAD or json.loads(end) != {"objects": len(lines)}:
            return {}
        return {str(key): _Known(*map(str, rest)) for key, *rest in map(json.loads, lines)}
    except (ValueError, TypeError, RecursionError):
        return {}


def _hash(attributes: Attributes) -> str:
    text = _json(sorted(attributes.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
