"""What a release consists of: the values, and their bytes as FORMAT.md describes them.

In: entries of a checked folder, or bytes that an earlier release left. Out: a `Manifest`; the same bytes for the same
one. A release of 20,000 files would need a megabyte of sums each time, so a manifest names a list of files that it
shares with earlier releases, and says only what is different from it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import NamedTuple

import brotli

from microsite.errors import Refused

from .ports import Headers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from datetime import datetime

__all__ = [
    "RELEASE",
    "VERSION",
    "Entry",
    "Head",
    "Manifest",
    "digest_of",
    "file_list",
    "head_bytes",
    "pack",
    "read_file_list",
    "read_head",
    "release_id",
    "unpack",
]

VERSION: Final = 1
#: Time of making, then eight digits of the digest: sorted by name is sorted by age.
RELEASE: Final = re.compile(r"[0-9]{8}t[0-9]{6}z-[0-9a-f]{8}")
#: Quality of brotli, the best: a file is compressed once and fetched many times.
_QUALITY = 11


class Entry(NamedTuple):
    """A file of the site."""

    #: From the site's root, without a slash before it: `conditions/ptsd/index.html`.
    path: str
    #: Hexadecimal, of the content as visitors get it, not as it is stored.
    sha256: str
    #: Bytes, likewise.
    size: int
    headers: Headers
    #: Its name holds its content; it stands at the root of the bucket, for all releases.
    immutable: bool

    def key(self, release: str) -> str:
        """Where the file of a release stands in the bucket."""
        return self.path if self.immutable else f"releases/{release}/{self.path}"


@dataclass(frozen=True, slots=True)
class Head:
    """A manifest without its files; what it says of them is `files`, `changed` and `gone`."""

    release: str
    #: When it was made, `2026-11-21T13:45:00Z`.
    created: str
    by: str
    commit: str
    #: The release that was live before, "" for the first.
    previous: str
    digest: str
    objects: int
    bytes: int
    #: Name of a function → version that was published with the release.
    functions: Mapping[str, str] = field(default_factory=dict)
    #: SHA-256 of the functions' code and of template with parameters; "" when the release had none.
    code: str = ""
    stack: str = ""
    #: Old path → new path; None when the site said nothing of redirects.
    redirects: Mapping[str, str] | None = None
    #: Digest of the list of files that it is told against.
    files: str = ""
    changed: tuple[Entry, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release, whole."""

    head: Head
    #: In order of path.
    entries: tuple[Entry, ...]
    #: The shared list of files that the head is told against.
    listed: tuple[Entry, ...] = ()

    @property
    def release(self) -> str:
        """Its id."""
        return self.head.release

    @property
    def bytes(self) -> int:
        """Bytes of all files as visitors get them."""
        return self.head.bytes

    @property
    def objects(self) -> int:
        """Number of files."""
        return self.head.objects


def pack(content: bytes) -> bytes:
    """Brotli; one version of the library makes the same bytes of the same content."""
    packed: bytes = brotli.compress(content, quality=_QUALITY)
    return packed


def unpack(content: bytes) -> bytes:
    """What `pack` packed; raises ValueError."""
    try:
        raw: bytes = brotli.decompress(content)
    except brotli.error as error:
        raise ValueError(str(error)) from error
    return raw


def digest_of(entries: Iterable[Entry], redirects: Mapping[str, str] | None) -> str:
    """SHA-256 over path, content and headers of every file in order of path, and over the redirects."""
    digest = hashlib.sha256()
    for entry in sorted(entries):
        digest.update(json.dumps([entry.path, entry.sha256, entry.size, *entry.headers]).encode() + b"\n")
    digest.update(json.dumps(redirects, sort_keys=True).encode())
    return digest.hexdigest()


def release_id(created: datetime, digest: str) -> str:
    """`20261121t134500z-1a2b3c4d`."""
    return f"{created:%Y%m%dt%H%M%Sz}-{digest[:8]}"


def file_list(entries: Iterable[Entry]) -> tuple[str, bytes]:
    """A list of files: its digest, and its bytes, packed."""
    kinds: dict[Headers, int] = {}
    rows = [_row(entry, kinds) for entry in sorted(entries)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    text = f'{{"version":{VERSION},"kinds":{json.dumps(list(kinds))},"files":[\n{lines}\n]}}\n'.encode()
    return hashlib.sha256(text).hexdigest(), pack(text)


def read_file_list(content: bytes, name: str) -> tuple[Entry, ...]:
    """The entries of a list; raises Refused when it is damaged, or of a newer microsite."""
    try:
        told = json.loads(unpack(content))
    except ValueError as error:
        raise _damaged(name, error) from error
    _demand_version(told, name)
    try:
        return tuple(_entry(row, told["kinds"]) for row in told["files"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(name, error) from error


def head_bytes(head: Head) -> bytes:
    """The head as it is stored: JSON, one key a line."""
    kinds: dict[Headers, int] = {}
    changed = [_row(entry, kinds) for entry in head.changed]
    told: dict[str, Any] = {
        "version": VERSION,
        **{name: getattr(head, name) for name in _PLAIN},
        "functions": dict(head.functions),
        "redirects": None if head.redirects is None else dict(head.redirects),
        "kinds": list(kinds),
        "changed": changed,
        "gone": list(head.gone),
    }
    lines = (f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in told.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_head(content: bytes, name: str) -> Head:
    """What `head_bytes` made; raises Refused when it is damaged, or of a newer microsite."""
    try:
        told = json.loads(content)
    except ValueError as error:
        raise _damaged(name, error) from error
    _demand_version(told, name)
    try:
        wrong = [key for key in _PLAIN if type(told[key]) is not (int if key in {"objects", "bytes"} else str)]
        if wrong:
            raise _damaged(name, TypeError(f"{wrong[0]} is {told[wrong[0]]!r}"))
        return Head(
            **{key: told[key] for key in _PLAIN},
            functions=dict(told["functions"]),
            redirects=None if told["redirects"] is None else dict(told["redirects"]),
            changed=tuple(_entry(row, told["kinds"]) for row in told["changed"]),
            gone=tuple(told["gone"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(name, error) from error


#: Keys of a head that are text or numbers.
_PLAIN = (*("release", "created", "by", "commit", "previous", "digest", "objects", "bytes", "code", "stack", "files"),)


def _row(entry: Entry, kinds: dict[Headers, int]) -> list[str | int]:
    """`[path, sha256, size, number of its headers]`."""
    return [entry.path, entry.sha256, entry.size, kinds.setdefault(entry.headers, len(kinds))]


def _entry(row: list[Any], kinds: list[list[str]]) -> Entry:
    path, sha256, size, kind = row
    headers = Headers(*kinds[kind])
    # Said once, by the header that makes it so.
    return Entry(str(path), str(sha256), int(size), headers, immutable="immutable" in headers.cache_control)


def _demand_version(told: object, name: str) -> None:
    version = told.get("version") if isinstance(told, dict) else None
    if not isinstance(version, int) or version < 1:
        raise _damaged(name, ValueError("it has no version"))
    if version > VERSION:
        msg = f"{name} is of version {version}; this microsite knows {VERSION}"
        raise Refused(msg, fix="bring microsite up to date: a newer one made that release")


def _damaged(name: str, error: Exception) -> Refused:
    msg = f"{name} is damaged: {type(error).__name__}: {error}"
    return Refused(msg, fix="restore it from the bucket's versions, or send the whole site with --force")
