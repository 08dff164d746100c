"""Reading grade of English by Flesch and Kincaid (1975, Navy report 8-75, https://stars.library.ucf.edu/istlibrary/56/).

grade = 0.39 * words / sentences + 11.8 * syllables / words - 15.59. Syllables are counted by rule (groups of
vowels, silent endings), the way all programs do that have no dictionary of sounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Size", "count_syllables", "grade_of", "measure"]

_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:[\u2019'][A-Za-z]+)?|\d[\d.,]*")
_VOWELS = re.compile(r"[aeiouyà-ɏ]+")
#: Endings that are written with a vowel and not spoken: "used", "makes", "nerve", but not "waited", "doses", "table".
_SILENT = re.compile(r"(?<![aeiouy])(?<![^aeiouy]l)(?:e|(?<![td])ed|(?<![scgxz])(?<![sc]h)es)$")
#: Two vowels that are two syllables: "react", "radio", "serious", "quiet"; "fluid" stays one.
_SPLIT = re.compile(
    r"i[aou]|iet|[^aeioq]ua|eo(?!p)|ea(?=[ct]i|nx)|(?<=[aeiou].)ea$|[cr]rea(?=t)|rea(?=c)|uo(?!r|s)|ism$|[aeiou]ing$"
)
_JOINED = re.compile(r"[tcsx]i(?:on|al|an|ous|en)|gi(?:on|ous)|qu|geo(?:us|n)")


@dataclass(frozen=True, slots=True)
class Size:
    """Words and syllables of a text."""

    words: int
    syllables: int


def grade_of(words: int, sentences: int, syllables: int) -> float:
    """The Flesch-Kincaid grade (US school years); 0.0 for an empty text."""
    if not words or not sentences:
        return 0.0
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def measure(text: str) -> Size:
    """Words and syllables of plain text. A number counts as one word of one syllable."""
    words = _WORD.findall(text)
    return Size(len(words), sum(map(count_syllables, words)))


@lru_cache(maxsize=65536)
def count_syllables(word: str) -> int:
    """About how many syllables an English word has, at least one."""
    plain = word.lower().replace("\u2019", "").replace("'", "")
    if not plain or plain[0].isdigit():
        return 1
    count = len(_VOWELS.findall(plain))
    count += len(_SPLIT.findall(_JOINED.sub("#", plain)))
    if len(plain) > 3 and _SILENT.search(plain):
        count -= 1
    return max(1, count)
