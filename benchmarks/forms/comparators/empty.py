"""The yardstick: a function that does nothing."""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer."""
    del event, context
    return {"statusCode": 303, "headers": {"location": "/contact/thanks/"}, "body": ""}
