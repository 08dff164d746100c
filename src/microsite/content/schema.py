"""What front matter and data files may hold, as typed values: the one home of every key, its type and its words.

From the same model come the findings of a check (`problems`), the words "expected …", and the JSON Schema files that
editors read (`json_schema`, draft 2020-12, https://json-schema.org/draft/2020-12). Pure: it knows no file and no place;
a problem names the path of keys that leads to it, and whoever read the file finds the line.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = [
    "Choice",
    "Day",
    "Flag",
    "Items",
    "Key",
    "Kind",
    "Number",
    "OneOf",
    "Path",
    "Problem",
    "Record",
    "Table",
    "Text",
]

Path = tuple[str | int, ...]
Fault = Literal["type", "value", "unknown", "missing"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit. `path` leads to the value; for `unknown` and `missing` its last part is the key."""

    path: Path
    fault: Fault
    message: str
    fix: str
    severity: Literal["error", "warning"] = "error"


class Kind:
    """What a value may be. `expected` is said in findings: "expected a date (YYYY-MM-DD)"."""

    expected: str = "anything"

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Yield what is wrong with `value`; `path` is where it stands."""
        raise NotImplementedError

    def json(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        raise NotImplementedError

    def wrong(self, value: Any, path: Path) -> Problem:
        """The problem of a value of another type."""
        return Problem(path, "type", f"{_named(path)} is {said(value)}", f"expected {self.expected}")


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A text. `number` lets a number pass (an alias such as 988); `pattern` is a whole match, `shape` says it."""

    expected: str = "text"
    number: bool = False
    empty: bool = True
    pattern: str = ""
    most: int | None = None

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """A wrong type, an empty text, a text of another form; `most` is for editors: a rule says it better."""
        if isinstance(value, int | float) and not isinstance(value, bool) and self.number:
            return
        if not isinstance(value, str):
            found = self.wrong(value, path)
            quotable = isinstance(value, int | float | date) and not isinstance(value, bool)
            yield Problem(path, "type", found.message, "put it in quotes: it is read as no text") if quotable else found
        elif not self.empty and not value.strip():
            yield Problem(path, "value", f"{_named(path)} is empty", f"expected {self.expected}")
        elif self.pattern and value.strip() and not re.fullmatch(self.pattern, value.strip()):
            yield Problem(path, "value", f"{_named(path)} cannot be `{value[:60]}`", f"expected {self.expected}")

    def json(self) -> dict[str, Any]:
        """`{type: string}` with what narrows it."""
        made: dict[str, Any] = {"type": ["string", "number"] if self.number else "string"}
        if not self.empty:
            made["minLength"] = 1
        if self.most:
            made["maxLength"] = self.most
        if self.pattern:
            made["pattern"] = f"^(?:{self.pattern})$"
        return made


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A number between two limits (both inclusive)."""

    expected: str = "a number"
    least: float | None = None
    most: float | None = None
    whole: bool = False

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Another type, or out of its limits."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            yield self.wrong(value, path)
        elif (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            yield Problem(path, "value", f"{_named(path)} cannot be {value}", f"expected {self.expected}")

    def json(self) -> dict[str, Any]:
        """`{type: number}` with its limits."""
        made: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        return made | {
            name: limit for name, limit in (("minimum", self.least), ("maximum", self.most)) if limit is not None
        }


@dataclass(frozen=True, slots=True)
class Flag(Kind):
    """True or false."""

    expected: str = "true or false"

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Anything but a truth value."""
        if not isinstance(value, bool):
            yield self.wrong(value, path)

    def json(self) -> dict[str, Any]:
        """`{type: boolean}`."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A day. YAML and TOML have dates of their own; JSON has texts. `texts` says that a text is the usual form."""

    expected: str = "a date (YYYY-MM-DD)"
    texts: bool = False

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """No date; or one in quotes or with a time of day, which is understood and mentioned."""
        if isinstance(value, datetime):
            message = f"{_named(path)} has a time of day, which nobody reads"
            yield Problem(path, "type", message, f"write {value.date().isoformat()}", "warning")
        elif isinstance(value, str) and day_of(value) is not None:
            if not self.texts:
                fix = f"write {value.strip()} without quotes"
                yield Problem(path, "type", f"{_named(path)} is a date in quotes", fix, "warning")
        elif not isinstance(value, date):
            yield self.wrong(value, path)

    def json(self) -> dict[str, Any]:
        """Editors see a date of YAML as a text."""
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of some words; `loose` compares without case, and with spaces and hyphens as one."""

    words: tuple[str, ...]
    loose: bool = False

    @property
    def expected(self) -> str:  # type: ignore[override]  # made from the words
        """`one of a, b`."""
        return "one of " + ", ".join(self.words)

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Another type, or none of the words; the nearest word is named."""
        if not isinstance(value, str):
            yield self.wrong(value, path)
        elif (_plain(value) not in map(_plain, self.words)) if self.loose else (value.strip() not in self.words):
            fix = meant(value, self.words) or self.expected
            yield Problem(path, "value", f"{_named(path)} cannot be `{value}`", fix)

    def json(self) -> dict[str, Any]:
        """`{enum: […]}`."""
        loose = [word.replace(" ", "-") for word in self.words if self.loose and " " in word]
        return {"enum": [*self.words, *loose]}


