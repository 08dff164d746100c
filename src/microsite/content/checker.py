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

if TYPE_CHECKING:
    from microsite.findings import Finding

    from .site import Site

__all__ = ["check"]


#: Findings of the rules that read nothing but a page's own text, by (file, text). They are half of a check's work, and
#: under `serve` all pages but one are as they were. A few thousand pages of findings are a few MB.
_KNOWN: dict[tuple[str, str], tuple[Finding, ...]] = {}
_MOST_KNOWN = 4_096


def _check_text(page: Page) -> None:
    """Wording and structure, from memory where the text is the same."""
    key = (page.article.file, page.article.text)
    known = _KNOWN.get(key)
    if known is None:
        before = len(page.findings)
        check_wording(page)
        check_claims(page)
        check_evidence(page)
        check_structure(page)
        known = tuple(page.findings[before:])
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = known
    else:
        page.findings.extend(known)


def check(site: Site) -> tuple[Finding, ...]:
    """Every finding, errors, warnings and hints, sorted by path, line and column; each once."""
    made = generated_paths(site)
    pages = [Page(site, article, made) for article in site.articles]
    for page in pages:
        check_metadata(page)
        check_sources(page)
        check_claim_marks(page)
        check_links(page)
        check_html(page)
        check_terms(page)
        _check_text(page)
    check_unique(site, pages)
    check_copies(pages)
    check_orphans(site, pages)
    found = {finding for page in pages for finding in page.findings}
    found |= {*check_addresses(site, made), *check_series(site)}
    return tuple(
        sorted({*site.findings, *found, *check_data(site), *check_pairs(site), *check_unused(site, cited_ids(pages))})
    )
