from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from microsite.book.manuscript import read_manuscript
from microsite.errors import BookError

if TYPE_CHECKING:
    from .conftest import Desk

HEAD = "---\ntitle: One\n---\n\n"


def _complaint(desk: Desk) -> str:
    with pytest.raises(BookError) as caught:
        read_manuscript(desk.chapters, desk.references)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        (HEAD + "Fine.\n\nClaim.[@good; @nobody]\n", "7:15", "unknown-source"),
        (HEAD + "Claim.[@good;\n@nobody]\n", "6:1", "unknown-source"),
        (HEAD + "Claim.[@unchecked]\n", "5:7", "unverified-source"),
        (HEAD + "Claim.[@gone]\n", "5:8", "retracted-source"),
        (HEAD + "Sure. [certainty: total]\n", "5:7", "unknown-certainty"),
        (HEAD + "Text.\n\n<b>bold</b> words\n", "7:1", "raw-html"),
        (HEAD + "Text.\n\n<div>\nblock\n</div>\n", "7:1", "raw-html"),
        (HEAD + "Table: Facts\n| A | B |\n|---|---|\n| 1 | 2 |\n", "5:13", "broken-table"),
        (HEAD + "See [there](../safety/index.md).\n", "5:11", "local-link"),
        (HEAD + "A\x07bell\n", "5:2", "control-character"),
        (HEAD + "```\ncode\n```\n\n    indented code\n", "0:0", "unknown-element"),
        ("No metadata at all.\n", "1:1", "broken-metadata"),
        ("---\nrunning: Short\n---\n\nText.\n", "1:1", "broken-metadata"),
        ("---\ntitle: 'open\n---\n\nText.\n", "3:1", "broken-metadata"),
        ("---\ntitle: One\nauthor: Me\n---\n\nText.\n", "3:1", "broken-metadata"),
        ("---\ntitle: One\nkind: poem\n---\n\nText.\n", "3:1", "broken-metadata"),
        ("---\n- title\n---\n\nText.\n", "2:1", "broken-metadata"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_column(desk: Desk, text: str, place: str, rule: str) -> None:
    path = desk.write("01-one.md", text)
    assert f"{path}:{place}: {rule}: " in _complaint(desk)


def test_all_mistakes_are_named_at_once(desk: Desk) -> None:
    desk.write("01-one.md", HEAD + "A.[@x]\n\nB.[@y]\n")
    desk.write("03-three.md", HEAD + "C.[@z]\n")
    complaint = _complaint(desk)
    assert complaint.count("unknown-source") == 3
    assert len(complaint.splitlines()) == 3


def test_a_claim_may_lean_on_an_unverified_source_beside_a_verified_one(desk: Desk) -> None:
    desk.write("01-one.md", HEAD + "Claim.[@unchecked; @good]\n")
    assert [source.id for source in read_manuscript(desk.chapters, desk.references).sources] == ["unchecked", "good"]


def test_sources_are_numbered_by_first_use_and_each_mark_is_in_order(desk: Desk) -> None:
    desk.write("01-one.md", HEAD + "A.[@better] B.[@good, p. 4; @better]\n")
    manuscript = read_manuscript(desk.chapters, desk.references)
    assert manuscript.numbers == {"better": 1, "good": 2}
    marks = [(mark.get("ids"), mark.get("locators")) for mark in manuscript.chapters[0].body.iter("cite")]
    assert marks == [("better", ""), ("better good", ";p. 4")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('title = "Small Book"', "title = Small Book", 1),
        ("date = 2026-11-21", 'date = "soon"', 4),
        ('subjects = ["Tests"]', 'subjects = "Tests"', 11),
        ('license = "MIT"\n', "", 1),
    ],
)
def test_broken_metadata_of_the_book_is_named_by_line(desk: Desk, old: str, new: str, line: int) -> None:
    path = desk.chapters / "book.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert f"{path}:{line}: broken-metadata: " in _complaint(desk)


def test_a_missing_book_toml_is_named(desk: Desk) -> None:
    (desk.chapters / "book.toml").unlink()
    assert "book.toml: cannot be read" in _complaint(desk)


def test_a_folder_without_chapters_is_named(desk: Desk) -> None:
    for path in desk.chapters.glob("*.md"):
        path.unlink()
    assert "no chapters" in _complaint(desk)


@pytest.mark.parametrize("text", ["", "{}", "[3]", '[{"title": "no id"}]'])
def test_a_list_of_sources_that_is_none_is_named(desk: Desk, text: str) -> None:
    desk.references.write_text(text)
    assert "the list of sources cannot be read" in _complaint(desk)


def test_a_chapter_that_is_not_utf_8_is_named(desk: Desk) -> None:
    (desk.chapters / "01-one.md").write_bytes(b"---\ntitle: One\n---\n\n\xff\n")
    assert "01-one.md:1:1: not-utf-8" in _complaint(desk)


def test_there_must_be_one_place_for_the_list_of_sources(desk: Desk) -> None:
    (desk.chapters / "02-sources.md").unlink()
    assert "kind: sources" in _complaint(desk)


@pytest.mark.parametrize("name", ["03-one.md", "03-nav.md", "03-Über uns.md"])
def test_a_file_name_that_cannot_name_a_chapter_is_refused(desk: Desk, name: str) -> None:
    desk.write(name, HEAD + "Text.\n")
    assert "bad-file-name" in _complaint(desk)
