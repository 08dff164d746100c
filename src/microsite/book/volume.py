"""The finished book as a value, and `book.json`, the file in which others find it."""

from __future__ import annotations

import json
from dataclasses import asdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Book", "BookFile", "read_book"]

#: Raised when a field of `book.json` changes its meaning.
VERSION = 1


@dataclass(frozen=True, slots=True)
class BookFile:
    """One file of the book. `format` is `pdf` or `epub`, `name` its file name, `sha256` in hexadecimal."""

    format: str
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Book:
    """What was built. `date` is ISO 8601, `pages` counts the PDF's (cover included), `inputs` hashes all input."""

    title: str
    subtitle: str
    edition: str
    date: str
    pages: int
    files: tuple[BookFile, ...]
    chapters: tuple[str, ...]
    inputs: str

    def as_dict(self) -> dict[str, Any]:
        """What stands in `book.json`."""
        return {"version": VERSION, **asdict(self), "files": [asdict(file) for file in self.files]}


def read_book(path: Path) -> Book | None:
    """The book that `book.json` at `path` describes; None when there is none or it cannot be understood."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("version") != VERSION:
            return None
        files = tuple(BookFile(**file) for file in data.pop("files"))
        return Book(**{**data, "files": files, "chapters": tuple(data["chapters"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
