"""Rules on sources: what citations and marks of certainty name."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION_RUN
from microsite.content.marks import GRADES
from microsite.content.marks import cites
from microsite.content.marks import grade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .page import Page

__all__ = ["check_sources", "cited_ids"]

#: `@id` outside of a mark (an address of mail has a letter before the @), or `[id]` that is no link.
_BARE = re.compile(
    r"(?P<open>\[[^\[\]@\n]*|\()?(?<![\w/.@])@(?P<at>[A-Za-z][\w:-]*\w)(?!\.\w)|\[(?P<plain>[a-z]+\d{4}\w*)\](?![(\[:])"
)
#: The second of these outside of every mark; without it and without an @ there is nothing to look at closely.
_PLAIN = re.compile(r"\[[a-z]+\d{4}\w*\]")
_FRONT = ("summary", "standfirst")


def check_sources(page: Page) -> None:
    """All rules on one page's citations."""
    cited = 0
    for text, start in [(page.mask, 0), *page.front_texts(*_FRONT)]:
        cited += _citations(page, text, start)
        _grades(page, text, start)
    if page.article.kind == "article" and not cited and page.article.front.readable:
        page.add(page.start, "no-citations", "the article cites no source", "cite with [@id] from data/references.json")
    _forms(page)


def cited_ids(pages: Iterable[Page]) -> set[str]:
    """The references that any page cites."""
    used: set[str] = set()
    for page in pages:
        used |= page.cited
    return used


def _citations(page: Page, text: str, base: int) -> int:
    """Check each cited id in `text`; how many were cited."""
    references = page.site.references
    number = 0
    for group in CITATION_RUN.finditer(text):
        found = list(cites(group["group"], base + group.start("group")))
        number += len(found)
        solid = [
            c for c in found if c.id in references and references[c.id].verified and not references[c.id].retracted
        ]
        for cite in found:
            reference = references.get(cite.id)
            if reference is None:
                near = difflib.get_close_matches(cite.id, references, n=1)
                fix = f"did you mean `{near[0]}`?" if near else "add the source to data/references.json"
                page.add(cite.start, "unknown-citation", f"no source has the id `{cite.id}`", fix)
            elif reference.retracted:
                message = f"`{cite.id}` was retracted"
                fix = "take the claim out, cite another source, or write a `retraction_decision` into the reference"
                decided = reference.csl.get("retraction_decision")
                page.add(cite.start, "retracted-reference", message, fix, "hint" if decided else "error")
            elif not reference.verified:
                alone = not solid
                message = f"`{cite.id}` is not verified" + ("; nothing else supports the statement" if alone else "")
                fix = "verify it, or cite a verified source"
                page.add(cite.start, "unverified-reference", message, fix, "error" if alone else "warning")
    return number


def _forms(page: Page) -> None:
    """What was meant as a citation and is printed as it stands: `@id`, `(@id)`, `[see @id]`, `[id]`, `[@id`."""
    rest = CITATION_RUN.sub("", page.mask)
    if "@" not in rest and not _PLAIN.search(rest):
        return
    marks = [group.span() for group in CITATION_RUN.finditer(page.mask)]
    for match in _BARE.finditer(page.mask):
        name = match["at"] or match["plain"]
        if any(start <= match.start() < end for start, end in marks):
            continue
        known = name in page.site.references
        if known or (match["at"] and match["open"]):
            fix = f"write [@{name}]" if known else "write [@id] with an id from data/references.json"
            rule = "citation-form" if known else "unknown-citation"
            page.add(
                match.start("at" if match["at"] else "plain") - 1,
                rule,
                f"`{match.group().strip()}` is printed as it stands",
                fix,
            )


def _grades(page: Page, text: str, base: int) -> None:
    for match in CERTAINTY.finditer(text):
        if grade(match["word"]) is None:
            message = f"`{match['word']}` is no grade of certainty"
            page.add(base + match.start(), "unknown-certainty", message, "one of " + ", ".join(GRADES))
