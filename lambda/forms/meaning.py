"""The rules of a definition that no single key shows: what its values say together.

In: a parsed definition, which may hold anything anywhere. Out: notes (`findings.RULES` names the rules).
"""

# ruff: noqa: PTH119 - pathlib costs 4 ms at a cold start, and this package is kept to one way
from __future__ import annotations

import os
import re

from .compose import PLACEHOLDERS
from .findings import did_you_mean
from .findings import table_in
from .findings import tables_in
from .findings import text_in
from .findings import values_in
from .patterns import slow
from .request import LARGEST_BODY
from .schema import AUTOCOMPLETE
from .schema import INPUT_MODES
from .schema import MAIL_NEEDS
from .schema import RESERVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .findings import Notes
    from .lines import Path

    Table = Mapping[str, Any]

__all__ = ["check_meaning"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_PAGE = re.compile(r"/(?:[a-z0-9-]+/)*", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
#: Wider than what becomes a link (`html.py`), so that what nearly is one is seen: `[x](javascript:f(1))`.
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^)]*)\)")
_GOOD_TARGET = re.compile(r"(?:/|tel:|sms:|mailto:|https://)[^\s\"'<>]*")
_NUMBER = re.compile(r"\d[\d,]*")
_DAYS = re.compile(r"(\d+) days")
_CHOSEN = frozenset({"select", "radio"})
#: A wording that speaks of automated calls or texts. 47 CFR 64.1200(f)(9) asks that nobody has to agree to them as a
#: condition of buying anything, and that the wording says so. A person who dials by hand needs no such wording.
_AUTOMATED = re.compile(r"automat|auto-?dial|pre-?recorded|artificial voice|robo", re.IGNORECASE)


def check_meaning(notes: Notes, table: Table) -> None:
    """Apply every rule to the parsed file."""
    stem = os.path.basename(notes.path).removesuffix(".toml")
    identity = text_in(table, "id")
    if identity and (identity != stem or not _ID.fullmatch(identity)):
        notes.add(("id",), "form-bad-value", "`id` must be the file's name without `.toml`", f'write id = "{stem}"')
    opt_in = table_in(table, "double_opt_in")
    for path, at in ((text_in(table, "page"), ("page",)), (text_in(table, "thanks"), ("thanks",))):
        _page(notes, path, at)
    _page(notes, text_in(opt_in, "confirmed"), ("double_opt_in", "confirmed"))
    fields, consents = tables_in(table, "field"), tables_in(table, "consent")
    _names(notes, table, fields, consents)
    for number, field in enumerate(fields):
        _field(notes, field, ("field", number))
        _condition(notes, field, fields, ("field", number))
    for number, box in enumerate(consents):
        _consent(notes, box, ("consent", number))
        _condition(notes, box, fields, ("consent", number))
    _links(notes, text_in(table, "intro"), ("intro",))
    _links(notes, text_in(table_in(table, "warning"), "text"), ("warning", "text"))
    _spans(notes, table, opt_in)
    _private(notes, table, fields, consents)
    _phone(notes, fields, consents)
    _mails(notes, table, fields)
    for kind, name in table_in(table_in(table, "book"), "files").items():
        if isinstance(name, str) and not _FILE.fullmatch(name):
            fix = "write the file's name without a folder"
            notes.add(("book", "files"), "form-bad-value", f"`{kind}` names no plain file", fix)
    most = sum(_whole(field, "max") for field in fields if text_in(field, "type") not in _CHOSEN) * 12
    if most > LARGEST_BODY:
        message = f"with every field full the form can take {most} bytes, {LARGEST_BODY} are accepted"
        notes.add(("field",), "form-too-large", message, "lower a `max`", "warning")


def _page(notes: Notes, path: str, at: Path) -> None:
    if path and not _PAGE.fullmatch(path):
        fix = "write it like /contact/ with a slash at both ends"
        notes.add(at, "form-bad-value", f"`{at[-1]}` must be a page of the site", fix)


