"""What nobody looks at until it is too late: the certificate, alarms that ring, whether the live release still answers.

In: the outside of a target, the host's certificate, CloudWatch. Out: problems in words; none when all is well.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from urllib.parse import urlsplit

from microsite.errors import DeployError
from microsite.errors import Unverified

from . import archive
from .aws import words
from .rollback import drifted
from .rollback import sample
from .verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .functions import Functions
    from .job import World

__all__ = ["Problem", "alarms", "certificate", "live_release"]

#: Seconds for a handshake.
_PATIENCE = 15.0
_DAY = 86_400.0


class Problem(NamedTuple):
    """One thing that somebody should look at."""

    #: `certificate`, `alarm` or `release`.
    kind: str
    what: str
    fix: str


def certificate(url: str, *, now: float, days: float, context: ssl.SSLContext | None = None) -> Iterator[Problem]:
    """The certificate of a front door, when it is wrong or ends within `days`; none for http (this machine).

    ACM renews 60 days before the end, as long as the record that proves the domain is there; what is left under 30 days
    says that it cannot. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return
    fix = "look at the certificate's page in ACM and at the CNAME that proves the domain; infra/RUNBOOK.md"
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), timeout=_PATIENCE) as plain,
            (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=parts.hostname) as tls,
        ):
            told = tls.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield Problem("certificate", f"{parts.hostname}: {error.verify_message}", fix)
        return
    except OSError as error:
        yield Problem("certificate", f"{parts.hostname} does not answer: {error}", "look at DNS and the distribution")
        return
    left = (ssl.cert_time_to_seconds(str(told["notAfter"])) - now) / _DAY
    if left < days:
        yield Problem("certificate", f"the certificate of {parts.hostname} ends in {left:.0f} days", fix)


def alarms(client: Any, stack: str) -> Iterator[Problem]:
    """Alarms of the stack that ring; `client` is one of CloudWatch."""
    asked: dict[str, Any] = {"AlarmNamePrefix": f"{stack}-", "StateValue": "ALARM"}
    while True:
        with words("reading the alarms", place=stack):
            told = client.describe_alarms(**asked)
        for one in (*told.get("MetricAlarms", ()), *told.get("CompositeAlarms", ())):
            name = one["AlarmName"].removeprefix(f"{stack}-")
            if one["StateValue"] != "ALARM" or name == one["AlarmName"]:
                continue  # moto takes one filter at a time
            yield Problem("alarm", f"{name}: {one.get('StateReason') or 'in alarm'}", f"infra/RUNBOOK.md, {name}")
        if not told.get("NextToken"):
            return
        asked["NextToken"] = told["NextToken"]


def live_release(world: World, functions: Functions | None, *, parallel: int) -> Iterator[Problem]:
    """The live release, when it is not what a sample of its pages shows, has other functions, or there is none."""
    try:
        release = world.pointer.peek("release")
        if not release:
            yield Problem("release", "no release is live", "`microsite deploy apply`")
            return
        manifest = archive.read(world.bucket, release)
        for name, version in (drifted(functions, manifest.head) if functions is not None else {}).items():
            what = f"the function {name} is not at version {version}, which the live release goes with"
            yield Problem("release", what, f"`microsite deploy rollback --to {release}` sets it")
        verify(manifest, world.front, world.fetch, entries=sample(manifest), parallel=parallel)
    except Unverified as error:
        for one in error.problems:
            yield Problem("release", one, "`microsite deploy verify`, then `microsite deploy rollback`")
    except DeployError as error:
        yield Problem("release", str(error), error.fix)
