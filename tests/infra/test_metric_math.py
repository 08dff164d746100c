"""Alarms are compared by what their expressions work out to, not by how they are written."""

from __future__ import annotations

import pytest

from microsite.infra.metric_math import alike
from microsite.infra.metric_math import evaluate

SHARE = "IF(all >= 20, 100 * bad / all, 0)"


@pytest.mark.parametrize(
    ("expression", "values", "result"),
    [
        (SHARE, {"all": 50, "bad": 1}, 2),
        (SHARE, {"all": 19, "bad": 19}, 0),
        (SHARE, {"all": None, "bad": 1}, None),
        (SHARE, {"all": 50, "bad": None}, None),
        ("bad / all", {"all": 0, "bad": 1}, None),
        ("FILL(a, 0) + FILL(b, 0)", {"a": None, "b": 3}, 3),
        ("SUM([a, b]) - MAX([a, b])", {"a": 2, "b": None}, 0),
        ("-a", {"a": 2}, -2),
    ],
)
def test_an_expression_is_worked_out(expression: str, values: dict[str, float | None], result: float | None) -> None:
    assert evaluate(expression, values) == result


@pytest.mark.parametrize("same", ["IF(all>=20,100*bad/all,0)", "IF(all < 20, 0, bad / all * 100)"])
def test_another_way_to_write_it_is_the_same(same: str) -> None:
    assert alike(same, SHARE, ["all", "bad"])


@pytest.mark.parametrize(
    "other",
    [
        *("bad / all", "IF(all >= 200, 100 * bad / all, 0)", "IF(all <= 20, 100 * bad / all, 0)"),
        *("IF(all >= 20, 100 * all / bad, 0)", "IF(all >= 20, 100 * bad / all, 1)", "IF(all > 20, 100 * bad / all, 0)"),
        *("__import__('os')", "IF(", "RATE(bad)", "bad ** all", "none", "FILL(bad, REPEAT)"),
    ],
)
def test_what_gives_another_number_is_not(other: str) -> None:
    assert not alike(other, SHARE, ["all", "bad"])


def test_each_of_many_ids_counts() -> None:
    ids = ["a", "b", "c", "d", "e"]
    whole = " + ".join(f"FILL({one}, 0)" for one in ids)
    assert alike("SUM([" + ", ".join(f"FILL({one}, 0)" for one in reversed(ids)) + "])", whole, ids)
    for one in ids:
        assert not alike(whole.replace(f"FILL({one}, 0)", "0"), whole, ids)
        assert not alike(whole.replace(f"FILL({one}, 0)", one), whole, ids)
