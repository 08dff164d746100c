from __future__ import annotations

import json
import re
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from microsite.content import generated_pages
from microsite.content import generated_paths
from microsite.content import pairs
from microsite.content.generated.products import about
from microsite.content.generated.products import named
from microsite.content.generated.products import product_of
from microsite.content.marks import CITATION
from microsite.content.marks import cites
from microsite.content.marks import claims

if TYPE_CHECKING:
    from tests.content.conftest import MakeSite

    from microsite.content import Made
    from microsite.content import Site

#: Two pages of one product share its label's lists, and no more: 5-word shingles of the whole text.
MOST_ALIKE = 0.42
SHINGLE = 5
#: What each page must say that no other page of its product says.
OWN_SENTENCES = 8


def text_of(page: Made) -> str:
    return page.markdown.split("---", 2)[2]


def bare(text: str) -> str:
    return re.sub(r"\s*\[(?:@|claim:|certainty:)[^\]]*\]", "", text)


def sentences(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "|--", "Table:"))]
    return [part for line in lines for part in re.split(r"(?<=[.?!\]])\s+(?=[A-Z*“|])", line.strip())]


@pytest.fixture(scope="session")
def pages(ours: Site, made: dict[str, Made]) -> dict[str, Made]:
    return {pair.path: made[pair.path] for pair in pairs(ours) if pair.studied}


def test_each_studied_pair_has_a_page_and_no_other_has(ours: Site, made: dict[str, Made]) -> None:
    listed = list(pairs(ours))
    assert len(listed) == len(ours.conditions) * len(ours.compounds)
    assert sum(pair.studied for pair in listed) == 21
    for pair in listed:
        assert (pair.path in made) == pair.studied


def test_every_pair_says_itself_whether_it_was_studied(ours: Site) -> None:
    for pair in pairs(ours):
        assert pair.record["studied"] is pair.studied, f"{pair.path}: nothing that can be cited stands behind `studied`"
        assert pair.summary


def test_a_page_has_everything_that_a_reader_must_know(ours: Site, pages: dict[str, Made]) -> None:
    for pair in pairs(ours):
        if not pair.studied:
            continue
        text = text_of(pages[pair.path])
        for heading in (
            "Is it approved for this?",
            "What was studied",
            "What to weigh up",
            "What nobody knows yet",
            "Who should not have it",
            "Medicines that can clash",
            "How you should be watched",
            "Pregnancy and breastfeeding",
            "Questions to ask your clinician",
            "About this page",
        ):
            assert f"## {heading}\n" in text, f"{pair.path} has no section {heading}"
        for place in ("United States", "European Union", "United Kingdom"):
            assert f"| {place} |" in text
        assert f"Taken together: [certainty: {pair.certainty}]" in text
        assert "November 21, 2026" in text
        assert "no clinician has reviewed it" in text
        assert len(re.findall(r"^\d\. .*\?$", text, re.MULTILINE)) >= 4
        assert pages[pair.path].view["kind"] == "article"
        assert pages[pair.path].view["reviewer"] is None


def test_every_statement_of_a_page_has_a_source_that_was_verified(ours: Site, pages: dict[str, Made]) -> None:
    for path, page in pages.items():
        cited = [found.id for found in cites(page.markdown)]
        assert cited
        assert all(ours.references[name].verified and not ours.references[name].retracted for name in cited), path
        for line in text_of(page).splitlines():
            if re.search(r"\d+ ?%|\b\d+ people|\bapproved\b", bare(line)) and not line.startswith(("#", "Table:")):
                question = bool(re.match(r"\d\. ", line))
                assert question or CITATION.search(line), f"{path}: no source for: {line}"


def test_a_page_names_the_registrys_claims_and_all_of_them_exist(ours: Site, pages: dict[str, Made]) -> None:
    for path, page in pages.items():
        stated = [mark.id for mark in claims(page.markdown)]
        assert set(stated) <= ours.claims.keys(), path
        assert len(stated) >= 1


def shingles(page: Made) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", bare(text_of(page)).lower())
    return {tuple(words[place : place + SHINGLE]) for place in range(len(words) - SHINGLE + 1)}


def test_no_two_pages_are_one_template_with_words_swapped(pages: dict[str, Made]) -> None:
    known = {path: shingles(page) for path, page in pages.items()}
    for (one, first), (other, second) in combinations(known.items(), 2):
        alike = len(first & second) / len(first | second)
        assert alike <= MOST_ALIKE, f"{one} and {other} share {alike:.2f}"


def test_each_page_has_facts_of_its_own(pages: dict[str, Made]) -> None:
    said = {path: {bare(one) for one in sentences(text_of(page))} for path, page in pages.items()}
    for path, mine in said.items():
        others = set().union(*(theirs for other, theirs in said.items() if other != path))
        own = [one for one in mine - others if len(one.split()) > SHINGLE]
        assert len(own) >= OWN_SENTENCES, f"{path}: {len(own)} sentences of its own"


