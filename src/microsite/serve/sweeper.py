"""The local stand-in for the store's stream and the schedule: calls the function's sweep after posts and every 5 s."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Sweeper"]

log = logging.getLogger(__name__)

#: Seconds; on AWS a schedule of minutes, here short enough to wait for.
INTERVAL: Final = 5.0


class Sweeper:
    """A thread that mails what the store holds and nobody has mailed yet."""

    def __init__(self, sweep: Callable[[], Any], *, interval: float = INTERVAL) -> None:
        self._sweep = sweep
        self._interval = interval
        self._wake = threading.Event()
        self._stopping = False
        self._failure = ""
        # A daemon: a mail that hangs must not keep the process. Nothing is lost: the store knows what was not sent.
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Sweep now (what an earlier run left), then on `nudge` and every interval."""
        self._wake.set()
        self._thread.start()

    def nudge(self) -> None:
        """Sweep soon. Safe from any thread."""
        self._wake.set()

    def stop(self, patience: float) -> None:
        """Finish the sweep that runs or is asked for, for at most `patience` seconds."""
        self._stopping = True
        self._wake.set()
        self._thread.join(patience)

    def _run(self) -> None:
        while True:
            self._wake.wait(self._interval)
            self._wake.clear()
            stopping = self._stopping
            self._once()
            if stopping:
                return

    def _once(self) -> None:
        try:
            self._sweep()
        except Exception as error:
            # The same failure every 5 s would drown everything else on the terminal.
            if repr(error) != self._failure:
                log.exception("the sweep failed; it is tried again")
            self._failure = repr(error)
        else:
            self._failure = ""
