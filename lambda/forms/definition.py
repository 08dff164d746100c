"""What a form is: the definition files under `definitions/`, read into values.

One TOML file per form is the single source of its HTML, its checks, every error text, the consent wording, the mails
and the retention. In: a folder of definition files. Out: `Form` by id. Writing a new file adds a form everywhere.
`check.py` finds the mistakes in a file; this module only refuses what it cannot use.
"""

# imports inside verbs: a cold start pays only for the path it takes; pathlib costs 4 ms at a cold start:
# ruff: noqa: PLC0415, PTH100, PTH110, PTH118, PTH120, PTH123, PTH208
from __future__ import annotations

import os

from .digest import sha256
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

__all__ = ["Consent", "Field", "Form", "Mail", "Option", "folder_of", "from_table", "load"]

#: The definitions that ship with the package.
SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "definitions")
#: The same as one JSON list of tables, checked, in the function's zip only: reading two forms takes 0.2 ms of CPU
#: instead of 4 (`tomllib` has to be imported, and parses slowly).
PACKED = SHIPPED + ".json"


class Option(NamedTuple):
    """One answer that can be chosen."""

    #: As sent and stored, such as `phone`.
    value: str
    #: As people read it.
    label: str


class Field(NamedTuple):
    """One thing the visitor types or chooses."""

    name: str
    label: str
    #: `text`, `email`, `tel`, `textarea`, `select` or `radio`.
    kind: str
    required: bool
    #: Most characters accepted, after normalising; of no meaning where one chooses.
    longest: int
    #: Error kind (`required`, `invalid`, `too_long`, `characters`) → sentence.
    errors: Mapping[str, str]
    hint: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    #: A regular expression the whole value must match; empty = none.
    pattern: str = ""
    rows: int = 8
    #: What can be chosen in a `select` or `radio`.
    options: tuple[Option, ...] = ()
    #: Other field → its values with which this one must be filled in, whatever `required` says.
    required_if: Mapping[str, tuple[str, ...]] = {}
    #: A sensitive answer: it goes to the vault, and into no record, mail, log, address or export.
    private: bool = False

    @property
    def multiline(self) -> bool:
        """Whether line breaks are part of the value."""
        return self.kind == "textarea"

    @property
    def chosen(self) -> bool:
        """Whether the value is one of `options`."""
        return self.kind in {"select", "radio"}

    def shown(self, value: str) -> str:
        """`value` as people read it: the label of what was chosen, else what was typed."""
        return next((one.label for one in self.options if one.value == value), value)


class Consent(NamedTuple):
    """A box the visitor ticks; never ticked beforehand."""

    name: str
    #: Changes whenever the wording does, such as `book-2026-11`.
    id: str
    #: The wording as shown, with links as `[text](target)`.
    text: str
    required: bool
    error: str
    #: As of a field.
    required_if: Mapping[str, tuple[str, ...]] = {}

    @property
    def hash(self) -> str:
        """SHA-256 in hex over id and wording: proves later what was shown."""
        return sha256(f"{self.id}\n{self.text}".encode()).hexdigest()


class Mail(NamedTuple):
    """A mail's words, with `{placeholders}`."""

    #: `notice` (to the team), `confirm`, `book` or `welcome` (to the visitor).
    kind: str
    subject: str
    body: str


class Form(NamedTuple):
    """A whole form."""

    id: str
    title: str
    #: The page the form stands on, such as `/contact/`.
    page: str
    #: Where a browser is sent after the form is stored.
    thanks: str
    button: str
    fields: tuple[Field, ...]
    consents: tuple[Consent, ...]
    mails: Mapping[str, Mail]
    #: Name of the field that people do not see and robots fill.
    honeypot: str
    #: Days a record is kept, counted from sending, of a list from the confirming click.
    retention_days: int
    #: The same content within so many hours is the same record.
    window_hours: int
    #: `team` gets a notice of each record, `nobody` gets none.
    notify: str
    intro: str = ""
    warning_title: str = ""
    warning: str = ""
    #: Page shown after the confirming click; empty = no double opt-in.
    confirmed: str = ""
    #: Days for which the links in mails to the visitor work.
    link_days: int = 7
    #: Minutes in which an address gets at most one mail of a kind.
    repeat_minutes: int = 10
    #: What the delivered thing is called, such as the book's title.
    book_title: str = ""
    #: `pdf`/`epub` → file name on the shelf.
    book_files: Mapping[str, str] = {}
    #: What the list is called on the page of email choices; "" without double opt-in.
    list_name: str = ""
    #: Days that a record waits for its confirming click.
    unconfirmed_days: int = 30
    #: Days that private answers are kept; 0 when there are none.
    vault_days: int = 0

    @property
    def double_opt_in(self) -> bool:
        """Whether the address must be confirmed by a click in a mail."""
        return bool(self.confirmed)

    @property
    def delivered(self) -> str:
        """The kind of mail that follows the confirming click, "" when none does."""
        return next((kind for kind in ("book", "welcome") if kind in self.mails), "")

    @property
    def private(self) -> frozenset[str]:
        """Names of the fields whose answers go to the vault."""
        return frozenset(field.name for field in self.fields if field.private)

    def contact_in(self, values: Mapping[str, str]) -> str:
        """How the person is found again: the mail address, else the telephone number, else ""."""
        kinds = [(field.kind, values.get(field.name, "")) for field in self.fields]
        return next((value for kind in ("email", "tel") for had, value in kinds if had == kind and value), "")

    def address_in(self, values: Mapping[str, str]) -> str:
        """The mail address among `values`: the first field of type email, "" when there is none."""
        return next((values.get(field.name, "") for field in self.fields if field.kind == "email"), "")


