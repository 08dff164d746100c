"""Term lists in, shard files and their directory out.

A shard is a run of neighbouring terms::

    number of terms │ front-coded terms │ length of each list │ lists

and the directory is, for each shard, the shortest text that parts it from the shard before (its key, as in a prefix
B-tree: Bayer and Unterauer, TODS 2:1, 1977) and the check of its content. A directory of more than `WIDEST`
entries is cut into files of its own and a directory over these.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Final

from .codec import check_of
from .codec import checks
from .codec import file_name
from .codec import front_coded
from .codec import numbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

__all__ = ["ENTRY", "LONGEST", "WIDEST", "Directory", "Shards", "directory_bytes"]

#: What an entry of the directory counts, in bytes of a question's mean, and where a shard ends at the latest. Measured
#: on 17,908 sections: 0.8 costs 21.7 KB a first search, 1.5 22.5, 2.4 23.3; below 1 the files become too many.
ENTRY: Final = 1.0
LONGEST: Final = 4096
#: Entries that the manifest itself holds at most.
WIDEST: Final = 150


@dataclass(slots=True)
class Directory:
    """Keys and checks of files, in order; `depth` 2 when the files are directories themselves."""

    keys: list[bytes] = field(default_factory=list)
    checks: list[int] = field(default_factory=list)
    depth: int = 1

    def add(self, key: bytes, content: bytes) -> None:
        """Append a file."""
        self.keys.append(key)
        self.checks.append(check_of(content))

    def folded(self, kind: str, write: Callable[[str, bytes], None]) -> Directory:
        """Itself, or the directory over its parts when it is too wide for the manifest.

        A reader takes the upper directory and, for a question, some six parts: cheapest is a sixth of the root of all.
        Where a part ends is decided by its size and its keys' own hashes, so that an edit does not move all borders.
        """
        if len(self.keys) <= WIDEST:
            return self
        upper, usual, low = Directory(depth=2), max(round((len(self.keys) / 6) ** 0.5), 4), 0
        for high in range(1, len(self.keys) + 1):
            size, last = high - low, high == len(self.keys)
            if last or size >= 2 * usual or (size >= usual // 2 and zlib.crc32(self.keys[high]) % (usual // 2) == 0):
                part = Directory(self.keys[low:high], self.checks[low:high])
                content = directory_bytes(part)
                upper.add(part.keys[0], content)
                write(file_name(kind, part.keys[0].decode(), content), content)
                low = high
        return upper


def directory_bytes(directory: Directory) -> bytes:
    """A directory as it lies in the manifest or in a file."""
    return numbers([len(directory.keys)]) + front_coded(directory.keys) + checks(directory.checks)


class Shards:
    """Takes `(term, list, documents)` by rising term; writes shards; `close` gives their directory.

    A shard costs every reader its entry in the directory, and who asks for one of its terms the bytes of the others.
    How often a term is asked for is guessed as the square root of its documents, `usual` being the sum of all: a
    question of eight terms asks for each with 8 · √documents / usual. A term joins the shard before it when the
    bytes it adds to the questions of both are fewer than the entry's.
    """

    def __init__(self, write: Callable[[str, bytes], None], *, usual: float, entry: float = ENTRY) -> None:
        self._write = write
        self._usual = 8 / max(usual, 1.0)
        self._entry = entry
        self._terms: list[bytes] = []
        self._lists: list[bytes] = []
        self._size = 0
        self._asked = 0.0
        self._last = b""
        self.directory = Directory()

    def add(self, term: str, postings: bytes, documents: int, pairs: Sequence[tuple[str, bytes]] = ()) -> None:
        """Append a term, and the pairs that lie with it."""
        added = [(term, postings), *pairs]
        size, asked = sum(len(one) + 4 for _, one in added), self._usual * documents**0.5
        dear = self._asked * size + asked * self._size > self._entry
        if self._terms and (dear or self._size + size > LONGEST):
            self._flush()
        self._terms += [name.encode() for name, _ in added]
        self._lists += [one for _, one in added]
        self._size += size
        self._asked += asked

    def _flush(self) -> None:
        terms, lists = self._terms, self._lists
        head = numbers([len(terms)]) + front_coded(terms) + numbers(len(one) for one in lists)
        content = head + b"".join(lists)
        key = _parting(self._last, terms[0])
        self.directory.add(key, content)
        self._write(file_name("t", key.decode(), content), content)
        self._last = terms[-1]
        self._terms, self._lists, self._size, self._asked = [], [], 0, 0.0

    def close(self) -> Directory:
        """Write what is left."""
        if self._terms:
            self._flush()
        return self.directory


def _parting(before: bytes, first: bytes) -> bytes:
    """The shortest start of `first`, cut between characters, that is greater than `before`."""
    text = first.decode()
    return next((start for end in range(1, len(text)) if (start := text[:end].encode()) > before), first)
