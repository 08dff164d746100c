"""A stand-in for CloudFront that does what the template's distribution says: behaviors, policies, functions, origins.

In: the distribution's resources out of a template (`template.py`), the origins, a key-value store. Out: an answer to a
request, and a server on 127.0.0.1. Nothing is known beforehand: which paths reach the API, with which methods, what is
cached and how long, which headers are added, which function runs and what a missing page becomes is read from the
template, so that a browser sees what visitors would see.

What it leaves out: TLS and HTTP/3 (a request here counts as one over TLS), compression at the edge, logs, WAF, several
edges. Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol
from typing import cast

from .cloudfront_parts import Answer
from .cloudfront_parts import Asked
from .cloudfront_parts import chosen
from .cloudfront_parts import conditional
from .cloudfront_parts import error
from .cloudfront_parts import event_of
from .cloudfront_parts import fits
from .cloudfront_parts import headers_of
from .cloudfront_parts import in_key
from .cloudfront_parts import made
from .cloudfront_parts import plain
from .cloudfront_parts import query_of
from .cloudfront_parts import seconds_kept
from .cloudfront_parts import with_policy
from .edge import EdgeFailed
from .edge import EdgeFunction

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .template import StackOf

__all__ = ["Answer", "Asked", "CloudFront", "Origin", "run_cloudfront"]

#: AWS's own policies that a template may name, with what they say.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and
#: …/using-managed-origin-request-policies.html
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
_DISABLED = {"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": {}}
_OPTIMIZED = {"MinTTL": 1, "DefaultTTL": 86_400, "MaxTTL": 31_536_000, "ParametersInCacheKeyAndForwardedToOrigin": {}}
#: Headers that CloudFront sets itself, whatever a policy says.
_OWN = frozenset({"connection", "content-length", "host", "transfer-encoding", "via", "x-amz-cf-id"})
_SECONDS_OF_AN_ERROR = 10


class Origin(Protocol):
    """What stands behind the distribution."""

    def __call__(self, asked: Asked) -> Answer:
        """The answer to a request that CloudFront passes on."""


@dataclass
class _Kept:
    answer: Answer
    until: float


@dataclass
class CloudFront:
    """A distribution. `origins` answers by domain name; `values` is the key-value store at this moment."""

    stack: StackOf
    origins: Callable[[Mapping[str, Any]], Origin]
    values: Callable[[], Mapping[str, str]]
    now: Callable[[], float] = time.monotonic
    #: `(behavior's path pattern, path, "hit" | "miss" | "edge")` of every request.
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    _cache: dict[tuple[Any, ...], _Kept] = field(default_factory=dict)
    _functions: dict[str, EdgeFunction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the distribution and start its functions."""
        self.config = self.stack.one("AWS::CloudFront::Distribution").properties["DistributionConfig"]
        self._origins = {one["Id"]: one for one in self.config["Origins"]}
        for resource in self.stack.of("AWS::CloudFront::Function"):
            told = resource.properties
            named = [one["KeyValueStoreARN"] for one in told["FunctionConfig"].get("KeyValueStoreAssociations", [])]
            values = self.values if named else dict
            self._functions[f"{resource.name}.FunctionARN"] = EdgeFunction(told["FunctionCode"], values)

    def answer(self, asked: Asked) -> Answer:
        """What a visitor gets."""
        behavior = self.behavior(asked.path)
        pattern = behavior.get("PathPattern", "*")
        if asked.method not in behavior.get("AllowedMethods", ["GET", "HEAD"]):
            return error(403, "This distribution is not configured to allow the HTTP request method.")
        try:
            event = event_of(asked, behavior)
            function = self._function(behavior, "viewer-request")
            told = function(event) if function else event["request"]
            if "statusCode" in told:
                self.seen.append((pattern, asked.path, "edge"))
                return self._dressed(made(told), behavior, event)
            changed = asked._replace(
                path=told["uri"], query=query_of(told["querystring"]), headers=plain(told["headers"])
            )
            answer, how = self._fetched(changed, behavior)
            self.seen.append((pattern, changed.path, how))
            return self._dressed(conditional(answer, changed), behavior, {**event, "request": told})
        except EdgeFailed as failed:
            return error(503, f"The CloudFront function failed: {failed}")

    def behavior(self, path: str) -> Mapping[str, Any]:
        """The first cache behavior whose pattern fits, or the default one."""
        for one in self.config.get("CacheBehaviors", []):
            if fits(one["PathPattern"], path):
                return cast("Mapping[str, Any]", one)
        return cast("Mapping[str, Any]", self.config["DefaultCacheBehavior"])

    def forget(self) -> None:
        """Drop everything cached, as an edge may at any time."""
        self._cache.clear()

    def _fetched(self, asked: Asked, behavior: Mapping[str, Any]) -> tuple[Answer, str]:
        policy = self._policy("AWS::CloudFront::CachePolicy", "CachePolicyConfig", behavior["CachePolicyId"])
        key = (behavior.get("PathPattern", "*"), asked.method, asked.path, *in_key(policy, asked))
        kept = self._cache.get(key)
        if kept and kept.until > self.now():
            return kept.answer, "hit"
        answer = self._from_origin(asked, behavior, policy)
        mapped = next(
            (one for one in self.config.get("CustomErrorResponses", []) if one["ErrorCode"] == answer.status), None
        )
        seconds = seconds_kept(answer, policy)
        if mapped is not None:
            seconds = float(mapped.get("ErrorCachingMinTTL", _SECONDS_OF_AN_ERROR))
            if "ResponsePagePath" in mapped:
                answer = self._error_page(mapped, asked, answer)
        elif answer.status >= 400 and asked.method in {"GET", "HEAD"}:
            # Without a setting CloudFront keeps an error for ten seconds, where its policy lets it keep anything.
            seconds = min(float(_SECONDS_OF_AN_ERROR), float(policy["MaxTTL"]))
        if seconds > 0 and asked.method in {"GET", "HEAD"}:
            self._cache[key] = _Kept(answer, self.now() + seconds)
        return answer, "miss"

    def _error_page(self, mapped: Mapping[str, Any], asked: Asked, answer: Answer) -> Answer:
        path = mapped["ResponsePagePath"]
        page, _ = self._fetched(asked._replace(method="GET", path=path, query="", body=b""), self.behavior(path))
        if page.status != 200:
            return answer
        return page._replace(status=int(mapped.get("ResponseCode", answer.status)))

    def _from_origin(self, asked: Asked, behavior: Mapping[str, Any], policy: Mapping[str, Any]) -> Answer:
        """The origin's answer; of a group the second one's, where the first one's status says so.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
        """
        wanted = behavior["TargetOriginId"]
        for group in self.config.get("OriginGroups", {}).get("Items", []):
            if group["Id"] == wanted:
                first, second = (one["OriginId"] for one in group["Members"]["Items"])
                answer = self._from_one(first, asked, behavior, policy)
                fails = answer.status in group["FailoverCriteria"]["StatusCodes"]["Items"]
                again = fails and asked.method in {"GET", "HEAD", "OPTIONS"}
                return self._from_one(second, asked, behavior, policy) if again else answer
        return self._from_one(wanted, asked, behavior, policy)

    def _from_one(self, wanted: str, asked: Asked, behavior: Mapping[str, Any], policy: Mapping[str, Any]) -> Answer:
        origin = self._origins[wanted]
        headers, query = self._passed_on(asked, behavior, policy)
        headers.update({one["HeaderName"].lower(): one["HeaderValue"] for one in origin.get("OriginCustomHeaders", [])})
        if asked.body:
            headers["content-length"] = str(len(asked.body))
        headers["host"] = origin["DomainName"]
        earlier = asked.headers.get("x-forwarded-for")
        headers["x-forwarded-for"] = f"{earlier}, {asked.client}" if earlier else asked.client
        path = origin.get("OriginPath", "") + asked.path
        return self.origins(origin)(asked._replace(path=path, query=query, headers=headers))

    def _passed_on(
        self, asked: Asked, behavior: Mapping[str, Any], policy: Mapping[str, Any]
    ) -> tuple[dict[str, str], str]:
        """Headers and query that an origin sees: what is in the key, and what the origin request policy adds."""
        passed = {"user-agent": "Amazon CloudFront"}
        query = ""
        parts = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        request: Mapping[str, Any] = {}
        if "OriginRequestPolicyId" in behavior:
            request = self._policy(
                "AWS::CloudFront::OriginRequestPolicy", "OriginRequestPolicyConfig", behavior["OriginRequestPolicyId"]
            )
        for told in (parts, request):
            query = query or (asked.query if chosen(told.get("QueryStringsConfig", {}), "QueryString") == "all" else "")
            passed.update(headers_of(told.get("HeadersConfig", {}), asked.headers))
            if chosen(told.get("CookiesConfig", {}), "Cookie") == "all" and "cookie" in asked.headers:
                passed["cookie"] = asked.headers["cookie"]
        if asked.body and "content-type" in asked.headers:
            passed["content-type"] = asked.headers["content-type"]
        return {name: value for name, value in passed.items() if name not in _OWN}, query

    def _policy(self, kind: str, config: str, named: str) -> Mapping[str, Any]:
        managed: dict[str, dict[str, Any]] = {
            _CACHING_DISABLED: _DISABLED,
            _CACHING_OPTIMIZED: _OPTIMIZED,
            _ALL_VIEWER_EXCEPT_HOST: {
                "QueryStringsConfig": {"QueryStringBehavior": "all"},
                "CookiesConfig": {"CookieBehavior": "all"},
                "HeadersConfig": {"HeaderBehavior": "allExcept", "Headers": ["host"]},
            },
        }
        if named in managed:
            return managed[named]
        for resource in self.stack.of(kind):
            if named in {resource.ref, f"{resource.name}.Id"}:
                return cast("Mapping[str, Any]", resource.properties[config])
        msg = f"the template names a policy that is neither its own nor known here: {named}"
        raise KeyError(msg)

    def _function(self, behavior: Mapping[str, Any], event: str) -> EdgeFunction | None:
        for one in behavior.get("FunctionAssociations", []):
            if one["EventType"] == event:
                return self._functions[one["FunctionARN"]]
        return None

    def _dressed(self, answer: Answer, behavior: Mapping[str, Any], event: Mapping[str, Any]) -> Answer:
        """With what the viewer-response function and then the response headers policy add.

        A response headers policy comes after the function:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html
        """
        function = self._function(behavior, "viewer-response")
        if function and answer.status < 400:
            told = function(
                {
                    **event,
                    "context": {**event["context"], "eventType": "viewer-response"},
                    "response": {
                        "statusCode": answer.status,
                        "headers": {name: {"value": value} for name, value in answer.headers},
                        "cookies": {},
                    },
                }
            )
            headers = tuple((name, str(one["value"])) for name, one in told.get("headers", {}).items())
            answer = answer._replace(status=int(told["statusCode"]), headers=headers)
        if "ResponseHeadersPolicyId" not in behavior:
            return answer
        policy = self._policy(
            "AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig", behavior["ResponseHeadersPolicyId"]
        )
        return answer._replace(headers=with_policy(answer.headers, policy))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    front: CloudFront


