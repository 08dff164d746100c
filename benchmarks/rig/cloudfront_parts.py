"""What CloudFront does with one request or answer, as plain functions: events, cache keys, ages, header policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = [
    "Answer",
    "Asked",
    "chosen",
    "conditional",
    "error",
    "event_of",
    "fits",
    "headers_of",
    "in_key",
    "made",
    "plain",
    "query_of",
    "seconds_kept",
    "with_policy",
]

#: A shared cache looks at `s-maxage` first: RFC 9111, section 5.2.2.10.
_SHARED_AGE = re.compile(r"s-maxage\s*=\s*(\d+)")
_AGE = re.compile(r"(?<!s-)max-?age\s*=\s*(\d+)")


class Asked(NamedTuple):
    """A request, of a visitor or to an origin. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str


class Answer(NamedTuple):
    """An answer. Header names are lower case; several of one name are several pairs."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first of that name, "" when there is none."""
        return next((value for key, value in self.headers if key == name), "")


def fits(pattern: str, path: str) -> bool:
    """`*` is any number of characters, `?` one; a pattern may lack its first slash."""
    expression = re.escape(pattern.lstrip("/")).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, path.lstrip("/"), re.DOTALL) is not None


def event_of(asked: Asked, behavior: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a viewer request, as a function gets it."""
    query: dict[str, Any] = {}
    for part in filter(None, asked.query.split("&")):
        name, _, value = part.partition("=")
        if name in query:
            query[name].setdefault("multiValue", [{"value": query[name]["value"]}]).append({"value": value})
        else:
            query[name] = {"value": value}
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "endpoint": "standard",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
        },
        "viewer": {"ip": asked.client},
        "request": {
            "method": asked.method,
            "uri": asked.path,
            "querystring": query,
            "headers": {name: {"value": value} for name, value in asked.headers.items() if name != "cookie"},
            "cookies": _cookies(asked.headers.get("cookie", "")),
        },
        "behavior": behavior.get("PathPattern", "*"),
    }


def _cookies(text: str) -> dict[str, Any]:
    pairs = (one.strip().partition("=") for one in text.split(";") if one.strip())
    return {name: {"value": value} for name, _, value in pairs}


def query_of(told: Mapping[str, Any]) -> str:
    """An event's query as text."""
    parts = []
    for name, one in told.items():
        parts += [f"{name}={each['value']}" if each["value"] else name for each in one.get("multiValue", [one])]
    return "&".join(parts)


def plain(headers: Mapping[str, Any]) -> dict[str, str]:
    """An event's headers by name."""
    return {name: str(one["value"]) for name, one in headers.items()}


def made(told: Mapping[str, Any]) -> Answer:
    """The answer that a function made itself."""
    headers = tuple((name.lower(), str(one["value"])) for name, one in (told.get("headers") or {}).items())
    body = told.get("body") or ""
    text = body if isinstance(body, str) else body["data"]
    return Answer(int(told["statusCode"]), headers, text.encode())


def error(status: int, words: str) -> Answer:
    """An answer that CloudFront makes itself."""
    return Answer(status, (("content-type", "text/plain"), ("x-cache", "Error from cloudfront")), words.encode())


def chosen(told: Mapping[str, Any], what: str) -> str:
    """Which of the visitor's values a policy lets through: "none", "all", "whitelist"."""
    return str(told.get(f"{what}Behavior", "none"))


def headers_of(told: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """The visitor's headers that a policy names."""
    listed = {one.lower() for one in told.get("Headers", [])}
    kind = str(told.get("HeaderBehavior", "none"))
    if kind in {"allViewer", "allViewerAndWhitelistCloudFront"}:
        return {name: value for name, value in headers.items() if name != "cookie"}
    if kind == "allExcept":
        return {name: value for name, value in headers.items() if name not in listed and name != "cookie"}
    return {name: value for name, value in headers.items() if kind == "whitelist" and name in listed}


def in_key(policy: Mapping[str, Any], asked: Asked) -> tuple[Any, ...]:
    """What a cache key holds besides method and path."""
    told = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    query = asked.query if chosen(told.get("QueryStringsConfig", {}), "QueryString") == "all" else ""
    cookie = asked.headers.get("cookie", "") if chosen(told.get("CookiesConfig", {}), "Cookie") == "all" else ""
    return (query, cookie, tuple(sorted(headers_of(told.get("HeadersConfig", {}), asked.headers).items())))


def seconds_kept(answer: Answer, policy: Mapping[str, Any]) -> float:
    """Seconds that an answer may be kept: what the origin says, within what the policy lets it say."""
    least, most = float(policy["MinTTL"]), float(policy["MaxTTL"])
    told = answer.header("cache-control").lower()
    if any(word in told for word in ("no-store", "no-cache", "private")):
        return least
    age = _SHARED_AGE.search(told) or _AGE.search(told)
    wanted = float(age.group(1)) if age else float(policy["DefaultTTL"])
    return min(max(wanted, least), most)


def conditional(answer: Answer, asked: Asked) -> Answer:
    """The answer to `If-None-Match` and to HEAD."""
    tag = answer.header("etag")
    if (
        answer.status == 200
        and tag
        and tag in [one.strip() for one in asked.headers.get("if-none-match", "").split(",")]
    ):
        return answer._replace(status=304, body=b"")
    return answer._replace(body=b"") if asked.method == "HEAD" else answer


def with_policy(headers: tuple[tuple[str, str], ...], policy: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers after a response headers policy."""
    told = dict(headers)
    several = [pair for pair in headers if pair[0] == "set-cookie"]
    for removed in policy.get("RemoveHeadersConfig", {}).get("Items", []):
        told.pop(removed["Header"].lower(), None)
    for one in policy.get("CustomHeadersConfig", {}).get("Items", []):
        if one["Override"] or one["Header"].lower() not in told:
            told[one["Header"].lower()] = one["Value"]
    for name, value, override in _security(policy.get("SecurityHeadersConfig", {})):
        if override or name not in told:
            told[name] = value
    return (*((name, value) for name, value in told.items() if name != "set-cookie"), *several)


def _security(told: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    if one := told.get("ContentSecurityPolicy"):
        yield "content-security-policy", one["ContentSecurityPolicy"], one["Override"]
    if one := told.get("ContentTypeOptions"):
        yield "x-content-type-options", "nosniff", one["Override"]
    if one := told.get("FrameOptions"):
        yield "x-frame-options", one["FrameOption"], one["Override"]
    if one := told.get("ReferrerPolicy"):
        yield "referrer-policy", one["ReferrerPolicy"], one["Override"]
    if one := told.get("StrictTransportSecurity"):
        words = [f"max-age={one['AccessControlMaxAgeSec']}"]
        words += ["includeSubDomains"] if one.get("IncludeSubdomains") else []
        words += ["preload"] if one.get("Preload") else []
        yield "strict-transport-security", "; ".join(words), one["Override"]
