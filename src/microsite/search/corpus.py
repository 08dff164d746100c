"""A collection in BEIR form in, documents out: JSON lines with `_id`, `title`, `text`, optionally gzipped.

Optional keys: `focus` (the page's title, when `title` is the section's) and `synonyms` (other names: a list, or one
text with names parted by `|` or `;`). A line that cannot be read is a finding with its place, and the rest goes on.
Source of the form: https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from typing import TYPE_CHECKING
from typing import Any

from microsite.errors import SearchError
from microsite.findings import Finding

from .document import Document

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["lines", "read_corpus", "squeeze"]

_PARTS = re.compile(r"\s*[|;]\s*")


def squeeze(text: str) -> str:
    """White space, control characters included, as single blanks."""
    return " ".join(text.replace("\x00", " ").split())


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """`(number from 1, line)` of a file, unzipped when its name ends in `.gz`.

    Raises SearchError when the file is missing or is no gzip file after all.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from enumerate(file, 1)
    except FileNotFoundError as error:
        msg = f"{path} is not there"
        raise SearchError(msg, fix="give the path of a .jsonl or .jsonl.gz file") from error
    except IsADirectoryError as error:
        msg = f"{path} is a folder"
        raise SearchError(msg, fix="give the path of a .jsonl or .jsonl.gz file") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        msg = f"{path} is no complete gzip file: {error}"
        raise SearchError(msg, fix="unzip it and give the .jsonl file, or fetch it again") from error


def read_corpus(path: Path, report: Callable[[Finding], None]) -> Iterator[Document]:
    """The documents of `path`, in order; lines that cannot be read go to `report`."""
    seen: set[str] = set()
    for number, line in lines(path):
        if not line.strip():
            continue
        wrong = ""
        try:
            record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            wrong = _wrong(record, seen)
        except UnicodeDecodeError as error:
            wrong = f"byte 0x{line[error.start]:02x} at column {error.start + 1} is not UTF-8"
        except (json.JSONDecodeError, RecursionError) as error:
            wrong = f"no JSON: {error}" if isinstance(error, json.JSONDecodeError) else "JSON nested too deep"
        if wrong:
            fix = 'each line is one object {"_id": …, "title": …, "text": …}'
            report(Finding(path.name, number, 1, "corpus-line", wrong, fix))
            continue
        seen.add(record["_id"])
        yield _document(record)


def _wrong(record: Any, seen: set[str]) -> str:
    """What is wrong with a line, in words; empty when nothing is."""
    if not isinstance(record, dict):
        return "the line is no JSON object"
    if not isinstance(record.get("_id"), str) or not record["_id"].strip():
        return "`_id` is no text or is empty"
    if record["_id"] in seen:
        return f"`_id` {record['_id']!r} was there before"
    for key in ("title", "text", "focus"):
        if not isinstance(record.get(key) or "", str):
            return f"`{key}` is no text"
    names = record.get("synonyms") or []
    if not isinstance(names, str) and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        return "`synonyms` is no list of texts"
    return ""


def _document(record: dict[str, Any]) -> Document:
    title, focus = squeeze(record.get("title") or ""), squeeze(record.get("focus") or "")
    names = record.get("synonyms") or []
    listed = [part for text in ([names] if isinstance(names, str) else names) for part in _PARTS.split(squeeze(text))]
    apart = bool(focus) and focus.casefold() not in title.casefold()
    return Document(
        page=squeeze(record["_id"]),
        anchor="",
        title=focus if apart else title,
        heading=title if apart else "",
        text=squeeze(record.get("text") or ""),
        name=title,
        focus=focus,
        aliases=tuple(dict.fromkeys(name for name in listed if name)),
    )
