"""The digest of what pages may depend on of each other: sentences leave it alone, everything else changes it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from microsite.content import check
from microsite.content import read_site
from microsite.content import state_of
from microsite.content.checker import _checked

ROOT = Path(__file__).parents[2]
PAGE = "docs/conditions/chronic-pain.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("docs", "data"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


def state(project: Path, today: date = date(2026, 11, 21)) -> str:
    return state_of(read_site(project, today=today))


def append(project: Path, path: str, text: str) -> None:
    with (project / path).open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_sentence_is_the_business_of_its_page(project: Path) -> None:
    before = state(project)
    append(project, PAGE, "\nOne more sentence, with *words* and `code`.\n")
    assert state(project) == before


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PAGE, "\n## A heading\n"),
        (PAGE, "\nA heading\n---------\n"),
        (PAGE, "\nCited.[@ketaminelabel]\n"),
        (PAGE, "\n[claim: depression-04]\n"),
        (PAGE, "\n[a link](../safety/index.md)\n"),
        (PAGE, "\n[a link][x]\n\n[x]: ../safety/index.md\n"),
        (PAGE, "\nWords { #here }\n"),
        (PAGE, '\n<p id="here">words</p>\n'),
        (PAGE, "\n<!--hub-->\n"),
        ("data/people.toml", '\n[[people]]\nid = "x"\nname = "X"\n'),
        ("data/claims.json", " "),
        ("docs/new.txt", "A file."),
        ("docs/new.md", "---\ntitle: New\ndescription: New\n---\n"),
    ],
)
def test_what_others_may_show_or_lead_to_is_in_it(project: Path, path: str, text: str) -> None:
    before = state(project)
    append(project, path, text)
    assert state(project) != before


def test_the_day_is_in_it(project: Path) -> None:
    assert state(project) != state(project, date(2026, 11, 22))


def test_a_page_that_was_not_edited_keeps_its_findings_and_the_edited_one_gets_new_ones(project: Path) -> None:
    first = check(read_site(project, today=date(2026, 11, 21)))
    looked_at = {name: kept[1] for name, kept in _checked.items()}
    append(project, PAGE, "\nIt is completely safe.\n")
    second = check(read_site(project, today=date(2026, 11, 21)))
    assert {name for name, kept in _checked.items() if kept[1] is not looked_at[name]} == {PAGE}
    assert {finding.rule for finding in set(second) - set(first)} == {"strong-claim"}
    _checked.clear()
    assert check(read_site(project, today=date(2026, 11, 21))) == second
