"""Several pieces of work at the same time, one step at a time: which goes next, and what fails, is the test's choice.

In: callables that work through ports. Out: actors, each a thread of which one runs at a time, stopping at every call of
a port until the test says `go`, with a fate for that call.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from typing import Any

from forms.errors import FormsError
from forms.errors import MailError
from forms.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FATES", "Actor", "Killed", "Port", "started"]

#: What may go wrong at a call.
FATES = ("fail", "fail-after", "kill", "kill-after")


class Killed(BaseException):
    """`kill -9` at this point: nothing of the service may catch it."""


class Actor(threading.Thread):
    """Runs `work` one port call at a time: `go` lets it do the call that it stands at, with a fate."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        self.fate = self.at = ""
        self.done = False
        self.problem: BaseException | None = None

    def run(self) -> None:
        """What the thread does."""
        self._mine.acquire()
        try:
            self._work()
        except (Killed, FormsError):
            pass
        except BaseException as error:  # noqa: BLE001 - told to the test, which runs in another thread
            self.problem = error
        self.done = True
        self._theirs.release()

    def stop(self, verb: str) -> str:
        """Called by a port in this thread: wait for one's turn; the fate of the call."""
        self.at = verb
        self._theirs.release()
        self._mine.acquire()
        return self.fate

    def go(self, fate: str) -> None:
        """Called by the test: let it run until its next call, or its end."""
        self.fate = fate
        self._mine.release()
        self._theirs.acquire()


class Port:
    """A port whose verbs stop and fail as told. Calls from the test's own thread always work."""

    def __init__(self, port: Any, after: Callable[[str, Any], None]) -> None:
        self._port = port
        self._after = after

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._port, name)
        if not callable(verb):
            return verb

        def call(*arguments: Any, **named: Any) -> Any:
            actor = threading.current_thread()
            fate = actor.stop(name) if isinstance(actor, Actor) else ""
            if fate == "fail":
                raise self._error(name, uncertain=False)
            if fate == "kill":
                raise Killed
            answer = verb(*arguments, **named)
            self._after(name, answer if name == "add" else arguments[:1])
            if fate == "fail-after":
                raise self._error(name, uncertain=True)
            if fate == "kill-after":
                raise Killed
            return answer

        return call

    def _error(self, name: str, *, uncertain: bool) -> FormsError:
        if name == "send":
            return MailError("storm", uncertain=uncertain)
        return StoreError("storm")


def started(actor: Actor) -> Actor:
    """Start it; it waits for its first turn."""
    actor.start()
    return actor
