"""The report as one HTML file: no script, nothing from elsewhere, light and dark; for eyes, paper and screen readers.

In: a `Report`. Out: the file's text. Its policy (`default-src 'none'`) holds wherever the file is opened, so that not
even a page name that somebody forged could load a thing.
"""

from __future__ import annotations

import html
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

from .cells import FEWEST
from .charts import across
from .charts import upright
from .report import COLUMNS
from .report import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .cells import Cell
    from .report import Report
    from .report import Table

__all__ = ["render"]

#: Bars in a chart; the table beside it has them all.
_WEEKS = 26
_PAGES = 12

_STYLE = """
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2430;--soft:#566173;--line:#d5dae2;--card:#f6f7f9;--bar:#1f6f8b}
@media (prefers-color-scheme:dark){
:root{--ground:#12161c;--ink:#e8ecf1;--soft:#a4afbd;--line:#363f4b;--card:#1a2028;--bar:#6cc0dc}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.25rem;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:.2em 0}h2{font-size:1.2rem;margin:2.2em 0 .6em}
h3{font-size:1rem;margin:0 0 .5rem}
p{max-width:44rem}.soft{color:var(--soft)}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(21rem,100%),1fr));margin:1rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;min-width:0}
.card svg{display:block;width:100%;max-width:30rem;height:auto}
dl.grid{grid-template-columns:repeat(auto-fit,minmax(max(8.5rem,22%),1fr))}
dt{color:var(--soft);font-size:.9rem}dd{margin:0;font-size:1.5rem;font-weight:650;line-height:1.25}
dd.words{font-size:1.05rem}
.bar{fill:var(--bar)}.veil{fill:none;stroke:var(--bar);stroke-dasharray:3 2}.axis{stroke:var(--line)}
text{font:12px system-ui,sans-serif;fill:var(--ink)}.tick{font-size:11px;fill:var(--soft)}.value{font-weight:650}
.wide{overflow-x:auto}.wide:focus-visible{outline:2px solid var(--bar);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:650;padding:.4rem 0}
th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child{text-align:left;overflow-wrap:anywhere;min-width:8rem}thead th{color:var(--soft);font-weight:600}
tfoot th,tfoot td{font-weight:650;border-bottom:0}td.words{color:var(--soft);font-size:.9rem}
@media print{body{max-width:none}.card{break-inside:avoid}}
"""
_NOTE = (
    f"<p>Groups of fewer than {FEWEST} people are not shown, here and in what could be worked out from here, so that "
    "nobody can be recognized. An outlined bar stands for such a group; its length says nothing.</p>"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(report: Report) -> str:
    """The whole file."""
    heading = "Sign-ups and messages"
    parts = [
        f"<header><h1>{_e(heading)}</h1>",
        f'<p class="soft">{_e(_span(report))}</p></header><main>',
        _facts(report),
        _NOTE,
    ]
    if report.since is None:
        parts.append("<p>Nothing came in yet, or nothing that fits what was asked for.</p>")
    else:
        parts += [_weeks(report), _pages(report), _forms(report)]
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{_e(heading)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</main>\n</body></html>\n"
    )


def _span(report: Report) -> str:
    made = datetime.fromtimestamp(report.made, UTC)
    words = f"Made on {_day(made)}, {made:%H:%M} UTC."
    if report.since is not None and report.until is not None:
        first, last = (datetime.fromtimestamp(at, UTC) for at in (report.since, report.until))
        words += f" What came in from {_day(first)} to {_day(last)}."
    return words + (f" Only {report.narrowed}." if report.narrowed else "")


def _facts(report: Report) -> str:
    facts = [(COLUMNS[name], report.total[name].words, report.total[name].value is None) for name in COLUMNS]
    share = f" ({report.quarantine_share:g} %)" if report.quarantine_share is not None else ""
    facts.append((f"In quarantine{share}", report.quarantined.words, report.quarantined.value is None))
    wait = duration(report.median_wait) if report.median_wait is not None else "not shown"
    facts.append(("Half confirm within", wait, True))
    cells = "".join(
        f'<div class="card"><dt>{_e(name)}</dt><dd{" class=words" if small else ""}>{_e(words)}</dd></div>'
        for name, words, small in facts
    )
    return f'<dl class="grid">{cells}</dl>'


def _weeks(report: Report) -> str:
    table = report.weeks
    span = f", the last {_WEEKS} weeks" if len(table.rows) > _WEEKS else ""
    charts = [
        (f"{COLUMNS[name]} per week{span}", upright(f"{COLUMNS[name]} per week{span}", table.column(name)[-_WEEKS:]))
        for name in table.columns
        if any(cell.value != 0 for _, cell in table.column(name))
    ]
    words = (
        "<p>A week begins on Monday (UTC) and has that day's date. A confirmation counts in the week of the click, a "
        "delivery in the week of the mail.</p>"
    )
    return f"<section><h2>Week by week</h2>{words}{_cards(charts)}{_table('Per week', 'Week of', table)}</section>"


def _pages(report: Report) -> str:
    table = report.pages
    span = f", the first {_PAGES}" if len(table.rows) > _PAGES else ""
    charts = [
        (f"{COLUMNS[name]} per page{span}", across(f"{COLUMNS[name]} per page{span}", _most(table, name)))
        for name in ("messages", "signups", "confirmed")
        if any(cell.value != 0 for _, cell in table.column(name))
    ]
    words = (
        "<p>The page whose link led to the form, as the form itself carries it. Nobody is followed: there is no "
        "cookie, and visits are not counted.</p>"
    )
    return f"<section><h2>Page by page</h2>{words}{_cards(charts)}{_table('Per page', 'Page', table)}</section>"


def _forms(report: Report) -> str:
    parts = ["<section><h2>Form by form</h2>"]
    if report.signup_forms.rows:
        table = report.signup_forms
        funnels = [
            (f"{row.label}: from sign-up to subscriber", across(
                f"{row.label}: from sign-up to subscriber",
                [(COLUMNS[name], cell) for name, cell in zip(table.columns, row.cells, strict=True)],
            ))
            for row in table.rows
        ]  # fmt: skip
        parts += [_cards(funnels), _table("Sign-ups per form", "Form", table)]
    if report.message_forms.rows:
        parts.append(_table("Messages per form", "Form", report.message_forms))
    return "".join(parts) + "</section>"


def _most(table: Table, name: str) -> list[tuple[str, Cell]]:
    bars = [(label, cell) for label, cell in table.column(name) if cell.value != 0]
    return sorted(bars, key=lambda bar: -(bar[1].value or 0))[:_PAGES]


def _cards(charts: Iterable[tuple[str, str]]) -> str:
    cards = (f'<div class="card"><h3>{_e(title)}</h3>{svg}</div>' for title, svg in charts)
    return f'<div class="grid">{"".join(cards)}</div>'


def _table(caption: str, first: str, table: Table) -> str:
    head = "".join(f'<th scope="col">{_e(words)}</th>' for words in (first, *(COLUMNS[name] for name in table.columns)))
    rows = "".join(f'<tr><th scope="row">{_e(row.label)}</th>{_cells(row.cells)}</tr>' for row in table.rows)
    # A table that scrolls sideways must be reachable by keyboard, and say what it is.
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{_e(caption)}">'
        f"<table><caption>{_e(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        f'<tfoot><tr><th scope="row">All</th>{_cells(table.total)}</tr></tfoot></table></div>'
    )


def _cells(cells: Iterable[Cell]) -> str:
    return "".join(f"<td{' class=words' if cell.value is None else ''}>{_e(cell.words)}</td>" for cell in cells)


def _day(moment: datetime) -> str:
    return f"{moment:%B} {moment.day}, {moment.year}"


def _e(text: str) -> str:
    return html.escape(text)
