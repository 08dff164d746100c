"""The right to change what is live, and the change.

In: the port `Pointer`, a clock. Out: `hold`, the lock between deployers; `switch_to` and `switch_back`, one conditional
write each. The lock tells the second deployer who is at work before anything is sent. It ends by itself, so a crash
needs no hand, and a write of whoever lost it is refused::

    ann   takes the lock ── uploads, renewing ──────────────── switch: lock still ours? one write ── gives it back
    bob       refused: "ann is releasing since 14:02"                                                  may begin
    eve   (ann crashed)                     the lock is over: takes it; ann's writes are refused from here on
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Locked
from microsite.errors import Moved
from microsite.errors import Refused

from .pointer import MOST_CHANGES
from .pointer import MOVED
from .pointer import REDIRECT
from .pointer import STORE_BYTES
from .pointer import Lock
from .pointer import State
from .pointer import demand_small

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .pointer import Pointer

__all__ = ["LEASE", "Held", "clock_words", "hold", "switch_back", "switch_to", "verify_token"]

#: Seconds that a lock holds without being renewed; a crash keeps others waiting no longer.
LEASE = 600.0
#: Seconds by which two machines' clocks may differ before one takes the other's lock for expired.
_SKEW = 60.0
#: Tries to take the lock while others write other keys.
_TRIES = 5


@dataclass(slots=True)
class Held:
    """The right to change what is live; made by `hold`."""

    pointer: Pointer
    lock: Lock
    now: Callable[[], float]
    seconds: float
    #: As just read or written.
    state: State
    #: Whose expired lock was taken over, "" when there was none.
    stolen: str = ""
    _undo: list[dict[str, str | None]] = field(default_factory=list)
    #: A write whose answer was lost: it may be made all the same.
    _lost: dict[str, str | None] = field(default_factory=dict)

    def write(self, changes: Mapping[str, str | None]) -> None:
        """One conditional write under the lock; raises Locked when the lock is somebody else's by now.

        Other keys may have moved meanwhile (a preview of another run): then it is read and tried again. One of
        `changes` that moved was changed by hand, past the lock: that raises Moved.
        """
        for _ in range(_TRIES):
            try:
                etag = self.pointer.write(changes, etag=self.state.etag)
            except Interrupted:
                self._lost |= changes
                raise
            except Moved:
                before, self.state = self.state, self.pointer.read()
                self._demand_ours()
                ours = {**before.values, **self._lost}
                if any(self.state.values.get(key) not in {before.values.get(key), ours.get(key)} for key in changes):
                    raise
            else:
                values = {**self.state.values, **{key: value for key, value in changes.items() if value is not None}}
                gone = {key for key, value in changes.items() if value is None}
                self.state = State({key: value for key, value in values.items() if key not in gone}, etag)
                return
        raise Moved(MOVED, fix="somebody writes to the KeyValueStore all the time: find out who, then try again")

    def renew(self) -> None:
        """Hold on for longer; writes only when less than half of the time is left, so call it often."""
        now = self.now()
        if self.lock.until - now > self.seconds / 2:
            return
        lock = Lock(self.lock.by, now + self.seconds, self.lock.since, self.lock.run)
        self.write({"lock": _written(lock)})
        self.lock = lock

    def _demand_ours(self) -> None:
        lock = self.state.lock
        if lock is None or lock.run != self.lock.run:
            raise _refusal(lock) if lock is not None else Moved(MOVED, fix="the lock was taken away; start again")


@contextmanager
def hold(pointer: Pointer, *, by: str, run: str, now: Callable[[], float], seconds: float = LEASE) -> Iterator[Held]:
    """Take the lock for the block and give it back after it, also after an error.

    `by` is shown to whoever comes second; `run` is a random word. Raises Locked while somebody else holds it. One that
    is over is taken over (`Held.stolen`).
    """
    held = _taken(pointer, by, run, now, seconds)
    try:
        yield held
    finally:
        # Whatever happened in the block is what matters; a lock that cannot be given back ends by itself.
        with suppress(DeployError):
            held.write({"lock": None})


def _taken(pointer: Pointer, by: str, run: str, now: Callable[[], float], seconds: float) -> Held:
    for _ in range(_TRIES):
        state = pointer.read()
        found, moment = state.lock, now()
        if found is not None and found.run != run and moment < found.until + _SKEW:
            raise _refusal(found)
        lock = Lock(by, moment + seconds, moment, run)
        stolen = found.by if found is not None and found.run != run else ""
        try:
            etag = pointer.write({"lock": _written(lock)}, etag=state.etag)
        except Moved:
            continue
        except Interrupted:
            # The answer may be what was lost; a lock of ours that stays would keep us out as well.
            with suppress(DeployError):
                after = pointer.read()
                if after.lock == lock:
                    return Held(pointer, lock, now, seconds, after, stolen)
            raise
        values = {**state.values, "lock": _written(lock)}
        return Held(pointer, lock, now, seconds, State(values, etag), stolen)
    raise Moved(MOVED, fix="try again")


def switch_to(held: Held, release: str, *, redirects: Mapping[str, str] | None = None, host: str = "") -> None:
    """Make `release` live: one write of release, previous, canonical host and up to 47 changed redirects.

    More redirects than that follow in further writes; until then an old address answers 404 for a moment, as it would
    have without them. None leaves redirects alone. The release that is live already stays, and so does the one before.
    """
    before = held.state
    wanted = before.redirects if redirects is None else {_asked(path): to for path, to in redirects.items()}
    # First those that must go: a redirect hides a page of the new release.
    changes: dict[str, str | None] = {
        **{f"{REDIRECT}{path}": None for path in sorted(before.redirects) if path not in wanted},
        **{
            f"{REDIRECT}{path}": target
            for path, target in sorted(wanted.items())
            if before.redirects.get(path) != target
        },
    }
    if changes:
        _demand_redirects(before, changes)
    first: dict[str, str | None] = {}
    if host and host != before.host:
        first["host"] = host
    if before.release != release:
        first |= {"release": release, "previous": before.release or None}
        if first["previous"] is None and "previous" not in before.values:
            first.pop("previous")
    rest = list(changes.items())
    room = MOST_CHANGES - len(first)
    first |= dict(rest[:room])
    if not first:
        return
    held._undo.append({key: before.values.get(key) for key in (*first, *(key for key, _ in rest[room:]))})  # noqa: SLF001 - same module
    held.write(first)
    for start in range(room, len(rest), MOST_CHANGES):
        held.write(dict(rest[start : start + MOST_CHANGES]))


def switch_back(held: Held) -> None:
    """Undo the last `switch_to` of this run: the exact values from before, in one write (redirects past 47 follow)."""
    if not held._undo:  # noqa: SLF001 - same module
        return
    changes = list(held._undo.pop().items())  # noqa: SLF001
    for start in range(0, len(changes), MOST_CHANGES):
        held.write(dict(changes[start : start + MOST_CHANGES]))


def verify_token(held: Held, new: Callable[[], str]) -> str:
    """The word that shows a hidden release; made (one write) when the store has none."""
    if not held.state.verify_key:
        held.write({"verify": new()})
    return held.state.verify_key


def clock_words(seconds: float) -> str:
    """A moment for people, `2026-11-21 14:02 UTC`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _demand_redirects(before: State, changes: Mapping[str, str | None]) -> None:
    """Refuse all of the redirects before the first is written."""
    for key, value in changes.items():
        demand_small({key: value})
    after = {**before.values, **changes}
    size = sum(len(key.encode()) + len(value.encode()) for key, value in after.items() if value is not None)
    if size > STORE_BYTES:
        msg = f"the redirects need {size:,} bytes; the KeyValueStore takes {STORE_BYTES:,}"
        raise Refused(msg, fix="drop redirects of addresses that nobody asks for any more")


def _asked(path: str) -> str:
    """The old path as the edge function looks it up: `/x` → `/x/`, `/x.html` as it is, always with its first slash."""
    whole = "/" + path.lstrip("/")
    return whole if whole.endswith("/") or "." in whole.rpartition("/")[2] else whole + "/"


def _refusal(lock: Lock) -> Locked:
    since = f" since {clock_words(lock.since)}" if lock.since else ""
    msg = f"{lock.by} is releasing{since}"
    fix = f"wait until that is done; the lock ends by itself at {clock_words(lock.until + _SKEW)} at the latest"
    return Locked(msg, by=lock.by, until=lock.until, fix=fix)


def _written(lock: Lock) -> str:
    return json.dumps({"by": lock.by[:200], "until": lock.until, "since": lock.since, "run": lock.run})
