"""The index: the same bytes for the same documents, all or nothing, in bounded memory, stable under edits."""

from __future__ import annotations

import dataclasses
import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from tests.search.conftest import collection

from microsite.search import Document
from microsite.search import build_index
from microsite.search import with_synonyms
from microsite.search.numbering import first_numbers
from microsite.search.records import SHOWN
from microsite.search.records import opening

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def site(pages: int = 40, change: Callable[[Document], Document] = lambda document: document) -> Iterator[Document]:
    """Pages of five sections with words as frequent as they are in texts."""
    chance = random.Random(11)
    known = [f"word{n}" for n in range(3000)]
    weights = [1 / (n + 3) for n in range(3000)]
    for page in range(pages):
        title = " ".join(chance.choices(known, weights, k=4))
        for n in range(5):
            text = " ".join(chance.choices(known, weights, k=60))
            heading = " ".join(chance.choices(known, weights, k=3))
            yield change(Document(f"/{page:03d}/", f"s{n}" if n else "", title, heading, text, heading, title))


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    build_index(site(), tmp_path / "one")
    build_index(site(), tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_order_of_pages_does_not_matter(tmp_path: Path) -> None:
    pages = [list(site())[low : low + 5] for low in range(0, 200, 5)]
    random.Random(1).shuffle(pages)
    build_index(site(), tmp_path / "one")
    build_index((document for page in pages for document in page), tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_spilled_runs_give_what_memory_gives(tmp_path: Path) -> None:
    build_index(site(), tmp_path / "one")
    build_index(site(), tmp_path / "two", held=500, width=30)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_memory_is_bounded_by_what_is_held(tmp_path: Path) -> None:
    """Three times the documents do not take three times the memory: what grows is some bytes a document."""

    def peak(pages: int) -> int:
        tracemalloc.start()
        build_index(site(pages), tmp_path / f"{pages}", held=1500, width=60)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small = peak(24)
    assert peak(72) < 1.6 * small


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    build_index(collection(), tmp_path / "out")
    before = contents(tmp_path / "out")

    def failing() -> Iterator[Document]:
        yield from collection()
        msg = "the disk is gone"
        raise OSError(msg)

    with pytest.raises(OSError, match="disk"):
        build_index(failing(), tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_no_document_at_all_is_an_index_too(tmp_path: Path) -> None:
    made = build_index([], tmp_path / "out")
    assert (made.documents, made.terms, made.files) == (0, 0, 3)
    assert {name[:2] for name in contents(tmp_path / "out")} == {"ma", "wo", "g."}


def test_an_edited_sentence_changes_few_files(tmp_path: Path) -> None:
    def edit(document: Document) -> Document:
        if document.url != "/030/#s2":
            return document
        return dataclasses.replace(document, text=document.text + " word5 word700 newword")

    build_index(site(), tmp_path / "one")
    build_index(site(change=edit), tmp_path / "two")
    before, after = contents(tmp_path / "one"), contents(tmp_path / "two")
    changed = {name for name in after if before.get(name) != after[name]}
    assert "manifest.bin" in changed
    assert {name[0] for name in changed} <= {"m", "d", "t", "r", "p", "w"}
    assert len([name for name in changed if name[0] in "rp"]) == 2
    assert len(changed) <= 30, sorted(changed)
    assert len(after) > 300


def test_numbers_stay_when_a_far_page_changes() -> None:
    pages = [(f"/{n:04d}/", 1 + n % 9) for n in range(400)]
    before = list(first_numbers(pages))
    numbers = [number for _, start, end in before for number in range(start, end)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 1.5 * len(numbers)
    changed = [(url, count + (url == "/0200/")) for url, count in pages]
    same = sum(a == b for a, b in zip(before, first_numbers(changed), strict=True))
    assert same > 300
    assert {start % 4 for (_, start, _), (_, count) in zip(before, pages, strict=True) if count > 2} == {0}


def test_an_opening_ends_at_a_word() -> None:
    assert opening("short") == "short"
    cut = opening("word, " * 100)
    assert cut.endswith("word…")
    assert len(cut) <= SHOWN
    assert opening("x" * 500) == "x" * SHOWN + "…"


def test_names_that_mean_one_thing_join_the_aliases() -> None:
    groups = [("CRPS", "complex regional pain syndrome", "RSD"), ("K", "ketamine")]
    plain = Document("/a/", "", "t", "", "text about crps", "Living with CRPS")
    far = Document("/b/", "", "t", "", "text about crps", "Another thing, vitamin K")
    found = list(with_synonyms([plain, far], groups))
    assert found[0].aliases == ("CRPS", "complex regional pain syndrome", "RSD")
    assert found[1] == far
