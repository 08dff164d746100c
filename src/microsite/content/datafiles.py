"""Files of data/: JSON or TOML in, entries that fit their model out, and a finding at its place for what does not."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar

from microsite.findings import Finding

from .datamodels import DATA
from .datamodels import OTHERS
from .located import spots
from .schema import meant
from .source import Lines
from .source import undecodable

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

    from microsite.findings import Severity

    from .datamodels import DataFile
    from .schema import Problem

__all__ = ["DataFiles", "Keys"]

Keys = tuple[str | int, ...]
_T = TypeVar("_T")
_TOML_PLACE = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")


class DataFiles:
    """Reads `data/` below `root`. What is broken is reported in `findings`, and the rest is still read."""

    def __init__(self, root: Path, findings: list[Finding]) -> None:
        self.root = root
        self.findings = findings
        #: The text of each file that could be read, by its name without its ending; (file, text).
        self.texts: dict[str, tuple[str, str]] = {}
        #: Keys that lead from the file to its list of entries.
        self._starts: dict[str, Keys] = {}
        #: By file: the path of each entry by its id, and the entry as it was read.
        self._entry: dict[str, dict[str, Keys]] = {}
        self.records: dict[str, dict[str, Mapping[str, Any]]] = {}
        for path in sorted((root / "data").glob("*")):
            if path.suffix in {".json", ".toml"} and path.stem not in DATA and path.stem not in OTHERS:
                fix = meant(path.stem, tuple(DATA)) or "take it out; known: " + ", ".join(sorted(DATA))
                message = "nobody reads a data file of this name"
                self._add((f"data/{path.name}", 1, 1), "data-file", message, fix, "warning")

    def table(self, stem: str, make: Callable[[dict[str, Any]], _T]) -> dict[str, _T]:
        """The entries of `data/<stem>.json` (or `.toml`) by id, in the file's order."""
        model = DATA[stem]
        table: dict[str, _T] = {}
        names: dict[str, str] = {}
        for number, item in enumerate(self._entries(stem, model)):
            path: Keys = (*self._starts[stem], number)
            problems = list(model.entry.problems(item, path))
            for problem in problems:
                self._problem(stem, problem)
            if not isinstance(item, dict) or not isinstance(item.get(model.key), str | int):
                continue
            identifier = str(item[model.key])
            if identifier.casefold() in names:
                message = f"`{identifier}` is there twice; the first is entry {names[identifier.casefold()]}"
                self._add(self._at(stem, (*path, model.key)), "data-duplicate", message, "keep one of the two")
                continue
            names[identifier.casefold()] = str(number + 1)
            self._entry.setdefault(stem, {})[identifier] = path
            self.records.setdefault(stem, {})[identifier] = item
            try:
                table[identifier] = make(item)
            except (KeyError, TypeError, ValueError, AttributeError):
                # The problems above say why; an entry that fits its model can be made.
                if not problems:
                    raise
        return table

    def single(self, stem: str) -> Mapping[str, Any]:
        """The one mapping of a file such as `data/organisation.toml`; empty without it."""
        loaded = self._load(stem, DATA[stem])
        if loaded is not None:
            for problem in DATA[stem].entry.problems(loaded):
                self._problem(stem, problem)
        return loaded if isinstance(loaded, dict) else {}

    def path(self, stem: str, name: str) -> Keys:
        """The keys that lead from the file's top to the entry of this id."""
        return self._entry.get(stem, {}).get(name, ())

    def place(self, stem: str, keys: Keys) -> tuple[str, int, int]:
        """(file, line, column) of a value; `keys` begins with the entry's id."""
        if stem not in self.texts:
            return f"data/{stem}.json", 1, 1
        return self._at(stem, (*self._entry.get(stem, {}).get(str(keys[0]), ()), *keys[1:]))

    def _entries(self, stem: str, model: DataFile) -> list[Any]:
        loaded = self._load(stem, model)
        self._starts[stem] = ()
        if loaded is None:
            return []
        if isinstance(loaded, dict) and stem in loaded:
            self._starts[stem] = (stem,)
            for key in loaded.keys() - {stem, "sample", "note", "$schema"}:
                fix = meant(str(key), (stem, "sample", "note")) or f"the entries stand under `{stem}`"
                self._add(self._at(stem, (key,)), "data-key", f"unknown key `{key}`", fix)
            loaded = loaded[stem]
        if not isinstance(loaded, list):
            near = [key for key in loaded if meant(str(key), (stem,))] if isinstance(loaded, dict) else []
            fix = f"did you mean `{stem}` instead of `{near[0]}`?" if near else f"write a list, or [[{stem}]] tables"
            self._add(self._at(stem, (near[0],) if near else ()), "data-file", "the file holds no list of entries", fix)
            return []
        return loaded

    def _load(self, stem: str, model: DataFile) -> Any:
        """The values of a file; None after a finding."""
        found = [self.root / "data" / f"{stem}{ending}" for ending in (".json", ".toml")]
        files = [path for path in found if path.is_file()]
        if not files:
            if model.needed:
                name = f"data/{stem}.{'toml' if stem in {'people', 'insurers'} else 'json'}"
                self._add((name, 1, 1), "data-file", "the file is missing", "put it there; an empty list is fine")
            return None
        file = f"data/{files[0].name}"
        if len(files) > 1:
            message = f"data/{files[1].name} is there too; only {files[0].name} is read"
            self._add((file, 1, 1), "data-file", message, "keep one of the two")
        data = files[0].read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.findings.extend(undecodable(file, data))
            return None
        text = text.replace("\r\n", "\n")
        self.texts[stem] = file, text
        self._starts[stem] = ()
        try:
            return self._parsed(file, text)
        except (ValueError, RecursionError) as error:
            message, fix, place = _broken(text, error)
            self._add((file, *place), "data-file", message, fix)
            return None

    def _parsed(self, file: str, text: str) -> Any:
        """The values of a text; keys that JSON gives twice are reported."""
        if file.endswith(".toml"):
            return tomllib.loads(text)
        loaded = json.loads(text, parse_constant=_no_constant)
        if _repeats(text):
            for keys, offset in spots(text, toml=False).twice:
                message = f"`{keys[-1]}` is given twice in one entry; only the last one counts"
                self._add((file, *Lines(text).at(offset)), "data-duplicate", message, "keep one of the two")
        return loaded

    def _problem(self, stem: str, problem: Problem) -> None:
        path = problem.path[:-1] if problem.fault == "missing" else problem.path
        rule = "data-key" if problem.fault == "unknown" else "data-entry"
        self._add(self._at(stem, path), rule, problem.message, problem.fix, problem.severity)

    def _at(self, stem: str, path: Keys) -> tuple[str, int, int]:
        file, text = self.texts[stem]
        return (file, *spots(text, toml=file.endswith(".toml")).at(path))

    def _add(self, at: tuple[str, int, int], rule: str, message: str, fix: str, severity: Severity = "error") -> None:
        self.findings.append(Finding(*at, rule, message, fix, severity))


