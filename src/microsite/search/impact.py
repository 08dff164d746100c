"""What one posting is worth: counts and lengths in, one whole number out. The only module that knows the formula.

A term's strength in a document is::

    pooled   = Σ weight · count / (1 - b + b · length / mean length)     over text, title, all other names as one
    own(s)   = s · count / (count + crowd · length)                      of one short name, its length in words
    strength = idf · (pooled · (k1 + 1) / (pooled + k1) + own(title) + max(own(page's name), own(each other name)))

and a document's score is the sum over the question's terms, each times the root of how often it was asked, and over
the pairs of neighboring terms::

    strength = pair · idf · count / (count + pair_k)
 The first part of a term is BM25F, which asks how much of a text a
term is; a name is judged apart and by its absolute length, so that a term which is half of a short title says more
than one of ten in a paper's. Each list keeps its strongest postings, as levels of its own strongest.

Everything that one edit could nudge is rounded first (number of documents, document frequencies, lengths, mean
lengths: to the leading bit and three more), or each edit would move the levels of every document.

Sources: Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004; Anh and Moffat,
"Pruned query evaluation using pre-computed impacts", SIGIR 2006; Carmel et al., "Static index pruning for information
retrieval systems", SIGIR 2001; Lucene's SmallFloat for rounded lengths. The numbers were chosen by cross-validation
over three judged collections at once.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FIELDS", "Lengths", "Model", "Weights", "pack", "rounded"]

#: The fields whose lengths are kept, in the order of `Lengths.add`.
FIELDS: Final = ("text", "title", "aliases", "page")
#: Where each part of a packed posting starts: text (8 bits), title (4), aliases (4), page (1), shortest alias (6).
_TITLE, _ALIASES, _PAGE, _SHORTEST = 8, 12, 16, 17


@dataclass(frozen=True, slots=True)
class Weights:
    """Every constant of the ranking; no units unless said."""

    k1: float = 1.2
    b: float = 0.6
    #: One occurrence in the title, in the other names, counts as so many in the text.
    pooled_title: float = 1.0
    pooled_aliases: float = 0.75
    #: What the title, the page's name, one other name can give by itself.
    title: float = 7.0
    page: float = 6.0
    alias: float = 4.0
    #: How fast that falls with a name's length in words.
    crowd: float = 1.5
    #: Postings kept: `kept_by_idf · idf²`, within these bounds.
    least_kept: int = 300
    most_kept: int = 1000
    kept_by_idf: float = 200.0
    #: Two words next to each other in the text: strength, saturation, postings kept; and the documents that a pair
    #: must be in to have a list, at least and as a share of all (one in so many).
    pair: float = 0.4
    pair_k: float = 1.0
    pairs_kept: int = 50
    pair_least: int = 40
    pair_share: int = 400
    #: Levels of a list: 15, 31 and 63 measured alike.
    levels: int = 15
    #: A score's unit is one in so many.
    unit: int = 1000


def pack(text: int, title: int, aliases: int, page: int, shortest: int) -> int:
    """Counts of one term in a document, and the length of its shortest alias that has the term (0: none)."""
    return (
        min(text, 255)
        | min(title, 15) << _TITLE
        | min(aliases, 15) << _ALIASES
        | (page > 0) << _PAGE
        | min(shortest, 63) << _SHORTEST
    )


def rounded(number: int) -> int:
    """`number` with its leading bit and the three after it; what follows is cut (at most 1/8 less)."""
    cut = max(number.bit_length() - 4, 0)
    return number >> cut << cut


class Lengths:
    """Lengths of all documents in terms, rounded: two bytes a field."""

    def __init__(self) -> None:
        self.fields = tuple(array("H") for _ in FIELDS)
        self.totals = [0] * len(FIELDS)

    def __len__(self) -> int:
        return len(self.fields[0])

    def add(self, lengths: Sequence[int]) -> None:
        """Append a document: its length in each of `FIELDS`."""
        for at, length in enumerate(lengths):
            self.fields[at].append(rounded(min(length, 65535)))
            self.totals[at] += length

    def means(self) -> tuple[float, ...]:
        """The mean length of each field, rounded; never 0."""
        return tuple(max(rounded(16 * total // max(len(self), 1)), 1) / 16 for total in self.totals)


class Model:
    """The formula for one collection."""

    def __init__(self, lengths: Lengths, weights: Weights | None = None) -> None:
        self.weights = weights or Weights()
        self._count = rounded(len(lengths))
        self._lengths = lengths
        own = self.weights
        self._slopes = [own.b / mean for mean in lengths.means()]

    def idf(self, frequency: int) -> float:
        """Robertson's inverse document frequency, kept positive."""
        frequency = min(rounded(frequency), self._count)
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def kept(self, frequency: int) -> int:
        """How many postings a term keeps that is in so many documents: the rest of a common word is noise."""
        own = self.weights
        wanted = int(own.kept_by_idf * self.idf(frequency) ** 2 + 0.5)
        return min(max(wanted, own.least_kept), own.most_kept)

    def strengths(self, documents: Sequence[int], codes: Sequence[int]) -> list[float]:
        """The strength of one term in each of `documents`, given its packed counts there."""
        own, (texts, titles, aliases, pages) = self.weights, self._lengths.fields
        text_slope, title_slope, alias_slope, _ = self._slopes
        idf, k1, flat, crowd = self.idf(len(codes)), own.k1, 1 - own.b, own.crowd
        made = []
        for document, code in zip(documents, codes, strict=True):
            pooled = (code & 255) / (flat + text_slope * texts[document])
            best = 0.0
            if code > 255:
                in_title, in_aliases = code >> _TITLE & 15, code >> _ALIASES & 15
                if in_title:
                    length = titles[document]
                    pooled += own.pooled_title * in_title / (flat + title_slope * length)
                    best = own.title * in_title / (in_title + crowd * length)
                name = own.page / (1 + crowd * pages[document]) if code >> _PAGE & 1 else 0.0
                if in_aliases:
                    pooled += own.pooled_aliases * in_aliases / (flat + alias_slope * aliases[document])
                    name = max(name, own.alias / (1 + crowd * (code >> _SHORTEST)))
                best += name
            made.append(idf * (pooled * (k1 + 1) / (pooled + k1) + best))
        return made

    def is_kept_pair(self, frequency: int) -> bool:
        """Whether a pair that is in so many documents has a list."""
        return frequency >= max(self.weights.pair_least, -(-self._count // self.weights.pair_share))

    def pair_strengths(self, documents: int, counts: Sequence[int]) -> list[float]:
        """The strength of a pair that is in so many `documents`, where it is so often."""
        idf = self.idf(documents) * self.weights.pair
        return [idf * count / (count + self.weights.pair_k) for count in counts]

    def stored(self, strengths: Sequence[float]) -> tuple[int, list[int]]:
        """`(step, level of each)` for the strengths that are kept: `step · level / unit` is about the strength."""
        own = self.weights
        step = math.ceil(max(strengths) * own.unit / own.levels) or 1
        scale = own.unit / step
        return step, [int(value * scale + 0.5) or 1 for value in strengths]
