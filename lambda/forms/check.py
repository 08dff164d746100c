"""Finds every mistake in a form definition, each with file, line, column and what to do.

In: a definition file or a folder of them, and the folder of pages if there is one. Out: `Mistake` values, in order of
place; never raises for what an author can mend. Runs when definitions are written (`microsite forms check`), and at run
time only to explain a file that could not be loaded. The rules: `findings.RULES`; here those of the shape, in
`meaning.py` those of what the values say together.
"""

# imports inside verbs: a cold start pays only for the path it takes; pathlib costs 4 ms at a cold start:
# ruff: noqa: PLC0415, PTH113, PTH118, PTH119, PTH123, PTH208
from __future__ import annotations

import os
import re

from .definition import SHIPPED
from .findings import RULES
from .findings import Mistake
from .findings import Notes
from .findings import did_you_mean
from .findings import tables_in
from .findings import text_in
from .lines import key_places
from .lines import place_of
from .meaning import check_meaning
from .pages import check_pages
from .schema import SCHEMA
from .schema import Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Any

    from .lines import Path

__all__ = ["RULES", "Mistake", "check_file", "check_folder", "check_text"]


def check_folder(
    folder: str | os.PathLike[str] | None = None, docs: str | os.PathLike[str] | None = None
) -> tuple[Mistake, ...]:
    """Check every `*.toml` in `folder` (default: the shipped definitions), or one file when `folder` is a file.

    With `docs`, the folder of the site's pages, also whether the pages that a form needs are there.
    """
    place = os.fspath(folder) if folder is not None else SHIPPED
    if os.path.isfile(place):
        return check_file(place, docs)
    try:
        names = sorted(name for name in os.listdir(place) if name.endswith(".toml"))
    except OSError:
        return (Mistake(place, 0, 0, "form-unreadable", "the folder cannot be read", "name a folder or a file"),)
    if not names:
        return (Mistake(place, 0, 0, "form-unreadable", "no form definition here", "add a file such as contact.toml"),)
    paths = [os.path.join(place, name) for name in names]
    return tuple(mistake for path in paths for mistake in check_file(path, docs)) + tuple(_between(paths))


def check_file(path: str, docs: str | os.PathLike[str] | None = None) -> tuple[Mistake, ...]:
    """Check one file."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        words = f"it cannot be read: {(error.strerror or '').lower()}"
        return (Mistake(path, 1, 1, "form-unreadable", words, "only definitions may be named .toml here"),)
    try:
        return check_text(path, raw.decode(), docs)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return (Mistake(path, line, column, "form-unreadable", "this is not UTF-8", "save the file as UTF-8 text"),)


def check_text(path: str, text: str, docs: str | os.PathLike[str] | None = None) -> tuple[Mistake, ...]:
    """Check a definition's text; `path` gives the name that `id` must have."""
    import tomllib

    if text.startswith("\ufeff"):
        message = "the file begins with a byte order mark, which nobody sees and TOML does not take"
        return (Mistake(path, 1, 1, "form-syntax", message, "save it as UTF-8 without BOM"),)
    try:
        table = tomllib.loads(text)
    except RecursionError:
        return (Mistake(path, 1, 1, "form-syntax", "lists or tables nested too deep", "a form needs two levels"),)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(text.splitlines()) or 1, 1)
        words = re.sub(r" \(at .*\)", "", str(error)).lower()
        return (Mistake(path, line, column, "form-syntax", words, "see https://toml.io for how to write it"),)
    notes = Notes(path, key_places(text))
    _schema(notes, table, SCHEMA, ())
    check_meaning(notes, table)
    if docs is not None:
        check_pages(notes, table, os.fspath(docs))
    return tuple(sorted(set(notes.mistakes)))


def _between(paths: list[str]) -> Iterator[Mistake]:
    """What two files must not share: the id of a consent wording (a record proves its wording by it), and a page."""
    import tomllib

    seen: dict[tuple[str, str], str] = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            table = tomllib.loads(text)
        except (OSError, ValueError, RecursionError):
            continue  # said by `check_file`
        boxes = enumerate(tables_in(table, "consent"))
        shared: list[tuple[str, str, Path]] = [
            ("wording id", text_in(box, "id"), ("consent", n, "id")) for n, box in boxes
        ]
        shared.append(("page", text_in(table, "page"), ("page",)))
        for what, value, at in shared:
            other = seen.setdefault((what, value), path)
            if value and other != path:
                message = f"the {what} `{value}` is taken by {os.path.basename(other)}"
                yield Mistake(path, *place_of(key_places(text), at), "form-duplicate", message, "give each its own")


def _schema(notes: Notes, table: Mapping[str, Any], keys: Mapping[str, Key], at: Path) -> None:
    """Known keys, needed keys, types."""
    inside = f" in [{'.'.join(str(one) for one in at if isinstance(one, str))}]" if at else ""
    for name, value in table.items():
        if name not in keys and "*" not in keys:
            notes.add((*at, name), "form-unknown-key", f"nothing reads `{name}`{inside}", did_you_mean(name, keys))
            continue
        _value(notes, value, keys.get(name, keys.get("*", Key(str))), (*at, name))
    for name, key in keys.items():
        if key.needed and name not in table:
            notes.add(at, "form-missing-key", f"`{name}` is missing{inside}", f"add `{name} = …`: {key.meaning}")


def _value(notes: Notes, value: object, key: Key, at: Path) -> None:
    name = at[-1]
    if type(value) is not key.type:
        notes.add(at, "form-wrong-type", f"`{name}` must be {_TYPES[key.type]}", key.meaning)
    elif isinstance(value, str) and not value.strip():
        notes.add(at, "form-empty-text", f"`{name}` is empty", "write the text, or take the line out")
    elif isinstance(value, int) and not key.least <= value <= key.most:
        notes.add(at, "form-bad-value", f"`{name}` must be from {key.least} to {key.most}", key.meaning)
    elif isinstance(value, str) and (hidden := _HIDDEN.search(value if name in _LONG else value.replace("\n", "\r"))):
        message = (
            f"`{name}` holds a hidden character, U+{ord(hidden[0]):04X}"
            if hidden[0] != "\r"
            else (f"`{name}` holds a line break")
        )
        notes.add(at, "form-bad-value", message, "take it out: a mail would never be sent, or a reader be misled")
    elif isinstance(value, str) and key.choices and value not in key.choices:
        notes.add(at, "form-bad-value", f"`{name}` cannot be `{value}`", did_you_mean(value, key.choices))
    elif isinstance(value, dict) and key.inner is not None:
        _schema(notes, value, key.inner, at)
    elif isinstance(value, list):
        _list(notes, value, key, at)


#: Texts that may have several lines.
_LONG = frozenset({"body", "text", "intro"})
#: What `validate.py` refuses in what visitors write, for the same reasons.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def _list(notes: Notes, values: list[object], key: Key, at: Path) -> None:
    name = at[-1]
    for number, one in enumerate(values):
        if key.inner is None and not isinstance(one, str):
            notes.add(at, "form-wrong-type", f"`{name}` must be a list of texts", key.meaning)
        elif key.inner is not None and not isinstance(one, dict):
            notes.add(at, "form-wrong-type", f"`{name}` must be tables", f"write [[{name}]]")
        elif isinstance(one, dict):
            _schema(notes, one, key.inner or {}, (*at, number))


_TYPES = {str: "a text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list"}
