"""The marks that writers put in a text: sources, certainty, claims.

`[@id]` cites a source, `[certainty: low]` states how sure we are, `[claim: id]` how sure the registry of claims
is. One grammar, read by the checker (which needs places)
and by the Markdown extensions (which need meaning).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CERTAINTY",
    "CITATION",
    "CITATION_GROUP",
    "CITATION_RUN",
    "CLAIM",
    "GRADES",
    "Cite",
    "ClaimMark",
    "cites",
    "claims",
    "grade",
]

#: One pair of brackets: `[@a]`, `[@a, p. 4]`, `[@a; @b]`.
CITATION = re.compile(r"\[@[^\[\]]+\]")
#: Brackets that touch each other are read as one mark; the spaces before belong to it, so that it never
#: starts a line on its own.
CITATION_RUN = re.compile(r"(?P<group>\[@[^\[\]]+\](?:[ \t]*\[@[^\[\]]+\])*)")
CITATION_GROUP = re.compile(rf"[ \t]*{CITATION_RUN.pattern}")
#: `[certainty: low]`, case and the kind of space do not matter.
CERTAINTY = re.compile(r"\[certainty:\s*(?P<word>[^\[\]]*?)\s*\]", re.IGNORECASE)
#: `[claim: depression-04]`, or with the word that the text was written for: `[claim: depression-04, low]`.
CLAIM = re.compile(r"\[claim:\s*(?P<id>[^\[\],]*?)\s*(?:,\s*(?P<word>[^\[\]]*?)\s*)?\]", re.IGNORECASE)

#: The GRADE words, from the surest down, with the number of full dots (of four) that stand for them.
#: GRADE: https://www.bmj.com/content/336/7650/924
GRADES = {"high": 4, "moderate": 3, "low": 2, "very low": 1}

_PART = re.compile(r"\s*@?(?P<id>[^,;@\s]+)\s*(?:,\s*(?P<locator>[^;]*?))?\s*\Z")


@dataclass(frozen=True, slots=True)
class Cite:
    """One cited source: its id, the place in it (`p. 4`, or empty), and where in the text the `@` stands."""

    id: str
    locator: str
    start: int


def cites(text: str, base: int = 0) -> Iterator[Cite]:
    """Each source that the citation marks in `text` name, in order; `start` counts from `base`.

    A part that is no id at all (`[@a; see also]`) comes out with its raw words as id, so that it is found
    unknown instead of being lost.
    """
    for mark in CITATION.finditer(text):
        offset = mark.start() + 1
        for part in mark.group()[1:-1].split(";"):
            stripped = part.strip()
            start = base + offset + (len(part) - len(part.lstrip()))
            offset += len(part) + 1
            if not stripped:
                continue
            match = _PART.match(part)
            if match and stripped.startswith("@"):
                yield Cite(match["id"], match["locator"] or "", start)
            else:
                yield Cite(stripped.lstrip("@"), "", start)


@dataclass(frozen=True, slots=True)
class ClaimMark:
    """One mark of a claim: its id, the word the writer states for it (or empty), where in the text it stands."""

    id: str
    word: str
    start: int


def claims(text: str, base: int = 0) -> Iterator[ClaimMark]:
    """Each claim that `text` names, in order; `start` counts from `base`."""
    for mark in CLAIM.finditer(text):
        yield ClaimMark(mark["id"], mark["word"] or "", base + mark.start())


def grade(word: str) -> str | None:
    """The GRADE word in its usual spelling (`Very-Low` → `very low`), or None when it is none of the four."""
    plain = " ".join(word.lower().replace("-", " ").replace("_", " ").split())
    return plain if plain in GRADES else None
