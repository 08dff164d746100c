"""Where each key of a TOML file stands: `tomllib` gives values without places, an editor needs line and column.

In: the text of a file that parses. Out: `{path: (line, column)}`, path as a tuple such as `("field", 2, "errors",
"required")` or `("field", 2, "options", 0)`.
"""

from __future__ import annotations

import re

__all__ = ["Path", "Place", "key_places", "place_of"]

Path = tuple[str | int, ...]
#: Line and column, both counted from 1.
Place = tuple[int, int]

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-\"'][A-Za-z0-9_.\-\"' ]*?)\s*=\s*(.*)$")
_QUOTES = ('"""', "'''")
#: What counts inside a list over several lines: texts are passed over, braces and brackets are not.
_PART = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*|[\[\]{}]")


def key_places(text: str) -> dict[Path, Place]:
    """Place of every table header and key; of repeated `[[tables]]`, and of tables in a list, each one."""
    places: dict[Path, Place] = {(): (1, 1)}
    counts: dict[Path, int] = {}
    table: Path = ()
    closing = ""
    items: _Items | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if closing:  # inside a text of several lines
            closing = "" if closing in line else closing
            continue
        if items is not None:  # inside a list of several lines
            items = items if items.read(line, 0, number) else None
            continue
        header = _HEADER.fullmatch(line)
        if header:
            table = _inside(_names(header[2]), counts)
            place = (number, header.start(1) + 1)
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
                places.setdefault(table, place)
                table = (*table, counts[table] - 1)
            places[table] = place
            continue
        key = _KEY.fullmatch(line)
        if key:
            path = (*table, *_names(key[1]))
            places.setdefault(path, (number, key.start(1) + 1))
            closing = next((quote for quote in _QUOTES if key[2].count(quote) == 1), "")
            if key[2].startswith("["):
                items = _Items(path, places)
                items = items if items.read(line, key.start(2), number) else None
    return places


def place_of(places: dict[Path, Place], path: Path) -> Place:
    """The place of `path`, or of the nearest table around it."""
    while path not in places:
        path = path[:-1]
    return places[path]


class _Items:
    """Notes where each inline table of a list begins, until the list ends."""

    def __init__(self, path: Path, places: dict[Path, Place]) -> None:
        self._path = path
        self._places = places
        self._depth = self._count = 0

    def read(self, line: str, start: int, number: int) -> bool:
        """Read one line from `start`; whether the list goes on."""
        for part in _PART.finditer(line, start):
            if part[0] in "]}":
                self._depth -= 1
                if not self._depth:
                    return False
            elif part[0] in "[{":
                if self._depth == 1:
                    self._places[(*self._path, self._count)] = (number, part.start() + 1)
                    self._count += 1
                self._depth += 1
        return True


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