def _names(notes: Notes, table: Table, fields: list[dict[str, Any]], consents: list[dict[str, Any]]) -> None:
    seen: dict[str, str] = {}
    named: list[tuple[Path, str]] = [(("honeypot",), text_in(table, "honeypot"))]
    named += [(("field", number, "name"), text_in(one, "name")) for number, one in enumerate(fields)]
    named += [(("consent", number, "name"), text_in(one, "name")) for number, one in enumerate(consents)]
    for at, name in named:
        if not name:
            continue
        if name in seen:
            notes.add(at, "form-duplicate", f"the name `{name}` is taken by {seen[name]}", "choose another name")
        elif not _NAME.fullmatch(name):
            fix = "use small letters, digits and _, like first_name"
            notes.add(at, "form-bad-value", f"`{name}` cannot be a field's name", fix)
        elif name in RESERVED:
            notes.add(at, "form-bad-value", f"the name `{name}` is used by the forms themselves", "choose another")
        seen.setdefault(name, f"the {at[0]} on line {notes.line(at)}")
    ids: set[str] = set()
    for number, box in enumerate(consents):
        identity = text_in(box, "id")
        if identity and identity in ids:
            message = f"the wording id `{identity}` is used twice"
            notes.add(("consent", number, "id"), "form-duplicate", message, "give each wording its own")
        ids.add(identity)


def _field(notes: Notes, field: Table, at: Path) -> None:
    errors, name, kind = table_in(field, "errors"), text_in(field, "name") or "?", text_in(field, "type")
    typed, pattern = kind not in _CHOSEN, text_in(field, "pattern")
    if typed and "max" not in field:
        notes.add(at, "form-missing-key", "`max` is missing in [field]", "add `max = …`: most characters")
    conditional = bool(table_in(field, "required_if"))
    needed = {"too_long": typed, "characters": typed, "invalid": not typed or kind in {"email", "tel"} or bool(pattern)}
    needed["required"] = bool(field.get("required", not conditional)) or conditional
    for error, wanted in needed.items():
        if wanted and error not in errors:
            fix = f'add {error} = "…" under [field.errors], a sentence that says what to do'
            notes.add((*at, "errors"), "form-missing-text", f"the field `{name}` has no `{error}` sentence", fix)
    _options(notes, field, kind, at)
    _pattern(notes, pattern, _whole(field, "max"), (*at, "pattern"))
    numbers = [int(one.replace(",", "")) for one in _NUMBER.findall(text_in(errors, "too_long"))]
    if numbers and field.get("max") not in numbers:
        fix = f"write {field.get('max')} in the sentence, or change `max`"
        message = f"`{name}`: the sentence names another limit"
        notes.add((*at, "errors", "too_long"), "form-limit-differs", message, fix)
    for key, known in (("autocomplete", AUTOCOMPLETE), ("inputmode", INPUT_MODES)):
        value = text_in(field, key)
        if value and value not in known:
            notes.add((*at, key), "form-bad-value", f"`{value}` is no {key} value of HTML", did_you_mean(value, known))
    _links(notes, text_in(field, "hint"), (*at, "hint"))


def _pattern(notes: Notes, pattern: str, longest: int, at: Path) -> None:
    try:
        re.compile(pattern)
        found = slow(pattern, longest)
    except (re.error, OverflowError, RecursionError) as error:
        fix = "mend it; in TOML write patterns in single quotes"
        notes.add(at, "form-bad-pattern", f"the pattern does not compile: {error}", fix)
        return
    if found:
        fix = "write it so that a text fits in one way only; one made for it would hold up the server for minutes"
        notes.add(at, "form-bad-pattern", f"the pattern {found}", fix)


def _options(notes: Notes, field: Table, kind: str, at: Path) -> None:
    options = tables_in(field, "options")
    if kind not in _CHOSEN:
        if "options" in field:
            fix = 'write type = "select" or "radio", or take the options out'
            notes.add((*at, "options"), "form-bad-options", f"a field of type {kind or '?'} has no options", fix)
        return
    if len(options) < 2:
        fix = 'add options = [{ value = "…", label = "…" }, …], two or more'
        notes.add((*at, "options"), "form-bad-options", "there is nothing to choose from", fix)
    for key in ("max", "pattern", "rows", "inputmode"):
        if key in field:
            notes.add((*at, key), "form-bad-options", f"`{key}` has no meaning where one chooses", "take the line out")
    _answers(notes, options, (*at, "options"))


def _answers(notes: Notes, options: list[dict[str, Any]], at: Path) -> None:
    for key in ("value", "label"):
        seen: set[str] = set()
        for number, one in enumerate(options):
            text = text_in(one, key)
            if text and text in seen:
                message = f"the {key} `{text}` stands twice"
                notes.add((*at, number), "form-duplicate", message, "give each answer its own")
            seen.add(text)
    for number, one in enumerate(options):
        value = text_in(one, "value")
        if value and not _ID.fullmatch(value):
            fix = "use small letters, digits and -, like not-sure"
            notes.add((*at, number), "form-bad-value", f"`{value}` cannot be an answer's value", fix)


