"""Rules on sources: citations, certainty marks, and sentences that need a source and have none."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION
from microsite.content.marks import CITATION_RUN
from microsite.content.marks import GRADES
from microsite.content.marks import cites
from microsite.content.marks import grade
from microsite.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microsite.content.blocks import Block
    from microsite.content.site import Site

    from .page import Page

__all__ = ["check_sources", "check_unused"]

_FRONT = ("summary", "standfirst")
#: Hotlines, and names that hold a number (the receptor, the enzymes, the class) without stating a figure.
_NO_FIGURE = re.compile(
    r"\b(?:988|911|999|112|24/7|24 hours a day|CYP\w+|Schedule \d|COVID-19|5-HT\w*)\b|\[[^\]]*\]|\([^)]*\)(?<=\.md\))"
)
_FIGURE = re.compile(r"\d|\b(?:half|one in|two in|three in|a third|a quarter|two thirds|percent)\b", re.IGNORECASE)
_MATTER = re.compile(
    r"\b(?:effective|efficacy|reliev\w+|relief|reduc\w+|improv\w+|respon(?:se|d|ds|ded)|remission|relapse[ds]?"
    r"|benefit\w*|risks?|harm\w*|side effects?|adverse|injur\w+|damage[ds]?|deaths?|died|fatal\w*|overdos\w+|addict\w+"
    r"|dependence|misuse\w*|safe|safer|safety|approv\w+|licen[sc]ed|placebo|trials?|participants)\b",
    re.IGNORECASE,
)
_STUDY_SAYS = re.compile(
    r"\b(?:stud(?:y|ies)|research|trials?|evidence|scientists|experts|doctors)\s+(?:\w+\s+)?"
    r"(?:shows?|showed|shown|proves?|proved|finds?|found|suggests?|suggested|agree)\b",
    re.IGNORECASE,
)
_NONE_FOUND = re.compile(r"\b(?:no|not|nobody|never|neither|we)\b|n[\u2019']t", re.IGNORECASE)


def check_sources(page: Page) -> None:
    """All rules on one page's citations."""
    cited = 0
    for text, start in [(page.mask, 0), *page.front_texts(*_FRONT)]:
        cited += _citations(page, text, start)
        _grades(page, text, start)
    if page.article.kind == "article" and not cited and page.article.front.readable:
        page.add(page.start, "no-citations", "the article cites no source", "cite with [@id] from data/references.json")
    if page.health:
        _uncited(page)


def check_unused(site: Site, pages: Iterable[Page]) -> Iterable[Finding]:
    """One hint that lists the references which no page cites."""
    used: set[str] = set()
    for page in pages:
        used.update(cite.id for cite in cites(page.mask))
        for text, _ in page.front_texts(*_FRONT):
            used.update(cite.id for cite in cites(text))
    unused = [name for name in site.references if name not in used]
    if not unused:
        return []
    shown = ", ".join(unused[:6]) + (", …" if len(unused) > 6 else "")
    message = f"{len(unused)} of {len(site.references)} references are cited on no page: {shown}"
    return [Finding("data/references.json", 0, 0, "uncited-reference", message, "cite them or take them out", "hint")]


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
                page.add(cite.start, "retracted-reference", message, "take the claim out, or say that its source fell")
            elif not reference.verified:
                alone = not solid
                message = f"`{cite.id}` is not verified" + ("; nothing else supports the statement" if alone else "")
                fix = "verify it, or cite a verified source"
                page.add(cite.start, "unverified-reference", message, fix, "error" if alone else "warning")
    return number


def _grades(page: Page, text: str, base: int) -> None:
    for match in CERTAINTY.finditer(text):
        if grade(match["word"]) is None:
            message = f"`{match['word']}` is no grade of certainty"
            page.add(base + match.start(), "unknown-certainty", message, "one of " + ", ".join(GRADES))


def _uncited(page: Page) -> None:
    """Sentences that state a figure of effect, harm or approval, or lean on "studies", with no citation near."""
    covered = False
    parts = dict(page.sentences)
    for block, following in zip(page.blocks, [*page.blocks[1:], None], strict=True):
        if block.kind == "caption":
            covered = bool(CITATION.search(block.text))
        elif block.kind not in {"row", "rule"}:
            covered = False
        head = following is not None and following.kind == "rule"
        if block.kind not in {"paragraph", "item", "row"} or head or covered or _closed_by_citation(block):
            continue
        for sentence in parts[block] if block.kind != "row" else (None,):
            text, start = (sentence.text, sentence.start) if sentence else (block.text, block.start)
            if CITATION.search(text) or text.endswith("?"):
                continue
            plain = _NO_FIGURE.sub("", re.sub(r"^\s*(?:\d+[.)]|[-*+])\s", "", text))
            figure = _FIGURE.search(plain) and _MATTER.search(plain)
            leans = _STUDY_SAYS.search(plain) and not _NONE_FOUND.search(plain)
            if figure or leans:
                shown = " ".join(text.split())[:60]
                page.add(start, "uncited-claim", f"no source for: {shown}…", "cite one: [@id]", "warning")


def _closed_by_citation(block: Block) -> bool:
    """A citation at the end of a paragraph speaks for all of it; in a table's row one anywhere does."""
    if block.kind == "row":
        return CITATION.search(block.text) is not None
    text = CERTAINTY.sub("", block.text).rstrip(" .\n")
    return text.endswith("]") and bool(CITATION.search(text[text.rfind("[") :]))
