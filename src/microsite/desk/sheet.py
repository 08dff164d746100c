r"""Leads as CSV that a spreadsheet opens without harm.

In: leads, the forms' definitions. Out: lines of RFC 4180 (CRLF; quotes doubled). Whoever fills in a form writes into
this file, and a spreadsheet runs a cell that looks like a formula: `=HYPERLINK(…)` sends the whole row away. So each
cell that begins like one gets an apostrophe in front and every cell is quoted, as OWASP asks for
(https://owasp.org/www-community/attacks/CSV_Injection).

The columns are the same for every file made with the same definitions; what a lead holds beyond them (a field that a
definition once had) is in `other_fields`, as JSON.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from typing import TYPE_CHECKING

from .rows import as_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from forms.definition import Form
    from forms.lead import Lead

__all__ = ["columns", "harmless", "lines"]

#: What spreadsheets take for the start of a formula. `|` and `%` start DDE commands in old ones. Minus signs other than
#: the hyphen are no compatibility forms of it, so they are named.
_TRIGGERS = frozenset("=+-@|%\u2010\u2011\u2012\u2013\u2212")
#: Categories of characters that stand before a formula without taking its effect: blanks, controls (tab, CR), marks of
#: direction, byte order marks.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_FIRST = ("id", "form", "state", "created", "page", "release", "confirmed", "unsubscribed", "quarantined", "reasons")
_LAST = ("other_fields", "agreed", "refused", "mails", "private")


def columns(forms: Iterable[Form]) -> list[str]:
    """The head of the file: facts, then `field.<name>` for each field of `forms` that is not private, in order."""
    names = (field.name for form in forms for field in form.fields if not getattr(field, "private", False))
    return [*_FIRST, *(f"field.{name}" for name in dict.fromkeys(names)), *_LAST]


def lines(leads: Iterable[Lead], forms: Mapping[str, Form]) -> Iterator[str]:
    """The file, one record at a time, its head first; each ends with CRLF."""
    head = columns(forms.values())
    yield _record(head)
    known = {name for name in head if name.startswith("field.")}
    for lead in leads:
        row = as_row(lead)
        fields = {f"field.{name}": value for name, value in row["fields"].items()}
        others = {name.removeprefix("field."): value for name, value in fields.items() if name not in known}
        cells = {
            **{name: row[name] or "" for name in _FIRST if name != "reasons"},
            **fields,
            "reasons": " ".join(row["reasons"]),
            "other_fields": json.dumps(others, ensure_ascii=False) if others else "",
            "agreed": "; ".join(f"{one['name']} ({one['id']}) {one['at']}" for one in row["consent"] if one["given"]),
            "refused": "; ".join(f"{one['name']} ({one['id']})" for one in row["consent"] if not one["given"]),
            "mails": "; ".join(_mail(one) for one in row["mails"]),
            "private": "yes" if row["private"] else "",
        }
        yield _record([harmless(str(cells.get(name, ""))) for name in head])


def harmless(cell: str) -> str:
    """`cell`, with an apostrophe in front when a spreadsheet could take it for a formula.

    Full-width and other compatibility forms of these signs (U+FF1D, U+FF0B, U+FF20 …) are folded before the look, as
    spreadsheets in East Asian languages do. A cell that begins with a tab or a line break is marked too: they are
    dropped on import.
    """
    for char in cell:
        if char in "\t\r\n":
            return f"'{cell}"
        if unicodedata.category(char) in _UNSEEN:
            continue
        return f"'{cell}" if _TRIGGERS & set(unicodedata.normalize("NFKC", char)[:1] + char) else cell
    return cell


def _mail(mail: Mapping[str, str | None]) -> str:
    if mail["sent"]:
        return f"{mail['kind']} sent {mail['sent']}"
    return f"{mail['kind']} {'waiting' if mail['due'] else 'not sent'}" + (
        f" ({mail['reason']})" if mail["reason"] else ""
    )


def _record(cells: Sequence[str]) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return file.getvalue()
