"""The sharded engine ranks as a full index does that is scored by a slow, obvious reference."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.search.conftest import collection
from tests.search.conftest import reading
from tests.search.reference import Reference

from microsite.search import Document
from microsite.search import build_index

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.search.host import Host

KNOWN = "pain liver ketamine dose clinic drip nerve cancer trial risk sleep heart study nasal spray 0.5 mg crps"
WORDS = KNOWN.split()


def ranking(host: Host, question: str, limit: int) -> list[str]:
    answer = host.search(question, limit=limit, exact=True)
    assert answer.value is not None, answer.error
    return list(answer.value.get("documents", []))


def same(host: Host, reference: Reference, question: str, limit: int) -> None:
    """Equal documents in equal order; documents of one score may come in any order (sums of floats differ there)."""
    expected = reference.search(question, limit)
    found = ranking(host, question, limit)
    scores = dict(reference.search(question, len(reference.documents)))
    assert len(found) == len(expected), question
    assert [round(scores[url], 3) for url in found] == [round(score, 3) for _, score in expected], question


@st.composite
def collections(draw: st.DrawFn) -> list[Document]:
    texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
    made = []
    for page in range(draw(st.integers(1, 12))):
        names = tuple(draw(st.lists(texts.filter(bool), max_size=2)))
        title = draw(texts)
        made += [
            # Nothing is shown as a title, so that no exact title is put first: this is about the scores.
            Document(f"/{page:02d}/", f"s{n}" if n else "", "", "", draw(texts), draw(texts), title, names)
            for n in range(draw(st.integers(1, 5)))
        ]
    return made


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=collections(), questions=st.lists(st.lists(st.sampled_from(WORDS), min_size=1), min_size=3, max_size=6)
)
def test_small_collections(tmp_path: Path, engine: Host, documents: list[Document], questions: list[list[str]]) -> None:
    build_index(documents, tmp_path / "made")
    engine.over(reading(tmp_path / "made"))
    reference = Reference(documents)
    for question in questions:
        same(engine, reference, " ".join(question), 10)


def test_a_collection_large_enough_for_cuts_pairs_levels_and_parts(tmp_path: Path, engine: Host) -> None:
    """1,500 sections of 60 frequent words: lists are cut, pairs have lists, chunks a directory of their own."""
    chance = random.Random(5)
    known = [f"{a}{b}" for a in WORDS[:8] for b in ("", "x", "yz", "q")] + [f"rare{n}" for n in range(400)]
    weights = [1 / (n + 2) for n in range(len(known))]
    documents = [
        Document(
            f"/{n // 5:04d}/",
            f"s{n % 5}" if n % 5 else "",
            "",
            "",
            " ".join(chance.choices(known, weights, k=chance.randint(5, 60))),
            " ".join(chance.choices(known, weights, k=chance.randint(1, 8))),
        )
        for n in range(1500)
    ]
    build_index(documents, tmp_path / "made")
    engine.over(reading(tmp_path / "made"))
    reference = Reference(documents)
    assert len(reference.term("pain")) == 300
    assert len(reference.pair("pain", "painx")) == 50
    for _ in range(12):
        same(engine, reference, " ".join(chance.choices(known, weights, k=chance.randint(1, 7))), 10)


@pytest.mark.parametrize(
    "question", ["chronic pain", "liver cancer", "ketamine dose 0.5 mg/kg", "Crohn's", "clinic plan"]
)
def test_the_small_collection_of_these_tests(index: Path, engine: Host, question: str) -> None:
    engine.over(reading(index))
    answer = ranking(engine, question, 10)
    scores = dict(Reference(collection()).search(question, 20))
    assert sorted(answer) == sorted(scores)
