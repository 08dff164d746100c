"""Quality and bytes, with figures that can be checked by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import brotli
import pytest

from microsite.errors import SearchError
from microsite.search import evaluate
from microsite.search import read_judgements
from microsite.search import read_questions
from microsite.search.evaluate import Question
from microsite.search.evaluate import ndcg

if TYPE_CHECKING:
    from pathlib import Path


def test_ndcg_has_linear_gain() -> None:
    grades = {"a": 3, "b": 1, "c": 0}
    assert ndcg(["a", "b"], grades) == 1
    ideal = 3 + 1 / math.log2(3)
    assert ndcg(["b", "x", "a"], grades) == pytest.approx((1 + 3 / 2) / ideal)
    assert ndcg([], grades) == 0
    assert ndcg(["c"], {"c": 0}) == 0
    assert ndcg([f"x{n}" for n in range(10)] + ["a"], grades) == 0


def test_the_engine_is_scored_and_every_byte_counted(index: Path) -> None:
    questions = [Question("1", "liver cancer"), Question("2", "zzz"), Question("3", "chronic pain")]
    judged = {"1": {"/liver/#cancer": 2, "/liver/": 1}, "2": {"/pain/": 1}, "3": {"nowhere": 0}}
    interface = {"search.js": b"x" * 5000}
    measured = evaluate(index, questions, judged, extra=interface)
    assert measured.run["1"][:2] == ["/liver/#cancer", "/liver/"]
    assert measured.judged == 2
    assert (measured.ndcg, measured.mrr, measured.recall, measured.zero_results) == (0.5, 0.5, 0.5, 1)
    fixed = sum(
        len(brotli.compress(content, quality=11))
        for content in (
            interface["search.js"],
            (index / "worker.js").read_bytes(),
            (index / "manifest.bin").read_bytes(),
        )
    )
    assert min(measured.first_query_bytes) >= fixed
    assert measured.first_query_bytes[0] > fixed + 100
    assert len(measured.next_query_bytes) == 2
    assert max(measured.next_query_bytes) < min(measured.first_query_bytes) - fixed + 3000
    assert max(measured.steps) <= 6
    figures = measured.as_dict()
    assert {"ndcg@10", "recall@10", "mrr@10", "zero_results", "requests", "rank_ms"} < figures.keys()
    assert sum(measured.parts.values()) == pytest.approx(sum(measured.first_query_bytes) / 3)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"_id": "1", "text": "a"}\nnope\n', "q.jsonl:2"),
        ('{"_id": "1"}\n', "q.jsonl:1"),
        ('{"_id": 1, "text": "a"}\n', "q.jsonl:1"),
        ('{"_id": "1", "text": "a"}\n{"_id": "1", "text": "b"}\n', "q.jsonl:2"),
        ("[]\n", "q.jsonl:1"),
        ("\n", "no question"),
    ],
)
def test_a_broken_question_is_named(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "q.jsonl").write_text(text)
    with pytest.raises(SearchError, match=place):
        read_questions(tmp_path / "q.jsonl")


def test_judgements_with_and_without_a_header(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("1\td1\t2\n1\td2\t0\n")
    (tmp_path / "b.tsv").write_text("query-id\tcorpus-id\tscore\n1\td1\t2\n1\td2\t0\n")
    assert read_judgements(tmp_path / "a.tsv") == read_judgements(tmp_path / "b.tsv") == {"1": {"d1": 2, "d2": 0}}
    (tmp_path / "c.tsv").write_text("1\td1\t2\n1 d2 0\n")
    with pytest.raises(SearchError, match=r"c\.tsv:2"):
        read_judgements(tmp_path / "c.tsv")


def test_a_first_line_with_a_broken_grade_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "qrels.tsv").write_text("q\td\t1.0\n")
    with pytest.raises(SearchError, match=r"qrels\.tsv:1"):
        read_judgements(tmp_path / "qrels.tsv")