@dataclass(frozen=True, slots=True)
class OneOf(Kind):
    """A value of any of some kinds; the first kind's words are said when none fits."""

    kinds: tuple[Kind, ...]

    @property
    def expected(self) -> str:  # type: ignore[override]  # made from the kinds
        """`text or null`."""
        return " or ".join(dict.fromkeys(kind.expected for kind in self.kinds))

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Nothing when a kind fits; else what the kind of the same type says, or that the type is wrong."""
        found = [list(kind.problems(value, path)) for kind in self.kinds]
        if all(found):
            near = [each for each in found if not (each[0].fault == "type" and each[0].path == path)]
            yield from near[0] if near else [self.wrong(value, path)]

    def json(self) -> dict[str, Any]:
        """`{anyOf: […]}`."""
        return {"anyOf": [kind.json() for kind in self.kinds]}


@dataclass(frozen=True, slots=True)
class Null(Kind):
    """No value."""

    expected: str = "null"

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Anything but nothing."""
        if value is not None:
            yield self.wrong(value, path)

    def json(self) -> dict[str, Any]:
        """`{type: null}`."""
        return {"type": "null"}


@dataclass(frozen=True, slots=True)
class Items(Kind):
    """A list of values of one kind."""

    item: Kind
    expected: str = "a list"
    least: int = 0

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Another type, too few entries, or what is wrong with an entry."""
        if not isinstance(value, list | tuple):
            yield self.wrong(value, path)
            return
        if len(value) < self.least:
            yield Problem(path, "value", f"{_named(path)} is empty", f"expected {self.expected}")
        for number, each in enumerate(value):
            yield from self.item.problems(each, (*path, number))

    def json(self) -> dict[str, Any]:
        """`{type: array, items: …}`."""
        made: dict[str, Any] = {"type": "array", "items": self.item.json()}
        return made | ({"minItems": self.least} if self.least else {})


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record: the kind of its value, whether it must be there, and what it is for."""

    kind: Kind
    needed: bool = False
    about: str = ""
    #: A value of nothing (`key:`) counts as a key that is not there.
    nothing: bool = True


@dataclass(frozen=True, slots=True)
class Record(Kind):
    """A mapping whose keys are known; `others` are keys that somebody else reads, `open` lets any other pass."""

    keys: Mapping[str, Key]
    expected: str = "a mapping of keys"
    others: frozenset[str] = frozenset()
    open: bool = False
    name: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Another type, unknown keys with what was meant, missing keys, and what is wrong with a value."""
        if not isinstance(value, dict):
            yield self.wrong(value, path)
            return
        for name, each in value.items():
            key = self.keys.get(name) if isinstance(name, str) else None
            if key is not None:
                if each is not None or not key.nothing:
                    yield from key.kind.problems(each, (*path, name))
            elif not self.open and name not in self.others:
                fix = self.aliases.get(str(name).lower(), "")
                fix = f"did you mean `{fix}`?" if fix else meant(str(name), self.keys)
                fix = fix or "take it out; known keys: " + ", ".join(sorted(self.keys))
                yield Problem((*path, str(name)), "unknown", f"unknown key `{name}`", fix)
        for name, key in self.keys.items():
            if key.needed and value.get(name) is None:
                yield Problem((*path, name), "missing", f"`{name}` is missing", f"add `{name}`: {key.kind.expected}")

    def json(self) -> dict[str, Any]:
        """`{type: object, properties: …}`."""
        properties = {}
        for name, key in self.keys.items():
            made = key.kind.json()
            if key.nothing and not key.needed and made:
                made = {"anyOf": [made, {"type": "null"}]}
            properties[name] = ({"description": key.about} if key.about else {}) | made
        made = {"type": "object", "properties": properties}
        if needed := [name for name, key in self.keys.items() if key.needed]:
            made["required"] = needed
        if not self.open and not self.others:
            made["additionalProperties"] = False
        elif self.others:
            made["properties"] = properties | {name: {} for name in sorted(self.others)}
            made["additionalProperties"] = False
        return made


@dataclass(frozen=True, slots=True)
class Table(Kind):
    """A mapping whose keys are free (ids), with values of one kind."""

    item: Kind
    expected: str = "a mapping"

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Another type, or what is wrong with a value."""
        if not isinstance(value, dict):
            yield self.wrong(value, path)
            return
        for name, each in value.items():
            yield from self.item.problems(each, (*path, str(name)))

    def json(self) -> dict[str, Any]:
        """`{type: object, additionalProperties: …}`."""
        return {"type": "object", "additionalProperties": self.item.json()}


@dataclass(frozen=True, slots=True)
class Free(Kind):
    """Anything."""

    def problems(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Nothing is wrong."""
        del value, path
        return iter(())

    def json(self) -> dict[str, Any]:
        """The schema that lets everything pass."""
        return {}


def day_of(text: str) -> date | None:
    """The day that a text such as `2026-11-21` names, or None."""
    try:
        return date.fromisoformat(text.strip()) if re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}\s*", text) else None
    except ValueError:
        return None


def meant(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """``did you mean `title`?`` for the known word nearest to `word`; empty when none is near."""
    plain = {_plain(name): name for name in known}
    near = difflib.get_close_matches(_plain(word), plain, n=1)
    return f"did you mean `{plain[near[0]]}`?" if near else ""


def said(value: Any) -> str:
    """What a value is, in words: `a text: "soon"`."""
    if value is None:
        return "nothing"
    names = {"str": "a text", "int": "a number", "float": "a number", "bool": "true or false", "list": "a list"}
    names |= {"date": "a date", "datetime": "a date", "dict": "a mapping"}
    kind = names.get(type(value).__name__, type(value).__name__)
    shown = str(value) if isinstance(value, date) else repr(value)
    return f"{kind}: {shown[:40]}{'…' if len(shown) > 40 else ''}"


def _plain(word: str) -> str:
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())


def _named(path: Path) -> str:
    """`summary[2].certainty`, as a name in a message."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"`{text.removeprefix('.')}`" if text else "the value"
