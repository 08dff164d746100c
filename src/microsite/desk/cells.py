"""Which numbers of a table may be shown when no single person must be seen in it.

In: the counts of one column, each maybe a part of a larger count in its row that is shown; the column's total. Out:
what stands in each cell. Three rules, those of statistical offices (https://sdctools.github.io/HandbookSDC/, sections
4.2 and 4.3):

1. A cell of 1 to 4 is shown as "fewer than 5".
2. A cell that lacks 1 to 4 of the count that it is a part of ("18 of 20 confirmed": two did not) is shown as
   "all but fewer than 5 of 20".
3. Neither may be worked out from the total: while it could be narrowed down, the smallest cell that is left is hidden
   too ("not shown").
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence

__all__ = ["FEWEST", "Cell", "protect", "single"]

#: The smallest group that is shown, in people.
FEWEST = 5


class Cell(NamedTuple):
    """What is shown of a count."""

    #: The count; None when it is hidden.
    value: int | None
    #: `fewer`, `all_but` or `hidden`; "" when the count is shown.
    veil: str = ""
    #: For `all_but`: the shown count that this one is a part of.
    of: int | None = None

    @property
    def words(self) -> str:
        """The count as a reader sees it."""
        if self.value is not None:
            return f"{self.value:,}"
        if self.veil == "all_but":
            return f"all but fewer than {FEWEST} of {self.of:,}"
        return f"fewer than {FEWEST}" if self.veil == "fewer" else "not shown"


def single(count: int, whole: int | None = None) -> Cell:
    """Rules 1 and 2 for one count; `whole` is the shown count that it is a part of."""
    if 0 < count < FEWEST:
        return Cell(None, "fewer")
    if whole is not None and 0 < whole - count < FEWEST:
        return Cell(None, "all_but", whole)
    return Cell(count)


def protect(
    counts: Sequence[int],
    wholes: Sequence[int | None],
    total: Cell,
    *,
    of: int | None = None,
    veiled: Collection[int] = (),
) -> list[Cell]:
    """All three rules for a column.

    `wholes` are the shown counts that the cells are parts of, `total` is what a reader knows of the column's sum from
    elsewhere, `of` the shown count that the total is a part of, `veiled` the rows whose cells are hidden in any case.
    """
    cells = [single(count, whole) for count, whole in zip(counts, wholes, strict=True)]
    for at in veiled:
        cells[at] = Cell(None, "hidden")
    known = (total.value, total.value) if total.value is not None else _span(total, of, sum(counts))
    while not _safe(cells, wholes, known, veiled):
        # The smallest first; a zero only when nothing else is left: hidden, it looks as if there were somebody.
        left = sorted((cell.value == 0, cell.value, at) for at, cell in enumerate(cells) if cell.value is not None)
        if not left:
            return [Cell(None, "hidden") for _ in cells]
        cells[left[0][2]] = Cell(None, "hidden")
    return cells


def _safe(cells: Sequence[Cell], wholes: Sequence[int | None], known: tuple[int, int], veiled: Collection[int]) -> bool:
    """Whether the total, in the range `known`, leaves every hidden cell all the values that its words allow.

    A cell of `veiled` may turn out to be anything from 0 on: what is known to be in it is in the hidden count above it.
    """
    shown = sum(cell.value for cell in cells if cell.value is not None)
    spans = [
        (at, cell, *_span(cell, whole, known[1]))
        for at, (cell, whole) in enumerate(zip(cells, wholes, strict=True))
        if cell.value is None
    ]
    if not spans:
        # What is shown adds up to the total: fine unless that was to stay unknown.
        return known[0] == known[1]
    low, high = sum(span[2] for span in spans), sum(span[3] for span in spans)
    for at, cell, least, most in spans:
        narrowed = max(least, known[0] - shown - (high - most)), min(most, known[1] - shown - (low - least))
        if cell.veil != "hidden" and narrowed != (least, most):
            return False
        if at in veiled and narrowed[0] > least:
            return False
    return True


def _span(cell: Cell, whole: int | None, total: int) -> tuple[int, int]:
    if cell.veil == "fewer":
        return 1, FEWEST - 1
    top = total if whole is None else whole
    return (top - FEWEST + 1, top - 1) if cell.veil == "all_but" else (0, top)
