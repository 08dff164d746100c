"""Manifests in the bucket: what was released, what is being released, and the lists of files that they share.

In: a bucket. Out: manifests. The keys, none of which CloudFront may read::

    manifests/<release>.json            a release, written when all of it is there
    manifests/files/<digest>.json.br    a list of files
    manifests/pending/<digest>.json     a release that was begun: by the digest of its site
    manifests/pruned/<release>.json     a release that is being deleted
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from microsite.errors import Refused
from microsite.errors import WrongTarget

from .manifest import RELEASE
from .manifest import VERSION
from .manifest import Manifest
from .manifest import digest_of
from .manifest import file_list
from .manifest import head_bytes
from .manifest import read_file_list
from .manifest import read_head
from .ports import Headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .manifest import Entry
    from .manifest import Head
    from .ports import Bucket

__all__ = [
    "PREFIX",
    "Pending",
    "Shelf",
    "begin",
    "begun",
    "digest_of_pending",
    "files_key",
    "filled",
    "head",
    "key_of",
    "pending_key",
    "pruned_key",
    "read",
    "releases",
    "retire",
    "retired",
    "rewrites_list",
    "shelf",
    "write",
]

PREFIX = "manifests/"
_FILES = f"{PREFIX}files/"
_PENDING = f"{PREFIX}pending/"
_PRUNED = f"{PREFIX}pruned/"
_JSON = Headers("application/json", "no-store")
_PACKED = Headers("application/json", "no-store", "br")
#: A list of files is shared as long as this share of it, or so many files, is different: about 100 bytes each.
_SHARE = 1 / 10
_FEW = 100


@dataclass(frozen=True, slots=True)
class Pending:
    """A release that was begun and not finished, or not yet."""

    release: str
    created: str
    by: str
    #: Hashed files that it set out to send.
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that stands below `manifests/`, by one listing."""

    releases: tuple[str, ...]
    #: Key → seconds since 1970.
    pending: dict[str, float]
    pruned: tuple[str, ...]
    #: Digests of lists of files → seconds since 1970.
    files: dict[str, float]


def key_of(release: str) -> str:
    """Where the manifest of a release stands."""
    return f"{PREFIX}{release}.json"


def pending_key(digest: str) -> str:
    """Where it stands that a release of this site was begun."""
    return f"{_PENDING}{digest}.json"


def digest_of_pending(key: str) -> str:
    """The digest that `pending_key` was made of."""
    return key.removeprefix(_PENDING).removesuffix(".json")


def pruned_key(release: str) -> str:
    """Where the manifest of a release stands while it is deleted."""
    return f"{_PRUNED}{release}.json"


def files_key(digest: str) -> str:
    """Where a list of files stands."""
    return f"{_FILES}{digest}.json.br"


def head(bucket: Bucket, release: str) -> Head:
    """The head of a release: one request. Raises WrongTarget when it is not there, Refused when it is damaged."""
    if not RELEASE.fullmatch(release):
        msg = f"{release!r} is no id of a release, such as 20261121t134500z-1a2b3c4d"
        raise Refused(msg, fix="`microsite deploy releases` lists them")
    content = bucket.get(key_of(release))
    if content is None:
        msg = f"release {release} is not in the bucket: {key_of(release)} is not there"
        fix = "`microsite deploy releases` lists what is; if the live one is missing, --force sends the whole site"
        raise WrongTarget(msg, fix=fix)
    told = read_head(content, key_of(release))
    if told.release != release:
        msg = f"{key_of(release)} is damaged: it is about release {told.release}"
        raise Refused(msg, fix="restore it from the bucket's versions, or send the whole site with --force")
    return told


def read(bucket: Bucket, release: str) -> Manifest:
    """A release, whole: two requests. Raises as `head` does."""
    return filled(bucket, head(bucket, release), key_of(release))


def filled(bucket: Bucket, told: Head, name: str) -> Manifest:
    """The manifest of a head: one request."""
    content = bucket.get(files_key(told.files))
    if content is None:
        msg = f"{files_key(told.files)}, which {name} needs, is not in the bucket"
        raise Refused(msg, fix="restore it from the bucket's versions, or send the whole site with --force")
    listed = read_file_list(content, files_key(told.files))
    entries = {entry.path: entry for entry in listed}
    for path in told.gone:
        entries.pop(path, None)
    entries |= {entry.path: entry for entry in told.changed}
    whole = tuple(entries[path] for path in sorted(entries))
    if digest_of(whole, told.redirects) != told.digest:
        msg = f"{name} is damaged: its files are not those of its digest"
        raise Refused(msg, fix="restore it from the bucket's versions, or send the whole site with --force")
    return Manifest(told, whole, listed)


