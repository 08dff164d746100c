"""What the printed words must hold to, whatever an editor changes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest

from microsite.book.manuscript import read_manuscript
from microsite.book.markup import words

if TYPE_CHECKING:
    from microsite.book.manuscript import Manuscript

ROOT = Path(__file__).parents[2]
#: Trials and notices that only these claims of the evidence rest on; their figures must not slip in uncited.
UNVERIFIED_FIGURES = ("0.27", "53 trials", "53-trial", "214 people", "107")


@pytest.fixture(scope="module")
def manuscript() -> Manuscript:
    return read_manuscript(ROOT / "book", ROOT / "data" / "references.json")


@pytest.fixture(scope="module")
def text(manuscript: Manuscript) -> str:
    return "\n".join(words(block) for chapter in manuscript.chapters for block in chapter.body)


def test_every_citation_resolves_to_a_numbered_source(manuscript: Manuscript) -> None:
    marks = [mark for chapter in manuscript.chapters for mark in chapter.body.iter("cite")]
    cited = {identifier for mark in marks for identifier in mark.attrib["ids"].split()}
    assert len(marks) > 100
    assert cited == {source.id for source in manuscript.sources} == set(manuscript.numbers)
    assert sorted(manuscript.numbers.values()) == list(range(1, len(manuscript.sources) + 1))


def test_no_source_is_unverified_or_retracted(manuscript: Manuscript) -> None:
    assert all(source.verified and not source.retracted for source in manuscript.sources)
    assert all(source.doi or source.pmid or source.url for source in manuscript.sources)


def test_no_claim_that_rests_only_on_unverified_sources_is_made(manuscript: Manuscript, text: str) -> None:
    verified = {item["id"]: item["verified"] for item in json.loads((ROOT / "data" / "references.json").read_bytes())}
    claims = json.loads((ROOT / "data" / "claims.json").read_bytes())
    barred = [claim for claim in claims if not any(verified[one] for one in claim["references"])]
    assert {claim["id"] for claim in barred} >= {"depression-18", "fibromyalgia-01", "acute-pain-03", "cancer-pain-04"}
    used = {source.id for source in manuscript.sources}
    assert not used & {one for claim in barred for one in claim["references"]}
    for figure in UNVERIFIED_FIGURES:
        assert figure not in text


def test_every_paragraph_with_a_share_or_a_count_of_people_has_a_source(manuscript: Manuscript) -> None:
    figure = re.compile(r"\d+(?:\.\d+)?%|\b\d[\d,]* (?:people|studies|trials|veterans)\b")
    bare = [
        words(block)
        for chapter in manuscript.chapters
        for block in chapter.body.iter()
        if block.tag in {"p", "li", "tr"} and figure.search(words(block)) and block.find(".//cite") is None
    ]
    # A warning about advertising quotes the advertisement's own figure.
    assert [line for line in bare if "up to 100% covered" not in line] == []


def test_the_crisis_lines_stand_in_the_text_and_before_the_first_word_on_suicide(manuscript: Manuscript) -> None:
    chapters = {chapter.slug: chapter for chapter in manuscript.chapters}
    first = chapters["what-studies-show"].body[0]
    assert first.get("class") == "admonition crisis"
    assert "988" in words(first)
    now = words(chapters["help-now"].body)
    assert all(number in now for number in ("988", "1-800-662-4357", "911"))


@pytest.mark.parametrize(
    "pattern",
    [
        r"\$\s?\d",
        r"\bUSD\b",
        r"\bguarantee",
        r"\bmiracle",
        r"\bcompletely safe\b",
        r"\bno side effects\b",
        r"\bnot addictive\b",
        r"\bwill cure\b",
    ],
)
def test_no_price_and_no_promise_is_printed(text: str, pattern: str) -> None:
    assert not re.search(pattern, text, re.IGNORECASE)


def test_the_book_says_that_nobody_clinical_reviewed_it(text: str) -> None:
    assert "no doctor, nurse, or pharmacist has reviewed it" in text


def test_ketamine_and_esketamine_are_kept_apart_where_approval_is_told(manuscript: Manuscript) -> None:
    table = next(block for block in manuscript.chapters[1].body if block.tag == "table")
    rows = {words(row[0]): (words(row[1]), words(row[2])) for row in table.iterfind("tbody/tr")}
    assert rows["Approved for"][0] == "Anesthesia only."
    assert "treatment-resistant depression" in rows["Approved for"][1]


def test_the_words_stay_within_grade_nine(manuscript: Manuscript) -> None:
    """Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59, on running text only."""
    prose = " ".join(words(block) for chapter in manuscript.chapters for block in chapter.body.iter("p"))
    sentences = [part for part in re.split(r"[.!?]+(?:\s|$)", prose) if part.strip()]
    each = re.findall(r"[a-z]+", prose.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.removesuffix("e")))) for word in each)
    grade = 0.39 * len(each) / len(sentences) + 11.8 * syllables / len(each) - 15.59
    assert 3 < grade <= 9


def test_the_cover_for_the_web_is_small_self_contained_and_named() -> None:
    data = (ROOT / "book" / "cover.svg").read_bytes()
    root = fromstring(data)
    assert len(data) <= 1536
    assert root.attrib["viewBox"] == "0 0 240 360"
    assert root.attrib["aria-label"] == "Steady Ground: a plain guide to ketamine treatment and to recovery"
    assert b"http" not in data.replace(b"http://www.w3.org/2000/svg", b"")
    for forbidden in (b"<script", b"<style", b" style=", b"<image", b"url("):
        assert forbidden not in data
