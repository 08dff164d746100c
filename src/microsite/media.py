"""What a file of the site is to browsers and caches: its media type, and whether its name holds its content.

One home for the local server and for the release, which must say the same.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IMMUTABLE", "TYPES", "is_immutable"]

#: A year is the longest age that RFC 9111 caches promise to keep; the name changes with the content.
IMMUTABLE: Final = "public, max-age=31536000, immutable"
#: As in infra/edge/router.js, which leaves these addresses as they are. Not a chunk of records (`search/r.N.bin`): its
#: N is a number and no hash, however long it gets.
_HASHED: Final = re.compile(r"(assets|search)/(?!r\.)(.+/)?[^/]+\.[0-9a-f]{8,64}\.[a-z0-9]+", re.ASCII)
#: Our own table: the module `mimetypes` reads the machine's registry, and answers then differ from machine to machine.
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "avif": "image/avif",
        "bin": "application/octet-stream",
        "css": "text/css; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "epub": "application/epub+zip",
        "gif": "image/gif",
        "html": "text/html; charset=utf-8",
        "ico": "image/x-icon",
        "ics": "text/calendar; charset=utf-8",
        "jpeg": "image/jpeg",
        "jpg": "image/jpeg",
        "js": "text/javascript; charset=utf-8",
        "json": "application/json",
        "pdf": "application/pdf",
        "png": "image/png",
        "svg": "image/svg+xml; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
        "vcf": "text/vcard; charset=utf-8",
        "webmanifest": "application/manifest+json",
        "webp": "image/webp",
        "woff": "font/woff",
        "woff2": "font/woff2",
        "xml": "application/xml; charset=utf-8",
    }
)


def is_immutable(path: str) -> bool:
    """Whether a path of the site holds a check of its content, so that it never means something else."""
    return _HASHED.fullmatch(path.removeprefix("/")) is not None
