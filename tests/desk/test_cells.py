"""No count of 1 to 4 people is shown, nor can it be worked out from the total."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from microsite.desk.cells import FEWEST
from microsite.desk.cells import Cell
from microsite.desk.cells import protect
from microsite.desk.cells import single


def words(cells: list[Cell]) -> list[str]:
    return [cell.words for cell in cells]


def test_small_counts_have_words_and_nothing_is_nothing() -> None:
    assert [single(count).words for count in (0, 1, 4, 5, 1234)] == ["0", *["fewer than 5"] * 2, "5", "1,234"]


def test_a_part_that_lacks_few_of_its_whole_has_words() -> None:
    assert [single(count, 20).words for count in (20, 19, 16, 15)] == ["20", *["all but fewer than 5 of 20"] * 2, "15"]


def test_one_small_cell_takes_another_with_it_because_the_total_is_known() -> None:
    assert words(protect([30, 3, 12], [None] * 3, Cell(45))) == ["30", "fewer than 5", "not shown"]


def test_three_small_cells_protect_each_other() -> None:
    assert words(protect([30, 3, 3, 3], [None] * 4, Cell(39))) == ["30", *["fewer than 5"] * 3]


def test_a_sum_that_only_one_division_gives_protects_nobody() -> None:
    """4 + 4 = 8 and 1 + 1 = 2 can be worked out; then a third cell goes too."""
    assert words(protect([30, 4, 4], [None] * 3, Cell(38))) == ["not shown", "fewer than 5", "fewer than 5"]
    assert words(protect([30, 1, 1], [None] * 3, Cell(32))) == ["not shown", "fewer than 5", "fewer than 5"]


def test_a_column_of_small_cells_alone_says_nothing() -> None:
    assert words(protect([1, 1, 1, 1], [9] * 4, Cell(None, "fewer"), of=None)) == ["not shown"] * 4


def test_what_is_shown_does_not_add_up_to_a_hidden_total() -> None:
    """One week with all 18 clicks would tell that two of 20 did not click."""
    assert words(protect([18, 0], [None, None], Cell(None, "all_but", 20), of=20)) == ["not shown", "0"]


COUNTS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=4)


@given(COUNTS, st.booleans(), st.integers(0, 6))
@settings(max_examples=500, deadline=None)
def test_whoever_tries_every_possibility_learns_nothing(
    rows: list[tuple[int, int]],
    nested: bool,  # noqa: FBT001 - Hypothesis fills it in
    more: int,
) -> None:
    counts = [count for count, _ in rows]
    wholes: list[int | None] = [count + lacking if nested else None for count, lacking in rows]
    of = sum(counts) + more if nested else None
    total = single(sum(counts), of)
    cells = protect(counts, wholes, total, of=of)

    # What a reader knows: a range for each hidden cell, by its words; and the total, or a range for it.
    def could_be(cell: Cell, whole: int | None) -> range:
        if cell.value is not None:
            return range(cell.value, cell.value + 1)
        if cell.veil == "fewer":
            return range(1, FEWEST)
        if cell.veil == "all_but":
            assert whole is not None
            return range(whole - FEWEST + 1, whole)
        return range((whole if whole is not None else sum(counts)) + 1)

    totals = set(could_be(total, of))
    fitting = [one for one in product(*map(could_be, cells, wholes)) if sum(one) in totals]
    assert tuple(counts) in fitting
    for at, cell in enumerate(cells):
        if cell.veil in {"fewer", "all_but"}:
            assert {one[at] for one in fitting} == set(could_be(cell, wholes[at]))
        assert cell.value is None or cell.value == counts[at]
        assert not (cell.value and cell.value < FEWEST)
