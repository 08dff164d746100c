# ruff: noqa: E501, UP031 - texts of files, one a line; % keeps their brackets readable
"""Data files: what is wrong in each is found at its line and column, in JSON and in TOML, with what was expected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from microsite.content import check
from microsite.content import read_site

from .conftest import REFERENCES
from .conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from microsite.content import Site

    Make = Callable[..., Site]

HEAD = "---\ntitle: T\ndescription: D\nkind: page\n---\n\nText.[@good2020; @also2021]\n"
CLAIM = (
    '"id": "a-1", "topic": "t", "claim": "C.", "references": ["good2020"], "evidence_level": "low", "population": "p"'
)
REF = '"id": "good2020", "type": "article-journal", "title": "T", "verified": true'
#: (file, its text with ¦ where the finding must point, rule, a word that its message or fix must hold)
BROKEN = [
    ("references.json", '[{%s, ¦"DOi": "10.1/x"}]' % REF, "data-key", "`DOI`"),
    ("references.json", '[{%s, ¦"verifed": true}]' % REF, "data-key", "`verified`"),
    ("references.json", '[{%s, ¦"DOI": "https://doi.org/10.1/x"}]' % REF, "data-entry", "a DOI"),
    ("references.json", '[{%s, ¦"PMID": 123}]' % REF, "data-entry", "quotes"),
    ("references.json", '[{%s, ¦"PMID": "PMC12"}]' % REF, "data-entry", "digits"),
    ("references.json", '[{%s, ¦"URL": "www.x.test"}]' % REF, "data-entry", "https"),
    ("references.json", '[{%s, ¦"URL": "https://x.test/?utm_source=a"}]' % REF, "tracking-parameter", "utm_source"),
    ("references.json", '[{%s, "author": [{¦"familly": "A"}]}]' % REF, "data-key", "`family`"),
    ("references.json", '[{%s, ¦"author": "A B"}]' % REF, "data-entry", "a list"),
    ("references.json", '[{%s, "issued": {"date-parts": [¦2020]}}]' % REF, "data-entry", "[year, month, day]"),
    ("references.json", '[{%s, ¦"issued": {"date-parts": [[2020, 13, 1]]}}]' % REF, "data-entry", "month 13"),
    ("references.json", '[{%s, ¦"issued": {"date-parts": [[2030]]}}]' % REF, "future-date", "2030"),
    ("references.json", '[{%s, ¦"kind": "rtc"}]' % REF, "data-entry", "`rct`"),
    ("references.json", '[{%s, ¦"retracted": "no"}]' % REF, "data-entry", "true or false"),
    ("references.json", "[¦{%s}]" % REF.replace('"title": "T", ', ""), "data-entry", "`title`"),
    ("references.json", "[{%s}, {¦%s}]" % (REF, REF), "data-duplicate", "good2020"),
    ("references.json", '[{%s, "DOI": "10.1/x"}, {"id": "b", %s, ¦"DOI": "10.1/X"}]' % (REF, REF[18:]), "data-duplicate", "DOI"),
    ("references.json", '[{%s, ¦"verified": false}]' % REF, "data-duplicate", "twice"),
    ("references.json", "[{%s},¦]" % REF, "data-file", "comma"),
    ("references.json", "[{%s} ¦{}]" % REF, "data-file", "comma"),
    ("references.json", '[{"id": ¦NaN}]', "data-file", "NaN"),
    ("references.json", "[{¦'id': 1}]", "data-file", "quotes"),
    ("references.json", "¦{}", "data-file", "list"),
    ("references.json", '{¦"reference": []}', "data-file", "`references`"),
    ("references.json", "[¦5]", "data-entry", "CSL-JSON"),
    ("claims.json", "[{%s}]" % CLAIM.replace('"evidence_level": "low"', '¦"evidence_level": "lo"'), "data-entry", "`low`"),
    ("claims.json", "[{%s}]" % CLAIM.replace('["good2020"]', '[¦"good202"]'), "data-reference", "`good2020`"),
    ("claims.json", "[{%s}]" % CLAIM.replace('"references"', '¦"refs"'), "data-key", "`references`"),
    ("claims.json", "[{%s}]" % CLAIM.replace('"claim": "C."', '¦"claim": "Ketamine cures pain."'), "strong-claim", "cures"),
    ("claims.json", "[{%s}]" % CLAIM.replace('"claim": "C."', '¦"claim": "TODO"'), "placeholder-text", "TODO"),
    ("claims.json", '[{%s, "common_error": {"says": "x", ¦"corection": "y"}}]' % CLAIM, "data-key", "`correction`"),
    ("compounds.json", '[{"id": "k", "name": "K", ¦"routes": "iv"}]', "data-entry", "a list"),
    ("compounds.json", '[{"id": "k", "name": "K", "regulatory_status": {"US": {"status": "s", ¦"year": "1970"}}}]', "data-entry", "a year"),
    ("compounds.json", '[{¦"id": "Ketamine IV", "name": "K"}]', "data-entry", "hyphens"),
    ("conditions.json", '[{"id": "crps", "name": "C", "by_compound": {¦"esketamine": {"summary": "S."}}}]', "data-reference", "`esketamine-nasal`"),
    ("conditions.json", '[{"id": "crps", "name": "C", "by_compound": {"esketamine-nasal": {"summary": "S.", ¦"evidence": "low"}}}]', "data-key", "evidence"),
    ("conditions.json", '[{"id": "crps", "name": "C", ¦"icd10": 5}]', "data-entry", "ICD"),
    ("glossary.json", '[{"term": "A", ¦"definition": ""}]', "data-entry", "empty"),
    ("glossary.json", '[{"term": "A", "definition": "B.", "synonyms": [¦null]}]', "data-entry", "a text"),
    ("glossary.json", '[{"term": "A", "definition": "B."},\n {¦"term": "a", "definition": "C."}]', "data-duplicate", "there twice"),
    ("people.toml", '[[people]]\nid = "editors"\nname = "E"\n¦kin = "person"\n', "data-key", "`kind`"),
    ("people.toml", '[[people]]\nid = "editors"\nname = "E"\n\n[[people]]\nid = "b"\n¦name = 5\n', "data-entry", "quotes"),
    ("people.toml", '[[people]]\nid = "editors"\nname = "E"\n¦kind = "robot"\n', "data-entry", "one of person"),
    ("people.toml", '[[people]]\nid = "editors"\nname = "E"\n\n¦[[people]]\nid = "b"\n', "data-entry", "`name`"),
    ("people.toml", '[[people]]\nid = "editors"\nname = ¦E\n', "data-file", "broken TOML"),
    ("people.toml", '¦[[person]]\nid = "editors"\nname = "E"\n', "data-file", "people"),
    ("insurers.toml", 'sample = true\n¦smaple = true\n[[insurers]]\nid = "a"\nname = "A"\n', "data-key", "`sample`"),
    ("insurers.toml", '[[insurers]]\nid = "a"\nname = "A"\nname = "B"¦\n', "data-file", "broken TOML"),
    ("organisation.toml", 'name = "N"\n¦emial = "a@b.test"\n', "data-key", "`email`"),
    ("organisation.toml", 'name = "N"\n¦url = "example"\n', "data-entry", "an address"),
    ("clinics.json", '[{"id": "a", "name": "A", "city": "C", ¦"latitude": 91}]', "data-entry", "-90"),
    ("clinics.json", '[{"id": "a", "name": "A", "city": "C", ¦"postal_code": 1234}]', "data-entry", "quotes"),
    ("clinics.toml", '[[clinics]]\nid = "a"\nname = "A"\ncity = "C"\n¦verified = "soon"\n', "data-entry", "a date"),
    ("glosary.json", "¦[]", "data-file", "`glossary`"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "rule", "word"), BROKEN)
def test_a_fault_is_found_at_its_place(name: str, text: str, rule: str, word: str, make_site: Make) -> None:
    before = text[: text.index("¦")]
    place = (f"data/{name}", before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    site = make_site({"a.md": HEAD}, **{name: text.replace("¦", "")})
    found = [
        finding for finding in check(site) if finding.path == f"data/{name}" and finding.rule != "uncited-reference"
    ]
    mine = [
        finding for finding in found if finding.rule == rule and (finding.path, finding.line, finding.column) == place
    ]
    assert mine, [f"{finding}" for finding in found]
    assert any(word in finding.message + finding.fix for finding in mine), [str(finding) for finding in mine]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.json", '{"people": [{"id": "editors", "name": "E"}]}'),
        ("references.json", json.dumps({"references": REFERENCES})),
        ("clinics.toml", 'clinics = [{id = "a", name = "A", city = "C", verified = 2026-11-01, latitude = 1.5}]\n'),
        ("organisation.json", '{"name": "N", "same_as": ["https://x.test/"]}'),
        ("claims.json", '[{%s, "common_error": null, "note": null}]' % CLAIM),
        ("claims.json", "\ufeff[{%s}]\r\n" % CLAIM.replace("low", "Very-Low")),
        ("glossary.json", "[]"),
    ],
)
def test_sound_files_of_either_form_have_no_finding(name: str, text: str, make_site: Make, tmp_path: Path) -> None:
    site = make_site({"a.md": HEAD}, **{name: text})
    if name == "people.json":
        (tmp_path / "data/people.toml").unlink()
        site = read_site(tmp_path, today=TODAY)
    assert [str(f) for f in check(site) if f.path.startswith("data/") and f.rule != "uncited-reference"] == []


def test_bytes_that_are_no_utf8_are_named_with_what_they_may_be(make_site: Make, tmp_path: Path) -> None:
    make_site({"a.md": HEAD})
    (tmp_path / "data/glossary.json").write_bytes(b'[{"term": "Caf\xe9", "definition": "X."}]')
    (found,) = read_site(tmp_path, today=TODAY).findings
    assert (found.path, found.line, found.column, found.rule) == ("data/glossary.json", 1, 15, "invalid-utf8")
    assert "é" in found.message


def test_all_findings_of_a_file_come_in_one_run(make_site: Make) -> None:
    site = make_site({"a.md": HEAD}, **{"glossary.json": '[{"term": 5}, {"tern": "A", "definition": []}, 7]'})
    found = [f for f in site.findings if f.path == "data/glossary.json"]
    assert len(found) == 6
    assert found == sorted(found)
