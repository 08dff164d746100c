"""From a request to the event that API Gateway (HTTP API, payload 2.0) hands to Lambda, and back again.

The function under `lambda/forms/` must not be able to tell this server from the real gateway: what surprises people
there (form bodies in base64, joined headers, cookies apart) happens here as well.
Source: "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer guide.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from urllib.parse import parse_qsl

from .exchange import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .exchange import Request

__all__ = ["make_event", "make_reply"]

#: The gateway hands these over as text; everything else, form posts included, as base64.
_TEXT: Final = ("text/", "application/json", "application/javascript", "application/xml")
#: Lower-case header names that this server or the protocol decides, not the function.
_NOT_THE_FUNCTIONS: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "date"})

Event = dict[str, Any]


def make_event(request: Request, *, now: datetime, request_id: str) -> Event:
    """The payload 2.0 event for a request; `now` must know its time zone."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        if name == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    host = headers.get("host", "")
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.raw_path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.raw_path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S %z"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    return event


def make_reply(answer: Mapping[str, Any]) -> Reply:
    """The reply for what the function returned.

    Raises ValueError for what the gateway would answer with "Internal Server Error": no number as status, a body that
    is not the base64 it claims to be, a header that would break the response apart.
    """
    if "statusCode" not in answer:
        # The gateway takes a value without a status for a JSON body and says 200.
        return Reply(200, (("content-type", "application/json"),), json.dumps(answer).encode())
    status = int(answer["statusCode"])
    if not 200 <= status <= 599:
        message = f"statusCode {status} is no final HTTP status"
        raise ValueError(message)
    headers = [(str(name).lower(), str(value)) for name, value in (answer.get("headers") or {}).items()]
    headers += [("set-cookie", str(cookie)) for cookie in answer.get("cookies") or ()]
    for name, value in headers:
        if not name.isascii() or any(character in f"{name}{value}" for character in "\r\n\0"):
            message = f"header {name!r} is not one header line"
            raise ValueError(message)
    text = answer.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if answer.get("isBase64Encoded") else str(text).encode()
    except binascii.Error as error:
        message = "the body is not base64"
        raise ValueError(message) from error
    kept = tuple((name, value) for name, value in headers if name not in _NOT_THE_FUNCTIONS)
    if body and "content-type" not in {name for name, _ in kept}:
        kept = (*kept, ("content-type", "text/plain; charset=utf-8"))
    return Reply(status, kept, body)


def _body(request: Request) -> tuple[str, bool]:
    media_type = request.header("content-type").lower().strip()
    if media_type.startswith(_TEXT) and not request.header("content-encoding"):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
