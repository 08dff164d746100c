"""Static files: a request in, the reply out, from the newest snapshot of the site.

What CloudFront and its function do with a bucket: clean addresses, `404.html`, conditional requests, compression.
A path is looked up in a table of the files that the build made; no path ever reaches the file system.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Final
from urllib.parse import quote
from urllib.parse import unquote_to_bytes

import brotli

from microsite.media import IMMUTABLE

from .exchange import Reply
from .exchange import plain
from .headers import cache_control
from .headers import content_type
from .headers import is_compressible
from .snapshot import is_index

if TYPE_CHECKING:
    from .exchange import Request
    from .snapshot import Snapshot

__all__ = ["Static"]

#: Below this a compressed body is no smaller than its overhead in headers.
SMALLEST_TO_COMPRESS: Final = 200
#: Compressed bodies kept; a site of 500 articles has some 600 of them.
KEPT: Final = 4096


class Static:
    """The site as an HTTP resource.

    `inject` is put before `</head>` of every HTML answer (the live script while watching); with an empty one, answers
    are the built files byte for byte.
    """

    def __init__(self, site: Snapshot, *, inject: str = "") -> None:
        self._site = site
        self._older: Snapshot | None = None
        self._inject = inject

    @property
    def site(self) -> Snapshot:
        """The snapshot that answers are made from."""
        return self._site

    def replace(self, site: Snapshot) -> None:
        """Answer from `site` from now on. One older build stays for its hashed assets, which open pages still want."""
        self._older, self._site = self._site, site

    def refresh(self, site: Snapshot) -> None:
        """Answer from `site`: the same pages with another search index. Searches that run want files of the older."""
        index = {name: body for name, body in self._site.files.items() if is_index(name)}
        older = self._older or self._site
        self._older, self._site = replace(older, files={**older.files, **index}), site

    def reply(self, request: Request) -> Reply:
        """The answer to a request for anything that is not under `/api/`."""
        if request.method not in {"GET", "HEAD"}:
            return plain(405, "This address answers to GET and HEAD only.", {"allow": "GET, HEAD"})
        site = self._site
        try:
            path = unquote_to_bytes(request.raw_path).decode()
        except UnicodeDecodeError:
            path = ""
        if not path.startswith("/"):
            return self._missing(request, site)
        name = path[1:]
        found = f"{name}index.html" if not name or name.endswith("/") else name
        if found in site.files:
            return self._file(request, site, found, 200)
        if f"{name}/index.html" in site.files:
            # Built from a known file's name, so it can lead nowhere but to our own pages.
            query = f"?{request.query}" if request.query else ""
            return plain(308, "The address ends in a slash.", {"location": f"/{quote(name)}/{query}"})
        older = self._older
        if older is not None and name in older.files and cache_control(name) == IMMUTABLE:
            return self._file(request, older, name, 200)
        return self._missing(request, site)

    def _missing(self, request: Request, site: Snapshot) -> Reply:
        if "404.html" in site.files:
            return self._file(request, site, "404.html", 404)
        return plain(404, "There is no page at this address.")

    def _file(self, request: Request, site: Snapshot, name: str, status: int) -> Reply:
        body = site.files[name]
        media_type = content_type(name)
        if self._inject and media_type.startswith("text/html"):
            body = _injected(body, self._inject.format(build=site.digest[:16]).encode())
        headers = {"content-type": media_type, "cache-control": cache_control(name) if status == 200 else "no-cache"}
        tag = hashlib.sha256(body).hexdigest()[:32]
        if is_compressible(media_type) and len(body) >= SMALLEST_TO_COMPRESS:
            headers["vary"] = "accept-encoding"
            encoding = _best_encoding(request.header("accept-encoding"))
            if encoding:
                body = _compressed(body, encoding)
                headers["content-encoding"] = encoding
                tag = f"{tag}-{encoding}"
        headers["etag"] = f'"{tag}"'
        if status == 200 and _matches(request.header("if-none-match"), headers["etag"]):
            headers.pop("content-encoding", None)
            return Reply(304, tuple(headers.items()))
        return Reply(status, tuple(headers.items()), body)


def _injected(body: bytes, what: bytes) -> bytes:
    at = body.find(b"</head>")
    return body if at < 0 else body[:at] + what + body[at:]


@functools.lru_cache(maxsize=KEPT)
def _compressed(body: bytes, encoding: str) -> bytes:
    # Quality 11 costs some 60 ms on a long article and is what the budgets count; it is paid once per content.
    if encoding == "br":
        return bytes(brotli.compress(body, quality=11))
    # No file name and no time in the header: the same content gives the same bytes.
    return gzip.compress(body, compresslevel=9, mtime=0)


def _best_encoding(accepted: str) -> str:
    """`br`, `gzip` or nothing, by what the client accepts (RFC 9110, 12.5.3); brotli first."""
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        coding, _, rest = item.partition(";")
        key, _, value = rest.strip().partition("=")
        try:
            weights[coding.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    default = weights.get("*", 0.0)
    return next((coding for coding in ("br", "gzip") if weights.get(coding, default) > 0), "")


def _matches(if_none_match: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110, 13.1.2 wants it for GET and HEAD."""
    candidates = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return "*" in candidates or tag in candidates
