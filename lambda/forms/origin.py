"""Who may call the function, and who the visitor is, when CloudFront stands before it.

In: a request, the origin's secrets. Out: the visitor's internet address. CloudFront adds a secret header; a request
without it came round the distribution, past its limits, and is refused with 403. Two secrets are valid while one is
being changed for the other.

The visitor is read from `X-Forwarded-For`: CloudFront appends who called it, the gateway appends CloudFront, so
whatever a visitor writes there stands further left. (`CloudFront-Viewer-Address` says the same, but the managed origin
request policy AllViewerExceptHostHeader does not add it, and then a visitor could.)
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from .errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .request import Request

__all__ = ["HEADER", "visitor"]

#: The header that the distribution adds.
HEADER = "x-origin-secret"


def visitor(request: Request, secrets: Sequence[str]) -> str:
    """The visitor's internet address; raises `Refused` (403) when secrets are set and none of them came.

    Without secrets (this machine) it is the caller's own.
    """
    if not secrets:
        return request.caller
    from .digest import same

    shown = request.headers.get(HEADER, "").encode(errors="surrogatepass")
    # All are compared, in constant time: neither which secret is near nor how near can be measured.
    if sum(same(shown, one.encode(errors="surrogatepass")) for one in secrets) == 0:
        raise Refused(403, "origin", "This address takes requests only through our website.")
    hops = [one.strip() for one in request.headers.get("x-forwarded-for", "").split(",") if one.strip()]
    if hops and hops[-1] == request.caller:
        hops.pop()
    return hops[-1] if hops else request.caller
