"""Rules on the registry of claims: marks that name no claim, one that was given up, or another certainty; and pairs.

A page that writes the word too (`[claim: depression-04, low]`) is told when the registry changes its mind.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING
from typing import Any

from microsite.content.marks import cites
from microsite.content.marks import claims
from microsite.content.marks import grade
from microsite.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microsite.content.marks import ClaimMark
    from microsite.content.site import Site

    from .page import Page

__all__ = ["check_claim_marks", "check_pairs"]

#: Lists of a pair that hold ids of claims, and texts of a pair or a product that hold citations.
_CLAIMS = ("claims", "safety")
_PAIR_TEXTS = ("standing", "considerations", "unknown")
_PRODUCT_TEXTS = ("contraindications", "warnings", "interactions", "monitoring", "pregnancy")


def check_claim_marks(page: Page) -> None:
    """Each `[claim: id]` of one page."""
    for text, start in [(page.mask, 0), *page.front_texts("summary", "standfirst")]:
        for mark in claims(text, start):
            _mark(page, mark)


def check_pairs(site: Site) -> Iterator[Finding]:
    """Claims, sources and articles that pairs and products name."""
    for name, record in site.records("conditions"):
        article = record.get("article")
        if isinstance(article, str) and article not in site.by_path:
            near = difflib.get_close_matches(article, site.by_path, n=1)
            fix = f"did you mean {near[0]}?" if near else "write the article's path in docs/"
            place = site.place("conditions", (name, "article"))
            # A fork may have fewer pages than data: its pages of pairs then do without that link.
            yield Finding(*place, "dead-link", f"there is no {article} in docs/", fix, "warning")
        pairs = record.get("by_compound")
        for compound, entry in pairs.items() if isinstance(pairs, dict) else ():
            if isinstance(entry, dict):
                yield from _listed(site, (name, "by_compound", str(compound)), entry)
                for key in _PAIR_TEXTS:
                    yield from _cited(site, "conditions", (name, "by_compound", str(compound), key), entry.get(key))
    for name, record in site.records("compounds"):
        for key in _PRODUCT_TEXTS:
            yield from _cited(site, "compounds", (name, key), record.get(key))
    for name, record in site.records("glossary"):
        yield from _cited(site, "glossary", (name, "references"), _as_marks(record.get("references")))


def _mark(page: Page, mark: ClaimMark) -> None:
    claim = page.site.claims.get(mark.id)
    if claim is None:
        near = difflib.get_close_matches(mark.id, page.site.claims, n=1)
        fix = f"did you mean `{near[0]}`?" if near else "add the claim to data/claims.json"
        page.add(mark.start, "unknown-claim", f"no claim has the id `{mark.id}`", fix)
        return
    if claim.record.get("retired"):
        message = f"`{mark.id}` was given up on {claim.record['retired']}"
        page.add(mark.start, "retired-claim", message, "take the statement out, or cite what replaced it")
        return
    now = grade(str(claim.record.get("evidence_level") or ""))
    if mark.word and grade(mark.word) != now:
        message = f"the registry gives `{mark.id}` {now or 'no'} certainty, the page says “{mark.word}”"
        fix = f"read the sentence again, then write `[claim: {mark.id}, {now}]`"
        page.add(mark.start, "claim-certainty", message, fix)


def _listed(site: Site, keys: tuple[str, ...], entry: dict[str, Any]) -> Iterator[Finding]:
    for key in _CLAIMS:
        listed = entry.get(key)
        for number, name in enumerate(listed if isinstance(listed, list) else ()):
            place = site.place("conditions", (*keys, key, number))
            known = site.claims.get(str(name))
            if known is None:
                near = difflib.get_close_matches(str(name), site.claims, n=1)
                fix = f"did you mean `{near[0]}`?" if near else "add the claim to data/claims.json"
                yield Finding(*place, "unknown-claim", f"no claim has the id `{name}`", fix)
            elif known.record.get("retired"):
                message = f"`{name}` was given up on {known.record['retired']}"
                yield Finding(*place, "retired-claim", message, "take it out of the list")


def _cited(site: Site, stem: str, keys: tuple[str, ...], value: Any) -> Iterator[Finding]:
    """Marks of sources in one text, or in each of a list."""
    texts = value if isinstance(value, list) else [value]
    for number, text in enumerate(texts):
        for found in cites(text) if isinstance(text, str) else ():
            reference = site.references.get(found.id)
            place = site.place(stem, (*keys, number) if isinstance(value, list) else keys)
            if reference is None:
                near = difflib.get_close_matches(found.id, site.references, n=1)
                fix = f"did you mean `{near[0]}`?" if near else "add the source to data/references.json"
                yield Finding(*place, "unknown-citation", f"no source has the id `{found.id}`", fix)
            elif reference.retracted:
                fix = "take the statement out, or say that its source fell"
                yield Finding(*place, "retracted-reference", f"`{found.id}` was retracted", fix)
            elif not reference.verified:
                fix = "verify it, or cite a verified source"
                yield Finding(*place, "unverified-reference", f"`{found.id}` is not verified", fix)


def _as_marks(value: Any) -> Any:
    return [f"[@{name}]" for name in value] if isinstance(value, list) else value
