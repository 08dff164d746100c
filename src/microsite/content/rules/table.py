"""Every rule by its stable id, in one sentence. The documentation is made from this, and `check` refuses others."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES", "STANDING"]

RULES: Mapping[str, str] = MappingProxyType(
    {
        "bare-url": "An address stands in the text without words; a screen reader spells it out.",
        "citation-form": "A citation is written in a form that nobody reads, so readers see the mark itself.",
        "claim-certainty": "A page states another certainty for a claim than the registry does.",
        "claim-changed": "The certainty of a claim that a page leans on is not what it was (`check --claims`).",
        "corrected-reference": "A source was corrected, or reinstated after a retraction (`check --retractions`).",
        "crisis-missing": "The page speaks of suicide and does not set `crisis: true`, which puts the 988 box on top.",
        "data-duplicate": "Two entries of a data file have the same id.",
        "data-entry": "An entry of a data file lacks a field or has a wrong one.",
        "data-file": "A data file is missing or cannot be read.",
        "data-key": "An entry of a data file has a key that its model does not know.",
        "data-reference": "An entry of a data file names a source or compound that does not exist.",
        "dead-anchor": "A link leads to a heading or id that the page does not have.",
        "dead-link": "A link or image leads to a file that does not exist.",
        "description-long": "The description is longer than 160 characters and would be cut in search results.",
        "doubted-reference": "A source has an expression of concern (`check --retractions`).",
        "duplicate-description": "Two pages have the same description.",
        "duplicate-paragraph": "Two pages share a paragraph.",
        "duplicate-title": "Two pages have the same title.",
        "empty-section": "A heading has nothing below it.",
        "fact-expires": "An entry's `valid_until` is near or past (`check --expires`).",
        "front-matter-duplicate": "A key of the front matter is given twice.",
        "front-matter-key": "The front matter has a key that the schema does not know.",
        "front-matter-missing": "A key that this kind of page needs is missing.",
        "front-matter-open": "The front matter has no closing line.",
        "front-matter-type": "A value of the front matter has the wrong type.",
        "front-matter-value": "A value of the front matter is none of the known words.",
        "front-matter-yaml": "The front matter is no YAML.",
        "future-date": "A date of publishing or updating lies in the future.",
        "heading-order": "A heading skips a level, or a second main heading stands in the text.",
        "image-alt": "An image has no text for those who cannot see it.",
        "invalid-utf8": "The file is not UTF-8.",
        "lost-address": "An address that was once published is neither a page nor a redirect.",
        "missing-author": "An article names no author.",
        "no-citations": "An article cites no source.",
        "orphan-page": "No page leads to this one; the lists of all pages count for nothing.",
        "placeholder-text": "A placeholder was left in the text.",
        "raw-html": "Raw HTML holds a script, style, frame, form or event handler, which the policy blocks.",
        "raw-mark": "A mark of a source, a link or emphasis stands where it is printed as it is.",
        "reading-grade": "The text reads above grade 9.5 (Flesch-Kincaid); the hardest sentences are named.",
        "redirect-chain": "A redirect leads to another redirect.",
        "redirect-dead": "A redirect leads to no page.",
        "redirect-live": "A redirect stands at the address of a page.",
        "redirect-loop": "Redirects lead in a circle.",
        "retired-claim": "A claim that was given up is still stated.",
        "retracted-reference": "A cited source was retracted.",
        "review-overdue": "The day of the next review has passed; after 90 days the page may not be published.",
        "review-soon": "A page's review is due soon (`check --expires`).",
        "review-unsigned": "A day of review is given without a reviewer.",
        "series-parts": "Parts of a series are given twice, are missing, or are only one.",
        "strong-claim": "A claim is worded more strongly than any source allows.",
        "table-caption": "A table has no caption line `Table: …` before it.",
        "third-party": "The page would load something from another host.",
        "title-long": "The title is longer than 65 characters and would be cut in search results.",
        "tracking-parameter": "A link carries a parameter that tracks readers.",
        "uncited-claim": "A figure on effect, harm or approval, or a sentence that leans on studies, has no citation.",
        "uncited-reference": "References that no page cites.",
        "unexplained-term": "A word of the glossary is used before the page explains it.",
        "unknown-author": "An author is not in data/people.toml.",
        "unknown-certainty": "A certainty mark has a word that is no GRADE word.",
        "unknown-citation": "A citation names a source that is not in data/references.json.",
        "unknown-claim": "A mark or a list names a claim that is not in data/claims.json.",
        "unknown-compound": "A compound is not in data/compounds.json.",
        "unknown-condition": "A condition is not in data/conditions.json.",
        "unknown-related": "A related page does not exist.",
        "unknown-reviewer": "The reviewer is not in data/people.toml.",
        "unverified-reference": "A statement rests on a source that nobody has verified yet.",
        "updated-before-published": "The day of the update is before the day of publishing.",
    }
)

#: Errors that only a person's decision ends. A check fails on them; a build goes on, and the page tells its readers.
STANDING = frozenset({"lost-address", "retracted-reference", "review-overdue"})