def folder_of(root: Path | str) -> str:
    """The definitions of the project in the folder `root`; those that ship with the package when it has none.

    For a fork: what runs on a laptop reads the fork's own files, wherever the package is installed.
    """
    own = os.path.join(os.fspath(root), "lambda", "forms", "definitions")
    try:
        return own if any(name.endswith(".toml") for name in os.listdir(own)) else SHIPPED
    except OSError:
        return SHIPPED


def load(directory: Path | str | None = None) -> dict[str, Form]:
    """Read every `*.toml` in `directory` (default: the shipped ones) into `{form id: Form}`, in order of file name.

    Raises `DefinitionError`, carrying the mistakes with file and line, when a file cannot be used.
    """
    if directory is None and os.path.exists(PACKED):
        import json

        with open(PACKED, encoding="utf-8") as file:
            return {table["id"]: from_table(table) for table in json.load(file)}
    folder = os.fspath(directory) if directory is not None else SHIPPED
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError as error:
        from .errors import DefinitionError

        msg = f"the folder of form definitions cannot be read: {folder}"
        raise DefinitionError(msg) from error
    forms = (_load_file(os.path.join(folder, name)) for name in names)
    return {form.id: form for form in forms}


def _load_file(path: str) -> Form:
    import tomllib  # here, so that paths which need no definition (health) do not pay for it

    try:
        with open(path, "rb") as file:
            return from_table(tomllib.load(file))
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        from .check import check_file
        from .errors import DefinitionError

        mistakes = check_file(path)
        first = mistakes[0] if mistakes else f"{path}: {error!r}"
        msg = f"the form definition cannot be used: {first}"
        raise DefinitionError(msg, mistakes) from error


def from_table(table: Mapping[str, Any]) -> Form:
    """Build a `Form` from a parsed file; raises KeyError or TypeError when something is missing."""
    warning = table.get("warning", {})
    opt_in = table.get("double_opt_in", {})
    book = table.get("book", {})
    return Form(
        id=table["id"],
        title=table["title"],
        page=table["page"],
        thanks=table["thanks"],
        button=table["button"],
        fields=tuple(_field(one) for one in table["field"]),
        consents=tuple(_consent(one) for one in table["consent"]),
        mails={kind: Mail(kind, one["subject"], one["body"]) for kind, one in table.get("mail", {}).items()},
        honeypot=table["honeypot"],
        retention_days=table["retention_days"],
        window_hours=table["window_hours"],
        notify=table["notify"],
        intro=table.get("intro", ""),
        warning_title=warning.get("title", ""),
        warning=warning.get("text", ""),
        confirmed=opt_in.get("confirmed", ""),
        link_days=opt_in.get("link_days", 7),
        repeat_minutes=opt_in.get("repeat_minutes", 10),
        book_title=book.get("title", ""),
        book_files=dict(book.get("files", {})),
        list_name=opt_in.get("list", table["title"]) if opt_in else "",
        unconfirmed_days=opt_in.get("unconfirmed_days", 30),
        vault_days=table.get("vault", {}).get("days", 0),
    )


def _consent(one: Mapping[str, Any]) -> Consent:
    conditions = _conditions(one)
    needed = one.get("required", not conditions)
    # An optional box has no sentence of its own: nothing can be wrong with it.
    error = one["error"] if needed or conditions else one.get("error", "")
    return Consent(one["name"], one["id"], one["text"], needed, error, conditions)


def _conditions(one: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in one.get("required_if", {}).items()}


def _field(one: Mapping[str, Any]) -> Field:
    conditions = _conditions(one)
    chosen = one["type"] in {"select", "radio"}
    return Field(
        name=one["name"],
        label=one["label"],
        kind=one["type"],
        required=one.get("required", not conditions),
        longest=0 if chosen else one["max"],
        errors=dict(one["errors"]),
        hint=one.get("hint", ""),
        autocomplete=one.get("autocomplete", ""),
        inputmode=one.get("inputmode", ""),
        pattern=one.get("pattern", ""),
        rows=one.get("rows", 8),
        options=tuple(Option(option["value"], option["label"]) for option in one["options"]) if chosen else (),
        required_if=conditions,
        private=one.get("private", False),
    )
