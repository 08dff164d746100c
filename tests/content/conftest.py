"""A small project on disk, made from a dict of pages."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from typing import Protocol

import pytest

from microsite.content import read_site

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.content import Site

TODAY = date(2026, 11, 21)

REFERENCES = [
    {"id": "good2020", "type": "article-journal", "title": "A trial", "DOI": "10.1/x", "verified": True, "kind": "rct"},
    {"id": "also2021", "type": "article-journal", "title": "A review", "PMID": "123", "verified": True},
    {"id": "unsure2022", "type": "article-journal", "title": "Not seen", "verified": False},
    {"id": "fallen2019", "type": "article-journal", "title": "Taken back", "verified": True, "retracted": True},
]


class MakeSite(Protocol):
    def __call__(self, pages: dict[str, str | bytes], **data: str) -> Site: ...


@pytest.fixture
def make_site(tmp_path: Path) -> MakeSite:
    """Write a project with these pages (and data files, by name without suffix) and read it."""

    def make(pages: dict[str, str | bytes], **data: str) -> Site:
        files: dict[str, str | bytes] = {
            "mkdocs.yml": "site_name: T\nextra:\n  crisis: {call: '988'}\nplugins: [!ENV [X, y]]\n",
            "data/references.json": json.dumps(REFERENCES),
            "data/claims.json": '[{"id": "basics-01", "topic": "basics", "claim": "Ketamine is an anesthetic.",'
            ' "references": ["good2020"], "evidence_level": "high", "population": "general"}]',
            "data/compounds.json": '[{"id": "esketamine-nasal", "name": "Esketamine nasal spray"}]',
            "data/conditions.json": '[{"id": "crps", "name": "CRPS"}, {"id": "fibromyalgia", "name": "Fibromyalgia"}]',
            "data/glossary.json": '[{"term": "Drip", "synonyms": ["infusion"], "definition": "Into a vein."}]',
            "data/people.toml": '[[people]]\nid = "editors"\nname = "Editors"\nkind = "organisation"\nurl = "/about/"\n'
            '[[people]]\nid = "sample"\nname = "Sample Reviewer"\ncredentials = "MD (sample)"\n',
            "data/insurers.toml": '[[insurers]]\nid = "a"\nname = "Example Plan (sample)"\nkind = "Plan"\n',
        }
        files |= {f"data/{name}": text for name, text in data.items()}
        files |= {f"docs/{path}": text for path, text in pages.items()}
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_site(tmp_path, today=TODAY)

    return make
