"""An export of Retraction Watch against our sources: what counts as a hit, where it is said, what is written back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microsite.content import check
from microsite.content import expiring
from microsite.content import notices
from microsite.content import retraction_findings
from microsite.content import with_notices
from microsite.content.retractions import standing
from microsite.errors import ConfigError

from .conftest import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.content import Site

    Make = Callable[..., Site]

#: The export's own columns; its header ends with a comma.
COLUMNS = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,"
    "RetractionDOI,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes,"
)
HEAD = (
    "---\ntitle: T\ndescription: D\nkind: article\npublished: 2026-11-01\nupdated: 2026-11-20\nreview_due: 2027-05-20\n"
    "authors: [editors]\n---\n\n"
)
PAGES = {
    "a.md": HEAD + "Pain fell.[@good2020]\n",
    "b.md": HEAD.replace("T", "U").replace("D", "E") + "It.[@also2021]\n",
}
FILE = Path("rw.csv")


def row(*, doi: str = "unavailable", pmid: str = "0", nature: str = "Retraction", day: str = "8/7/2026 0:00") -> str:
    before = f'7,"A ""paper"", old",S,I,J,P,US,A B,,R;,{day},10.1/notice,0,1/1/2020 0:00'
    return f'{before},"{doi}",{pmid},{nature},+Paper Mill;,No,,'


def found(site: Site, *rows: str) -> dict[str, list[str]]:
    lines = [f"{line}\r\n" for line in (COLUMNS, *rows)]
    return {
        name: [notice.nature for notice in standing(mine)] for name, mine in notices(lines, site, name=FILE).items()
    }


@pytest.mark.parametrize(
    "doi",
    [
        "10.1234/ABC",
        "https://doi.org/10.1234/abc",
        "doi: 10.1234/abc.",
        " 10.1234/abc ",
        "10.9999/z; 10.1234/Abc",
        "10.1234%2Fabc",
    ],
)
def test_a_doi_is_known_however_it_is_written(doi: str, make_site: Make) -> None:
    references = json.dumps([{**REFERENCES[0], "DOI": "10.1234/Abc"}])
    site = make_site(PAGES, **{"references.json": references})
    assert found(site, row(doi=doi)) == {"good2020": ["retraction"]}


@pytest.mark.parametrize(
    ("pmid", "hit"), [("123", True), ("00123", True), ("9; 123", True), ("1234", False), ("0", False)]
)
def test_a_pubmed_id_is_a_number(pmid: str, hit: bool, make_site: Make) -> None:  # noqa: FBT001 - a table of cases
    assert bool(found(make_site(PAGES), row(pmid=pmid))) == hit


@pytest.mark.parametrize("nothing", ["unavailable", "Unavailable", "", "0", "NA"])
def test_placeholders_match_no_source_without_a_doi(nothing: str, make_site: Make) -> None:
    assert found(make_site(PAGES), row(doi=nothing)) == {}


def test_a_reinstatement_ends_what_was_before_it(make_site: Make) -> None:
    site = make_site(PAGES)
    retracted, back = row(pmid="123", day="1/2/2020 0:00"), row(pmid="123", nature="Reinstatement", day="3/4/2021 0:00")
    assert found(site, retracted, back) == found(site, back, retracted) == {"also2021": ["reinstatement"]}
    assert found(site, back, row(pmid="123", day="5/6/2022 0:00")) == {"also2021": ["retraction"]}


def test_each_nature_has_its_weight_and_names_the_pages(make_site: Make) -> None:
    site = make_site(PAGES)
    natures = {"Retraction": "error", "Expression of concern": "warning", "Correction": "hint", "Reinstatement": "hint"}
    for nature, severity in natures.items():
        rows = [COLUMNS, row(pmid="123", nature=nature)]
        told = list(retraction_findings(site, notices(rows, site, name=FILE)))
        assert {finding.severity for finding in told} == {severity}
        at = next(finding for finding in told if finding.path == "data/references.json")
        assert "docs/b.md" in at.message
        assert (at.line, at.column) != (1, 1)
        cited = [
            (finding.path, finding.line, finding.column) for finding in told if finding.path != "data/references.json"
        ]
        assert cited == ([("docs/b.md", 11, 5)] if severity in {"error", "warning"} else [])


def test_what_is_found_is_written_into_the_file_and_nothing_else_changes(make_site: Make) -> None:
    text = json.dumps(REFERENCES, indent=1)
    site = make_site(PAGES, **{"references.json": text})
    hits = notices([COLUMNS, row(pmid="123"), row(doi="10.1/x"), row(doi="10.1234/y")], site, name=FILE)
    marked = with_notices(text, site, hits)
    before, after = json.loads(text), json.loads(marked)
    assert [item.get("retracted") for item in after] == [True, True, None, True]
    assert (
        after[1]["notices"]
        == [{"nature": "retraction", "date": "2026-08-07", "doi": "10.1/notice", "reason": "Paper Mill", "record": "7"}]
        or after[1]["notices"][0]["nature"] == "retraction"
    )
    assert {**after[1], "retracted": None, "notices": None} == {**before[1], "retracted": None, "notices": None}
    assert set(text.split("\n")) <= set(marked.split("\n"))
    again = make_site(PAGES, **{"references.json": marked})
    assert [f for f in again.findings if f.path == "data/references.json"] == []
    assert with_notices(marked, again, hits) == marked
    assert {f.path for f in check(again) if f.rule == "retracted-reference"} == {"docs/a.md", "docs/b.md"}


def test_a_decision_turns_the_error_into_a_hint(make_site: Make) -> None:
    told = {**REFERENCES[3], "retraction_decision": "Cited as an example of a retracted paper."}
    site = make_site({"a.md": HEAD + "It was taken back.[@fallen2019]\n"}, **{"references.json": json.dumps([told])})
    assert [f.severity for f in check(site) if f.rule == "retracted-reference"] == ["hint"]


def test_a_file_with_other_columns_is_refused_in_words(make_site: Make) -> None:
    with pytest.raises(ConfigError, match="originalpaperdoi"):
        notices(["a,b\n", "1,2\n"], make_site(PAGES), name=FILE)


def test_a_mark_of_byte_order_semicolons_and_other_spellings_of_columns_are_fine(make_site: Make) -> None:
    lines = ["\ufeffrecord id;Original Paper DOI;original_paper_pubmed_id;Retraction Nature\n", "1;;123;Retraction\n"]
    assert list(notices(lines, make_site(PAGES), name=FILE)) == ["also2021"]


def test_sixty_thousand_rows_take_seconds(make_site: Make) -> None:
    site = make_site(PAGES)
    many = (row(doi=f"10.1234/x{number}", pmid=str(number + 1000)) for number in range(60_000))
    started = time.process_time()
    assert notices([COLUMNS, *many], site, name=FILE) == {}
    assert time.process_time() - started < 10


def test_what_runs_out_is_listed(make_site: Make) -> None:
    references = json.dumps(
        [{**REFERENCES[0], "valid_until": "2026-12-31"}, {**REFERENCES[1], "valid_until": "2026-11-01"}]
    )
    pages = {"a.md": PAGES["a.md"].replace("2027-05-20", "2026-12-01"), "b.md": PAGES["b.md"]}
    site = make_site(pages, **{"references.json": references})
    told = {(finding.rule, finding.severity, finding.path) for finding in expiring(site, 60)}
    assert told == {
        ("review-soon", "hint", "docs/a.md"),
        ("fact-expires", "hint", "data/references.json"),
        ("fact-expires", "warning", "data/references.json"),
    }
    assert [finding.rule for finding in expiring(site, 5)] == ["fact-expires"]
