"""The report's tables: numbers that may be shown, with their words.

In: a `Tally` of exact counts. Out: a `Report` in which no cell, sum or difference shows a group of 1 to 4 people (see
`cells`). Pages and forms with fewer than 5 leads are one row, "other"; rows are in the order of what is shown, or their
order would tell what is hidden.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from .cells import FEWEST
from .cells import protect
from .cells import single
from .figures import STEPS
from .rows import iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .cells import Cell
    from .figures import Tally

__all__ = ["COLUMNS", "Report", "Row", "Table", "build", "duration"]

#: Column → what stands over it.
COLUMNS: Mapping[str, str] = {
    "messages": "Messages",
    "passed": "Passed to the team",
    "signups": "Sign-ups",
    "confirmed": "Confirmed",
    "delivered": "Delivered",
    "subscribed": "Still subscribed",
}
_UNKNOWN = "(page not known)"


class Row(NamedTuple):
    """A label and its cells, one for each column of the table."""

    label: str
    cells: tuple[Cell, ...]


class Table(NamedTuple):
    """Rows under columns, which are names of `COLUMNS`."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: tuple[Cell, ...]

    def column(self, name: str) -> list[tuple[str, Cell]]:
        """Label and cell of each row in one column."""
        at = self.columns.index(name)
        return [(row.label, row.cells[at]) for row in self.rows]


class Report(NamedTuple):
    """What the page and the JSON say."""

    made: float
    #: Creation of the first and last lead, seconds since 1970; None without any.
    since: float | None
    until: float | None
    #: What the report was narrowed to, in words; "" for all.
    narrowed: str
    total: Mapping[str, Cell]
    quarantined: Cell
    #: Share of all that came in, in per cent; None when either number is hidden or there is nothing.
    quarantine_share: float | None
    #: Median seconds until the confirming click; None below 5 clicks.
    median_wait: float | None
    weeks: Table
    pages: Table
    signup_forms: Table
    message_forms: Table

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: a count that is hidden is `null` with the words for it."""
        tables = {
            "weeks": self.weeks,
            "pages": self.pages,
            "signups": self.signup_forms,
            "messages": self.message_forms,
        }
        return {
            "version": 1,
            "made": iso(self.made),
            "first": iso(self.since),
            "last": iso(self.until),
            "narrowed_to": self.narrowed,
            "fewest": FEWEST,
            "total": {name: _plain(cell) for name, cell in self.total.items()},
            "quarantined": {**_plain(self.quarantined), "percent": self.quarantine_share},
            "median_seconds_to_confirm": self.median_wait,
            **{
                name: [
                    {"label": row.label, **{c: _plain(cell) for c, cell in zip(table.columns, row.cells, strict=True)}}
                    for row in table.rows
                ]
                for name, table in tables.items()
            },
        }


def build(tally: Tally, *, now: float, narrowed: str = "") -> Report:
    """Veil what must not be shown; `now` is seconds since 1970."""
    counts = {name: tally.total(name) for name in COLUMNS}
    total: dict[str, Cell] = {}
    wholes: dict[str, int | None] = {}
    for name, count in counts.items():
        wholes[name] = _whole(name, total, count)
        total[name] = single(count, wholes[name])
    known = {name: (total[name], wholes[name]) for name in COLUMNS}
    quarantined = single(tally.quarantined)
    # The share would tell a hidden number from a shown one.
    open_ = all(cell.value is not None for cell in (quarantined, total["messages"], total["signups"]))
    share = 100 * tally.quarantined / tally.leads if open_ and tally.leads else None
    signing = {form: row for form, row in tally.forms.items() if row["signups"]}
    asking = {form: row for form, row in tally.forms.items() if row["messages"]}
    return Report(
        made=now,
        since=tally.first if tally.forms else None,
        until=tally.last if tally.forms else None,
        narrowed=narrowed,
        total=total,
        quarantined=quarantined,
        quarantine_share=round(share, 1) if share is not None else None,
        median_wait=tally.median_wait() if counts["confirmed"] >= FEWEST else None,
        weeks=_table(_weeks(tally), ("messages", "signups", "confirmed", "delivered"), known, nested=False),
        pages=_table(
            _merged({label or _UNKNOWN: row for label, row in tally.pages.items()}, "other pages"),
            ("messages", *STEPS),
            known,
        ),
        signup_forms=_table(_merged(signing, "other forms"), STEPS, known),
        message_forms=_table(_merged(asking, "other forms"), ("messages", "passed"), known),
    )


def duration(seconds: float) -> str:
    """`about 12 minutes`."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"about {count} {word}{'s' * (count != 1)}"
    return "less than a minute"


def _weeks(tally: Tally) -> dict[str, Counter[str]]:
    """Every week from the first to the last, also those in which nothing came."""
    if not tally.weeks:
        return {}
    week, last = min(tally.weeks), max(tally.weeks)
    weeks = {}
    while week <= last:
        weeks[week.isoformat()] = tally.weeks.get(week, Counter())
        week += timedelta(days=7)
    return weeks


def _merged(rows: Mapping[str, Counter[str]], other: str) -> dict[str, Counter[str]]:
    """Rows of fewer than 5 leads as one."""
    kept: dict[str, Counter[str]] = {}
    rest: Counter[str] = Counter()
    for label, row in rows.items():
        if row["messages"] + row["signups"] < FEWEST:
            rest.update(row)
        else:
            kept[label] = row
    return {**kept, other: rest} if rest else kept


def _table(
    rows: Mapping[str, Counter[str]],
    columns: Sequence[str],
    known: Mapping[str, tuple[Cell, int | None]],
    *,
    nested: bool = True,
) -> Table:
    labels = list(rows)
    done: dict[str, list[Cell]] = {}
    for name in columns:
        counts = [rows[label][name] for label in labels]
        before = [{column: done[column][at] for column in done} for at in range(len(labels))]
        wholes = [_whole(name, row, count) if nested else None for row, count in zip(before, counts, strict=True)]
        # A cell that was hidden to protect another could be narrowed down by the parts of it that are shown.
        veiled = [
            at
            for at, row in enumerate(before)
            if nested and any(row[step].veil == "hidden" for step in _above(name) if step in row)
        ]
        total, of = known[name]
        done[name] = protect(counts, wholes, total, of=of, veiled=veiled)
    made = [Row(label, tuple(done[name][at] for name in columns)) for at, label in enumerate(labels)]
    if nested:
        made.sort(key=lambda row: (*(-(cell.value or 0) for cell in row.cells), row.label))
    return Table(tuple(columns), tuple(made), tuple(known[name][0] for name in columns))


def _above(name: str) -> tuple[str, ...]:
    """The columns that `name` is a part of, the nearest first."""
    if name == "passed":
        return ("messages",)
    return STEPS[: STEPS.index(name)][::-1] if name in STEPS else ()


def _whole(name: str, shown: Mapping[str, Cell], count: int) -> int | None:
    """The nearest shown count that `name` is a part of. A form that delivers nothing has subscribers all the same."""
    above = (shown[step].value for step in _above(name) if step in shown)
    return next((value for value in above if value is not None and value >= count), None)


def _plain(cell: Cell) -> dict[str, Any]:
    return {"count": cell.value} if cell.value is not None else {"count": None, "words": cell.words}
