"""Pages that no other page leads to, so that only a search finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microsite.content.site import Site
    from microsite.findings import Severity

    from .page import Page

__all__ = ["check_orphans"]

#: Pages that something else leads to: a form, the frame of the site, the house's footer.
_REACHED = frozenset({"home", "thanks", "form", "legal", "index"})


def check_orphans(site: Site, pages: Sequence[Page]) -> None:
    """A finding at the first line of each page that no text, no `related`, no hub and no navigation names.

    The list of all articles and the index from A to Z hold every page, so they count for nothing here.
    """
    home = "index.md" in site.by_path
    if not home and not any(page.leads_to - {page.article.path} for page in pages):
        return
    known: set[str] = set(site.navigation)
    for page in pages:
        if page.article.path == "a-z.md":
            continue
        known |= page.leads_to - {page.article.path}
        known |= {path for path in page.article.related if path != page.article.path}
    hubs = {article.path.rpartition("/")[0] for article in site.articles if article.kind == "hub"}
    # A folder of pages without a home is hardly a site: there it is only worth a hint.
    severity: Severity = "warning" if home and not site.beside else "hint"
    for page in pages:
        article = page.article
        folder = article.path.rpartition("/")[0]
        listed = folder in hubs and article.kind == "article" and bool(folder or site.beside)
        if article.kind in _REACHED or article.noindex or listed or article.path in known | {"a-z.md", "index.md"}:
            continue
        page.add(0, "orphan-page", "no page leads here", "link to it from a page, or name it under `related`", severity)
