"""Where each key of a TOML file stands: `tomllib` gives values without places, an editor needs the line.

In: the text of a file that parses. Out: `{path: line}`, path as a tuple such as `("field", 2, "errors", "required")`.
"""

from __future__ import annotations

import re

__all__ = ["Path", "key_lines", "line_of"]

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-\"'][A-Za-z0-9_.\-\"' ]*?)\s*=\s*(.*)$")
_QUOTES = ('"""', "'''")


def key_lines(text: str) -> dict[Path, int]:
    """Line of every table header and key, counted from 1; of repeated `[[tables]]` each one."""
    places: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:  # inside a text of several lines
            closing = "" if closing in line else closing
            continue
        header = _HEADER.fullmatch(line)
        if header:
            table = _inside(_names(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
                places.setdefault(table, number)
                table = (*table, counts[table] - 1)
            places[table] = number
            continue
        key = _KEY.fullmatch(line)
        if key:
            places.setdefault((*table, *_names(key[1])), number)
            closing = next((quote for quote in _QUOTES if key[2].count(quote) == 1), "")
    return places


def line_of(places: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table around it."""
    while path not in places:
        path = path[:-1]
    return places[path]


def _names(dotted: str) -> Path:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))


def _inside(path: Path, counts: dict[Path, int]) -> Path:
    """`[field.errors]` belongs to the latest `[[field]]`."""
    whole: Path = ()
    for place, name in enumerate(path):
        whole = (*whole, name)
        if place < len(path) - 1 and whole in counts:
            whole = (*whole, counts[whole] - 1)
    return whole
