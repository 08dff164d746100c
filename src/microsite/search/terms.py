"""Text in, terms out: the one tokenizer of index and query, with its twin in `js/terms.js`.

A term is a run of letters and digits, in lower case, without accents, cut to its stem. The rules, each held equal to
the twin by a test:

* compatibility forms fold together (NFKD), combining marks and invisible format characters vanish;
* a number keeps its decimal point and loses its thousands commas: `0.5`, `1000`; a unit is a word of its own, so
  `0.5mg/kg`, `0.5 mg/kg` and `0.5 MG / KG` are the same three terms;
* a name that starts with a letter keeps its digits: `cyp3a4`; a hyphen parts words: `s-ketamine` is `s`, `ketamin`;
* apostrophes of every kind vanish, a closing `'s` with them: `Crohn's` is `crohn`, `don't` is `dont`;
* lunr's 119 stop words are no terms; words of ASCII letters are stemmed by lunr's Porter stemmer (Porter 1980,
  "An algorithm for suffix stripping", with its author's later departures), all others stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from lunr.stemmer import PorterStemmer
from lunr.stop_word_filter import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["STOP_WORDS", "Stems", "stem", "words"]

#: Words that are no terms, as lunr has them.
STOP_WORDS: frozenset[str] = frozenset(WORDS)

#: A number, or a run that starts with a letter; with apostrophes inside.
_WORD = re.compile(r"\d+(?:,\d{3}(?!\d))*(?:\.\d+)*|[^\W\d_][^\W_]*(?:'[^\W_]+)*")
#: The same for plain text, in half the time: named ranges are faster than what is left of a category.
_ASCII = re.compile(r"[a-z][a-z0-9]*(?:'[a-z0-9]+)*|[0-9]+(?:,[0-9]{3}(?![0-9]))*(?:\.[0-9]+)*")
_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u2032\uff07"
_stemmer = PorterStemmer()


def words(text: str) -> list[str]:
    """The words of `text` in order, unstemmed, stop words among them."""
    if text.isascii():
        folded = text.lower()
    else:
        for mark in _APOSTROPHES:
            if mark in text:
                text = text.replace(mark, "'")
        folded = unicodedata.normalize("NFKD", text).lower()
        # Letters may have come with marks of their own (U+0130): drop marks last. Python's categories are those of
        # its Unicode version; a browser's may know newer letters, which no page of ours uses.
        # Once for each different character: a text has few beyond ASCII, mostly dashes, which part words as blanks do.
        for odd in set(folded):
            if not odd.isascii() and not odd.isalnum():
                folded = folded.replace(odd, "" if _is_dropped(odd) else " ")
    found: list[str] = (_ASCII if folded.isascii() else _WORD).findall(folded)
    if "'" in folded or "," in folded:
        return [_plain(word) if "'" in word or "," in word else word for word in found]
    return found


def _is_dropped(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "M" or category == "Cf"


def _plain(word: str) -> str:
    return word.removesuffix("'s").replace("'", "").replace(",", "")


def stem(word: str) -> str:
    """The term of one word: its Porter stem; empty for a stop word."""
    if word in STOP_WORDS:
        return ""
    return str(_stemmer.stem(word)) if word.isascii() else word


class Stems:
    """`stem` with a memory: a collection has some 100 times more words than different words."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __getitem__(self, word: str) -> str:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = stem(word)
        return known

    def of(self, found: Sequence[str]) -> list[str]:
        """The terms of words, in order; stop words have none."""
        known = self._known
        for word in set(found).difference(known):
            known[word] = stem(word)
        return list(filter(None, map(known.__getitem__, found)))
