"""Asking the distribution as a browser does: an address in, status, headers and the decoded body out.

One connection a thread is kept open. Redirects are shown, not followed. What a network loses is asked for again, and so
is what a server has no time for (429, 502, 503, 504); then what it answers is the answer.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import zlib
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import Protocol
from urllib.parse import quote
from urllib.parse import urlsplit

from microsite.errors import Interrupted

from .manifest import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

__all__ = ["Answer", "Fetch", "Web", "quoted"]

_SECONDS = 30
_TRIES = 4
_LATER = {429, 502, 503, 504}


class Answer(NamedTuple):
    """What came back."""

    status: int
    #: Names in lower case.
    headers: Mapping[str, str]
    #: Decoded.
    body: bytes


class Fetch(Protocol):
    """Asks for an address; raises Interrupted when nothing answers."""

    def __call__(
        self, url: str, headers: Mapping[str, str] | None = ..., *, method: str = ..., body: bytes | None = ...
    ) -> Answer:
        """Ask `url` and return the answer, whatever its status."""
        ...


class Web:
    """`Fetch` over HTTP/1.1. `sleep` takes seconds, between tries."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep
        self._own = threading.local()
        #: Of all threads, to close them.
        self._open: list[http.client.HTTPConnection] = []
        self._tls = ssl.create_default_context()

    def __call__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Answer:
        """See `Fetch`. A request with a body is sent once: nobody knows whether the lost one arrived."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        asked = {"accept-encoding": "br, gzip", "user-agent": "microsite-deploy", **(headers or {})}
        tries = _TRIES if body is None else 1
        for attempt in range(1, tries + 1):
            try:
                answer = self._once(parts.scheme, parts.netloc, method, path, asked, body)
                if answer.status not in _LATER or attempt == tries:
                    return answer
                last: Exception = OSError(f"status {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self._own.connections = {}
                last = error
            self._sleep(2.0**attempt / 4)
        msg = f"{url} does not answer: {last or type(last).__name__}"
        raise Interrupted(msg, fix="look at the network, and whether site.distribution_url is right") from last

    def close(self) -> None:
        """Close every connection; to be called when no thread asks any more."""
        while self._open:
            self._open.pop().close()

    def _once(  # noqa: PLR0913, PLR0917 - the parts of a request
        self, scheme: str, netloc: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        kept: dict[tuple[str, str], http.client.HTTPConnection] = getattr(self._own, "connections", {})
        self._own.connections = kept
        connection = kept.get((scheme, netloc))
        if connection is None:
            connection = (
                http.client.HTTPSConnection(netloc, timeout=_SECONDS, context=self._tls)
                if scheme == "https"
                else http.client.HTTPConnection(netloc, timeout=_SECONDS)
            )
            kept[scheme, netloc] = connection
            self._open.append(connection)
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        raw = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
        try:
            content = _decoded(raw, told.get("content-encoding", ""))
        except (ValueError, zlib.error):
            content = raw  # its sum will be wrong, which is the thing to say
        return Answer(answer.status, told, content)


def quoted(path: str) -> str:
    """A path of the site as an address: `a b/é.pdf` → `a%20b/%C3%A9.pdf`."""
    return quote(path, safe="/~!$&'()*+,;=:@-._")


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return unpack(body)
    if encoding == "gzip":
        return zlib.decompress(body, 31)
    return body
