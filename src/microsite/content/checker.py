"""`check`: all findings of a site in one run, in order of place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .generated import generated_paths
from .rules.addresses import check_addresses
from .rules.claims import check_claims
from .rules.data import check_data
from .rules.data import check_unused
from .rules.evidence import check_evidence
from .rules.html import check_html
from .rules.links import check_links
from .rules.metadata import check_metadata
from .rules.metadata import check_unique
from .rules.orphans import check_orphans
from .rules.page import Page
from .rules.registry import check_claim_marks
from .rules.registry import check_pairs
from .rules.sources import check_sources
from .rules.sources import cited_ids
from .rules.structure import check_structure
from .rules.terms import check_terms
from .rules.wording import check_copies
from .rules.wording import check_wording
from .series import check_series
from .state import state_of

if TYPE_CHECKING:
    from microsite.findings import Finding

    from .site import Site

__all__ = ["check"]


#: Pages as they were checked, each with its own findings, by file, for one state of the site. A page that was not
#: edited is not looked at again as long as nothing changed that it may depend on: under `serve` that is all but one.
_checked: dict[str, tuple[str, Page, tuple[Finding, ...]]] = {}


def _look_at(page: Page) -> None:
    """All rules that need one page (and the state of the others)."""
    check_metadata(page)
    check_sources(page)
    check_claim_marks(page)
    check_links(page)
    check_html(page)
    check_terms(page)
    check_wording(page)
    check_claims(page)
    check_evidence(page)
    check_structure(page)


def _pages(site: Site) -> list[Page]:
    """Every page, checked by itself."""
    made = generated_paths(site)
    state = state_of(site)
    known = {name: kept for name, kept in _checked.items() if kept[0] == state}
    pages = []
    _checked.clear()
    for article in site.articles:
        old = known.get(article.file)
        if old is not None and old[1].article.text == article.text and old[1].article.path == article.path:
            page, own = old[1], old[2]
            page.findings = list(own)
            page.site, page.article = site, article
        else:
            page = Page(site, article, made)
            _look_at(page)
            own = tuple(page.findings)
            page.settle()
        _checked[article.file] = state, page, own
        pages.append(page)
    return pages


def check(site: Site) -> tuple[Finding, ...]:
    """Every finding, errors, warnings and hints, sorted by path, line and column; each once."""
    pages = _pages(site)
    check_unique(site, pages)
    check_copies(pages)
    check_orphans(site, pages)
    found = {finding for page in pages for finding in page.findings}
    found |= {*check_addresses(site, generated_paths(site)), *check_series(site)}
    return tuple(
        sorted({*site.findings, *found, *check_data(site), *check_pairs(site), *check_unused(site, cited_ids(pages))})
    )
