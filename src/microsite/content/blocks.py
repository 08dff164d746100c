"""A masked Markdown source cut into blocks (paragraph, list item, table row …) and sentences, with offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["Block", "Sentence", "blocks", "sentences"]

Kind = Literal["paragraph", "item", "row", "rule", "heading", "title", "caption"]

_LINE = re.compile(r"[^\n]+")
_STARTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("heading", re.compile(r"\s*#{1,6}\s*[^\s#]")),
    ("title", re.compile(r"\s*(?:!!!|\?\?\?\+?)\s")),
    ("rule", re.compile(r"\s*\|?\s*:?-{2,}[\s|:-]*$")),
    ("row", re.compile(r"\s*\|")),
    ("item", re.compile(r"\s*(?:[-*+]|\d+[.)])\s")),
    ("caption", re.compile(r"\s*Table:")),
)
_MARKS = r"(?:\s*\[@[^\[\]]+\]|\s*\[certainty:[^\[\]]*\])*"
_END = re.compile(rf"[.!?…][\"\u201d\u2019')\]*_]*{_MARKS}(?=\s|$)")
_NEXT = re.compile(r"\s+[\"\u201c\u2018'(\[*_]*[A-Z0-9]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|approx|Inc|No|Fig|e\.g|i\.e|al|cf|etc)|\b[A-Z](?:\.[A-Z])*)\.$"
)
#: Characters of the longest abbreviation; of capitals with dots between them the last one is enough.
_LONGEST = len("approx.")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `text` is the file's text from `start` on, with code blanked."""

    kind: Kind
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the citation marks that follow its full stop; `start` is its offset in the file."""

    text: str
    start: int


def blocks(mask: str) -> tuple[Block, ...]:
    """The blocks of a masked text, in order. Rows, headings and titles are one line each, the others run on."""
    found: list[Block] = []
    kind: Kind | None = None
    start = end = 0

    def close() -> None:
        nonlocal kind
        if kind is not None:
            found.append(Block(kind, mask[start:end], start))
        kind = None

    for line in _LINE.finditer(mask):
        text = line.group()
        if not text.strip():
            close()
            continue
        # A newline follows each match: two matches that do not touch have an empty line between them.
        if line.start() > end + 1:
            close()
        opens = next((name for name, pattern in _STARTS if pattern.match(text)), None)
        if opens is not None or kind in {None, "row", "rule", "heading", "title"}:
            close()
            kind, start = opens or "paragraph", line.start()
        end = line.end()
    close()
    return tuple(found)


def sentences(block: Block) -> tuple[Sentence, ...]:
    """The sentences of a block. A mark after the full stop belongs to the sentence before it."""
    found = []
    start = 0
    text = block.text
    for match in _END.finditer(text):
        stop = match.start() + 1
        short = _ABBREVIATION.search(text, max(0, stop - _LONGEST), stop)
        if short or (match.end() < len(text) and not _NEXT.match(text, match.end())):
            continue
        found.append(_sentence(text[start : match.end()], block.start + start))
        start = match.end()
    if text[start:].strip():
        found.append(_sentence(text[start:], block.start + start))
    return tuple(found)


def _sentence(text: str, start: int) -> Sentence:
    return Sentence(text.strip(), start + len(text) - len(text.lstrip()))
