"""Judged questions and an index in, quality, bytes and times out, all from the JavaScript that ships.

nDCG@10 has linear gain, as trec_eval and BEIR have it: DCG is the sum over ranks 1 to 10 of grade / log2(rank + 1),
divided by the DCG of the judged documents in order of grade. Means are over the questions with at least one relevant
document. Bytes are brotli (quality 11) of every file a browser with an empty cache would fetch for one question: the
interface's script, the worker, the manifest, shards, dictionaries, records.
"""

from __future__ import annotations

import functools
import json
import math
import statistics
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

import brotli

from microsite.errors import SearchError

from .corpus import lines
from .host import Host

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Measured", "Question", "evaluate", "ndcg", "read_judgements", "read_questions"]

#: Results that are scored.
DEPTH = 10
#: Times that a search is repeated with everything there, to time it.
REPEATS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A query and its id."""

    id: str
    text: str


@dataclass(slots=True)
class Measured:
    """The figures of one run; `run` holds the ranking: question id → document ids."""

    run: dict[str, list[str]] = field(default_factory=dict)
    ndcg: float = 0.0
    recall: float = 0.0
    mrr: float = 0.0
    judged: int = 0
    zero_results: int = 0
    first_query_bytes: list[int] = field(default_factory=list)
    next_query_bytes: list[int] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    rank_ms: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)
    #: Mean bytes of a first search by kind of file.
    parts: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The figures as DESIGN names them, JSON-able."""
        count = max(len(self.run), 1)
        return {
            "queries": len(self.run),
            "judged": self.judged,
            "ndcg@10": round(self.ndcg, 4),
            "recall@10": round(self.recall, 4),
            "mrr@10": round(self.mrr, 4),
            # A share, so that it reads against a budget whatever the number of questions.
            "zero_results": round(self.zero_results / count, 6),
            "zero_results_count": self.zero_results,
            "first_query_bytes": _spread(self.first_query_bytes),
            "next_query_bytes": _spread(self.next_query_bytes),
            "first_query_parts": {name: round(value) for name, value in sorted(self.parts.items())},
            "requests": _spread(self.requests),
            "steps": _spread(self.steps),
            "rank_ms": _spread(self.rank_ms),
            "answer_ms": _spread(self.answer_ms),
        }


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, median, 95th percentile (nearest rank) and the most."""
    if not values:
        return {"mean": 0, "median": 0, "p95": 0, "max": 0}
    ordered = sorted(values)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    figures = {"mean": statistics.fmean(values), "median": statistics.median(values), "p95": p95, "max": ordered[-1]}
    return {name: round(value, 3) for name, value in figures.items()}


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Of one question; 0 without a relevant document."""
    ideal = sum(grade / math.log2(rank + 2) for rank, grade in enumerate(sorted(grades.values(), reverse=True)[:depth]))
    gained = sum(grades.get(name, 0) / math.log2(rank + 2) for rank, name in enumerate(ranking[:depth]))
    return gained / ideal if ideal > 0 else 0.0


def read_questions(path: Path) -> list[Question]:
    """`{"_id", "text"}` a line. Raises SearchError naming file and line."""
    questions: list[Question] = []
    seen: set[str] = set()
    for number, line in lines(path):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            question = Question(record["_id"], record["text"])
            wrong = (
                "" if isinstance(question.id, str) and isinstance(question.text, str) else "`_id` or `text` is no text"
            )
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            wrong = f"no JSON object with `_id` and `text` ({type(error).__name__})"
        if not wrong and question.id in seen:
            wrong = f"`_id` {question.id!r} was there before"
        if wrong:
            msg = f"{path.name}:{number}: {wrong}"
            raise SearchError(msg, fix='each line is one object {"_id": …, "text": …}')
        seen.add(question.id)
        questions.append(question)
    if not questions:
        msg = f"{path.name} holds no question"
        raise SearchError(msg, fix='each line is one object {"_id": …, "text": …}')
    return questions


def read_judgements(path: Path) -> dict[str, dict[str, int]]:
    """`question ⇥ document ⇥ grade` a line, a header line allowed (BEIR has one). Raises SearchError."""
    judged: dict[str, dict[str, int]] = {}
    for number, line in lines(path):
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n")
        if not text.strip():
            continue
        cells = text.split("\t")
        try:
            question, document, grade = cells[0], cells[1], int(cells[2])
        except (IndexError, ValueError) as error:
            if number == 1 and len(cells) >= 3 and not cells[2].strip()[:1].isdigit():
                continue
            msg = f"{path.name}:{number}: no `question, document, grade` parted by tabs"
            raise SearchError(msg, fix="each line is a question's id, a document's id and a whole number") from error
        judged.setdefault(question, {})[document] = grade
    return judged


def evaluate(
    index: Path,
    questions: Sequence[Question],
    judged: Mapping[str, Mapping[str, int]],
    *,
    extra: Mapping[str, bytes] | None = None,
    tick: Callable[[int], None] = lambda _: None,
) -> Measured:
    """Ask each question as a new visitor, then each following one with what the one before left in the cache.

    Args:
        index: a folder that `build_index` made.
        questions: asked in this order.
        judged: question id → document id → grade.
        extra: further files that a first search loads (the interface's script), by name.
        tick: told the number of questions after each.
    """
    measured = Measured()
    fixed = {"worker.js": (index / "worker.js").read_bytes(), **(extra or {})}
    always = {name: len(brotli.compress(content, quality=11)) for name, content in fixed.items()}

    @functools.cache
    def size(name: str) -> int:
        return len(brotli.compress((index / name).read_bytes(), quality=11))

    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001 - the host's signature
        del fresh
        path = index / name
        return path.read_bytes() if path.is_file() else None

    before: set[str] | None = None
    with Host(read) as host:
        for at, question in enumerate(questions):
            host.restart()
            answer = host.search(question.text, limit=DEPTH)
            if answer.value is None:
                msg = f"the engine failed on {question.id}: {answer.error or answer.reason}"
                raise SearchError(msg)
            ranking = list(answer.value.get("documents", []))
            measured.run[question.id] = ranking
            measured.zero_results += not ranking
            files = {name for step in answer.steps for name in step}
            first = {**always, **{name: size(name) for name in files}}
            measured.first_query_bytes.append(sum(first.values()))
            for name, bytes_ in first.items():
                kind = name[0] if name.endswith(".bin") and name != "manifest.bin" else name
                measured.parts[kind] = measured.parts.get(kind, 0) + bytes_ / len(questions)
            if before is not None:
                measured.next_query_bytes.append(sum(size(name) for name in files - before))
            before = files
            measured.requests.append(len(files) + len(always))
            measured.steps.append(len(answer.steps))
            rank, whole = host.timed(question.text, REPEATS)
            measured.rank_ms.append(rank)
            measured.answer_ms.append(whole)
            tick(at + 1)
    _score(measured, judged)
    return measured


def _score(measured: Measured, judged: Mapping[str, Mapping[str, int]]) -> None:
    counted = [name for name in measured.run if any(grade > 0 for grade in judged.get(name, {}).values())]
    measured.judged = len(counted)
    for name in counted:
        ranking, grades = measured.run[name], judged[name]
        relevant = {document for document, grade in grades.items() if grade > 0}
        hits = [rank for rank, document in enumerate(ranking, 1) if document in relevant]
        measured.ndcg += ndcg(ranking, grades) / len(counted)
        measured.recall += len(hits) / len(relevant) / len(counted)
        measured.mrr += (1 / hits[0] if hits else 0) / len(counted)
