"""What is shown of a result: records in chunks by document number, and whole texts for phrases.

Chunk n is the file `r.n.bin`, plain UTF-8 text. Its first line has 14 hexadecimal digits: 5 of the CRC-32 of all that
follows them, 4 of the numbering in this part of the index (see `Layout`), 5 of the check of its file of whole texts.
Then comes a line for each number from `n << SHIFT`::

    page ⇥ title ⇥ anchor ⇥ heading ⇥ kind ⇥ opening words

A line on the same page as the line above leaves page and title empty; a number that is not in use is an empty line.
The file of whole texts has the same lines with the text alone. Tabs and line breaks cannot occur: white space was
squeezed.

Records are small pages, and like pages they keep their names: a correction shows at once, and no reader pays for a
directory of as many checks as there are chunks, nor for a further step to fetch it. What an old manifest must not meet
is a record of another numbering; so each chunk carries a digest of the numbering, and the manifest the expected one:
of every page's address, its first number, and its sections' anchors in order, so that a number is the same section.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from typing import Final

from .codec import check_of
from .codec import file_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from .document import Document

__all__ = ["SHIFT", "SHOWN", "Layout", "Records", "opening"]

#: 2^SHIFT documents in a chunk; measured, see ARCHITECTURE.md.
SHIFT: Final = 1
#: Characters of text in a record. A reader sees the best 180 of them; most sections are no longer, and twice as many
#: characters cost a first search some 2 KB.
SHOWN: Final = 480


def opening(text: str, limit: int = SHOWN) -> str:
    """The first words of `text`, at most `limit` characters; an ellipsis says that there is more."""
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", limit // 2, limit)
    kept = text[: cut if cut > 0 else limit].rstrip(" ,;:\u00b7")
    return f"{kept}{' ' if kept.endswith(('.', '!', '?')) else ''}\u2026"


class Layout:
    """Digests of the numbering, one for each part of `1 << shift` numbers: 16 bits each, at most 256 parts.

    Digests are added up by exclusive or, so they must not be linear: with a CRC, two pages that move by the same
    distance would cancel each other out. `kinds` are the manifest's: a record names its kind by number.
    """

    def __init__(self, end: int, kinds: Iterable[str] = ()) -> None:
        self.shift = max((max(end, 1) - 1).bit_length() - 8, 7)
        self.digests = [_digest("\t".join(kinds))] * (((max(end, 1) - 1) >> self.shift) + 1)

    def add(self, page: str, start: int, count: int, sections: int = 0) -> None:
        """Take a page, its numbers and a digest of its sections' anchors in their order."""
        digest = _digest(f"{page}\t{start}\t{count}\t{sections}")
        for part in range(start >> self.shift, ((start + count - 1) >> self.shift) + 1):
            self.digests[part] ^= digest

    def of(self, number: int) -> int:
        """The digest for the part that a number is in."""
        return self.digests[number >> self.shift]


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=2).digest(), "big")


class Records:
    """Takes documents by rising number; `close` writes the last chunk and gives the runs of chunks that there are."""

    def __init__(self, write: Callable[[str, bytes], None], kinds: Mapping[str, int], layout: Layout) -> None:
        self._write = write
        self._kinds = kinds
        self._layout = layout
        self._chunk = 0
        self._lines: list[str] = []
        self._texts: list[str] = []
        self._above = ("", "")
        self._runs: list[int] = [0]
        self._there = False

    def add(self, number: int, document: Document) -> None:
        """Append a document."""
        while self._chunk < number >> SHIFT:
            self._flush()
        gap = number - (self._chunk << SHIFT) - len(self._lines)
        self._lines += [""] * gap
        self._texts += [""] * gap
        page = (document.page, document.title)
        shown = ("", "") if page == self._above else page
        self._above = page
        kind = str(self._kinds[document.kind])
        self._lines.append("\t".join((*shown, document.anchor, document.heading, kind, opening(document.text))))
        self._texts.append(document.text)

    def _flush(self) -> None:
        if bool(self._lines) != self._there:
            self._there = not self._there
            self._runs.append(0)
        self._runs[-1] += 1
        if self._lines:
            texts = "\n".join(self._texts).encode()
            self._write(file_name("p", str(self._chunk), texts), texts)
            head = f"{self._layout.of(self._chunk << SHIFT):04x}{check_of(texts):05x}"
            content = "\n".join((head, *self._lines)).encode()
            self._write(f"r.{self._chunk}.bin", f"{check_of(content):05x}".encode() + content)
        self._chunk += 1
        self._lines, self._texts, self._above = [], [], ("", "")

    def close(self) -> list[int]:
        """Lengths of runs: chunks that are not there, chunks that are, and so on."""
        self._flush()
        return self._runs
