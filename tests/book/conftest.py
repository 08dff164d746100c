from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microsite.book import build_book

if TYPE_CHECKING:
    from microsite.book import Book

ROOT = Path(__file__).parents[2]

IMPRINT = """\
title = "Small Book"
subtitle = "About little"
edition = "First edition"
date = 2026-11-21
review_due = 2027-05-21
language = "en-US"
publisher = "Nobody"
identifier = "urn:uuid:00000000-0000-4000-8000-000000000000"
license = "MIT"
description = "A book for tests."
subjects = ["Tests"]
blurb = ["Small."]
"""
CHAPTER = "---\ntitle: One\n---\n\nIt helps some.[@good] [certainty: low]\n"
SOURCES = "---\ntitle: Sources\nkind: sources\n---\n\nAll of them.\n"


def _item(identifier: str, **fields: object) -> dict[str, object]:
    return {
        "id": identifier,
        "type": "article-journal",
        "title": f"On {identifier} & <more>",
        "kind": "rct",
        "author": [{"family": "Doe", "given": "Ann B."}],
        "container-title": "Journal",
        "DOI": f"10.1/{identifier}",
        "issued": {"date-parts": [[2020]]},
        "verified": True,
        "retracted": False,
        **fields,
    }


class Desk:
    """A small book on disk that a test can spoil."""

    def __init__(self, folder: Path) -> None:
        self.chapters = folder / "book"
        self.references = folder / "references.json"
        self.out = folder / "out"
        self.chapters.mkdir()
        self.write("book.toml", IMPRINT)
        self.write("01-one.md", CHAPTER)
        self.write("02-sources.md", SOURCES)
        items = [_item("good"), _item("better"), _item("unchecked", verified=False), _item("gone", retracted=True)]
        self.references.write_text(json.dumps(items), encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        path = self.chapters / name
        path.write_text(text, encoding="utf-8")
        return path

    def build(self) -> Book:
        return build_book(self.chapters, self.references, self.out)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Path]:
    """The book itself, built once: (book, folder)."""
    out = tmp_path_factory.mktemp("real")
    return build_book(ROOT / "book", ROOT / "data" / "references.json", out), out
