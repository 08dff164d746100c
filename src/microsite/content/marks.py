"""The two marks that writers put in a text: `[@id]` cites a source, `[certainty: low]` states how sure we are.

One grammar, read by the checker (which needs places) and by the Markdown extensions (which need meaning).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CERTAINTY", "CITATION", "CITATION_GROUP", "CITATION_RUN", "GRADES", "Cite", "cites", "grade"]

#: One pair of brackets: `[@a]`, `[@a, p. 4]`, `[@a; @b]`.
CITATION = re.compile(r"\[@[^\[\]]+\]")
#: Brackets that touch each other are read as one mark; the spaces before belong to it, so that it never
#: starts a line on its own.
CITATION_RUN = re.compile(r"(?P<group>\[@[^\[\]]+\](?:[ \t]*\[@[^\[\]]+\])*)")
CITATION_GROUP = re.compile(rf"[ \t]*{CITATION_RUN.pattern}")
#: `[certainty: low]`, case and the kind of space do not matter.
CERTAINTY = re.compile(r"\[certainty:\s*(?P<word>[^\[\]]*?)\s*\]", re.IGNORECASE)

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


def grade(word: str) -> str | None:
    """The GRADE word in its usual spelling (`Very-Low` → `very low`), or None when it is none of the four."""
    plain = " ".join(word.lower().replace("-", " ").replace("_", " ").split())
    return plain if plain in GRADES else None
