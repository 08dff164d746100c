"""Whether the bucket holds a release as it was sent: what an edge has in its cache hides a damage from who asks there.

In: a bucket, a manifest. Out: nothing, or `Unverified` with every object that is gone, or has other bytes or headers.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from microsite.errors import Unverified

from .manifest import unpack
from .upload import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from .manifest import Entry
    from .manifest import Manifest
    from .ports import Bucket

__all__ = ["demand_listed", "demand_stored", "gathered"]

#: Problems named before "and N more".
_SHOWN = 20
_FIX = (
    "go to another one (`microsite deploy rollback --to`), or send every file again: `microsite deploy apply --force`"
)


def demand_stored(
    bucket: Bucket,
    manifest: Manifest,
    entries: Iterable[Entry] | None = None,
    *,
    parallel: int = 16,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Look at the objects of `entries` (default: all): one request each, a second where the store tells no sum."""
    found: list[str] = []
    turn = threading.Lock()

    def look(entry: Entry) -> None:
        wrong = _wrong(bucket, entry, entry.key(manifest.release))
        with turn:
            found.extend(wrong)

    in_parallel(manifest.entries if entries is None else entries, look, parallel=parallel, tick=tick)
    _demand_none(manifest, found)


@contextmanager
def gathered(into: list[Unverified]) -> Iterator[None]:
    """Keep what is wrong for later, so that what is seen at the door and in the bucket are both told."""
    try:
        yield
    except Unverified as error:
        into.append(error)


def demand_listed(bucket: Bucket, manifest: Manifest) -> None:
    """Look whether every page of a release is there: one request for each thousand."""
    there = {one.key for one in bucket.list(f"releases/{manifest.release}/")}
    keys = (one.key(manifest.release) for one in manifest.entries if not one.immutable)
    _demand_none(manifest, [f"{key}: is not there" for key in keys if key not in there])


def _demand_none(manifest: Manifest, found: list[str]) -> None:
    if not found:
        return
    found.sort()
    shown = "".join(f"\n  {one}" for one in found[:_SHOWN])
    more = f"\n  … and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    msg = f"release {manifest.release} is not in the bucket as it was sent:{shown}{more}"
    raise Unverified(msg, found, fix=_FIX)


def _wrong(bucket: Bucket, entry: Entry, key: str) -> list[str]:
    seen = bucket.look(key)
    if seen is None:
        return [f"{key}: is not there"]
    # What is packed is told by the sum of what visitors get.
    same = seen.sha256 == entry.sha256
    if entry.headers.content_encoding or not seen.sha256:
        same = _sum_of(bucket.get(key) or b"", entry) == entry.sha256
    pairs = zip(("content-type", "cache-control", "content-encoding"), seen.headers, entry.headers, strict=True)
    return [
        *([] if same else [f"{key}: other content than was sent"]),
        *(f"{key}: {name} is {is_!r} instead of {was!r}" for name, is_, was in pairs if is_ != was),
    ]


def _sum_of(stored: bytes, entry: Entry) -> str:
    try:
        content = unpack(stored) if entry.headers.content_encoding else stored
    except ValueError:
        return ""
    return hashlib.sha256(content).hexdigest()
