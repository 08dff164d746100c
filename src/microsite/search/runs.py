"""Postings in the order of documents in, postings in the order of terms out, in bounded memory.

Single-pass in-memory indexing with spilled runs (Heinz and Zobel, "Efficient single-pass index construction for text
databases", JASIST 54:8, 2003): when so many postings are held, they are written as a run sorted by term; at the end
the runs are merged. A posting is two 32-bit numbers, document and code.
"""

from __future__ import annotations

import heapq
import sys
from array import array
from itertools import groupby
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["HELD", "Runs"]

#: Postings held in memory before they are spilled: some 32 MB, and as much again for the lists' spare room.
HELD: Final = 4_000_000


class Runs:
    """Add postings by rising document number; then read them term by term, once."""

    def __init__(self, folder: Path, *, held: int = HELD) -> None:
        self._folder = folder
        self._most = held
        self._held = 0
        self._lists: dict[str, array[int]] = {}
        self._runs: list[Path] = []

    def add(self, document: int, counts: Mapping[str, int]) -> None:
        """Add one document's terms with their codes."""
        lists = self._lists
        for term, code in counts.items():
            held = lists.get(term)
            if held is None:
                lists[term] = array("I", (document, code))
            else:
                held.append(document)
                held.append(code)
        self._held += len(counts)
        if self._held >= self._most:
            self._spill()

    def _spill(self) -> None:
        path = self._folder / f"run-{len(self._runs)}"
        with path.open("wb") as file:
            for term in sorted(self._lists):
                name, values = term.encode(), self._lists[term]
                file.write(len(name).to_bytes(4, "little") + len(values).to_bytes(4, "little") + name)
                values.tofile(file)
        self._runs.append(path)
        self._lists = {}
        self._held = 0

    def merged(self) -> Iterator[tuple[str, array[int], array[int]]]:
        """`(term, documents, codes)` by rising term; documents rise too."""
        parts = [_read(path) for path in self._runs]
        parts.append((term, self._lists[term]) for term in sorted(self._lists))
        # Equal terms come in the order of their runs, which is the order of their documents.
        for term, group in groupby(heapq.merge(*parts, key=lambda part: part[0]), key=lambda part: part[0]):
            values = array("I")
            for _, part in group:
                values.extend(part)
            yield term, values[::2], values[1::2]


def _read(path: Path) -> Iterator[tuple[str, array[int]]]:
    with path.open("rb") as file:
        while head := file.read(8):
            name = file.read(int.from_bytes(head[:4], "little")).decode()
            values = array("I")
            values.fromfile(file, int.from_bytes(head[4:], "little"))
            yield name, values


if array("I").itemsize != 4:  # pragma: no cover - no platform that Python 3.11 supports
    sys.exit("this platform's unsigned int has no 32 bits")
