"""The response headers that hold for every answer, here and on CloudFront.

The local server sends exactly what the distribution sends, so that a page which breaks under the policy breaks on
the writer's machine first. `infra/` is tested against these values; change them here, never in two places.
`Strict-Transport-Security` is missing on purpose: it means nothing over plain HTTP, and the distribution adds it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Final

from microsite.media import IMMUTABLE
from microsite.media import TYPES
from microsite.media import is_immutable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SECURITY_HEADERS", "cache_control", "content_type", "is_compressible"]

#: No `unsafe-*`, nobody else's host: a page that needs more does not get it. `connect-src` is for the files of the
#: search index. The search's worker needs no `worker-src`: without one `script-src` counts (CSP 3, 6.1.15), and the
#: worker, which gets this policy with its own script, may fetch from us and load nothing else.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

#: name (lower case, as HTTP/2 sends it) → value
SECURITY_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": (
            "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), "
            "usb=(), browsing-topics=()"
        ),
        # A reader's page address says what they worry about: no other site may learn it.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
)

#: Kept, but asked for again each time: a correction in a health article must show at once. A 304 has no body.
REVALIDATE: Final = "no-cache"

#: `application/octet-stream` is the search index (`.bin`), half its size when compressed. CloudFront by itself would
#: compress neither that type nor a file below 1,000 bytes, so these files must be stored compressed.
_COMPRESSIBLE: Final = (
    *("text/", "application/json", "application/manifest+json", "application/xml", "image/svg+xml"),
    "application/octet-stream",
)


def cache_control(path: str) -> str:
    """The `Cache-Control` value for a path of the site: hashed assets for a year, all else asked for again."""
    return IMMUTABLE if is_immutable(path) else REVALIDATE


def content_type(path: str) -> str:
    """The media type, with its charset where it is text, by the path's extension."""
    stem, _, extension = path.rpartition("/")[2].rpartition(".")
    return TYPES.get(extension.lower() if stem else "", "application/octet-stream")


def is_compressible(media_type: str) -> bool:
    """Whether CloudFront, and so this server, compresses answers of this media type."""
    return media_type.startswith(_COMPRESSIBLE)
