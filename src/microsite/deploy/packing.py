"""What is sent for a file: its bytes, or its bytes packed, each packed once.

In: a site. Out: bytes as they will be stored. Packing is what costs time in a first release (4 ms a file of the search
index), and a plan needs its sizes before the upload needs its bytes; so packed bytes wait in a temporary file, not in
memory.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

from .manifest import pack
from .upload import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from .files import Site
    from .manifest import Entry

__all__ = ["Packer", "Stored"]


class Stored(NamedTuple):
    """A file as it is stored."""

    body: bytes | Path
    sha256: str
    size: int

    def md5(self) -> str:
        """Hexadecimal MD5, by which a listing shows an object."""
        if isinstance(self.body, bytes):
            return hashlib.md5(self.body, usedforsecurity=False).hexdigest()
        with self.body.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


class Packer:
    """Reads files of a site for sending; may be used by many threads. Close it, or use it as a context."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget all."""
        self._spool.close()

    def warm(self, entries: Sequence[Entry], tick: Callable[[int, int], None]) -> None:
        """Pack ahead what is to be packed, on all cores; `tick` hears how many are done, of how many."""
        todo = [entry for entry in entries if entry.headers.content_encoding]
        counted = itertools.count(1)
        in_parallel(todo, self.stored, parallel=os.cpu_count() or 1, tick=lambda: tick(next(counted), len(todo)))

    def stored(self, entry: Entry) -> Stored:
        """The file as it is to be stored. Raises Refused when it changed since the site was read."""
        if not entry.headers.content_encoding:
            body = self._site.read(entry)
            return Stored(body, entry.sha256, entry.size)
        with self._turn:
            place = self._places.get(entry.path)
        if place is not None:
            packed = os.pread(self._spool.fileno(), place[1], place[0])
        else:
            raw = self._site.read(entry)
            packed = pack(raw.read_bytes() if isinstance(raw, Path) else raw)
            with self._turn:
                os.pwrite(self._spool.fileno(), packed, self._end)
                self._places[entry.path] = (self._end, len(packed))
                self._end += len(packed)
        return Stored(packed, hashlib.sha256(packed).hexdigest(), len(packed))
