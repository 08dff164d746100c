"""What the check of a definition finds, and the tools that its rules share.

In: a path in a file and words. Out: `Mistake` values with line and column. The rules are in `check.py` (shape) and
`meaning.py` (what the values say together).
"""

# ruff: noqa: PLC0415 - imports inside verbs: difflib is only needed to guess what was meant
from __future__ import annotations

from .lines import place_of
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from typing import Any

    from .lines import Path
    from .lines import Place

__all__ = ["RULES", "Mistake", "Notes", "did_you_mean", "table_in", "tables_in", "text_in", "values_in"]

#: Every rule id, stable, with what it holds against a file.
RULES = {
    "form-unreadable": "the file or folder cannot be read",
    "form-syntax": "the file is not TOML",
    "form-unknown-key": "a key that nothing reads",
    "form-missing-key": "a key that must be there is not",
    "form-wrong-type": "a value of the wrong type",
    "form-empty-text": "a text that people would see is empty",
    "form-bad-value": "a value outside what is allowed",
    "form-duplicate": "a name, id or answer used twice",
    "form-bad-options": "answers to choose from that are missing, too few, or where one types",
    "form-bad-condition": "a `required_if` that can never hold, or that `required` makes empty",
    "form-private": "a private answer without an end, or where others would need it",
    "form-phone-consent": "the wording on telephone calls lacks what the law asks for",
    "form-bad-pattern": "a regular expression that does not compile, or that a visitor can make endless",
    "form-missing-text": "an error that can happen has no sentence",
    "form-limit-differs": "a sentence names another limit than the one that holds",
    "form-bad-link": "a link in a text that would not become one",
    "form-missing-page": "a page that the form needs is not there, or does not show the form",
    "form-unknown-placeholder": "a placeholder that the mail does not know",
    "form-missing-placeholder": "a mail lacks what it must hold",
    "form-missing-mail": "a mail that the form sends has no words",
    "form-unused-mail": "a mail that the form never sends",
    "form-too-large": "the longest valid form would be refused as too large",
}


class Mistake(NamedTuple):
    """One thing to mend; the fields are those of the findings about articles."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    fix: str
    severity: str = "error"

    def __str__(self) -> str:
        """`path:line:column: rule: message (fix)`."""
        return f"{self.path}:{self.line}:{self.column}: {self.rule}: {self.message} ({self.fix})"


class Notes:
    """Collects the mistakes of one file."""

    def __init__(self, path: str, places: dict[Path, Place]) -> None:
        self.path = path
        self.places = places
        self.mistakes: list[Mistake] = []

    def add(self, at: Path, rule: str, message: str, fix: str, severity: str = "error") -> None:
        """Note one mistake at the key `at`, or at the table around it."""
        self.mistakes.append(Mistake(self.path, *place_of(self.places, at), rule, message, fix, severity))

    def line(self, at: Path) -> int:
        """The line of the key `at`."""
        return place_of(self.places, at)[0]


def text_in(table: Mapping[str, Any], key: str) -> str:
    """The text under `key`, "" when there is none."""
    value = table.get(key, "")
    return value if isinstance(value, str) else ""


def table_in(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table under `key`, an empty one when there is none."""
    value = table.get(key, {})
    return value if isinstance(value, dict) else {}


def tables_in(table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The tables of the list under `key`; what is no table is left out: the shape's rules name it."""
    value = table.get(key, [])
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def values_in(field: Mapping[str, Any]) -> list[str]:
    """The values that can be chosen in `field`."""
    return [text_in(one, "value") for one in tables_in(field, "options")]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known name, or all of them."""
    import difflib

    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(names)}"
