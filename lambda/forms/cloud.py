"""Calls to AWS: where a service answers, who we are, how often to ask again.

In: an environment (`AWS_*`), clocks, sleep, randomness. Out: `Client.call`. boto3 does all this and costs seven times
an empty function at a cold start; the function makes a dozen kinds of calls, and they need this much.

An answer that says "slow down", a 5xx, or a lost connection is asked again after a random pause of up to 50 ms, 100 ms,
200 ms … at most 1 s ("full jitter", https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/)
until the call's budget of seconds is used up. What must not happen twice is asked again only when it surely did not
happen once.
"""

# ruff: noqa: EM101, PLC0415 - a code is no message; imports inside verbs: a cold start pays only for its own path
from __future__ import annotations

import json
import os

from .errors import CallError
from .errors import SettingsError
from .sigv4 import Keys
from .sigv4 import sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .wire import Reply
    from .wire import Wire
    from .world import World

__all__ = ["Client"]

#: Seconds that a call may take in all, pauses and repetitions included. API Gateway waits 30 s for the function.
BUDGET = 8.0
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and SES's, SSM's, S3's lists
_THROTTLES = frozenset({
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
})  # fmt: skip
#: Our own codes for a connection that failed before or after the request was handed over.
_LOST = frozenset({"connect", "cut", "garbled", "lost", "timeout"})
#: Amazon's own roots and the one that older systems know them by; see the head of the file.
_ROOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "roots.pem")  # noqa: PTH100, PTH118, PTH120


class Client:
    """Speaks to one service: `dynamodb`, `email` (SES v2), `ssm`, `s3`."""

    def __init__(self, service: str, world: World, *, signed_as: str = "", budget: float = BUDGET) -> None:
        environ = world.environ
        self._service = signed_as or service
        self._world = world
        #: Seconds that a call may take in all.
        self.budget = budget
        self.region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        if not self.region:
            msg = "AWS_REGION is not set"
            raise SettingsError(msg)
        if not environ.get("AWS_ACCESS_KEY_ID") or not environ.get("AWS_SECRET_ACCESS_KEY"):
            msg = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"
            raise SettingsError(msg)
        self._keys = Keys(
            environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_SESSION_TOKEN", "")
        )
        # The names that the SDKs read: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        named = {"email": "SESV2"}.get(service, service.upper())
        #: Where an emulator answers; "" for AWS itself.
        self.endpoint = environ.get(f"AWS_ENDPOINT_URL_{named}") or environ.get("AWS_ENDPOINT_URL") or ""
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        #: AWS's own host for the service in this region.
        self.home = f"{service}.{self.region}.{suffix}"
        self._wires: dict[str, Wire] = {}

    def call(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        repeatable: bool = True,
        host: str = "",
    ) -> Reply:
        """Make one signed call; an answer of 2xx, or raises `CallError`.

        `repeatable` is False for what must not happen twice. `host` is for S3, whose buckets are hosts.
        """
        world = self._world
        until = world.ticks() + self.budget
        wire, host = self._wire(host or self.home)
        uncertain, turn = False, 0
        while True:
            # Signed anew each time: a signature is good for five minutes, and a frozen function may sleep for hours.
            signed = sign(
                method, path, {**headers, "host": host}, body,
                service=self._service, region=self.region, keys=self._keys, now=world.clock(),
            )  # fmt: skip
            try:
                reply = wire.ask(method, path, signed, body, until=until, repeatable=repeatable)
                if 200 <= reply.status < 300:
                    return reply
                raise _refusal(reply)
            except CallError as error:
                uncertain = uncertain or error.uncertain
                error.uncertain = uncertain
                pause = world.chance() * min(_FIRST_PAUSE * 2**turn, _LONGEST_PAUSE)
                if error.code == "lost" and turn == 0:
                    pause = 0.0  # a kept connection died; nobody is overloaded
                turn += 1
                again = error.code in _LOST or error.code in _THROTTLES or error.status == 429 or error.status >= 500
                if not again or (uncertain and not repeatable) or world.ticks() + pause >= until:
                    raise
                world.sleep(pause)

    def ask(self, target: str, question: Mapping[str, Any], *, version: str = "1.0") -> Any:
        """A call of the JSON protocol, such as `DynamoDB_20120810.GetItem`; its answer as Python values."""
        headers = {"content-type": f"application/x-amz-json-{version}", "x-amz-target": target}
        reply = self.call("POST", "/", headers, json.dumps(question).encode())
        try:
            return json.loads(reply.body)
        except ValueError:
            raise CallError("garbled", uncertain=True, status=reply.status) from None

    def pause(self, turn: int) -> None:
        """Wait before asking for what a batch left out, longer from turn to turn."""
        self._world.sleep(self._world.chance() * min(_FIRST_PAUSE * 2**turn, _LONGEST_PAUSE))

    def close(self) -> None:
        """Close the kept connections."""
        for wire in self._wires.values():
            wire.close()

    def _wire(self, home: str) -> tuple[Wire, str]:
        """The connections to `home`, or to the emulator in its place, and the `Host` header."""
        from .wire import Wire
        from .wire import trusting

        url = self.endpoint or f"https://{home}"
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0]
        name, _, port = host.rpartition(":") if ":" in host.rpartition("]")[2] else (host, "", "")
        if scheme not in {"http", "https"} or not name or (port and not port.isdecimal()):
            msg = "AWS_ENDPOINT_URL must be http://HOST:PORT or https://HOST"
            raise SettingsError(msg)
        if host not in self._wires:
            roots = self._world.environ.get("AWS_CA_BUNDLE") or _ROOTS
            self._wires[host] = Wire(
                name.strip("[]"),
                int(port or (80 if scheme == "http" else 443)),
                tls=trusting(roots) if scheme == "https" else None,
                ticks=self._world.ticks,
                clock=self._world.clock,
            )
        return self._wires[host], host


def _refusal(reply: Reply) -> CallError:
    """The error that an answer of 3xx to 5xx states: in a header, in JSON, or in S3's XML."""
    code = reply.headers.get("x-amzn-errortype", "").partition(":")[0]
    if not code:
        try:
            stated = json.loads(reply.body)
            code = str(stated.get("__type") or stated.get("code") or "") if isinstance(stated, dict) else ""
        except ValueError:
            code = reply.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode("latin-1")
    code = code.rpartition("#")[2]
    # A word of the service's, or nothing: an answer from some box in between may say anything, and this is logged.
    named = code if code.isascii() and code.isalnum() and len(code) <= 80 else "refused"
    return CallError(
        named, uncertain=reply.status >= 500 and named not in _THROTTLES, status=reply.status, body=reply.body
    )
