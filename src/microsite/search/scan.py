"""The first pass: every document read once, counted, and put aside on disk until its number is known."""

from __future__ import annotations

import json
import zlib
from array import array
from collections import Counter
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import NamedTuple

from .document import Document
from .impact import Lengths
from .impact import pack
from .numbering import first_numbers
from .records import Layout
from .terms import Stems
from .terms import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import BinaryIO

    from .pairs import Pairs
    from .runs import Runs

__all__ = ["Scan"]


#: Short names that are remembered.
_NAMES: Final = 20_000


class _Aliases(NamedTuple):
    """A document's other names: how often each term occurs, its shortest name's length, all terms together."""

    counts: Mapping[str, int]
    shortest: Mapping[str, int]
    length: int


class Scan:
    """Takes documents, those of one page in a row; then gives their numbers and, by these, the documents back."""

    def __init__(self, runs: Runs, pairs: Pairs, aside: BinaryIO) -> None:
        self.runs = runs
        self.pairs = pairs
        #: In how many documents each term is.
        self.frequencies: Counter[str] = Counter()
        self.lengths = Lengths()
        self.stems = Stems()
        #: In how many documents each word is, as it is written.
        self.words: Counter[str] = Counter()
        #: The number of each document, by its place in the input; after `number`.
        self.places: array[int] = array("I")
        #: One more than the highest number, and the digests of the numbering; after `number`.
        self.end = 0
        self.layout = Layout(0)
        #: Kinds of pages, by name, as numbered in the manifest; after `number`.
        self.kinds: dict[str, int] = {"": 0}
        self._names: dict[str, tuple[list[str], list[str]]] = {}
        self._aliases: tuple[tuple[str, ...], _Aliases] = ((), _Aliases({}, {}, 0))
        self._aside = aside
        self._offsets = array("Q")
        self._at = 0
        self._pages: list[tuple[str, int, int, int]] = []

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, document: Document) -> None:
        """Take the next document."""
        place = len(self)
        self._offsets.append(self._at)
        line = json.dumps(_frozen(document), ensure_ascii=False, separators=(",", ":")) + "\n"
        self._at += self._aside.write(line.encode("utf-8", "replace"))
        if self._pages and self._pages[-1][0] == document.page:
            url, first, size, sections = self._pages[-1]
            self._pages[-1] = (url, first, size + 1, _after(sections, document.anchor))
        else:
            self._pages.append((document.page, place, 1, _after(0, document.anchor)))
        self.kinds.setdefault(document.kind, 0)
        self._count(place, document)

    def _count(self, place: int, document: Document) -> None:
        said, (name, title), (focus, page) = words(document.text), self._name(document.name), self._name(document.focus)
        self.words.update({*said, *name, *focus})
        text = self.stems.of(said)
        counts = Counter(text)
        codes = dict(counts) if len(text) < 256 else {term: min(count, 255) for term, count in counts.items()}
        aliases = self._aliases_of(document.aliases)
        if title or page or aliases.counts:
            for term in {*title, *page, *aliases.counts}:
                also, shortest = aliases.counts.get(term, 0), aliases.shortest.get(term, 0)
                codes[term] = pack(counts[term], title.count(term), also, term in page, shortest)
        self.lengths.add((len(text), len(title), aliases.length, len(page)))
        self.runs.add(place, codes)
        self.frequencies.update(codes.keys())
        self.pairs.add(text)

    def _name(self, text: str) -> tuple[list[str], list[str]]:
        """Words and terms of a short name; many sections have the same."""
        known = self._names.get(text)
        if known is None:
            if len(self._names) >= _NAMES:
                self._names.clear()
            said = words(text)
            known = self._names[text] = said, self.stems.of(said)
        return known

    def _aliases_of(self, aliases: tuple[str, ...]) -> _Aliases:
        """What a document's other names add up to; all sections of a page mostly have the same."""
        if self._aliases[0] != aliases:
            names = [terms for alias in aliases if (terms := self._name(alias)[1])]
            shortest: dict[str, int] = {}
            for terms in sorted(names, key=len, reverse=True):
                shortest.update(dict.fromkeys(terms, len(terms)))
            counts = Counter(term for terms in names for term in terms)
            self._aliases = aliases, _Aliases(counts, shortest, sum(map(len, names)))
        return self._aliases[1]

    def number(self) -> None:
        """Give each document its number."""
        self.places = array("I", bytes(4 * len(self)))
        self._pages.sort()
        numbered = first_numbers((url, size) for url, _, size, _ in self._pages)
        for (_, first, size, _), (_, start, end) in zip(self._pages, numbered, strict=True):
            for step in range(size):
                self.places[first + step] = start + step
            self.end = end
        self.kinds = {kind: number for number, kind in enumerate(sorted(self.kinds))}
        self.layout = Layout(self.end, self.kinds)
        for page, first, size, sections in self._pages:
            self.layout.add(page, self.places[first], size, sections)

    def order(self) -> Iterator[tuple[int, int]]:
        """`(number, place)` of each document by rising number."""
        for _, first, size, _ in self._pages:
            for place in range(first, first + size):
                yield self.places[place], place

    def documents(self) -> Iterator[tuple[int, Document]]:
        """`(number, what is shown of the document)` by rising number."""
        for number, place in self.order():
            self._aside.seek(self._offsets[place])
            yield number, _thawed(json.loads(self._aside.readline()))


def _after(sections: int, anchor: str) -> int:
    """The running check of a page's anchors, with one more."""
    return zlib.crc32(f"{anchor}\t".encode("utf-8", "replace"), sections)


def _frozen(document: Document) -> list[object]:
    shown = [document.page, document.anchor, document.title, document.heading, document.text, document.kind]
    return [*shown, document.conditions, document.compounds]


def _thawed(values: list[Any]) -> Document:
    page, anchor, title, heading, text, kind, conditions, compounds = values
    return Document(
        page, anchor, title, heading, text, "", kind=kind, conditions=tuple(conditions), compounds=tuple(compounds)
    )
