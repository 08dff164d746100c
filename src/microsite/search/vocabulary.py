"""The words that a typo may have been meant as: for each first letter a file of words as people write them.

A file holds `number of words │ front-coded words │ one byte each: log2 of the number of documents`. It is asked for
only when a query's word is in no document. Words of fewer documents than `rarest` are left out: a typo of theirs is
as likely a typo of the corpus.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from .codec import file_name
from .codec import front_coded
from .codec import numbers
from .shards import Directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

__all__ = ["rarest", "write_vocabulary"]

#: Words of one letter more than this are cut to those of most documents.
_MOST = 2500


def rarest(documents: int) -> int:
    """How many documents a word must be in: all words count on a small site, the twice met ones on a large one."""
    return 1 if documents < 2000 else 2 if documents < 50_000 else 5


def write_vocabulary(frequencies: Mapping[str, int], documents: int, write: Callable[[str, bytes], None]) -> Directory:
    """Write the files; `frequencies` gives the number of documents of each word that is a term."""
    least = rarest(documents)
    kept = sorted(word for word, count in frequencies.items() if count >= least and len(word) > 2 and word.isalpha())
    directory = Directory()
    for letter, group in groupby(kept, key=lambda word: word[0]):
        chosen = sorted(sorted(group, key=lambda word: (-frequencies[word], word))[:_MOST])
        content = numbers([len(chosen)]) + front_coded(word.encode() for word in chosen)
        content += bytes(frequencies[word].bit_length() for word in chosen)
        directory.add(letter.encode(), content)
        write(file_name("w", letter, content), content)
    return directory
