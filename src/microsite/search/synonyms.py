"""Groups of names that mean one thing in, documents that carry the other names out.

A section on "CRPS" is found by "complex regional pain syndrome": where a title or heading holds one name of a group,
the group's other names join the document's aliases, a field of little weight. Nothing is added to what a reader asks,
so it costs no byte of a search but the postings themselves.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from .terms import Stems
from .terms import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from .document import Document

__all__ = ["with_synonyms"]


def with_synonyms(documents: Iterable[Document], groups: Sequence[Sequence[str]]) -> Iterator[Document]:
    """The documents in order, with the names that follow from their titles, headings and aliases."""
    stems = Stems()
    names: dict[tuple[str, ...], set[int]] = {}
    for number, group in enumerate(groups):
        for name in group:
            key = tuple(stems.of(words(name)))
            if len(" ".join(key)) > 1:
                names.setdefault(key, set()).add(number)
    longest = max(map(len, names), default=0)

    @lru_cache(maxsize=20_000)
    def named(text: str) -> frozenset[int]:
        """The groups that a short text names; many sections have the same heading, and all of a page its title."""
        terms = stems.of(words(text))
        found: set[int] = set()
        for low in range(len(terms)):
            for high in range(low + 1, min(low + longest, len(terms)) + 1):
                found.update(names.get(tuple(terms[low:high]), ()))
        return frozenset(found)

    @lru_cache(maxsize=20_000)
    def completed(name: str, focus: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
        found = frozenset().union(*map(named, (name, focus, *aliases)))
        more = [name for number in sorted(found) for name in groups[number]]
        return tuple(dict.fromkeys((*aliases, *more))) if more else aliases

    for document in documents:
        aliases = completed(document.name, document.focus, document.aliases)
        yield document if aliases == document.aliases else replace(document, aliases=aliases)