def _broken(text: str, error: Exception) -> tuple[str, str, tuple[int, int]]:
    """(message, fix, place) of a text that is neither JSON nor TOML."""
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON: {error.msg}", _json_fix(error), (error.lineno, error.colno)
    if isinstance(error, tomllib.TOMLDecodeError):
        match = _TOML_PLACE.search(str(error))
        end = Lines(text).at(max(0, len(text.rstrip())))
        place = (int(match["line"]), int(match["column"])) if match and match["line"] else end
        return f"broken TOML: {_TOML_PLACE.sub('', str(error))}", "write key = value lines; texts in quotes", place
    if isinstance(error, RecursionError):
        return "brackets are nested too deeply", "close the brackets", (1, 1)
    place = Lines(text).at(max(0, text.find(str(error))))
    return f"broken JSON: {error} is no value of JSON", "write a number, or null", place


def _no_constant(name: str) -> Any:
    """Python reads NaN and Infinity, JSON has neither (RFC 8259, section 6)."""
    raise ValueError(name)


def _json_fix(error: json.JSONDecodeError) -> str:
    """What most often is behind a message of the JSON parser."""
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") or error.doc[error.pos : error.pos + 1] in {"]", "}"}:
        return "take out the comma after the last entry"
    if "delimiter" in error.msg:
        return "put a comma between two entries, a colon after a key"
    if "property name" in error.msg:
        return "put the key in double quotes"
    return "see the place named"


def _repeats(text: str) -> bool:
    """Whether any mapping of a sound JSON text gives a key twice."""
    found = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len({name for name, _ in pairs}) < len(pairs)

    json.loads(text, object_pairs_hook=note)
    return found
