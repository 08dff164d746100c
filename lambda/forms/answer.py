"""Answers in the shape of API Gateway's payload version 2: pages, JSON, problem details, redirects, files.

Every answer carries the site's strict headers and is never kept by a cache.
"""

from __future__ import annotations

import json
from binascii import b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Answer = dict[str, Any]

__all__ = ["HEADERS", "as_file", "as_json", "as_page", "as_problem", "in_shape_of", "see_other"]

#: On every answer. The policy is the site's own: nothing inline, nobody else's anything, never in a frame.
HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}

_TITLES = {
    400: "Bad request",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    410: "Gone",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Please check what you entered",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
}


def as_page(status: int, html: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A whole HTML page."""
    return _answer(status, html, "text/html; charset=utf-8", headers)


def as_json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON for programs."""
    return _answer(status, json.dumps(value), "application/json", headers)


def as_problem(
    status: int, detail: str, errors: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Problem details (RFC 9457); `errors` is field → message."""
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if errors:
        problem["errors"] = [{"field": field, "message": message} for field, message in errors.items()]
    return _answer(status, json.dumps(problem), "application/problem+json", headers)


def see_other(path: str) -> Answer:
    """303: the browser GETs `path`, so a reload does not send the form again."""
    return _answer(303, "", "text/plain; charset=utf-8", {"location": path})


def as_file(content: bytes, media_type: str, name: str) -> Answer:
    """A file to save; base64, as the gateway wants bytes."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    answer = _answer(200, b2a_base64(content, newline=False).decode(), media_type, headers)
    return {**answer, "isBase64Encoded": True}


def in_shape_of(event: object, answer: Answer) -> Answer:
    """`answer` for whoever sent an event that is none of ours: a member they do not know becomes a 502.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html and, for a REST API,
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    if not isinstance(event, dict) or "httpMethod" not in event:
        return answer
    plain = {name: value for name, value in answer.items() if name != "cookies"}
    context = event.get("requestContext")
    if isinstance(context, dict) and "elb" in context:
        plain["statusDescription"] = f"{answer['statusCode']} {_TITLES.get(answer['statusCode'], 'Error')}"
    if "headers" not in event:  # a load balancer that is set to send and expect lists
        plain["multiValueHeaders"] = {name: [value] for name, value in plain.pop("headers").items()}
    return plain


def _answer(status: int, body: str, media_type: str, headers: Mapping[str, str] | None) -> Answer:
    return {
        "statusCode": status,
        "headers": {**HEADERS, "content-type": media_type, **(headers or {})},
        "body": body,
        "isBase64Encoded": False,
        "cookies": [],
    }
