"""The port `Bucket` in memory, and `Faults`, which fails or crashes any verb of any port where a test says.

In: nothing. Out: a store that forgets, for tests and for trying a release out without an account.
"""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

from microsite.errors import DeployError

from .ports import Listed
from .ports import Seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .ports import Headers

__all__ = ["Crash", "Faults", "MemoryBucket", "Object"]


class Crash(BaseException):
    """The process is killed here. Not an Exception: no handler of ours may go on after it."""


class Faults:
    """Called with a verb and "before" or "after" it; raises where it was told to.

    `crash` is the number, from 1, of the call at which the process dies; `when` says on which side of it. From then on
    every call raises, as nothing runs in a dead process. `fail` maps a verb to what each call of it raises, before it.
    One object may stand before several ports, so that the calls of all of them are numbered together.
    """

    def __init__(self, *, crash: int = 0, when: str = "before", fail: Mapping[str, Exception] | None = None) -> None:
        self.calls: list[str] = []
        self.fail = dict(fail or {})
        self._crash, self._when, self._dead = crash, when, False
        self._turn = threading.Lock()
        self._own = threading.local()

    def __call__(self, verb: str, when: str) -> None:
        """Note the call, and raise when its turn has come."""
        with self._turn:
            if when == "before" and not self._dead:
                self.calls.append(verb)
                self._own.number = len(self.calls)
            if not self._dead and when == self._when and self._own.number == self._crash:
                self._dead = True
            if self._dead:
                raise Crash
            if when == "before" and verb in self.fail:
                raise self.fail[verb]


class Object(NamedTuple):
    """A stored object."""

    body: bytes
    headers: Headers
    #: Seconds since 1970.
    modified: float


class MemoryBucket:
    """Objects by key. `fault(verb, when)` is called with "before" and "after" of each verb and may raise."""

    def __init__(
        self, *, fault: Callable[[str, str], None] | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self.objects: dict[str, Object] = {}
        self.fault = fault or (lambda verb, when: None)  # noqa: ARG005 - the names are the signature
        self._now = now
        self._turn = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """See `Bucket`."""
        self.fault("get", "before")
        found = self.objects.get(key)
        self.fault("get", "after")
        return found.body if found else None

    def look(self, key: str) -> Seen | None:
        """See `Bucket`."""
        self.fault("look", "before")
        found = self.objects.get(key)
        self.fault("look", "after")
        return Seen(found.headers, hashlib.sha256(found.body).hexdigest()) if found else None

    def put(self, key: str, body: bytes | Path, headers: Headers, sha256: str, *, fresh: bool = False) -> bool:
        """See `Bucket`."""
        self.fault("put", "before")
        content = body.read_bytes() if isinstance(body, Path) else body
        if hashlib.sha256(content).hexdigest() != sha256:
            msg = f"{key} arrived with other bytes than were sent"
            raise DeployError(msg, fix="run the same command again")
        with self._turn:
            free = key not in self.objects
            if free or not fresh:
                self.objects[key] = Object(content, headers, self._now())
        self.fault("put", "after")
        return free or not fresh

    def copy(self, source: str, key: str, headers: Headers, sha256: str) -> bool:
        """See `Bucket`."""
        self.fault("copy", "before")
        with self._turn:
            found = self.objects.get(source)
            same = found is not None and sha256 in {"", hashlib.sha256(found.body).hexdigest()}
            if found is not None and same:
                self.objects[key] = Object(found.body, headers, self._now())
        self.fault("copy", "after")
        return same

    def list(self, prefix: str) -> Iterator[Listed]:
        """See `Bucket`."""
        self.fault("list", "before")
        with self._turn:
            found = sorted((key, one) for key, one in self.objects.items() if key.startswith(prefix))
        self.fault("list", "after")
        for key, one in found:
            yield Listed(key, len(one.body), hashlib.md5(one.body, usedforsecurity=False).hexdigest(), one.modified)

    def delete(self, keys: Sequence[str]) -> None:
        """See `Bucket`."""
        self.fault("delete", "before")
        with self._turn:
            for key in keys:
                self.objects.pop(key, None)
        self.fault("delete", "after")
