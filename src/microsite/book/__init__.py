"""The free book: Markdown chapters and a list of sources in, one PDF, one EPUB and `book.json` out."""

from __future__ import annotations

from .build import build_book
from .volume import Book
from .volume import BookFile
from .volume import read_book

__all__ = ["Book", "BookFile", "build_book", "read_book"]
