"""Entries against the ICMJE's published samples, https://www.nlm.nih.gov/bsd/uniform_requirements.html."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

from microsite.content.references import format_reference
from microsite.content.references import format_reference_html
from microsite.content.references import format_reference_markdown
from microsite.content.references import parts
from microsite.content.references import read_references
from microsite.content.references import reference_from_csl

if TYPE_CHECKING:
    from pathlib import Path


def people(*names: str) -> list[dict[str, str]]:
    """`Halpern, Scott D.` → a CSL name."""
    return [dict(zip(("family", "given"), name.split(", "), strict=True)) for name in names]


SAMPLES: dict[str, tuple[dict[str, Any], int, str]] = {
    "standard journal article": (
        {
            "author": people("Halpern, Scott D.", "Ubel, Peter A.", "Caplan, Arthur L."),
            "title": "Solid-organ transplantation in HIV-infected patients",
            "container-title-short": "N Engl J Med",
            "container-title": "The New England Journal of Medicine",
            "issued": {"date-parts": [[2002, 7, 25]]},
            "volume": "347",
            "issue": "4",
            "page": "284-287",
        },
        3,
        (
            "Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. "
            "N Engl J Med. 2002 Jul 25;347(4):284-7."
        ),
    ),
    "more than six authors": (
        {
            "author": people(
                "Rose, M. E.",
                "Huerbin, M. B.",
                "Melick, J.",
                "Marion, D. W.",
                "Palmer, A. M.",
                "Schiding, J. K.",
                "Kochanek, P. M.",
            ),
            "title": "Regulation of interstitial excitatory amino acid concentrations after cortical contusion injury",
            "container-title-short": "Brain Res",
            "issued": {"date-parts": [[2002]]},
            "volume": "935",
            "issue": "1-2",
            "page": "40-46",
        },
        6,
        (
            "Rose ME, Huerbin MB, Melick J, Marion DW, Palmer AM, Schiding JK, et al. Regulation of interstitial "
            "excitatory amino acid concentrations after cortical contusion injury. Brain Res. 2002;935(1-2):40-6."
        ),
    ),
    "organization as author": (
        {
            "author": [{"literal": "Diabetes Prevention Program Research Group"}],
            "title": "Hypertension, insulin, and proinsulin in participants with impaired glucose tolerance",
            "container-title": "Hypertension",
            "issued": {"date-parts": [[2002]]},
            "volume": "40",
            "issue": "5",
            "page": "679-686",
        },
        3,
        (
            "Diabetes Prevention Program Research Group. Hypertension, insulin, and proinsulin in participants with "
            "impaired glucose tolerance. Hypertension. 2002;40(5):679-86."
        ),
    ),
    "no author given": (
        {
            "title": "21st century heart solution may have a sting in the tail",
            "container-title": "BMJ",
            "issued": {"date-parts": [[2002]]},
            "volume": "325",
            "issue": "7357",
            "page": "184",
        },
        3,
        "21st century heart solution may have a sting in the tail. BMJ. 2002;325(7357):184.",
    ),
    "no volume or issue": (
        {
            "title": "Outreach: bringing HIV-positive individuals into care",
            "container-title-short": "HRSA Careaction",
            "issued": {"date-parts": [[2002, 6]]},
            "page": "1-6",
        },
        3,
        "Outreach: bringing HIV-positive individuals into care. HRSA Careaction. 2002 Jun:1-6.",
    ),
    "personal authors of a book": (
        {
            "author": people("Murray, P. R.", "Rosenthal, K. S.", "Kobayashi, G. S.", "Pfaller, M. A."),
            "title": "Medical microbiology",
            "edition": "4th",
            "publisher-place": "St. Louis",
            "publisher": "Mosby",
            "issued": {"date-parts": [[2002]]},
        },
        6,
        "Murray PR, Rosenthal KS, Kobayashi GS, Pfaller MA. Medical microbiology. 4th ed. St. Louis: Mosby; 2002.",
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_an_entry_reads_like_the_published_sample(name: str) -> None:
    csl, authors, expected = SAMPLES[name]
    assert format_reference(reference_from_csl({"id": "x", **csl}), authors=authors) == expected


BRINCK = {
    "id": "brinck2018",
    "author": people("Brinck, Elina C. V.", "Tiippana, Elina", "Heesen, Michael", "Bell, Rae Frances"),
    "title": "Perioperative intravenous ketamine for acute postoperative pain in adults",
    "container-title": "Cochrane Database of Systematic Reviews",
    "issued": {"date-parts": [[2018]]},
    "volume": "12",
    "page": "CD012033",
    "DOI": "10.1002/14651858.CD012033.pub4",
    "PMID": "30570761",
    "kind": "meta-analysis",
    "verified": True,
}


def test_three_authors_are_named_and_the_rest_is_et_al() -> None:
    text = format_reference(reference_from_csl(BRINCK))
    assert text.startswith("Brinck EC, Tiippana E, Heesen M, et al. Perioperative")
    assert text.endswith("2018;12:CD012033. doi:10.1002/14651858.CD012033.pub4 PMID: 30570761")


def test_an_incomplete_list_of_authors_names_the_first_only() -> None:
    assert parts(reference_from_csl({**BRINCK, "authors_complete": False})).authors == "Brinck EC, et al."


def test_a_question_mark_and_an_abbreviation_are_not_followed_by_a_second_stop() -> None:
    ref = reference_from_csl({"id": "x", "title": "A new syndrome?", "author": [{"literal": "Hospira, Inc."}]})
    assert format_reference(ref) == "Hospira, Inc. A new syndrome?"


def test_particles_hyphens_and_suffixes_of_names() -> None:
    names = [
        {"family": "Rot", "non-dropping-particle": "aan het", "given": "Marije"},
        {"family": "Liu", "given": "R.-J."},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr"},
    ]
    assert parts(reference_from_csl({"id": "x", "author": names})).authors == "aan het Rot M, Liu RJ, King ML Jr."


def test_html_links_doi_and_pmid_and_says_what_kind_of_source_it_is() -> None:
    html = format_reference_html(reference_from_csl(BRINCK))
    assert '<a href="https://doi.org/10.1002/14651858.CD012033.pub4">doi:10.1002/14651858.CD012033.pub4</a>' in html
    assert '<a href="https://pubmed.ncbi.nlm.nih.gov/30570761/">PMID 30570761</a>' in html
    assert html.endswith("(Cochrane review)")


def test_a_brief_entry_has_its_title_for_its_one_link() -> None:
    html = format_reference_html(reference_from_csl(BRINCK), authors=1, brief=True)
    assert html.count("<a ") == 1
    assert '<a href="https://doi.org/10.1002/14651858.CD012033.pub4">' in html
    assert "PMID" not in html
    nowhere = reference_from_csl({"id": "x", "title": "A book"})
    assert "<cite>A book.</cite>" in format_reference_html(nowhere, brief=True)


def test_html_escapes_what_the_data_hold() -> None:
    html = format_reference_html(
        reference_from_csl(
            {"id": "x", "title": "A <b>&", "author": [{"literal": "<i>"}], "URL": 'https://x.test/?a="1"&b'}
        )
    )
    assert "<b>" not in html
    assert "<i>" not in html
    assert 'href="https://x.test/?a=&quot;1&quot;&amp;b"' in html


def test_a_source_without_doi_shows_the_host_of_its_official_page() -> None:
    ref = reference_from_csl({"id": "x", "title": "Notice", "publisher": "FDA", "URL": "https://www.fda.gov/drugs/x"})
    assert '<a href="https://www.fda.gov/drugs/x">fda.gov</a>' in format_reference_html(ref)
    assert format_reference(ref).endswith("Available from: https://www.fda.gov/drugs/x")


def test_a_retracted_source_says_so_in_every_form() -> None:
    ref = reference_from_csl({**BRINCK, "retracted": True})
    for text in (format_reference(ref), format_reference_html(ref), format_reference_markdown(ref)):
        assert "RETRACTED" in text


def test_markdown_escapes_its_own_marks() -> None:
    ref = reference_from_csl({"id": "x", "title": "Effect of *CYP2B6* [sic]", "DOI": "10.1016/S0006-3223(99)00230-9"})
    text = format_reference_markdown(ref)
    assert text.startswith(r"*Effect of \*CYP2B6\* \[sic\].*")
    assert "(https://doi.org/10.1016/S0006-3223(99)00230-9)" in text


def test_the_notes_for_writers_are_never_printed() -> None:
    ref = reference_from_csl({**BRINCK, "verification_note": "seen on a mirror"})
    assert "mirror" not in format_reference(ref) + format_reference_html(ref) + format_reference_markdown(ref)


def test_a_file_that_is_no_list_of_items_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "references.json"
    path.write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(ValueError, match="CSL-JSON"):
        read_references(path)
