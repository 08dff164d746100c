"""Whether an event passes a filter of an event source, as Lambda decides it.

In: a filter's pattern and an event, both as Python values. Out: true or false. Raises `ValueError` for an operator that
is not known here. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

from typing import Any

__all__ = ["passes"]


def passes(pattern: Any, event: Any) -> bool:
    """Whether `event` fits `pattern`: every key of a mapping, one of the alternatives of a list."""
    if not isinstance(pattern, dict):
        message = "a pattern is a mapping whose ends are lists"
        raise ValueError(message)  # noqa: TRY004 - the pattern is data, not an argument of a wrong type
    for key, inner in pattern.items():
        there = isinstance(event, dict) and key in event
        value = event[key] if there else None
        if isinstance(inner, list):
            if not any(_one(alternative, value, there=there) for alternative in inner):
                return False
        elif not passes(inner, value):
            return False
    return True


def _one(alternative: Any, value: Any, *, there: bool) -> bool:
    if not isinstance(alternative, dict):
        return there and value == alternative
    if len(alternative) != 1:
        message = "an alternative has one operator"
        raise ValueError(message)
    [(operator, operand)] = alternative.items()
    if operator == "exists":
        return there is bool(operand)
    if operator in {"prefix", "suffix"} and isinstance(operand, str):
        return isinstance(value, str) and (
            value.startswith(operand) if operator == "prefix" else value.endswith(operand)
        )
    if operator == "anything-but":
        if isinstance(operand, dict):
            return there and not _one(operand, value, there=there)
        return there and value not in (operand if isinstance(operand, list) else [operand])
    message = f"the operator {operator} is not known here"
    raise ValueError(message)
