"""Reading a project."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from microsite.content import read_site

if TYPE_CHECKING:
    from pathlib import Path


def test_a_form_is_known_by_its_definition_file(tmp_path: Path) -> None:
    for name, text in {
        "mkdocs.yml": "site_name: T\n",
        "lambda/forms/definitions/newsletter.toml": "",
        "docs/c.md": "---\ntitle: T\nform: contact\n---\nWords.\n",
        "docs/n.md": "---\ntitle: T\nform: newsletter\n---\nWords.\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    site = read_site(tmp_path, today=date(2026, 11, 21))
    assert [(article.path, article.form) for article in site.articles] == [("c.md", None), ("n.md", "newsletter")]
    wrong = [finding for finding in site.findings if finding.rule == "front-matter-value"]
    assert [(finding.path, finding.line, finding.fix) for finding in wrong] == [("docs/c.md", 3, "one of newsletter")]