def test_ketamine_and_esketamine_are_never_one_product(ours: Site, pages: dict[str, Made]) -> None:
    """A sentence that rests on a source about the other product says so."""
    seen = 0
    for pair in pairs(ours):
        mine = product_of(pair.compound)
        if not pair.studied or not mine:
            continue
        other = "esketamine" if mine == "ketamine" else "ketamine"
        for sentence in sentences(text_of(pages[pair.path])):
            if any(about(ours.references[found.id]) == other for found in cites(sentence)):
                seen += 1
                assert named(bare(sentence), other), f"{pair.path}: whose result is it? {sentence}"
    assert seen > 5


def test_a_drip_is_never_called_approved_for_anything_but_anesthesia(ours: Site, pages: dict[str, Made]) -> None:
    for pair in pairs(ours):
        if not pair.studied or product_of(pair.compound) != "ketamine":
            continue
        for sentence in sentences(text_of(pages[pair.path])):
            if re.search(r"\bapproved\b", sentence, re.IGNORECASE) and not sentence.endswith("?"):
                limits = r"anesthe|\bnot\b|\bno\b|neither|none|unapproved|approved (?:treatments|for this)|esketamine"
                assert re.search(limits, sentence, re.IGNORECASE), f"{pair.path}: {sentence}"


def test_a_page_that_speaks_of_suicide_begins_with_the_crisis_lines(pages: dict[str, Made]) -> None:
    for page in pages.values():
        onward = str(page.view["related"])  # a link to a page on suicidal thoughts speaks of them as well
        assert page.view["crisis"] == ("suicid" in f"{page.markdown} {onward}".lower())


def test_paths_and_anchors_are_told_without_making_the_pages(ours: Site, made: dict[str, Made]) -> None:
    told = generated_paths(ours)
    assert {page.path for page in made.values()} <= told.keys() | set()
    for path, anchors in told.items():
        for anchor in anchors if path in made else ():
            assert f"#{anchor}" in made[path].markdown


CONDITION = {
    "id": "crps",
    "name": "CRPS",
    "by_compound": {
        "spray": {"evidence_level": "low", "summary": "One trial of 40 people.", "references": ["good2020"]},
        "drip": {"evidence_level": "low", "summary": "A label only.", "references": ["also2021"]},
        "shot": {"evidence_level": "low", "summary": "Not tested in people.", "references": ["good2020"]},
        "pill": {"evidence_level": "low", "summary": "Nobody saw it.", "references": ["unsure2022"], "studied": True},
    },
}
COMPOUNDS = [
    {"id": "spray", "name": "Esketamine nasal spray", "warnings": ["Sleepiness.[@good2020]"]},
    {"id": "drip", "name": "Ketamine drip"},
    {"id": "pill", "name": "Ketamine tablets"},
    {"id": "shot", "name": "Ketamine shot"},
]


def test_sparse_data_of_somebody_else_still_make_an_honest_page(make_site: MakeSite) -> None:
    """Without our fields a reference that reports on people decides, and sources stand in for claims."""
    site = make_site({}, **{"conditions.json": json.dumps([CONDITION]), "compounds.json": json.dumps(COMPOUNDS)})
    assert [pair.path for pair in pairs(site) if pair.studied] == ["conditions/crps/spray.md"]
    page = next(page for page in generated_pages(site) if page.path == "conditions/crps/spray.md")
    assert "A trial.[@good2020]" in page.markdown
    assert "unsure2022" not in page.markdown
    assert '"Esketamine nasal spray and CRPS"' in page.markdown
    assert page.markdown.count("?\n") >= 3


def test_a_pair_without_a_source_that_may_be_cited_gets_no_page(make_site: MakeSite) -> None:
    site = make_site({}, **{"conditions.json": json.dumps([CONDITION]), "compounds.json": json.dumps(COMPOUNDS)})
    studied = {pair.compound.id: pair.studied for pair in pairs(site)}
    assert studied == {"spray": True, "drip": False, "pill": False, "shot": False}


def test_a_result_of_the_other_product_is_marked_by_its_name(make_site: MakeSite) -> None:
    references = [
        {"id": "spray1", "type": "article-journal", "title": "Esketamine spray in CRPS", "verified": True},
        {
            "id": "drip1",
            "type": "article-journal",
            "title": "Ketamine infusions in CRPS",
            "verified": True,
            "kind": "rct",
        },
    ]
    claim = {"topic": "pain", "evidence_level": "low", "population": "adults", "references": ["spray1"]}
    listed = [{**claim, "id": "pain-01", "claim": "Pain fell by half."}]
    listed.append({**claim, "id": "pain-02", "claim": "Sleep got better.", "references": ["spray1", "drip1"]})
    pair = {"evidence_level": "low", "summary": "S.", "references": ["drip1"], "claims": ["pain-01", "pain-02"]}
    site = make_site(
        {},
        **{
            "references.json": json.dumps(references),
            "claims.json": json.dumps(listed),
            "compounds.json": json.dumps([COMPOUNDS[1]]),
            "conditions.json": json.dumps([{"id": "crps", "name": "CRPS", "by_compound": {"drip": pair}}]),
        },
    )
    text = next(page.markdown for page in generated_pages(site) if page.path == "conditions/crps/drip.md")
    assert "Pain fell by half (from esketamine nasal spray).[@spray1]" in text
    assert "Sleep got better.[@drip1]" in text
