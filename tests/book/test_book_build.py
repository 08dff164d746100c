from __future__ import annotations

import hashlib
import json
import os
import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microsite.book import build_book
from microsite.book import read_book
from microsite.book.pdf import render_pdf
from microsite.errors import BookError

if TYPE_CHECKING:
    from microsite.book import Book

    from .conftest import Desk


ROOT = Path(__file__).parents[2]


def test_the_book_has_about_sixteen_pages_and_the_pdf_agrees(real: tuple[Book, Path]) -> None:
    book, out = real
    data = (out / "steady-ground.pdf").read_bytes()
    assert 14 <= book.pages <= 20
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) == book.pages


def test_the_pdf_is_tagged_and_says_title_language_and_date(real: tuple[Book, Path]) -> None:
    data = (real[1] / "steady-ground.pdf").read_bytes()
    assert b"pdfuaid:part>1<" in data
    assert b"/Marked true" in data
    assert b"/StructTreeRoot" in data
    assert b"/Lang(en-US)" in data
    assert b"/Title(Steady Ground: A plain guide to ketamine treatment and to recovery)" in data
    assert b"/CreationDate(D:20261121000000Z)" in data


def test_every_font_is_embedded(real: tuple[Book, Path]) -> None:
    data = (real[1] / "steady-ground.pdf").read_bytes()
    described = data.count(b"/Type/FontDescriptor")
    assert described > 0
    assert described == len(re.findall(rb"/FontFile[23]? ", data))


def test_each_source_with_a_doi_is_a_link_in_the_pdf(real: tuple[Book, Path]) -> None:
    data = (real[1] / "steady-ground.pdf").read_bytes()
    links = set(re.findall(rb"/URI\(https://doi\.org/([^)\\]*)", data))
    assert len(links) > 50
    assert b"10.1056/NEJMoa2302399" in links


def test_book_json_describes_the_files_exactly(real: tuple[Book, Path]) -> None:
    book, out = real
    said = json.loads((out / "book.json").read_text(encoding="utf-8"))
    assert said["title"] == "Steady Ground"
    assert said["subtitle"] == "A plain guide to ketamine treatment and to recovery"
    assert said["edition"] == "First edition"
    assert said["date"] == "2026-11-21"
    assert said["pages"] == book.pages
    assert said["chapters"][0] == "How to use this book"
    assert {file["format"] for file in said["files"]} == {"pdf", "epub"}
    for file in said["files"]:
        data = (out / file["name"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert read_book(out / "book.json") == book


def test_the_same_input_gives_the_same_bytes(real: tuple[Book, Path], tmp_path: Path) -> None:
    again = build_book(ROOT / "book", ROOT / "data" / "references.json", tmp_path / "again")
    assert again == real[0]
    for name in ("steady-ground.pdf", "steady-ground.epub", "book.json"):
        assert (tmp_path / "again" / name).read_bytes() == (real[1] / name).read_bytes()


def test_nothing_is_written_when_nothing_changed(desk: Desk) -> None:
    first = desk.build()
    for path in desk.out.iterdir():
        os.utime(path, (1, 1))
    assert desk.build() == first
    assert {path.stat().st_mtime for path in desk.out.iterdir()} == {1}


@pytest.mark.parametrize("change", ["chapter", "references", "imprint", "damaged", "missing"])
def test_it_is_built_again_when_something_changed(desk: Desk, change: str) -> None:
    before = desk.build()
    if change == "chapter":
        desk.write("01-one.md", "---\ntitle: Other\n---\n\nIt helps few.[@good]\n")
    elif change == "references":
        desk.references.write_text(desk.references.read_text().replace("Doe", "Roe"))
    elif change == "imprint":
        path = desk.chapters / "book.toml"
        path.write_text(path.read_text().replace("Small Book", "Tiny Book"))
    elif change == "damaged":
        (desk.out / "steady-ground.pdf").write_bytes(b"half")
    else:
        (desk.out / "steady-ground.epub").unlink()
    after = desk.build()
    assert (after == before) == (change in {"damaged", "missing"})
    for file in after.files:
        assert hashlib.sha256((desk.out / file.name).read_bytes()).hexdigest() == file.sha256


def test_a_book_json_of_another_kind_is_no_reason_to_fail(desk: Desk) -> None:
    desk.out.mkdir()
    for text in ("", "[]", '{"version": 99}', '{"version": 1, "files": 3}', "\udcff"):
        (desk.out / "book.json").write_text(text, errors="surrogateescape")
        assert read_book(desk.out / "book.json") is None
    assert desk.build().title == "Small Book"


def test_only_the_three_files_are_left_behind(desk: Desk) -> None:
    desk.build()
    desk.write("01-one.md", "---\ntitle: Other\n---\n\nText.[@good]\n")
    desk.build()
    assert sorted(path.name for path in desk.out.iterdir()) == ["book.json", "steady-ground.epub", "steady-ground.pdf"]


def test_a_book_with_an_error_leaves_the_old_one_in_place(desk: Desk) -> None:
    desk.build()
    before = {path.name: path.read_bytes() for path in desk.out.iterdir()}
    desk.write("01-one.md", "---\ntitle: One\n---\n\nWrong.[@nobody]\n")
    with pytest.raises(BookError):
        desk.build()
    assert {path.name: path.read_bytes() for path in desk.out.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_said_in_words(desk: Desk) -> None:
    desk.out.write_text("a file, not a folder")
    with pytest.raises(BookError, match="cannot be written"):
        desk.build()


def test_a_document_that_the_engine_refuses_is_a_book_error() -> None:
    from datetime import UTC
    from datetime import datetime

    with pytest.raises(BookError, match="cannot be typeset"):
        render_pdf("#nosuchthing()", datetime(2026, 11, 21, tzinfo=UTC))


def test_a_missing_typesetter_is_said_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("microsite.book.pdf.version", gone)
    with pytest.raises(BookError, match="is not installed"):
        desk.build()


def test_the_title_and_the_text_of_the_small_book_reach_the_pdf(desk: Desk) -> None:
    book = desk.build()
    data = (desk.out / "steady-ground.pdf").read_bytes()
    assert b"/Title(Small Book: About little)" in data
    assert book.chapters == ("One", "Sources")
