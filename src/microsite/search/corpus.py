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

_UNSHOWN = re.compile(r"[\t\n\r\x00]")
_PARTS = re.compile(r"\s*[|;]\s*")


def squeeze(text: str) -> str:
    """White space, control characters included, as single blanks."""
    return " ".join(text.replace("\x00", " ").split())


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """`(number from 1, line)` of a file, unzipped when its name ends in `.gz` or it begins as gzip does.

    Raises SearchError when the file is missing or is no gzip file after all.
    """
    try:
        with path.open("rb") as file:
            zipped = path.suffix == ".gz" or file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else path.open("rb") as file:
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
        except json.JSONDecodeError as error:
            # The decoder counts lines of its own, and this is one.
            wrong = f"no JSON: {error.msg} at column {error.pos + 1}"
        except RecursionError:
            wrong = "JSON nested too deep"
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
    name = record.get("_id")
    if not isinstance(name, str) or not name.strip():
        return "`_id` is no text or is empty"
    if name in seen or _UNSHOWN.search(name):
        parting = "holds a tab or a line break, which part the fields of judgements and results"
        return f"`_id` {name!r} {'was there before' if name in seen else parting}"
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
        page=record["_id"],
        anchor="",
        title=focus if apart else title,
        heading=title if apart else "",
        text=squeeze(record.get("text") or ""),
        name=title,
        focus=focus,
        aliases=tuple(dict.fromkeys(name for name in listed if name)),
    )