def _condition(notes: Notes, one: Table, fields: list[dict[str, Any]], at: Path) -> None:
    wanted = table_in(one, "required_if")
    here = (*at, "required_if")
    if wanted and "required" in one:
        fix = "take one of the two lines out"
        notes.add(here, "form-bad-condition", "`required` and `required_if` say two things", fix)
    known = {text_in(field, "name"): field for field in fields if text_in(field, "type") in _CHOSEN}
    for name, values in wanted.items():
        if name not in known:
            message = f"`{name}` is no field where one chooses"
            notes.add(here, "form-bad-condition", message, did_you_mean(name, known) if known else "add a select")
            continue
        for value in [text for text in values if isinstance(text, str)] if isinstance(values, list) else []:
            if value not in values_in(known[name]):
                message = f"`{value}` is no answer of `{name}`"
                notes.add(here, "form-bad-condition", message, did_you_mean(value, values_in(known[name])))


def _consent(notes: Notes, box: Table, at: Path) -> None:
    identity = text_in(box, "id")
    if identity and not _ID.fullmatch(identity):
        message = f"`{identity}` cannot be a wording's id"
        notes.add((*at, "id"), "form-bad-value", message, "write it like book-2026-11")
    if (box.get("required", True) or table_in(box, "required_if")) and "error" not in box:
        notes.add(at, "form-missing-text", "a box that must be ticked has no `error` sentence", 'add error = "…"')
    _links(notes, text_in(box, "text"), (*at, "text"))


def _phone(notes: Notes, fields: list[dict[str, Any]], consents: list[dict[str, Any]]) -> None:
    number = any(text_in(field, "type") == "tel" for field in fields)
    for place, box in enumerate(consents):
        at, text = ("consent", place), text_in(box, "text")
        if text_in(box, "name") == "consent_phone" and not number:
            message = "there is no telephone number to agree to"
            notes.add(at, "form-phone-consent", message, "add a field of type tel, or take the box out")
        if not _AUTOMATED.search(text):
            continue
        if "not a condition" not in text.lower():
            message = "the wording on automated calls does not say “not a condition”"
            fix = "47 CFR 64.1200(f)(9): say that agreeing is not a condition of any purchase or service"
            notes.add((*at, "text"), "form-phone-consent", message, fix)
        if box.get("required", True) or table_in(box, "required_if"):
            message = "agreeing to automated calls is a condition of sending the form"
            notes.add(at, "form-phone-consent", message, "add required = false")
        if len(consents) == 1:
            message = "agreeing to automated calls stands alone"
            notes.add(at, "form-phone-consent", message, "add a box of its own for keeping the details")


def _private(notes: Notes, table: Table, fields: list[dict[str, Any]], consents: list[dict[str, Any]]) -> None:
    private = [(number, field) for number, field in enumerate(fields) if field.get("private") is True]
    days = _whole(table_in(table, "vault"), "days")
    if private and "vault" not in table:
        message = "private answers have no end"
        notes.add(("field", private[0][0], "private"), "form-private", message, "add [vault] with days = 30")
    if "vault" in table and not private:
        notes.add(("vault",), "form-private", "no field is private", "write private = true, or take [vault] out")
    for number, field in private:
        if text_in(field, "type") in {"email", "tel"}:
            message = "how to reach the person cannot be private: nobody could answer, nor erase the record"
            notes.add(("field", number, "private"), "form-private", message, "take the line out")
    if days > _whole(table, "retention_days") > 0:
        message = "private answers outlive their record"
        notes.add(("vault", "days"), "form-private", message, "lower `days`, or raise `retention_days`")
    texts: list[tuple[str, Path]] = [
        (text_in(box, "text"), ("consent", number, "text")) for number, box in enumerate(consents)
    ]
    texts.append((text_in(table_in(table_in(table, "mail"), "notice"), "body"), ("mail", "notice", "body")))
    for text, at in texts if private and days else []:
        if any(int(named) != days for named in _DAYS.findall(text)):
            fix = f"write {days} days, or change [vault]"
            notes.add(at, "form-limit-differs", "the text names other days than [vault]", fix)


