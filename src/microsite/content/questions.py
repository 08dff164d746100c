"""The questions of a page and their answers as plain words: `??? question "…"` blocks in, pairs of texts out.

For machines that read a page's data: they ask for the words that a reader sees, so marks of sources go, certainty is
said as the page says it, and a link is its words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from .marks import CERTAINTY
from .marks import CITATION_GROUP
from .marks import grade

__all__ = ["questions"]

_BLOCK = re.compile(
    r"^(?P<indent> *)\?\?\?\+?[ \t]+question[ \t]+\"(?P<title>[^\n]+)\"[ \t]*\n"
    r"(?P<body>(?:(?P=indent) {4}[^\n]*\n|[ \t]*\n)*)",
    re.MULTILINE,
)
_CLAIM = re.compile(r"[ \t]*\[claim:[^\[\]]*\]", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
_LINE = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+", re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>|\{[:#.][^{}\n]*\}", re.DOTALL)
_STRESS = re.compile(r"(?<!\\)(?:\*\*|\*|`)|(?<![\w\\])_+(?=\S)|(?<=\S)(?<!\\)_+(?!\w)")


@lru_cache(maxsize=4096)
def questions(text: str) -> tuple[tuple[str, str], ...]:
    """(question, answer) of each question block of a Markdown text, in order; a block without an answer is left out."""
    if "??? question" not in text and "???+ question" not in text:
        return ()
    found = (
        (_words(match["title"].replace('\\"', '"')), _words(match["body"])) for match in _BLOCK.finditer(f"{text}\n")
    )
    return tuple((question, answer) for question, answer in found if question and answer)


def _words(text: str) -> str:
    """What a reader sees of a piece of Markdown, on one line."""
    text = _CLAIM.sub("", CITATION_GROUP.sub("", text))
    text = CERTAINTY.sub(lambda match: f"{(grade(match['word']) or match['word']).capitalize()} certainty", text)
    text = _TAG.sub("", _LINE.sub("", _LINK.sub(r"\1", text)))
    text = re.sub(r"\\([\\`*_{}\[\]()<>#+.!|-])", r"\1", _STRESS.sub("", text))
    return " ".join(unescape(text).split())
