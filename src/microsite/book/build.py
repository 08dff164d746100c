"""Chapters and sources in, `steady-ground.pdf`, `steady-ground.epub` and `book.json` in a folder out.

Work is skipped when nothing that the book depends on has changed. A file is replaced in one step, `book.json` last:
whoever reads it finds either the book it describes, or hashes that do not match and so a reason to build again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from datetime import UTC
from datetime import datetime
from datetime import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import markdown

from microsite import content
from microsite.errors import BookError

from .epub import pack
from .manuscript import read_manuscript
from .pdf import engine_version
from .pdf import render_cover
from .pdf import render_pdf
from .typeset import cover_source
from .typeset import source
from .volume import Book
from .volume import BookFile
from .volume import read_book

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["build_book"]

_STEM = "steady-ground"
_INDEX = "book.json"
#: What of our own code the bytes depend on.
_OUR_FILES = ("*.py", "*.typ", "*.css")
_CONTENT_FILES = ("marks.py", "references.py")


def build_book(chapters: Path, references: Path, out: Path) -> Book:
    """Typeset the book and return what is in `out`; fast when it is there already.

    Args:
        chapters: folder of `book.toml` and the chapters (`*.md`, in the order of their names).
        references: CSL-JSON file of all sources.
        out: folder for the three files; made when missing.

    Raises:
        BookError: something is missing or wrong; the message names `path:line:column` of what an editor can mend.
    """
    inputs = _hash_inputs(chapters, references)
    there = read_book(out / _INDEX)
    if there and there.inputs == inputs and all(_is_whole(out, file) for file in there.files):
        return there
    manuscript = read_manuscript(chapters, references)
    imprint = manuscript.imprint
    pdf, pages = render_pdf(source(manuscript), datetime.combine(imprint.published, time(), UTC))
    epub = pack(manuscript, render_cover(cover_source(manuscript)))
    made = {f"{_STEM}.pdf": pdf, f"{_STEM}.epub": epub}
    book = Book(
        title=imprint.title,
        subtitle=imprint.subtitle,
        edition=imprint.edition,
        date=imprint.published.isoformat(),
        pages=pages,
        files=tuple(
            BookFile(name.rpartition(".")[2], name, len(data), hashlib.sha256(data).hexdigest())
            for name, data in made.items()
        ),
        chapters=tuple(chapter.title for chapter in manuscript.chapters),
        inputs=inputs,
    )
    made[_INDEX] = (json.dumps(book.as_dict(), ensure_ascii=False, indent=2) + "\n").encode()
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in made.items():
            _replace(out / name, data)
    except OSError as error:
        msg = f"{out}: the book cannot be written ({error})"
        raise BookError(msg, fix="Give a folder that can be written to.") from error
    return book


def _hash_inputs(chapters: Path, references: Path) -> str:
    """One hash over all that the bytes depend on: text, sources, our own code and layout, the engine."""
    total = hashlib.sha256(f"typst {engine_version()} markdown {markdown.__version__}".encode())
    for path in _inputs(chapters, references):
        try:
            data = path.read_bytes()
        except OSError:
            data = b""  # said in words by the reader of the manuscript, which names the file
        total.update(f"\0{path.name}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()


def _inputs(chapters: Path, references: Path) -> Iterator[Path]:
    yield chapters / "book.toml"
    yield from sorted(chapters.glob("*.md"))
    yield references
    for package, names in ((__package__, _OUR_FILES), (content.__name__, _CONTENT_FILES)):
        folder = Path(str(files(package)))
        for name in names:
            yield from sorted(folder.glob(name))


def _is_whole(out: Path, file: BookFile) -> bool:
    try:
        return hashlib.sha256((out / file.name).read_bytes()).hexdigest() == file.sha256
    except OSError:
        return False


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file, then rename over it: a reader never sees half of it, a crash leaves the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
