"""Where a value stands in a data file: a JSON or TOML text in, the offset of every key and entry out.

The parsers of the standard library give values without places. A file is scanned here only when something in it is to
be named (a file of 125 KB takes about 30 ms), and the text has been parsed before, so it is known to be sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out

from .source import Lines

__all__ = ["Spots", "spots"]

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r"[^,\]}\s]+")
_TABLE = re.compile(r"[ \t]*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?[ \t]*(?:#.*)?$")
_WORD = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_SETTING = re.compile(rf"[ \t]*(?P<name>{_WORD}(?:\s*\.\s*{_WORD})*)\s*=")
_NAME = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")


@dataclass(slots=True)
class Spots:
    """Offsets by path: of a key where there is one, else of the value; and the keys that are given twice."""

    text: str
    offsets: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[Path, int]] = field(default_factory=list)
    #: Made on first use: a rule may ask for hundreds of places.
    lines: Lines | None = None

    def at(self, path: Path) -> tuple[int, int]:
        """(line, column), from 1, of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.offsets:
            path = path[:-1]
        if self.lines is None:
            self.lines = Lines(self.text)
        return self.lines.at(self.offsets.get(path, 0))


@lru_cache(maxsize=32)
def spots(text: str, *, toml: bool) -> Spots:
    """Scan a sound JSON or TOML text."""
    found = Spots(text)
    if toml:
        _toml(found)
    else:
        _value(found, _skip(text, 0), ())
    return found


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _value(found: Spots, place: int, path: Path) -> int:
    """Note one JSON value and all in it; the offset after it."""
    text = found.text
    found.offsets.setdefault(path, place)
    if text[place] == '"':
        return int(scanstring(text, place + 1)[1])
    if text[place] not in "{[":
        match = _PLAIN.match(text, place)
        return match.end() if match else place + 1
    table = text[place] == "{"
    number = 0
    place = _skip(text, place + 1)
    while text[place] not in "}]":
        inner: Path = (*path, number)
        if table:
            name, end = scanstring(text, place + 1)
            inner = (*path, name)
            if inner in found.offsets:
                found.twice.append((inner, place))
            found.offsets[inner] = place
            place = _skip(text, _skip(text, end) + 1)
        place = _skip(text, _value(found, place, inner))
        number += 1
        if text[place] == ",":
            place = _skip(text, place + 1)
    return place + 1


def _toml(found: Spots) -> None:
    """Note tables, entries of tables, and keys, line by line; texts of many lines are skipped."""
    table: Path = ()
    counts: dict[Path, int] = {}
    closing = ""
    place = 0
    for line in found.text.split("\n"):
        if closing:
            closing = "" if closing in line else closing
        elif match := _TABLE.match(line):
            names = tuple(_bare(name) for name in _NAME.findall(match["name"]))
            parent: Path = ()
            for name in names[:-1]:
                parent = (*parent, name)
                parent = (*parent, counts[parent] - 1) if parent in counts else parent
            table = (*parent, names[-1]) if names else parent
            if match["open"] == "[[":
                found.offsets.setdefault(table, place)
                counts[table] = counts.get(table, 0) + 1
                table = (*table, counts[table] - 1)
            found.offsets.setdefault(table, place + line.index("["))
        elif match := _SETTING.match(line):
            path = (*table, *(_bare(name) for name in _NAME.findall(match["name"])))
            found.offsets.setdefault(path, place + match.start("name"))
            rest = line[match.end() :]
            for quotes in ('"""', "'''"):
                if rest.count(quotes) % 2:
                    closing = quotes
        place += len(line) + 1


def _bare(name: str) -> str:
    return name.strip("\"'")
