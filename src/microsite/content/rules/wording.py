# ruff: noqa: E501 - a pattern that is cut in the middle of its alternatives cannot be read
"""Rules on words: placeholders, claims stronger than any source, speaking of suicide, reading grade, copied text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microsite.content.prose import strip_markdown
from microsite.content.reading import grade_of
from microsite.content.reading import measure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from microsite.findings import Severity

    from .page import Page

__all__ = ["check_copies", "check_wording", "placeholders"]

#: Target of the house is grade 8 to 9; above this an editor is told (a hint: drug names alone push it up).
GRADE = 9.5
#: A shorter text has too few sentences for the formula.
WORDS = 150

_TEXTS = ("title", "description", "standfirst", "summary")
_IN_BRACKETS = re.compile(
    # The bracket first: the search then jumps from one to the next.
    r"\[(?<!\]\[)(?:(?:insert|link|your|citation needed|source needed|needs? (?:a )?(?:citation|source)|add|name|date|author|company|clinic"
    r"|placeholder|todo|tbd|tk|fill|example|reference|ref|source|citation|xx+|url)s?\b[^\]\n]*"
    r"|\.{3}|\u2026|\?+|_+)\](?!\(|\[|:)",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\bTO[- ]?DO\b|\bTB[DAC]\b|\bFIXME\b|\bTK(?:TK)?\b|\bX{3,}\b|\b[XN]{2,}\s?%|\blorem\b|\bipsum\b|\bdolor sit amet\b"
    r"|\{\{[^}\n]*\}\}|<%[^\n]*%>|\{%[^\n]*%\}|\?{3,}(?!\+?[ \t]+\w+[ \t]*[\"\u201c])"
    r"|\b(?:insert|add|put|enter|write) (?:\w+ ){0,2}(?:links?|sources?|citations?|text|references?|names?|dates?|images?|quotes?|numbers?|it) here\b"
    r"|\binsert (?:\w+ ){0,2}here\b|\byour (?:text|content|title|description|name) here\b|\bplaceholder\b|\bto be (?:written|completed|filled in|announced|determined|continued|supplied)\b|\bcoming soon\b"
    r"|\b(?:citation|source|reference) needed\b|\bdummy text\b|\bchange ?me\b|<(?:insert|your|name|date|link)\b[^>\n]*>",
    re.IGNORECASE,
)
_HINTS = (
    "todo", "to do", "to-do", "tbd", "tba", "tbc", "fixme", "tk", "xx", "nn%", "nn %", "lorem", "ipsum", "dolor", "{{", "<%", "{%", "???",
    " here", "placeholder", "to be ", "coming soon", "needed", "dummy", "change", "<insert", "<your", "<name", "<date", "<link",
)  # fmt: skip
#: Words that are placeholders in capitals only: "todo" is Spanish, "tk" a name.
_CAPITALS = re.compile(r"to[- ]?do|tk|tbd|tba|tbc|xxx+", re.IGNORECASE)
_SUICIDE = re.compile(
    r"\bsuicid\w+|\bself-harm\b|\bkill(?:ing)? (?:yourself|themselves|himself|herself)\b", re.IGNORECASE
)


def check_wording(page: Page) -> None:
    """All rules on one page's words."""
    for text, start in [(page.mask, 0), *page.front_texts(*_TEXTS)]:
        for match in placeholders(text):
            message = f"`{match.group()}` was left in the text"
            page.add(start + match.start(), "placeholder-text", message, "write the text or take it out")
    if page.article.kind in {"thanks", "legal"}:
        return
    _crisis(page)
    if page.health:
        _reading(page)


def placeholders(text: str) -> Iterator[re.Match[str]]:
    """What a writer meant to replace and did not."""
    yield from _IN_BRACKETS.finditer(text)
    lower = text.lower()
    told: set[int] = set()
    for hint in _HINTS:
        place = lower.find(hint)
        while place >= 0:
            match = _LEFT.search(text, max(0, place - 40), place + 80)
            # The window may cut what must not follow, so the match is tried again in the whole text.
            match = match and _LEFT.match(text, match.start())
            if (
                match
                and match.start() not in told
                and (match.group().isupper() or not _CAPITALS.fullmatch(match.group()))
            ):
                told.add(match.start())
                yield match
            place = lower.find(hint, place + len(hint))


def check_copies(pages: Iterable[Page]) -> None:
    """Paragraphs that stand on two pages."""
    seen: dict[bytes, str] = {}
    for page in pages:
        for start, words in page.paragraphs:
            first = seen.setdefault(words, page.article.file)
            if first != page.article.file:
                message = f"{first} has the same paragraph"
                page.add(start, "duplicate-paragraph", message, "say it once and link to it", "warning")


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
