"""Filters of event sources, as Lambda evaluates them."""

from __future__ import annotations

import pytest

from microsite.infra.events import passes

EVENT = {"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "abc"}}}}


@pytest.mark.parametrize(
    ("pattern", "passed"),
    [
        ({}, True),
        ({"eventName": ["MODIFY", "INSERT"]}, True),
        ({"eventName": ["MODIFY"]}, False),
        ({"dynamodb": {"Keys": {"id": {"S": [{"prefix": "a"}]}}}}, True),
        ({"dynamodb": {"Keys": {"id": {"S": [{"suffix": "a"}]}}}}, False),
        ({"dynamodb": {"Keys": {"id": {"S": [{"anything-but": {"prefix": "#"}}]}}}}, True),
        ({"dynamodb": {"Keys": {"id": {"S": [{"anything-but": ["abc"]}]}}}}, False),
        ({"dynamodb": {"NewImage": {"id": {"S": ["abc"]}}}}, False),
        ({"userIdentity": [{"exists": False}]}, True),
        ({"eventName": [{"exists": True}]}, True),
        ({"eventName": ["INSERT"], "dynamodb": {"Keys": {"id": {"S": ["x"]}}}}, False),
    ],
)
def test_patterns(pattern: dict[str, object], passed: bool) -> None:  # noqa: FBT001 - a row of the table
    assert passes(pattern, EVENT) is passed


@pytest.mark.parametrize("pattern", [[], {"eventName": [{"wild": "*"}]}, {"eventName": [{"a": 1, "b": 2}]}])
def test_what_is_not_known_is_refused(pattern: object) -> None:
    with pytest.raises(ValueError, match=r"pattern|operator"):
        passes(pattern, EVENT)
