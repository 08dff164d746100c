"""What a release needs of a store of objects: the port `Bucket`, and the small values that cross it.

Adapters: `memory.MemoryBucket` (fails where a test says), `folder.FolderBucket` (a folder on this machine),
`s3.S3Bucket`. One suite holds all of them to what is said here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["BATCH", "Bucket", "Headers", "Listed", "Seen"]

#: Objects that one request lists or deletes.
BATCH = 1000


class Headers(NamedTuple):
    """What an object is served with."""

    content_type: str
    cache_control: str
    #: "" or "br".
    content_encoding: str = ""


class Listed(NamedTuple):
    """An object as a listing shows it."""

    key: str
    #: Bytes as stored.
    size: int
    #: Hexadecimal MD5 of the bytes as stored; "" where the store does not tell.
    md5: str
    #: Seconds since 1970.
    modified: float


class Seen(NamedTuple):
    """An object as it would be served, without its bytes."""

    headers: Headers
    #: Hexadecimal, of the bytes as stored; "" where the store does not tell.
    sha256: str


class Bucket(Protocol):
    """A store of objects. Any verb may raise DeployError; then it may have happened or not."""

    def get(self, key: str) -> bytes | None:
        """The bytes as stored, or None when there is no such object."""
        ...

    def look(self, key: str) -> Seen | None:
        """What an object is served with, or None when there is no such object."""
        ...

    def put(self, key: str, body: bytes | Path, headers: Headers, sha256: str, *, fresh: bool = False) -> bool:
        """Store all of `body` or nothing; a path is read while it is sent.

        `sha256` (hexadecimal) is of the bytes as stored: a body that arrives with another one is refused (DeployError).
        With `fresh` an object that is there already stays as it is, and the answer is False; else the answer is True.
        """
        ...

    def copy(self, source: str, key: str, headers: Headers, sha256: str) -> bool:
        """Store under `key` what is under `source`, with other headers; nothing travels.

        False when the source is not there or, as far as the store can tell, has other bytes than `sha256` (hexadecimal,
        of the bytes as stored; "" when the caller does not know); then `key` is to be put again.
        """
        ...

    def list(self, prefix: str) -> Iterator[Listed]:
        """What begins with `prefix`, in the order of keys; `BATCH` objects a request."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete; `BATCH` keys a request. A key that is not there is fine."""
        ...
