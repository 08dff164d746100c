"""Checking again in one process says the same, and sees what changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from microsite.content import check
from microsite.content import read_site

ROOT = Path(__file__).parents[2]
TODAY = date(2027, 7, 1)


def test_a_check_says_the_same_when_it_remembers_the_text() -> None:
    site = read_site(ROOT, today=TODAY)
    first, again = check(site), check(site)
    assert first == again
    assert first
    assert len(first) == len(set(first))


def test_a_text_that_changed_is_checked_anew(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: T\n")
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "index.md"

    def rules(text: str) -> set[str]:
        page.write_text(f"---\ntitle: T\ndescription: D.\nkind: page\n---\n\n{text}\n")
        return {finding.rule for finding in check(read_site(tmp_path, today=TODAY))}

    assert "placeholder-text" not in rules("Words.")
    assert "placeholder-text" in rules("TODO words.")
    assert "placeholder-text" not in rules("Words.")
