from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microsite.content import read_site
from microsite.pages.indexing import _named
from microsite.pages.indexing import index_site
from microsite.pages.indexing import page_facts
from microsite.search import Document

if TYPE_CHECKING:
    from microsite.content import Site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(ROOT, today=date(2026, 11, 21))


def test_a_pair_is_found_under_its_condition_and_its_product(site: Site) -> None:
    fact = page_facts(site)["/conditions/ptsd/racemic-ketamine-iv/"]
    assert (fact.kind, fact.conditions, fact.compounds) == ("article", ("ptsd",), ("racemic-ketamine-iv",))
    assert "IV ketamine PTSD" in fact.aliases


def test_other_names_go_to_articles_and_not_to_pairs_in_the_order_of_the_documents() -> None:
    documents = [
        Document(page, anchor="", title="T", heading="", text="x", name="Ketamine for TRD")
        for page in ("/a/b/", "/a/", "/a/c/", "/d/", "/d/e/")
    ]
    made = list(_named(iter(documents), [("TRD", "hard-to-treat depression")], {"/a/b/", "/a/c/", "/d/e/"}))
    assert [one.page for one in made] == [one.page for one in documents]
    assert [bool(one.aliases) for one in made] == [False, True, False, True, False]


def test_lists_of_claims_terms_and_sources_are_not_searched(site: Site, tmp_path: Path) -> None:
    for url in ("glossary", "evidence/ptsd", "sources", "conditions/ptsd/racemic-ketamine-iv", "a-z"):
        page = tmp_path / "site" / url / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<!DOCTYPE html><title>{url}</title><main><h1>{url}</h1><p>Flimflam.</p></main>", "utf-8")
    assert index_site(tmp_path / "site", site) == ()
    manifest = (tmp_path / "site" / "search").iterdir()
    records = b"".join(path.read_bytes() for path in manifest if path.name.startswith("r."))
    assert b"/conditions/ptsd/racemic-ketamine-iv/" in records
    for hidden in (b"/glossary/", b"/evidence/", b"/sources/", b"/a-z/"):
        assert hidden not in records