@contextmanager
def run_cloudfront() -> Iterator[tuple[str, Callable[[CloudFront], None]]]:
    """Serve on 127.0.0.1 until the block ends: the address, and a verb that takes the distribution made for it."""
    server = _Server(("127.0.0.1", 0), _Call)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def begin(front: CloudFront) -> None:
        server.front = front
        if not thread.is_alive():
            thread.start()

    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", begin
    finally:
        if thread.is_alive():
            server.shutdown()
            thread.join()
        server.server_close()


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        front = cast(_Server, self.server).front
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            headers[name.lower()] = f"{headers[name.lower()]},{value}" if name.lower() in headers else value
        answer = front.answer(Asked(self.command, path, query, headers, body, str(self.client_address[0])))
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name not in {"connection", "content-length", "transfer-encoding"}:
                self.send_header(name, _without_tls(value, self.headers["Host"]) if name == "location" else value)
        if answer.status not in {204, 304}:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815 - the base class looks for these names
    do_HEAD = do_GET  # noqa: N815
    do_PUT = do_GET  # noqa: N815
    do_PATCH = do_GET  # noqa: N815
    do_DELETE = do_GET  # noqa: N815
    do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _without_tls(location: str, host: str) -> str:
    """A redirect to this host over TLS, which is not here, stays where the visitor is."""
    to = f"https://{host.partition(':')[0]}/"
    return f"http://{host}/{location.removeprefix(to)}" if location.startswith(to) else location
