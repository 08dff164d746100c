"""One request and its reply, as values: what the static folder, the API and the live channel work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .headers import SECURITY_HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Reply", "Request", "plain"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came over the wire; nothing decoded but the header lines (ISO 8859-1, as HTTP has it)."""

    method: str
    #: The path as sent, still percent-encoded.
    raw_path: str
    #: What stood after the `?`, without it.
    query: str = ""
    #: Lower-case names, in the order they came; a name can stand there twice.
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    client: str = "127.0.0.1"
    #: `1.0` or `1.1`.
    http_version: str = "1.1"

    def header(self, name: str) -> str:
        """All values of a header joined by `, ` (RFC 9110, 5.3); empty when it is absent."""
        return ", ".join(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `headers` has lower-case names and may repeat one (`set-cookie`)."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def complete(self) -> Reply:
        """The same reply with its length and the security headers, which override its own as on the distribution."""
        fixed = dict(SECURITY_HEADERS)
        # A 304 has no body, but its length would be that of the full answer (RFC 9110, 8.6): leave it out.
        if self.status not in {204, 304}:
            fixed["content-length"] = str(len(self.body))
        own = tuple((name, value) for name, value in self.headers if name not in fixed)
        return Reply(self.status, (*own, *fixed.items()), self.body)


def plain(status: int, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply in plain text, never kept by a cache."""
    own = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store", **(headers or {})}
    return Reply(status, tuple(own.items()), f"{text}\n".encode())
