"""Finds every mistake in a form definition, each with file, line and what to do.

In: a definition file or a folder of them. Out: `Mistake` values, in order of place; never raises for what an author
can mend. Runs when definitions are written (`microsite forms check`), and at run time only to explain a file that
could not be loaded. The rules: `RULES`.
"""

# imports inside verbs: a cold start pays only for the path it takes; pathlib costs 4 ms at a cold start:
# ruff: noqa: PLC0415, PTH113, PTH118, PTH119, PTH123, PTH208
from __future__ import annotations

import os
import re
from typing import NamedTuple

from .compose import PLACEHOLDERS
from .definition import SHIPPED
from .lines import key_lines
from .lines import line_of
from .request import LARGEST_BODY
from .schema import AUTOCOMPLETE
from .schema import INPUT_MODES
from .schema import MAIL_NEEDS
from .schema import RESERVED
from .schema import SCHEMA
from .schema import Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from typing import Any

    from .lines import Path

__all__ = ["RULES", "Mistake", "check_file", "check_folder", "check_text"]

#: Every rule id, stable, with what it holds against a file.
RULES = {
    "form-unreadable": "the file or folder cannot be read",
    "form-syntax": "the file is not TOML",
    "form-unknown-key": "a key that nothing reads",
    "form-missing-key": "a key that must be there is not",
    "form-wrong-type": "a value of the wrong type",
    "form-empty-text": "a text that people would see is empty",
    "form-bad-value": "a value outside what is allowed",
    "form-duplicate": "a name or id used twice",
    "form-bad-pattern": "a regular expression that does not compile, or that a visitor can make endless",
    "form-missing-text": "an error that can happen has no sentence",
    "form-limit-differs": "a sentence names another limit than `max`",
    "form-bad-link": "a link in a text that would not become one",
    "form-unknown-placeholder": "a placeholder that the mail does not know",
    "form-missing-placeholder": "a mail lacks what it must hold",
    "form-missing-mail": "a mail that the form sends has no words",
    "form-too-large": "the longest valid form would be refused as too large",
}

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_PAGE = re.compile(r"/(?:[a-z0-9-]+/)*", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
#: Wider than what becomes a link (`html.py`), so that what nearly is one is seen: `[x](javascript:f(1))`.
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^)]*)\)")
#: A repeat of a group that itself repeats, `(a+)+`: the match takes exponential time on a text made for it.
_REPEATED_REPEAT = re.compile(r"(?<!\\)\((?:[^()\\]|\\.)*(?:[*+]|\{\d+,\})(?:[^()\\]|\\.)*\)(?:[*+]|\{\d+,\})")
#: What stands in brackets repeats nothing.
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]")
_GOOD_TARGET = re.compile(r"(?:/|tel:|sms:|mailto:|https://)[^\s\"'<>]*")
_NUMBER = re.compile(r"\d[\d,]*")


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


def check_folder(folder: str | os.PathLike[str] | None = None) -> tuple[Mistake, ...]:
    """Check every `*.toml` in `folder` (default: the shipped definitions), or one file when `folder` is a file."""
    place = os.fspath(folder) if folder is not None else SHIPPED
    if os.path.isfile(place):
        return check_file(place)
    try:
        names = sorted(name for name in os.listdir(place) if name.endswith(".toml"))
    except OSError:
        return (Mistake(place, 0, 0, "form-unreadable", "the folder cannot be read", "name a folder or a file"),)
    if not names:
        return (Mistake(place, 0, 0, "form-unreadable", "no form definition here", "add a file such as contact.toml"),)
    return tuple(mistake for name in names for mistake in check_file(os.path.join(place, name)))


def check_file(path: str) -> tuple[Mistake, ...]:
    """Check one file."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode()
    except (OSError, UnicodeDecodeError):
        return (Mistake(path, 1, 1, "form-unreadable", "the file cannot be read as UTF-8", "save it as UTF-8 text"),)
    return check_text(path, text)


def check_text(path: str, text: str) -> tuple[Mistake, ...]:
    """Check a definition's text; `path` gives the name that `id` must have."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except RecursionError:
        return (Mistake(path, 1, 1, "form-syntax", "lists or tables nested too deep", "a form needs two levels"),)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(text.splitlines()) or 1, 1)
        words = re.sub(r" \(at .*\)", "", str(error)).lower()
        return (Mistake(path, line, column, "form-syntax", words, "see https://toml.io for how to write it"),)
    found = _Check(path, key_lines(text))
    found.schema(table, SCHEMA, ())
    found.meaning(table)
    return tuple(sorted(set(found.mistakes)))