def releases(bucket: Bucket) -> tuple[str, ...]:
    """Ids of all whole releases, the oldest first: one request up to 1,000 of them."""
    return shelf(bucket).releases


def shelf(bucket: Bucket) -> Shelf:
    """What stands below `manifests/`."""
    found = Shelf((), {}, (), {})
    whole: list[str] = []
    going: list[str] = []
    for one in bucket.list(PREFIX):
        name = one.key.rpartition("/")[2].partition(".")[0]
        if one.key.startswith(_PENDING):
            found.pending[one.key] = one.modified
        elif one.key.startswith(_FILES):
            found.files[name] = one.modified
        elif RELEASE.fullmatch(name):
            (going if one.key.startswith(_PRUNED) else whole).append(name)
    return replace(found, releases=tuple(sorted(whole)), pruned=tuple(sorted(going)))


def write(bucket: Bucket, told: Head, entries: Sequence[Entry], base: Manifest | None) -> Manifest:
    """Store the manifest of a release whose objects are all there; before it the list of files, if it needs a new one.

    `told` is its head, without what it says of files; `base` the release that it is made from.
    """
    if base is None or rewrites_list(entries, base):
        files, content = file_list(entries)
        _put(bucket, files_key(files), content, _PACKED)
        whole, listed = replace(told, files=files, changed=(), gone=()), tuple(entries)
    else:
        changed, gone = _differences(entries, base)
        whole, listed = replace(told, files=base.head.files, changed=changed, gone=gone), base.listed
    _put(bucket, key_of(whole.release), head_bytes(whole), _JSON)
    return Manifest(whole, tuple(entries), listed)


def rewrites_list(entries: Sequence[Entry], base: Manifest | None) -> bool:
    """Whether a release of these entries needs a list of files of its own."""
    if base is None:
        return True
    changed, gone = _differences(entries, base)
    return len(changed) + len(gone) > max(_FEW, len(entries) * _SHARE)


def _differences(entries: Sequence[Entry], base: Manifest) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    listed = {entry.path: entry for entry in base.listed}
    changed = tuple(entry for entry in entries if listed.get(entry.path) != entry)
    return changed, tuple(sorted(listed.keys() - {entry.path for entry in entries}))


def begun(bucket: Bucket, digest: str) -> Pending | None:
    """The release that was begun for this site, or None; a note that cannot be read is none."""
    content = bucket.get(pending_key(digest))
    if content is None:
        return None
    try:
        told = json.loads(content)
        release = str(told["release"])
        if told["version"] != VERSION or not RELEASE.fullmatch(release):
            return None
        return Pending(release, str(told["created"]), str(told["by"]), tuple(map(str, told["keys"])))
    except (ValueError, TypeError, KeyError):
        return None


def begin(bucket: Bucket, digest: str, pending: Pending) -> None:
    """Note that a release is begun, before its first object is sent."""
    told = {"version": VERSION, **asdict(pending)}
    _put(bucket, pending_key(digest), json.dumps(told, ensure_ascii=False).encode(), _JSON)


def retire(bucket: Bucket, release: str) -> int:
    """Take a release off the shelf before its objects are deleted, so that nobody can go back to half of it.

    Returns the number of objects deleted: 1, or 0 when an earlier run had done it.
    """
    content = bucket.get(key_of(release))
    if content is None:
        return 0
    _put(bucket, pruned_key(release), content, _JSON)
    bucket.delete([key_of(release)])
    return 1


def retired(bucket: Bucket, release: str) -> Manifest | None:
    """The manifest of a release that is being deleted, None when it cannot be read any more."""
    content = bucket.get(pruned_key(release))
    try:
        return None if content is None else filled(bucket, read_head(content, pruned_key(release)), pruned_key(release))
    except Refused:
        return None


def _put(bucket: Bucket, key: str, content: bytes, headers: Headers) -> None:
    bucket.put(key, content, headers, hashlib.sha256(content).hexdigest())
