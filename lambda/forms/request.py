"""The event of API Gateway's HTTP API (payload version 2) as a value, and the questions asked of it.

In: the event's dict. Out: `Request`. Refuses (4xx) what is not that shape; never keeps what it does not need. A
function URL speaks the same shape and is served. A load balancer and a REST API speak others, which lose repeated
fields or decode twice: they are refused, named in the log, and answered in their own shape (`answer.in_shape_of`).
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import binascii
import re

from .errors import Refused
from .percent import parse_pairs
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["LARGEST_BODY", "Request", "read_request"]

#: Bytes. The longest valid form, `contact` with 5,394 characters, needs 64,728 when each takes twelve bytes (four of
#: UTF-8, percent-encoded): `forms check` warns when a definition allows more.
LARGEST_BODY = 64 * 1024

#: A text: only the local server needs it.
_LOOPBACK = r"(https?)://(?:127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?"
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9/-]{0,98}[a-z0-9])?", re.ASCII)


class Request(NamedTuple):
    """A request, with lower-case header names."""

    method: str
    path: str
    headers: Mapping[str, str]
    query_string: str = ""
    #: The body as the event holds it.
    raw_body: str = ""
    base64: bool = False
    id: str = ""
    #: Internet address of whoever called the gateway: the visitor, or CloudFront (`origin.visitor`).
    caller: str = ""

    def query(self) -> dict[str, str]:
        """The query's names and values; raises `Refused` (400) when it is damaged."""
        try:
            return parse_pairs(self.query_string)
        except ValueError:
            raise Refused(400, "query", "This link is damaged. Copy the whole link from the email.") from None

    def body(self) -> bytes:
        """The body's bytes; raises `Refused` (400, 413)."""
        text = self.raw_body
        # Base64 takes four characters for three bytes: measured before decoding, a huge body costs nothing.
        if len(text) > (LARGEST_BODY * 4 // 3 + 4 if self.base64 else LARGEST_BODY):
            raise _too_large()
        try:
            body = binascii.a2b_base64(text.encode("ascii"), strict_mode=True) if self.base64 else text.encode()
        except (ValueError, binascii.Error):
            raise Refused(400, "encoding", "What arrived is damaged. Please send it again.") from None
        if len(body) > LARGEST_BODY:
            raise _too_large()
        return body

    def wants_json(self) -> bool:
        """Whether the client is a program: it sends JSON or asks for it before HTML."""
        if self.media_type() == "application/json":
            return True
        accept = self.headers.get("accept", "").lower()
        return "json" in accept and "text/html" not in accept

    def media_type(self) -> str:
        """The body's media type without parameters, lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def cross_site(self, site: str) -> bool:
        """Whether a browser says that another site, or another host of ours, made it send this.

        Fetch metadata and Origin replace CSRF tokens: browsers set both themselves. A client that sends neither is
        no browser and carries no visitor's cookies (we have none anyway).
        """
        fetch_site = self.headers.get("sec-fetch-site", "")
        if fetch_site in {"same-origin", "none"}:
            return False
        if fetch_site:
            return True
        origin = self.headers.get("origin", "")
        return bool(origin) and not same_origin(origin, site)

    def source(self, site: str, field: str) -> str:
        """Slug of the page that led the visitor here: the form's own field, else from our own Referer, else empty."""
        if _SLUG.fullmatch(field):
            return field
        referer = self.headers.get("referer", "")
        origin = "/".join(referer.split("/", 3)[:3])
        if not referer or not same_origin(origin, site):
            return ""
        path, _, query = referer[len(origin) :].partition("#")[0].partition("?")
        try:
            named = parse_pairs(query).get("from", "").strip("/")
        except ValueError:
            named = ""
        slug = path.strip("/")
        if _SLUG.fullmatch(named):
            return named
        return slug if _SLUG.fullmatch(slug) and not slug.startswith("api/") else ""


def same_origin(origin: str, site: str) -> bool:
    """Whether `origin` is that of the address `site`; a local site answers to each of the machine's own names."""
    ours = "/".join(site.split("/", 3)[:3]).lower()
    theirs = origin.lower()
    if theirs == ours:
        return True
    local, other = re.fullmatch(_LOOPBACK, ours), re.fullmatch(_LOOPBACK, theirs)
    return bool(local and other and local.groups() == other.groups())


def read_request(event: Mapping[str, Any]) -> Request:
    """Read the event; raises `Refused` (400) when it is not one of payload version 2."""
    try:
        context = event["requestContext"]
        http = context["http"]
        method, path = http["method"], event["rawPath"]
        headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
        query, body = event.get("rawQueryString") or "", event.get("body") or ""
        request_id = context.get("requestId") or ""
        caller = http.get("sourceIp") or ""
    except (KeyError, TypeError, AttributeError):
        raise Refused(400, f"event-shape{_foreign(event)}", "This request cannot be read.") from None
    if not all(isinstance(one, str) for one in (method, path, query, body, request_id, caller)):
        raise Refused(400, "event-shape", "This request cannot be read.")
    return Request(method.upper(), path, headers, query, body, bool(event.get("isBase64Encoded")), request_id, caller)


def _foreign(event: object) -> str:
    """What else may have sent the event, for the log."""
    if not isinstance(event, dict) or "httpMethod" not in event:
        return ""
    context = event.get("requestContext")
    return "-load-balancer" if isinstance(context, dict) and "elb" in context else "-payload-1"


def _too_large() -> Refused:
    return Refused(413, "body-too-large", "What you sent is too long. Please shorten your message and send it again.")