class _Check:
    """Collects the mistakes of one file."""

    def __init__(self, path: str, places: dict[Path, int]) -> None:
        self.path = path
        self.places = places
        self.mistakes: list[Mistake] = []

    def add(self, at: Path, rule: str, message: str, fix: str, severity: str = "error") -> None:
        self.mistakes.append(Mistake(self.path, line_of(self.places, at), 1, rule, message, fix, severity))

    def schema(self, table: Mapping[str, Any], keys: Mapping[str, Key], at: Path) -> None:
        """Known keys, needed keys, types."""
        inside = f" in [{'.'.join(str(one) for one in at if isinstance(one, str))}]" if at else ""
        for name, value in table.items():
            if name not in keys and "*" not in keys:
                self.add((*at, name), "form-unknown-key", f"nothing reads `{name}`{inside}", _did_you_mean(name, keys))
                continue
            self.value(value, keys.get(name, keys.get("*", Key(str))), (*at, name))
        for name, key in keys.items():
            if key.needed and name not in table:
                self.add(at, "form-missing-key", f"`{name}` is missing{inside}", f"add `{name} = …`: {key.meaning}")

    def value(self, value: object, key: Key, at: Path) -> None:
        name = at[-1]
        if type(value) is not key.type:
            self.add(at, "form-wrong-type", f"`{name}` must be {_TYPES[key.type]}", key.meaning)
        elif isinstance(value, str) and not value.strip():
            self.add(at, "form-empty-text", f"`{name}` is empty", "write the text, or take the line out")
        elif isinstance(value, int) and not key.least <= value <= key.most:
            self.add(at, "form-bad-value", f"`{name}` must be from {key.least} to {key.most}", key.meaning)
        elif isinstance(value, str) and key.choices and value not in key.choices:
            self.add(at, "form-bad-value", f"`{name}` cannot be `{value}`", _did_you_mean(value, key.choices))
        elif isinstance(value, dict) and key.inner is not None:
            self.schema(value, key.inner, at)
        elif isinstance(value, list) and key.inner is not None:
            for number, one in enumerate(value):
                if isinstance(one, dict):
                    self.schema(one, key.inner, (*at, number))
                else:
                    self.add(at, "form-wrong-type", f"`{name}` must be tables", f"write [[{name}]]")

    def meaning(self, table: Mapping[str, Any]) -> None:
        """What the single values say together."""
        stem = os.path.basename(self.path).removesuffix(".toml")
        identity = _text(table, "id")
        if identity and (identity != stem or not _ID.fullmatch(identity)):
            self.add(("id",), "form-bad-value", "`id` must be the file's name without `.toml`", f'write id = "{stem}"')
        for name in ("page", "thanks"):
            self.page_path(_text(table, name), (name,))
        opt_in = _table(table, "double_opt_in")
        self.page_path(_text(opt_in, "confirmed"), ("double_opt_in", "confirmed"))
        fields, consents = _tables(table, "field"), _tables(table, "consent")
        self.names(table, fields, consents)
        for number, field in enumerate(fields):
            self.field(field, ("field", number))
        for number, box in enumerate(consents):
            self.consent(box, ("consent", number))
        self.links(_text(table, "intro"), ("intro",))
        self.links(_text(_table(table, "warning"), "text"), ("warning", "text"))
        self.mails(table, fields)
        for kind, name in _table(_table(table, "book"), "files").items():
            if isinstance(name, str) and not _FILE.fullmatch(name):
                fix = "write the file's name without a folder"
                self.add(("book", "files"), "form-bad-value", f"`{kind}` names no plain file", fix)
        most = sum(field.get("max", 0) for field in fields if isinstance(field.get("max"), int)) * 12
        if most > LARGEST_BODY:
            message = f"with every field full the form can take {most} bytes, {LARGEST_BODY} are accepted"
            self.add(("field",), "form-too-large", message, "lower a `max`", "warning")

    def page_path(self, path: str, at: Path) -> None:
        if path and not _PAGE.fullmatch(path):
            fix = "write it like /contact/ with a slash at both ends"
            self.add(at, "form-bad-value", f"`{at[-1]}` must be a page of the site", fix)

    def names(self, table: Mapping[str, Any], fields: list[dict[str, Any]], consents: list[dict[str, Any]]) -> None:
        seen: dict[str, str] = {}
        named: list[tuple[Path, str]] = [(("honeypot",), _text(table, "honeypot"))]
        named += [(("field", number, "name"), _text(one, "name")) for number, one in enumerate(fields)]
        named += [(("consent", number, "name"), _text(one, "name")) for number, one in enumerate(consents)]
        for at, name in named:
            if not name:
                continue
            if name in seen:
                self.add(at, "form-duplicate", f"the name `{name}` is taken by {seen[name]}", "choose another name")
            elif not _NAME.fullmatch(name):
                fix = "use small letters, digits and _, like first_name"
                self.add(at, "form-bad-value", f"`{name}` cannot be a field's name", fix)
            elif name in RESERVED:
                self.add(at, "form-bad-value", f"the name `{name}` is used by the forms themselves", "choose another")
            seen.setdefault(name, f"the {at[0]} on line {line_of(self.places, at)}")
        ids: set[str] = set()
        for number, box in enumerate(consents):
            identity = _text(box, "id")
            if identity in ids:
                at = ("consent", number, "id")
                self.add(
                    at, "form-duplicate", f"the wording id `{identity}` is used twice", "give each wording its own"
                )
            ids.add(identity)

    def field(self, field: Mapping[str, Any], at: Path) -> None:
        errors = _table(field, "errors")
        name = _text(field, "name") or "?"
        pattern = _text(field, "pattern")
        needed = {"too_long": True, "characters": True, "required": field.get("required", True)}
        needed["invalid"] = _text(field, "type") in {"email", "tel"} or bool(pattern)
        for kind, wanted in needed.items():
            if wanted and kind not in errors:
                fix = f'add {kind} = "…" under [field.errors], a sentence that says what to do'
                self.add((*at, "errors"), "form-missing-text", f"the field `{name}` has no `{kind}` sentence", fix)
        try:
            re.compile(pattern)
        except re.error as error:
            fix = "mend it; in TOML write patterns in single quotes"
            self.add((*at, "pattern"), "form-bad-pattern", f"the pattern does not compile: {error}", fix)
        if _REPEATED_REPEAT.search(_CLASS.sub("x", pattern)):
            fix = "take one of the two away; a text made for it would hold up the server for minutes"
            self.add((*at, "pattern"), "form-bad-pattern", "the pattern repeats a group that repeats", fix)
        numbers = [int(one.replace(",", "")) for one in _NUMBER.findall(_text(errors, "too_long"))]
        if numbers and field.get("max") not in numbers:
            fix = f"write {field.get('max')} in the sentence, or change `max`"
            self.add(
                (*at, "errors", "too_long"), "form-limit-differs", f"`{name}`: the sentence names another limit", fix
            )
        for key, known in (("autocomplete", AUTOCOMPLETE), ("inputmode", INPUT_MODES)):
            value = _text(field, key)
            if value and value not in known:
                fix = _did_you_mean(value, known)
                self.add((*at, key), "form-bad-value", f"`{value}` is no {key} value of HTML", fix)
        self.links(_text(field, "hint"), (*at, "hint"))

    def consent(self, box: Mapping[str, Any], at: Path) -> None:
        identity = _text(box, "id")
        if identity and not _ID.fullmatch(identity):
            self.add(
                (*at, "id"), "form-bad-value", f"`{identity}` cannot be a wording's id", "write it like book-2026-11"
            )
        self.links(_text(box, "text"), (*at, "text"))

    def links(self, text: str, at: Path) -> None:
        for words, target in _LINK.findall(text):
            if not words.strip() or not _GOOD_TARGET.fullmatch(target):
                fix = "write [words](/page/), or tel:, sms:, mailto:, https://"
                self.add(at, "form-bad-link", f"`[{words}]({target})` does not become a link", fix)

    def mails(self, table: Mapping[str, Any], fields: list[dict[str, Any]]) -> None:
        mails, opt_in, book = _table(table, "mail"), "double_opt_in" in table, "book" in table
        wanted = {"notice": table.get("notify") == "team", "confirm": opt_in, "book": book}
        reasons = {"notice": 'notify = "team"', "confirm": "[double_opt_in]", "book": "[book]"}
        for kind, needed in wanted.items():
            if needed and kind not in mails:
                fix = f"add [mail.{kind}] with subject and body"
                self.add(("mail",), "form-missing-mail", f"{reasons[kind]} needs the mail `{kind}`", fix)
        if book and not opt_in:
            fix = "add [double_opt_in]"
            self.add(("book",), "form-missing-key", "a book is only sent to a confirmed address", fix)
        if (opt_in or "confirm" in mails) and not any(field.get("type") == "email" for field in fields):
            self.add(
                ("field",), "form-missing-key", "there is no field of type email", 'add a field with type = "email"'
            )
        for kind, mail in mails.items():
            if kind in PLACEHOLDERS and isinstance(mail, dict):
                self.mail(kind, mail, ("mail", kind))

    def mail(self, kind: str, mail: Mapping[str, Any], at: Path) -> None:
        subject, body = _text(mail, "subject"), _text(mail, "body")
        known = PLACEHOLDERS[kind]
        for part, text in (("subject", subject), ("body", body)):
            # A visitor's words never stand in a subject: subjects show on locked screens.
            allowed = known - {"fields", "page", "link", "unsubscribe"} if part == "subject" else known
            for name in _PLACEHOLDER.findall(text):
                if name not in allowed:
                    message = f"the {part} cannot hold {{{name}}}"
                    self.add((*at, part), "form-unknown-placeholder", message, _did_you_mean(name, allowed))
        for name, why in MAIL_NEEDS[kind].items():
            if body and f"{{{name}}}" not in body:
                message = f"the mail `{kind}` lacks {{{name}}}"
                self.add((*at, "body"), "form-missing-placeholder", message, f"add {{{name}}}: {why}")
        if "\n" in subject or len(subject) > 78:
            self.add((*at, "subject"), "form-bad-value", "a subject is one line of at most 78 characters", "shorten it")


_TYPES = {str: "a text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list of tables"}


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    return value if isinstance(value, str) else ""


def _table(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key, {})
    return value if isinstance(value, dict) else {}


def _tables(table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = table.get(key, [])
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    import difflib

    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(names)}"
