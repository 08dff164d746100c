"""What visitors see is one small value in the store of the edge function; this is the port to it.

In: a KeyValueStore. Out: its values at one moment, and conditional writes. The keys::

    release          the live release             previous        the one before it
    preview/NAME     a preview's release          redirect/PATH   where an old address leads
    lock             who is releasing (JSON)      verify          the word that shows a hidden release
    host             the canonical host

Every write names the version of the whole store that it was thought out on (`etag`), so of two deployers one is
refused. Limits: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Protocol

from microsite.errors import Moved
from microsite.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

__all__ = [
    "MOST_CHANGES",
    "MOVED",
    "REDIRECT",
    "STORE_BYTES",
    "Lock",
    "MemoryPointer",
    "Pointer",
    "State",
    "demand_small",
]

#: Changes that one write takes; bytes of a key, of a value, of the whole store.
MOST_CHANGES = 50
_KEY_BYTES = 512
_VALUE_BYTES = 1024
STORE_BYTES = 5 * 1024 * 1024
#: Before the old path of a redirect.
REDIRECT = "redirect/"


@dataclass(frozen=True, slots=True)
class Lock:
    """Who is releasing; times are seconds since 1970."""

    by: str
    until: float
    since: float = 0.0
    #: Random word of the run, so that two windows of one person are two.
    run: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The store at one moment: `etag` was read first, so whatever changed since is noticed by the next write."""

    values: Mapping[str, str]
    etag: str

    @property
    def release(self) -> str:
        """The live release, "" before the first."""
        return self.values.get("release", "")

    @property
    def previous(self) -> str:
        """The release before it, "" without one."""
        return self.values.get("previous", "")

    @property
    def host(self) -> str:
        """The canonical host, "" when none is set."""
        return self.values.get("host", "")

    @property
    def verify_key(self) -> str:
        """The word that shows a hidden release, "" when none is set."""
        return self.values.get("verify", "")

    @property
    def lock(self) -> Lock | None:
        """The lock, None when nobody holds one. What is no lock of ours counts as one that is over."""
        text = self.values.get("lock", "")
        if not text:
            return None
        try:
            told = json.loads(text)
            return Lock(str(told["by"]), float(told["until"]), float(told.get("since", 0)), str(told.get("run", "")))
        except (ValueError, TypeError, KeyError, AttributeError):
            return Lock("somebody", 0.0)

    @property
    def previews(self) -> dict[str, str]:
        """Name of a preview → its release."""
        return _below(self.values, "preview/")

    @property
    def redirects(self) -> dict[str, str]:
        """Old path → new path."""
        return _below(self.values, REDIRECT)


class Pointer(Protocol):
    """The store of the edge function."""

    def read(self) -> State:
        """Everything: two requests up to 50 keys, one more for each 50 after that."""
        ...

    def peek(self, key: str) -> str | None:
        """One value, or None: one request, and no etag to write with."""
        ...

    def write(self, changes: Mapping[str, str | None], *, etag: str) -> str:
        """Change up to `MOST_CHANGES` keys at once or none (None deletes); the new etag.

        Raises Moved when the store is not the one of `etag` any more, Refused when a change is over the limits.
        """
        ...


#: What Moved says.
MOVED = "the store of the live release was changed by somebody else meanwhile"


class MemoryPointer:
    """The store in memory. `fault(verb, when)` is called with "before" and "after" of each verb and may raise."""

    def __init__(
        self, values: Mapping[str, str] | None = None, *, fault: Callable[[str, str], None] | None = None
    ) -> None:
        self.values = dict(values or {})
        self.version = 1
        self.fault = fault or (lambda verb, when: None)  # noqa: ARG005 - the names are the signature

    def read(self) -> State:
        """See `Pointer`."""
        self.fault("read", "before")
        state = State(dict(self.values), f"E{self.version}")
        self.fault("read", "after")
        return state

    def peek(self, key: str) -> str | None:
        """See `Pointer`."""
        self.fault("peek", "before")
        value = self.values.get(key)
        self.fault("peek", "after")
        return value

    def write(self, changes: Mapping[str, str | None], *, etag: str) -> str:
        """See `Pointer`."""
        demand_small(changes)
        self.fault("write", "before")
        if etag != f"E{self.version}":
            raise Moved(MOVED)
        for key, value in changes.items():
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value
        self.version += 1
        self.fault("write", "after")
        return f"E{self.version}"


def demand_small(changes: Mapping[str, str | None]) -> None:
    """Raise Refused when a write is over a limit of the store."""
    if not 0 < len(changes) <= MOST_CHANGES:
        msg = f"one write of the KeyValueStore takes 1 to {MOST_CHANGES} changes, not {len(changes)}"
        raise Refused(msg)
    for key, value in changes.items():
        for what, text, most in (("the key", key, _KEY_BYTES), ("the value of", value or "", _VALUE_BYTES)):
            size = len(text.encode())
            if size > most:
                shown = key if len(key) <= 80 else key[:79] + "…"
                msg = f"{what} {shown} has {size} bytes; the KeyValueStore takes {most}"
                raise Refused(msg, fix="shorten the path that is redirected" if key.startswith(REDIRECT) else "")
        if not key:
            msg = "a key of the KeyValueStore is empty"
            raise Refused(msg)


def _below(values: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
