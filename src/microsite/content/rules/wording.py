"""Rules on words: placeholders, claims stronger than any source, speaking of suicide, reading grade, copied text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microsite.content.marks import CITATION
from microsite.content.prose import strip_markdown
from microsite.content.reading import grade_of
from microsite.content.reading import measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microsite.findings import Severity

    from .page import Page

__all__ = ["check_copies", "check_wording"]

#: Target of the house is grade 8 to 9; above this an editor is told (a hint: drug names alone push it up).
GRADE = 9.5
#: A shorter text has too few sentences for the formula.
WORDS = 150
#: A paragraph of so many words does not come twice by chance.
COPY_WORDS = 25

_TEXTS = ("title", "description", "standfirst", "summary")
_PLACEHOLDER = re.compile(
    r"\[(?:insert|link|your|citation needed|source needed|add)\b[^\]\n]*\](?!\()|\bTODO\b|\bTBD\b|\bFIXME\b"
    r"|\bXXX+\b|\blorem\b|\{\{[^}\n]*\}\}",
    re.IGNORECASE,
)
#: (a word that must be there, looked for first; the pattern; how bad it is)
_PROMISES: tuple[tuple[str, str, Severity], ...] = (
    ("cur", r"\b(?:cures?|cured|curing)\b", "error"),
    ("safe", r"\b(?:completely|totally|perfectly|entirely|100\s?%|absolutely)\s+safe\b", "error"),
    ("effective", r"\b(?:completely|totally|perfectly|entirely|100\s?%)\s+effective\b", "error"),
    ("harmless", r"\b(?:completely|totally|perfectly|entirely|is|are)\s+harmless\b", "error"),
    ("effects", r"\b(?:no|without|free of|zero)\s+(?:any\s+)?(?:known\s+|serious\s+)?side[ -]effects\b", "error"),
    ("risk", r"\brisk[- ]free\b|\bno risks?\b(?! of bias)", "error"),
    ("guarantee", r"\bguarantee[sd]?\b", "error"),
    ("mirac", r"\bmirac(?:le|ulous)\b", "error"),
    ("wonder drug", r"\bwonder drugs?\b", "error"),
    ("chang", r"\bgame[- ]chang\w+", "error"),
    ("breakthrough", r"\bbreakthrough (?:cure|drug|treatment)s?\b", "error"),
    ("addictive", r"\b(?:non-?addictive|without addictive|not addictive)\b", "error"),
    ("for abuse", r"\bno potential for abuse\b", "error"),
    ("work", r"\bworks? for (?:everyone|everybody|anyone|all)\b", "error"),
    ("permanent", r"\bpermanent(?:ly)?\s+(?:relief|cures?|heal\w*|relieves?)\b", "error"),
    ("proven", r"\b(?:clinically |scientifically )?proven\b", "warning"),
    ("safe", r"\b(?:is|are) (?:very |quite |generally )?safe\b(?! to ask)", "warning"),
)
_STRONG = tuple((word, re.compile(pattern, re.IGNORECASE), severity) for word, pattern, severity in _PROMISES)
_DENIED = re.compile(
    r"\b(?:no|not|never|nor|neither|nothing|nobody|none|cannot|without|whether|if|unproven|avoid|beware|wary|claims?"
    r"|claiming|promis\w+|say|says|said|called?|rather than|instead of|doubt\w*|question\w*)\b|n[\u2019']t\b",
    re.IGNORECASE,
)
_SUICIDE = re.compile(
    r"\bsuicid\w+|\bself-harm\b|\bkill(?:ing)? (?:yourself|themselves|himself|herself)\b", re.IGNORECASE
)


def check_wording(page: Page) -> None:
    """All rules on one page's words."""
    for text, start in [(page.mask, 0), *page.front_texts(*_TEXTS)]:
        for match in _PLACEHOLDER.finditer(text):
            message = f"`{match.group()}` was left in the text"
            page.add(start + match.start(), "placeholder-text", message, "write the text or take it out")
    if page.article.kind in {"thanks", "legal"}:
        return
    for text, start in page.front_texts(*_TEXTS):
        _strong(page, _STRONG, text, start)
    likely = [strong for strong in _STRONG if strong[0] in page.lower and strong[1].search(page.mask)]
    for _, found in page.sentences if likely else ():
        for sentence in found:
            _strong(page, likely, sentence.text, sentence.start)
    _crisis(page)
    if page.health:
        _reading(page)


def check_copies(pages: Iterable[Page]) -> None:
    """Paragraphs that stand on two pages."""
    seen: dict[str, str] = {}
    for page in pages:
        for block in page.blocks:
            if block.kind not in {"paragraph", "item"}:
                continue
            words = strip_markdown(block.text).casefold().split()
            if len(words) < COPY_WORDS:
                continue
            first = seen.setdefault(" ".join(words), page.article.file)
            if first != page.article.file:
                message = f"{first} has the same paragraph"
                page.add(block.start, "duplicate-paragraph", message, "say it once and link to it", "warning")


def _strong(page: Page, patterns: Iterable[tuple[str, re.Pattern[str], Severity]], text: str, base: int) -> None:
    """Words that promise, unless the sentence denies, doubts, quotes or asks."""
    if CITATION.sub("", text).rstrip().endswith("?"):
        return
    for _, pattern, severity in patterns:
        for match in pattern.finditer(text):
            before = text[: match.start()]
            if _DENIED.search(before) or _quoted(text, match.start()):
                continue
            message = f"“{match.group()}” claims more than a source can carry"
            page.add(
                base + match.start(), "strong-claim", message, "say what was measured, in whom, for how long", severity
            )


def _quoted(text: str, offset: int) -> bool:
    """Inside of “…”: what others say, quoted to be corrected."""
    return text.rfind("“", 0, offset) > text.rfind("”", 0, offset)


def _crisis(page: Page) -> None:
    text = page.article.text.lower()
    if page.article.crisis or not ("suicid" in text or "self-harm" in text or "kill" in text):
        return
    for text, start in [(page.mask, 0), *page.front_texts(*_TEXTS)]:
        match = _SUICIDE.search(text)
        # The Lifeline's own name is the help, not a mention that needs it.
        while match and text[match.end() : match.end() + 30].startswith((" and Crisis Lifeline", " & Crisis Lifeline")):
            match = _SUICIDE.search(text, match.end())
        if match:
            severity: Severity = "error" if page.article.kind == "article" else "warning"
            message = f"the page speaks of “{match.group()}” without the crisis box"
            page.add(start + match.start(), "crisis-missing", message, "set `crisis: true`", severity)
            return


def _reading(page: Page) -> None:
    found = []
    for block, parts in page.sentences:
        for sentence in parts if block.kind in {"paragraph", "item"} else ():
            plain = strip_markdown(sentence.text)
            if plain.strip():
                found.append((measure(plain), sentence))
    words = sum(size.words for size, _ in found)
    if words < WORDS:
        return
    grade = grade_of(words, len(found), sum(size.syllables for size, _ in found))
    if grade <= GRADE:
        return
    long = [(size, sentence) for size, sentence in found if size.words >= 5]
    worst = sorted(long, key=lambda item: -grade_of(item[0].words, 1, item[0].syllables))[:3]
    places = "; ".join(
        f"line {page.line(s.start)} “{' '.join(strip_markdown(s.text).split())[:40]}…”" for _, s in worst
    )
    message = f"reads at grade {grade:.1f}; hardest: {places}"
    page.add(worst[0][1].start, "reading-grade", message, "shorter sentences, plainer words", "hint")
