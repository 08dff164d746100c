"""In which script a text is written: a hint, worth one point, because the site is in English.

In: a text. Out: the share of its letters that are not Latin. A language is not guessed: a Spanish or Vietnamese
speaker's message costs nothing, and a Russian one alone is far from any consequence.
"""

from __future__ import annotations

__all__ = ["foreign_share"]

#: The last letter of the Latin blocks (Latin Extended-B and IPA end here); Latin Extended Additional is apart.
_LATIN_ENDS = "\u02af"
_ADDITIONAL = ("\u1e00", "\u1eff")


def foreign_share(text: str) -> float:
    """Letters outside the Latin script ÷ all letters, 0 to 1; 0 for a text without letters."""
    if text.isascii():
        return 0.0
    letters = [one for one in text if one.isalpha()]
    foreign = sum(one > _LATIN_ENDS and not _ADDITIONAL[0] <= one <= _ADDITIONAL[1] for one in letters)
    return foreign / len(letters) if letters else 0.0
