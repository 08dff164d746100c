"""Bar charts as inline SVG, drawn from a report's cells.

In: labels and cells. Out: `<svg>` text without script, style or id clashes; colors come from the classes `bar`, `veil`,
`axis` and `value` of the page around it. A hidden count is an outlined bar of one fixed size: its length must not tell
what its words do not. Each chart stands beside a table with the same numbers, so it is one image with a title.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from .cells import FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cells import Cell

__all__ = ["across", "upright"]

#: Units of the drawing; a phone of 360 px shows about one pixel a unit, so text is readable there.
_WIDE = 320
_TALL = 150
#: Characters of a label over a bar, at 12 units of font size.
_LABEL = 44


def upright(title: str, bars: Sequence[tuple[str, Cell]]) -> str:
    """One bar a week, standing, oldest at the left; the highest count and the first and last label are written."""
    top, left, floor = 18, 4, _TALL - 18
    most = max([cell.value or 0 for _, cell in bars] + [FEWEST])
    step = (_WIDE - 2 * left) / max(len(bars), 1)
    width = min(step * 0.8, 28)
    parts = [f'<line class="axis" x1="{left}" y1="{floor}" x2="{_WIDE - left}" y2="{floor}"/>']
    peak = max(
        (at for at, (_, cell) in enumerate(bars) if cell.value), key=lambda at: bars[at][1].value or 0, default=-1
    )
    for at, (label, cell) in enumerate(bars):
        x = left + at * step + (step - width) / 2
        height = (floor - top) * (cell.value if cell.value is not None else FEWEST - 1) / most
        if height:
            parts.append(_bar(x, floor - height, width, height, f"{label}: {cell.words}", hidden=cell.value is None))
        if at == peak:
            middle = min(max(x + width / 2, 16), _WIDE - 16)
            parts.append(_text(middle, floor - height - 4, cell.words, "value", "middle"))
    if bars:
        parts.append(_text(left, _TALL - 4, bars[0][0], "tick", "start"))
    if len(bars) > 1:
        parts.append(_text(_WIDE - left, _TALL - 4, bars[-1][0], "tick", "end"))
    return _svg(title, _TALL, parts)


def across(title: str, bars: Sequence[tuple[str, Cell]]) -> str:
    """One lying bar a row, its label and count over it."""
    row = 36
    most = max([cell.value or 0 for _, cell in bars] + [FEWEST])
    parts = []
    for at, (label, cell) in enumerate(bars):
        y = at * row
        shown = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
        parts += [_text(0, y + 13, shown, "label", "start"), _text(_WIDE, y + 13, cell.words, "value", "end")]
        width = _WIDE * (cell.value if cell.value is not None else FEWEST - 1) / most
        if width:
            parts.append(_bar(0.5, y + 18, max(width - 1, 1), 12, f"{label}: {cell.words}", hidden=cell.value is None))
    return _svg(title, max(len(bars) * row, 1), parts)


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    name = html.escape(title)
    return (
        f'<svg viewBox="0 0 {_WIDE} {height}" role="img" aria-label="{name}"><title>{name}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _bar(x: float, y: float, width: float, height: float, words: str, *, hidden: bool) -> str:  # noqa: PLR0913 - a place
    kind = "veil" if hidden else "bar"
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {place} rx="2"><title>{html.escape(words)}</title></rect>'


def _text(x: float, y: float, words: str, kind: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'
