"""Rules on words of the glossary: used before the page explains them, or an abbreviation that it never spells out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION_RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .page import Page

__all__ = ["check_terms"]

_MEANS = r"(?:means|is|are|refers? to|stands? for|describes)\b"
_NOISE = re.compile(r"!?\]\([^()\s]*\)|[*_\[]")
_SENTENCE = re.compile(r"[.!?](?:\s|$)|\n\s*\n")
_CONTENT = re.compile(r"[a-z]{5,}")
#: Letters and digits without a break, as `str.isalnum` has them.
_RUN = re.compile(r"[^\W_]+")
#: So many words of the glossary's definition make a sentence an explanation.
_SHARED = 2


def check_terms(page: Page) -> None:
    """Hints for an article: at most one for a term."""
    if page.article.kind != "article":
        return
    text = _plain(page.mask)
    lower, title = text.lower(), page.article.title.lower()
    named = {word.lower() for topic in page.site.compounds.values() for word in topic.name.split()}
    terms = tuple((each.term, each.synonyms, each.definition) for each in page.site.glossary)
    written = set(_RUN.findall(lower))
    for how in _terms(terms):
        name = how.lower
        if (
            not (how.first in written or how.first_more in written or not how.first)
            or name not in lower
            or name in title
            or name in named
        ):
            continue
        first = next(how.uses(text, lower), None)
        explained = next((place for place in how.uses(text, lower) if how.explains(text, lower, place)), None)
        if first is None or explained is None:
            continue
        line = page.line(explained)
        if line > page.line(first) and _SENTENCE.search(text, first, explained):
            message = f"“{text[first : first + len(name)]}” is used before line {line} explains it"
            page.add(first, "unexplained-term", message, "explain it where it first stands", "hint")


@dataclass(frozen=True, slots=True)
class _Term:
    """A term, its other names, the words of its definition, and what may follow it in an explanation."""

    term: str
    cased: bool
    names: tuple[str, ...]
    words: frozenset[str]
    means: re.Pattern[str]
    #: In lower case; and the first of its runs of letters, which then stands in the text as a run, or, when it is the
    #: only one, with an s. Empty when the term does not begin with a letter or leaves ASCII.
    lower: str
    first: str
    first_more: str

    def uses(self, text: str, lower: str) -> Iterator[int]:
        """Where the term stands as a word. `str.find` runs in C: most terms are on no page."""
        term, text = (self.term, text) if self.cased else (self.term.lower(), lower)
        place = text.find(term)
        while place >= 0:
            after = text[place + len(term) : place + len(term) + 2].removeprefix("" if self.cased else "s")
            if not (place and text[place - 1].isalnum()) and not after[:1].isalnum():
                yield place
            place = text.find(term, place + 1)

    def explains(self, text: str, lower: str, place: int) -> bool:
        """Whether "long name (X)", "X (long name)" or "X is …" in the definition's words stands there."""
        before, after = lower[:place], lower[place + len(self.term) :]
        if any(before[-len(name) - 3 :].rstrip("( ").endswith(name) and before.endswith("(") for name in self.names):
            return True
        if any(after.removeprefix("s").lstrip().startswith(f"({name})") for name in self.names):
            return True
        found = self.means.match(text, place + len(self.term))
        if not found:
            return False
        end = _SENTENCE.search(text, found.end())
        rest = set(_CONTENT.findall(text[place : end.start() if end else len(text)].lower()))
        return len(rest & self.words) >= _SHARED


def _plain(mask: str) -> str:
    """The text with marks, addresses and emphasis blanked; offsets stay true."""
    text = CERTAINTY.sub(_blank, CITATION_RUN.sub(_blank, mask))
    return _NOISE.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


@lru_cache(maxsize=8)
def _terms(glossary: tuple[tuple[str, tuple[str, ...], str], ...]) -> tuple[_Term, ...]:
    made = []
    for term, synonyms, definition in glossary:
        cased = term.isupper() or re.search(r"[a-z][A-Z]", term) is not None
        means = re.compile(rf"{'' if term.isupper() else 's?'}\s+(?:\(|{_MEANS})", re.IGNORECASE)
        words = frozenset(_CONTENT.findall(definition.lower())) - set(_CONTENT.findall(term.lower()))
        names = tuple(name.lower() for name in synonyms if len(name) > len(term))
        lower = term.lower()
        run = _RUN.match(lower) if lower.isascii() else None
        first = run.group() if run else ""
        made.append(_Term(term, cased, names, words, means, lower, first, f"{first}s" if first == lower else first))
    return tuple(made)
