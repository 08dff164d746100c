"""The live channel: tells open pages (server-sent events) which build is out and what is wrong with the next one."""

from __future__ import annotations

import asyncio
import contextlib
import json
from importlib import resources
from typing import TYPE_CHECKING
from typing import Final

from .exchange import Reply

if TYPE_CHECKING:
    from .asgi import Receive
    from .asgi import Send

__all__ = ["EVENTS_PATH", "SCRIPT_PATH", "SCRIPT_TAG", "Live"]

EVENTS_PATH: Final = "/__live"
SCRIPT_PATH: Final = "/__live.js"
#: Put into HTML answers on the fly; `{build}` is the id of the build that the page came from.
SCRIPT_TAG: Final = f'<script src="{SCRIPT_PATH}?build={{build}}" defer></script>'
#: Seconds between comments that keep proxies and sleeping laptops from dropping the connection.
HEARTBEAT: Final = 15.0


class Live:
    """What is true now (`build`, `problem`), and everyone who wants to hear when that changes."""

    def __init__(self, build: str) -> None:
        self.build = build[:16]
        self.problem = ""
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._closed = False

    def tell(self, *, build: str | None = None, problem: str = "") -> None:
        """Set what is true now and wake the listeners. Safe from any thread."""
        if build is not None:
            self.build = build[:16]
        self.problem = problem
        self._wake()

    def close(self) -> None:
        """End all open streams, so that the server can stop. Safe from any thread and from a signal handler."""
        self._closed = True
        self._wake()

    def script(self) -> Reply:
        """The reply that carries the script."""
        body = resources.files("microsite.serve").joinpath("live.js").read_bytes()
        headers = (("content-type", "text/javascript; charset=utf-8"), ("cache-control", "no-store"))
        return Reply(200, headers, body)

    async def stream(self, receive: Receive, send: Send) -> None:
        """Send the state now and after each change, until the client or the server goes."""
        reply = Reply(200, (("content-type", "text/event-stream"), ("cache-control", "no-store"))).complete()
        # No length is known: h11 sends it chunked.
        headers = [(name.encode(), value.encode()) for name, value in reply.headers if name != "content-length"]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        changed = asyncio.Event()
        self._listeners[changed] = asyncio.get_running_loop()
        gone = asyncio.create_task(_disconnected(receive, changed))
        try:
            told: tuple[str, str] | None = None
            while not self._closed and not gone.done():
                changed.clear()
                state = (self.build, self.problem)
                text = ": still here\n\n" if state == told else f"event: state\ndata: {_state(*state)}\n\n"
                told = state
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT):
                        await changed.wait()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            del self._listeners[changed]
            gone.cancel()

    def _wake(self) -> None:
        for event, loop in list(self._listeners.items()):
            with contextlib.suppress(RuntimeError):  # the loop has just ended: nobody is left to wake
                loop.call_soon_threadsafe(event.set)


def _state(build: str, problem: str) -> str:
    return json.dumps({"build": build, "problem": problem})


async def _disconnected(receive: Receive, changed: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    changed.set()
