"""What an alarm's expression works out to: CloudWatch's metric math on numbers, as far as alarms here need it.

In: an expression and a value for each id; None for a time without a value. Out: a number, or None. Raises `ValueError`
for what is not known here. Two expressions mean the same when they give the same on every sample (`alike`).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import math
import operator
import random
from itertools import product
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

__all__ = ["alike", "evaluate"]

_SIGNS: Final[Mapping[type, Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OF_LISTS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "SUM": sum,
    "MAX": max,
    "MIN": min,
    "AVG": lambda found: sum(found) / len(found),
}
#: Values on both sides of every limit that an alarm here has.
_SAMPLES: Final = (None, 0.0, 1.0, 3.0, 19.0, 20.0, 21.0, 199.0, 200.0, 201.0, 1000.0)
_MOST: Final = 150


def evaluate(expression: str, values: Mapping[str, float | None]) -> float | None:
    """The expression's value; `values` has one for each id."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError:
        message = f"{expression!r} is no expression"
        raise ValueError(message) from None
    return _value(tree.body, values)


def alike(left: str, right: str, ids: Sequence[str]) -> bool:
    """Whether two expressions over `ids` give the same on all samples; False for one that is not known here."""
    try:
        return all(_same(evaluate(left, values), evaluate(right, values)) for values in _samples(ids))
    except ValueError:
        return False


def _samples(ids: Sequence[str]) -> Iterator[dict[str, float | None]]:
    ways = len(_SAMPLES) ** len(ids)
    if ways <= _MOST:
        for way in product(_SAMPLES, repeat=len(ids)):
            yield dict(zip(ids, way, strict=True))
        return
    for one in ids:
        yield {name: 7.0 if name == one else 0.0 for name in ids}
        yield {name: None if name == one else 1.0 for name in ids}
        yield {name: 7.0 if name == one else None for name in ids}
    chance = random.Random(len(ids))  # noqa: S311 - samples, the same each time
    for _ in range(_MOST):
        yield {name: chance.choice(_SAMPLES) for name in ids}


def _same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value = _value(inner, values)
            return None if value is None else -value
        case ast.BinOp(left=left, op=sign, right=right):
            return _two(type(sign), _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _two(type(sign), _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, arguments, values)
    message = f"{ast.unparse(node)!r} is not known here"
    raise ValueError(message)


def _two(sign: type, left: float | None, right: float | None) -> float | None:
    if sign not in _SIGNS:
        message = f"{sign.__name__} is not known here"
        raise ValueError(message)
    if left is None or right is None or (sign is ast.Div and right == 0):
        return None
    return float(_SIGNS[sign](left, right))


def _call(name: str, arguments: Sequence[ast.expr], values: Mapping[str, float | None]) -> float | None:
    if name == "IF" and len(arguments) == 3:
        asked = _value(arguments[0], values)
        return None if asked is None else _value(arguments[1 if asked else 2], values)
    if name == "FILL" and len(arguments) == 2:
        value = _value(arguments[0], values)
        return _value(arguments[1], values) if value is None else value
    if name in _OF_LISTS and len(arguments) == 1 and isinstance(arguments[0], ast.List):
        found = [one for one in (_value(each, values) for each in arguments[0].elts) if one is not None]
        return float(_OF_LISTS[name](found)) if found else None
    message = f"{name} is not known here"
    raise ValueError(message)
