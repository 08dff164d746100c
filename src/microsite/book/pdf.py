"""Typst source in, PDF or PNG bytes out. The only importer of `typst`, and that late: its library is 80 MB.

Why Typst (https://typst.app/, its wheel MIT over Apache-2.0): one wheel of 34 MB without anything beside it, its text
face inside, a whole book in about a second, and the only free engine from PyPI that writes tagged PDF and checks
PDF/UA-1 itself. WeasyPrint needs Pango from the system, ReportLab's free edition writes no tags, LaTeX is no wheel,
PyMuPDF is AGPL.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from microsite.errors import BookError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["engine_version", "render_cover", "render_pdf"]

#: 6 by 9 in at this density is 1200 by 1800 px, what shops and readers ask of a cover.
_COVER_PPI = 200


def engine_version() -> str:
    """The engine's version, part of what a finished book depends on.

    Raises:
        BookError: it is not installed.
    """
    try:
        return version("typst")
    except PackageNotFoundError as error:
        msg = "the typesetter (Python package typst) is not installed"
        raise BookError(msg, fix="Run `make` once, or `pip install typst`.") from error


def render_pdf(source: str, made: datetime) -> tuple[bytes, int]:
    """(PDF/UA-1 bytes, number of pages) of a Typst document; `made` is the time written into the file.

    Raises:
        BookError: the engine refused the document, or warned: a warning is a missing glyph or a layout in doubt.
    """
    import typst  # noqa: PLC0415 - see above

    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        main = Path(folder, "book.typ")
        main.write_text(source, encoding="utf-8")
        try:
            engine = typst.Compiler(main, root=folder, ignore_system_fonts=True)
            data, warnings = engine.compile_with_warnings(format="pdf", pdf_standards=["ua-1"], timestamp=made)
            pages = int(engine.eval("counter(page).at(query(<end>).last().location()).first()"))
        except typst.TypstError as error:
            msg = f"the book cannot be typeset: {error.message}"
            raise BookError(msg, fix="; ".join(error.hints)) from error
    if warnings:
        msg = "the book is typeset with doubts: " + "; ".join(str(warning) for warning in warnings)
        raise BookError(msg)
    if not isinstance(data, bytes):
        msg = "the engine wrote no single PDF"
        raise BookError(msg)
    return data, pages


def render_cover(source: str) -> bytes:
    """The PNG (1200 by 1800 px) of a document of one page.

    Raises:
        BookError: the engine refused the document.
    """
    import typst  # noqa: PLC0415 - see above

    try:
        data = typst.compile(source.encode(), format="png", ppi=_COVER_PPI, ignore_system_fonts=True)
    except typst.TypstError as error:
        msg = f"the cover cannot be drawn: {error.message}"
        raise BookError(msg, fix="; ".join(error.hints)) from error
    return data
