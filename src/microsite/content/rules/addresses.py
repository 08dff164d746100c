"""Rules on addresses: one that was published is a page or leads to one, for good; redirects lead straight to a page.

`data/published.txt` has one address a line, and only ever gets longer; `data/redirects.toml` says where pages went.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from microsite.content.articles import page_url
from microsite.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from microsite.content.site import Redirect
    from microsite.content.site import Site

__all__ = ["PUBLISHED", "check_addresses"]

PUBLISHED = "data/published.txt"
#: Files that the build makes beside the pages.
_FILES = frozenset({"/feed.json", "/feed.xml", "/robots.txt", "/sitemap.xml"})
#: Pages that a form brings along when nobody wrote them.
_AFTER_FORMS = ("/confirmed/", "/thanks/")


def check_addresses(site: Site, made: Iterable[str]) -> Iterator[Finding]:
    """All rules on addresses; `made` are the paths below docs/ of pages that come from data."""
    live = {article.url for article in site.articles} | {page_url(path) for path in made} | _FILES
    live |= {f"/{path}" for path in site.files}
    moved = {one.source: one for one in site.redirects}
    for one in site.redirects:
        yield from _redirect(one, moved, live)
    lost = {
        address: line for address, line in site.published.items() if not _alive(address, live) and address not in moved
    }
    if len(lost) * 2 > len(site.published):
        # Whoever takes this project for a site of their own brings other pages, and has published nothing yet.
        message = f"{len(lost)} of {len(site.published)} addresses are not on this site"
        fix = "empty the list if the site is a new one; else add redirects, or bring the pages back"
        yield Finding(PUBLISHED, 1, 1, "lost-address", message, fix, "warning")
        return
    for address, line in lost.items():
        near = difflib.get_close_matches(address, sorted(live), n=1)
        to = f', to = "{near[0]}"' if near else ""
        fix = f'add [[redirects]] from = "{address}"{to} to data/redirects.toml, or bring the page back'
        message = f"{address} was published and is neither a page nor a redirect"
        yield Finding(PUBLISHED, line, 1, "lost-address", message, fix)


def _redirect(one: Redirect, moved: dict[str, Redirect], live: set[str]) -> Iterator[Finding]:
    """What is wrong with one redirect."""

    def found(rule: str, message: str, fix: str) -> Finding:
        return Finding(one.file, one.line, 1, rule, message, fix)

    if _alive(one.source, live):
        yield found(
            "redirect-live", f"{one.source} is a page, so nobody is led on", "take the redirect or the page out"
        )
    if one.target in moved:
        seen = [one.source]
        end = one.target
        while end in moved and end not in seen:
            seen.append(end)
            end = moved[end].target
        if end in seen:
            message = " → ".join([*seen[seen.index(end) :], end])
            yield found("redirect-loop", f"the redirects lead in a circle: {message}", "let one of them lead to a page")
        else:
            message = f"{one.source} leads to {one.target}, which leads on to {end}"
            yield found("redirect-chain", message, f'write to = "{end}"')
    elif not _alive(one.target, live):
        near = difflib.get_close_matches(one.target, sorted(live), n=1)
        fix = f"did you mean {near[0]}?" if near else "name the address of a page"
        yield found("redirect-dead", f"{one.target} is no page", fix)


def _alive(address: str, live: set[str]) -> bool:
    return address in live or address.endswith(_AFTER_FORMS)
