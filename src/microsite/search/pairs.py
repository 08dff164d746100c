"""Texts as terms in, the posting lists of the commonest neighboring pairs out, in bounded memory.

Some 60 different pairs a document are far too many to keep: nearly all are in one document only. So they are found in
two passes, as frequent items are in a stream. While documents are read, each pair's documents are counted, and after
every `WIDTH` documents the pairs that cannot become common enough are forgotten (lossy counting: Manku and Motwani,
"Approximate frequency counts over data streams", VLDB 2002). The texts go to disk as numbers of terms; the second pass
reads them in order of document number and keeps the best postings of the pairs that are left. No pair that is in one
of 400 documents is ever missed: at most one document in `WIDTH` was not counted.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from operator import add
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["WIDTH", "Pairs"]

#: Documents between two clearings: some 600,000 different pairs of English texts.
WIDTH: Final = 10_000


class Pairs:
    """Takes the terms of each document's text, in order; then gives lists. A pair is held as one number of 64 bits."""

    def __init__(self, aside: BinaryIO, *, width: int = WIDTH) -> None:
        self._aside = aside
        self._width = width
        self._numbers: dict[str, int] = {}
        self._offsets = array("Q", [0])
        self._fresh: Counter[int] = Counter()
        self._counts: dict[int, int] = {}
        self._cleared = 0

    def add(self, terms: list[str]) -> None:
        """Take the next document."""
        numbers = self._numbers
        for term in set(terms).difference(numbers):
            numbers[term] = len(numbers)
        listed = array("I", map(numbers.__getitem__, terms))
        listed.tofile(self._aside)
        self._offsets.append(self._offsets[-1] + len(listed))
        self._fresh.update(set(_pairs(listed)))
        if (len(self._offsets) - 1) % self._width == 0:
            self._clear()

    def _clear(self) -> None:
        """Forget what was in at most one document for each clearing; what is left is counted too high, never low."""
        counts = self._counts
        for pair, count in self._fresh.items():
            if count > 1 or pair in counts or self._cleared:
                counts[pair] = counts.get(pair, self._cleared) + count
        self._fresh = Counter()
        self._cleared += 1
        self._counts = {pair: count for pair, count in counts.items() if count > self._cleared}

    def lists(
        self, order: Iterable[tuple[int, int]], kept: int, is_common: Callable[[int], bool]
    ) -> Iterator[tuple[str, str, int, list[tuple[int, int]]]]:
        """`(first, second, documents, [(number, count)…])` of each common pair, sorted, its `kept` best postings.

        Args:
            order: `(number, place)` of all documents by rising number.
            kept: postings of a pair, those with most occurrences, the smaller numbers first.
            is_common: whether a pair that is in so many documents has a list.
        """
        self._clear()
        wanted = {pair for pair, count in self._counts.items() if is_common(count)}
        seen: Counter[int] = Counter()
        best: dict[int, list[tuple[int, int]]] = {pair: [] for pair in wanted}
        for number, place in order:
            here = Counter(filter(wanted.__contains__, _pairs(self._terms(place))))
            seen.update(here.keys())
            for pair, count in here.items():
                heap = best[pair]
                if len(heap) < kept:
                    heapq.heappush(heap, (count, -number))
                elif count > heap[0][0]:
                    heapq.heapreplace(heap, (count, -number))
        names = list(self._numbers)
        for first, second, pair in sorted((names[pair >> 32], names[pair & _LOW], pair) for pair in wanted):
            if is_common(seen[pair]):
                yield first, second, seen[pair], sorted((-negative, count) for count, negative in best[pair])

    def _terms(self, place: int) -> array[int]:
        start, end = self._offsets[place], self._offsets[place + 1]
        self._aside.seek(4 * start)
        terms = array("I")
        terms.frombytes(self._aside.read(4 * (end - start)))
        return terms


_LOW: Final = 0xFFFFFFFF


def _pairs(terms: array[int]) -> Iterator[int]:
    """The neighbors in `terms`, each as `first << 32 | second`; no line of Python runs for each."""
    return map(add, map((1 << 32).__mul__, terms), terms[1:])
