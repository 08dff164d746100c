"""Judged collections: documents, questions and judgements, found in a folder and written out as each tool reads them.

A collection is a folder with `corpus.jsonl.gz`, `queries*.jsonl` and `qrels*.tsv`. `enlarged` repeats documents under
changed ids where a measurement needs more of them than there are; `generate` writes text of any size with the words and
the word frequencies of a collection (Zipf's law holds in it because it holds there).
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from benchmarks.rig import ROOT
from benchmarks.rig import ToolMissing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["NAMES", "Collection", "find", "generate"]

NAMES = ("medquad", "scifact", "cranfield")
#: Where a checkout of the collections stands beside the project, unless --data or SEARCH_DATA names another place.
_BESIDE = ROOT.parent / "shared" / "search-data"


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of judged data."""

    name: str
    folder: Path

    @property
    def corpus(self) -> Path:
        """The documents, gzipped JSON lines."""
        return self.folder / "corpus.jsonl.gz"

    @property
    def queries(self) -> Path:
        """The questions, JSON lines."""
        return next(iter(sorted(self.folder.glob("queries*.jsonl"))))

    @property
    def qrels(self) -> Path:
        """The judgements: query, document, grade."""
        return next(iter(sorted(self.folder.glob("qrels*.tsv"))))

    def documents(self) -> Iterator[dict[str, Any]]:
        """Each document, in the order of the file."""
        with gzip.open(self.corpus, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)

    def write(self, target: Path, count: int | None = None) -> Path:
        """Write `count` documents as JSON lines: evenly picked when there are more, repeated when there are fewer."""
        documents = list(self.documents())
        count = count or len(documents)
        step = max(len(documents) / count, 1.0)
        with target.open("w", encoding="utf-8") as file:
            for number in range(count):
                place = int(number * step)
                document = documents[place % len(documents)]
                again = place // len(documents)
                kept = {**document, "_id": f"{document['_id']}-again-{again}"} if again else document
                file.write(json.dumps(kept, ensure_ascii=False) + "\n")
        return target


def find(data: Path | None) -> list[Collection]:
    """The collections in `data`; raises ToolMissing when there are none."""
    folder = data or ROOT.joinpath(os.environ.get("SEARCH_DATA", _BESIDE))
    found = [Collection(name, folder / name) for name in NAMES if (folder / name / "corpus.jsonl.gz").is_file()]
    if len(found) < len(NAMES):
        msg = f"no judged collections ({', '.join(NAMES)}): name their folder with --data or SEARCH_DATA"
        raise ToolMissing(msg)
    return found


def generate(target: Path, like: Collection, count: int, *, seed: int = 1) -> Path:
    """Write `count` documents of 6 words of title and 60 of text, drawn by the word frequencies of `like`.

    Every document draws a third of its text from 40 words of its own topic (of `count` / 20 topics), so that a word's
    postings are as uneven as in real text.
    """
    words = Counter(word for one in like.documents() for word in re.findall(r"[a-z0-9]+", one["text"].lower()))
    names = list(words)
    weights = list(itertools.accumulate(words[name] for name in names))
    draw = random.Random(seed)  # noqa: S311 - text of no secrecy, the same in each run
    topics = [draw.choices(names, k=40) for _ in range(max(count // 20, 1))]
    with target.open("w", encoding="utf-8") as file:
        for number in range(count):
            topic = topics[number % len(topics)]
            title = draw.choices(topic, k=3) + draw.choices(names, cum_weights=weights, k=3)
            text = draw.choices(topic, k=20) + draw.choices(names, cum_weights=weights, k=40)
            one = {"_id": f"g{number}", "title": " ".join(title), "text": " ".join(text)}
            file.write(json.dumps(one) + "\n")
    return target
