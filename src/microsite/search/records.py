"""What is shown of a result: records in chunks by document number, and whole texts for phrases.

A chunk is plain UTF-8 text: its first line is the check of its file of whole texts (five hex digits), then a line for
each number from `chunk << shift`::

    page ⇥ title ⇥ anchor ⇥ heading ⇥ kind ⇥ opening words

A line on the same page as the line above leaves page and title empty; a number that is not in use is an empty line.
The file of whole texts has the same lines with the text alone. Tabs and line breaks cannot occur: white space was
squeezed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from .codec import check_of
from .codec import file_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from .document import Document

__all__ = ["SHIFT", "SHOWN", "Records", "opening"]

#: 2^SHIFT documents in a chunk; measured, see ARCHITECTURE.md.
SHIFT: Final = 1
#: Characters of text in a record: two lines on a phone.
SHOWN: Final = 180


def opening(text: str, limit: int = SHOWN) -> str:
    """The first words of `text`, at most `limit` characters; an ellipsis says that there is more."""
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", limit // 2, limit)
    return text[: cut if cut > 0 else limit].rstrip(" ,;:") + "\u2026"


class Records:
    """Takes documents by rising number; `close` gives the checks of all chunks, 0 for an empty one."""

    def __init__(self, write: Callable[[str, bytes], None], kinds: dict[str, int]) -> None:
        self._write = write
        self._kinds = kinds
        self._chunk = 0
        self._lines: list[str] = []
        self._texts: list[str] = []
        self._above = ("", "")
        self.checks: list[int] = []

    def add(self, number: int, document: Document) -> None:
        """Append a document."""
        self._until(number >> SHIFT)
        gap = number - (self._chunk << SHIFT) - len(self._lines)
        self._lines += [""] * gap
        self._texts += [""] * gap
        page = (document.page, document.title)
        shown = ("", "") if page == self._above else page
        self._above = page
        kind = str(self._kinds.setdefault(document.kind, len(self._kinds)))
        self._lines.append("\t".join((*shown, document.anchor, document.heading, kind, opening(document.text))))
        self._texts.append(document.text)

    def _until(self, chunk: int) -> None:
        while self._chunk < chunk:
            self._flush()

    def _flush(self) -> None:
        check = 0
        if self._lines:
            key = str(self._chunk)
            texts = "\n".join(self._texts).encode()
            self._write(file_name("p", key, texts), texts)
            content = "\n".join((f"{check_of(texts):05x}", *self._lines)).encode()
            self._write(file_name("r", key, content), content)
            check = check_of(content)
        self.checks.append(check)
        self._chunk += 1
        self._lines, self._texts, self._above = [], [], ("", "")

    def close(self) -> list[int]:
        """Write what is left."""
        self._flush()
        return self.checks
