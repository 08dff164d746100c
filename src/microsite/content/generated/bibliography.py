"""All sources as a page: each with its links, whether it was confirmed, and the pages that cite it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content.references import format_reference_markdown
from microsite.content.references import parts
from microsite.content.references import reference_from_csl

from .frame import frame
from .frame import link
from .frame import marked

if TYPE_CHECKING:
    from microsite.content.made import Made
    from microsite.content.references import Reference
    from microsite.content.site import Site

    from .uses import Uses

__all__ = ["SOURCES", "bibliography_page"]

SOURCES = "sources.md"
#: What nobody has looked up is not printed of an unconfirmed source: a wrong DOI leads readers to another paper.
_UNSEEN = frozenset({"DOI", "PMID", "URL", "issue", "page", "volume"})
#: How many pages are named under a source before "and n more".
_MOST = 8


def bibliography_page(site: Site, uses: Uses) -> Made | None:
    """Every reference by its first author's name; None when there are none."""
    if not site.references:
        return None
    listed = sorted(site.references.values(), key=lambda ref: (_name(ref).casefold(), _year(ref), ref.id))
    groups: dict[str, list[str]] = {}
    for ref in listed:
        initial = _name(ref)[:1].upper()
        groups.setdefault(initial if initial.isalpha() else "0\u20139", []).append(_entry(ref, uses))
    jump = " ".join(f"[{letter}](#{_anchor(letter)})" for letter in groups)
    blocks = [f"## {letter} {{ #{_anchor(letter)} }}\n\n" + "\n\n".join(found) for letter, found in groups.items()]
    waiting = sum(not ref.verified for ref in listed)
    note = f" {waiting} of them are not confirmed yet, and no page may cite those." if waiting else ""
    intro = (
        f"{len(listed)} sources, each looked up by us or marked as not yet confirmed.{note} "
        "Below each stand the pages that cite it."
    )
    body = "\n\n".join([intro, f"{jump}\n{{ .letters }}", *blocks])
    standfirst = "Every study, review, guideline, label and notice that this site cites, and where."
    return frame(SOURCES, "Sources", standfirst, body, kind="sources", view={"aliases": ["bibliography", "references"]})


def _entry(ref: Reference, uses: Uses) -> str:
    if not ref.verified:
        ref = reference_from_csl({key: value for key, value in ref.csl.items() if key not in _UNSEEN})
    kind = parts(ref).kind
    text = format_reference_markdown(ref) + (f" ({kind})" if kind else "")
    if ref.retracted:
        state = "**Retracted.**"
    elif not ref.verified:
        state = "**Not confirmed yet; cited nowhere.**"
    else:
        state = ""
    # A page that states a claim resting on this source and on others cites the others only.
    found = uses.references.get(ref.id, ()) if ref.verified else ()
    pages = ", ".join(f"[{marked(use.label)}]({link(SOURCES, use.path)})" for use in found[:_MOST])
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    cited = f"Cited on: {pages}{more}." if found else ("" if state else "Cited on no page yet.")
    return (
        " ".join(filter(None, [text, state]))
        + f"\n{{ #{ref.id} .source }}"
        + (f"\n\n{cited}\n{{ .uses }}" if cited else "")
    )


def _name(ref: Reference) -> str:
    return parts(ref).authors or ref.title or ref.id


def _year(ref: Reference) -> int:
    dates = (ref.csl.get("issued") or {}).get("date-parts") or [[0]]
    return int(dates[0][0]) if dates[0] else 0


def _anchor(letter: str) -> str:
    return "letter-0-9" if len(letter) > 1 else f"letter-{letter.lower()}"
