"""The slow, obvious scorer: all documents in memory, every list made again for every question.

The sharded engine is held to this, ranking by ranking. It follows the formula as `microsite.search.impact` states it
and shares none of its code but the constants and the rounding of inputs.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from microsite.search.impact import Weights
from microsite.search.impact import rounded
from microsite.search.terms import stem
from microsite.search.terms import words

if TYPE_CHECKING:
    from microsite.search import Document

W = Weights()


def tokens(text: str) -> list[str]:
    return [term for term in map(stem, words(text)) if term]


class Reference:
    """Documents in order of their address, which is the order of their numbers."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = sorted(documents, key=lambda document: document.page)
        self.fields = [
            (tokens(d.text), tokens(d.name), tokens(d.focus), [t for alias in d.aliases if (t := tokens(alias))])
            for d in self.documents
        ]
        joined = [[t for alias in aliases for t in alias] for _, _, _, aliases in self.fields]
        self.joined = joined
        count = max(len(documents), 1)
        columns = [[f[0] for f in self.fields], [f[1] for f in self.fields], joined]
        self.means = [max(rounded(16 * sum(map(len, column)) // count), 1) / 16 for column in columns]

    def idf(self, frequency: int) -> float:
        count = rounded(len(self.documents))
        frequency = min(rounded(frequency), count)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    def strength(self, term: str, at: int) -> float:
        text, title, page, aliases = self.fields[at]
        parts = [(1.0, text), (W.pooled_title, title), (W.pooled_aliases, self.joined[at])]
        pooled = 0.0
        for (weight, field), mean in zip(parts, self.means, strict=True):
            pooled += weight * field.count(term) / (1 - W.b + W.b / mean * rounded(len(field)))
        own = 0.0
        if term in title:
            own = W.title * title.count(term) / (title.count(term) + W.crowd * rounded(len(title)))
        names = [W.page / (1 + W.crowd * rounded(len(page)))] if term in page else []
        names += [W.alias / (1 + W.crowd * len(alias)) for alias in aliases if term in alias]
        return pooled * (W.k1 + 1) / (pooled + W.k1) + (own + max(names, default=0.0))

    def stored(self, found: list[tuple[int, float]], kept: int) -> dict[int, int]:
        found = sorted(found, key=lambda posting: (-posting[1], posting[0]))[:kept]
        if not found:
            return {}
        step = math.ceil(found[0][1] * W.unit / W.levels) or 1
        return {at: step * (int(value * (W.unit / step) + 0.5) or 1) for at, value in found}

    def term(self, term: str) -> dict[int, int]:
        holding = [
            at
            for at, (text, title, page, _) in enumerate(self.fields)
            if term in text or term in title or term in page or term in self.joined[at]
        ]
        idf = self.idf(len(holding))
        kept = min(W.most_kept, max(W.least_kept, int(W.kept_by_idf * idf**2 + 0.5)))
        return self.stored([(at, idf * self.strength(term, at)) for at in holding], kept)

    def pair(self, first: str, second: str) -> dict[int, int]:
        counts = {at: list(pairwise(f[0])).count((first, second)) for at, f in enumerate(self.fields)}
        counts = {at: count for at, count in counts.items() if count}
        if len(counts) < max(W.pair_least, math.ceil(rounded(len(self.documents)) / W.pair_share)):
            return {}
        idf = self.idf(len(counts)) * W.pair
        return self.stored([(at, idf * count / (count + W.pair_k)) for at, count in counts.items()], W.pairs_kept)

    def search(self, question: str, limit: int) -> list[tuple[str, float]]:
        asked = tokens(question)
        scores: Counter[int] = Counter()
        for term, times in sorted(Counter(asked).items()):
            for at, worth in self.term(term).items():
                scores[at] += worth * math.sqrt(times)  # type: ignore[assignment]
        for first, second in set(pairwise(asked)):
            for at, worth in self.pair(first, second).items():
                scores[at] += worth
        best = sorted(scores.items(), key=lambda item: (-round(item[1], 6), item[0]))[:limit]
        return [(self.documents[at].url, score) for at, score in best]