def _spans(notes: Notes, table: Table, opt_in: Table) -> None:
    """Times that must not overtake each other."""
    if not opt_in:
        return
    waits = _whole(opt_in, "unconfirmed_days") or 30
    at = ("double_opt_in", "unconfirmed_days")
    if waits < (_whole(opt_in, "link_days") or 7):
        message = "the record would be gone before the link in its mail ends"
        notes.add(at, "form-bad-value", message, "raise `unconfirmed_days`, or lower `link_days`")
    if waits > _whole(table, "retention_days") > 0:
        message = "who never confirms would be kept longer than who does"
        notes.add(at, "form-bad-value", message, "lower `unconfirmed_days`, or raise `retention_days`")
    if waits * 24 < _whole(table, "window_hours"):
        message = "the record would be gone before its content may be sent again"
        notes.add(at, "form-bad-value", message, "raise `unconfirmed_days`, or lower `window_hours`")


def _links(notes: Notes, text: str, at: Path) -> None:
    for words, target in _LINK.findall(text):
        if not words.strip() or not _GOOD_TARGET.fullmatch(target):
            fix = "write [words](/page/), or tel:, sms:, mailto:, https://"
            notes.add(at, "form-bad-link", f"`[{words}]({target})` does not become a link", fix)


def _mails(notes: Notes, table: Table, fields: list[dict[str, Any]]) -> None:
    mails, opt_in, book = table_in(table, "mail"), "double_opt_in" in table, "book" in table
    notify = table.get("notify") == "team"
    wanted = {"notice": notify, "confirm": opt_in, "book": book}
    possible = {"notice": notify, "confirm": opt_in, "book": book, "welcome": opt_in and not book}
    reasons = {"notice": 'notify = "team"', "confirm": "[double_opt_in]", "book": "[book]"}
    reasons["welcome"] = "[double_opt_in] without [book]"
    for kind, needed in wanted.items():
        if needed and kind not in mails:
            fix = f"add [mail.{kind}] with subject and body"
            notes.add(("mail",), "form-missing-mail", f"{reasons[kind]} needs the mail `{kind}`", fix)
    for kind in mails:
        if not possible.get(kind, True):
            fix = f"take [mail.{kind}] out, or add {reasons[kind]}"
            notes.add(("mail", kind), "form-unused-mail", f"the form never sends the mail `{kind}`", fix)
    if book and not opt_in:
        message = "a book is only sent to a confirmed address"
        notes.add(("book",), "form-missing-key", message, "add [double_opt_in]")
    addresses = [field for field in fields if text_in(field, "type") == "email"]
    if (opt_in or "confirm" in mails) and not addresses:
        message, fix = "there is no field of type email", 'add a field with type = "email"'
        notes.add(("field",), "form-missing-key", message, fix)
    private = any(field.get("private") is True for field in fields)
    for kind, mail in mails.items():
        if kind in PLACEHOLDERS and isinstance(mail, dict):
            needs = (
                {"id": "or the team cannot find what is private"} if private and kind == "notice" else MAIL_NEEDS[kind]
            )
            _mail(notes, kind, mail, needs)


def _mail(notes: Notes, kind: str, mail: Table, needs: Mapping[str, str]) -> None:
    at = ("mail", kind)
    subject, body = text_in(mail, "subject"), text_in(mail, "body")
    known = PLACEHOLDERS[kind]
    for part, text in (("subject", subject), ("body", body)):
        # A visitor's words never stand in a subject: subjects show on locked screens.
        allowed = known - {"fields", "page", "link", "unsubscribe", "preferences"} if part == "subject" else known
        for name in _PLACEHOLDER.findall(text):
            if name not in allowed:
                message = f"the {part} cannot hold {{{name}}}"
                notes.add((*at, part), "form-unknown-placeholder", message, did_you_mean(name, allowed))
    for name, why in needs.items():
        if body and f"{{{name}}}" not in body:
            message = f"the mail `{kind}` lacks {{{name}}}"
            notes.add((*at, "body"), "form-missing-placeholder", message, f"add {{{name}}}: {why}")
    if "\n" in subject or len(subject) > 78:
        notes.add((*at, "subject"), "form-bad-value", "a subject is one line of at most 78 characters", "shorten it")


def _whole(table: Table, key: str) -> int:
    value = table.get(key, 0)
    return value if type(value) is int else 0
