"""The server: one process on 127.0.0.1 that builds, serves, watches and stops cleanly.

    claim the port ─▶ build ─▶ answer ─▶ "Ready" ─▶ (edit ─▶ rebuild)* ─▶ signal ─▶ finish what runs ─▶ exit

The port is claimed before the build, so that a port in use is said at once, but listens only after it, so that
nobody waits on a site that is not there yet.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .asgi import App
from .exchange import plain
from .gate import Gate
from .live import SCRIPT_TAG
from .live import Live
from .local import forms_environ
from .local import open_data
from .port import HOST
from .port import claim
from .rebuild import Rebuilder
from .snapshot import read_snapshot
from .static import Static
from .sweeper import Sweeper
from .watch import Watcher

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import MutableMapping
    from types import FrameType

    from .rooms import Options
    from .rooms import Rooms
    from .rooms import Say

__all__ = ["serve"]

log = logging.getLogger(__name__)

#: Threads that answer; the store is one SQLite file, so more would only wait for each other.
WORKERS: Final = 16
#: Seconds that running requests get after the signal; with the sweep's half second this stays below two.
GRACE: Final = 1
#: Seconds for the last sweep.
LAST_SWEEP: Final = 0.5
#: Seconds a connection may stay silent before or between the lines of a request.
HEAD_PATIENCE: Final = 20.0
#: Bytes of request line and headers together; API Gateway allows 10 KiB.
LONGEST_HEAD: Final = 32 * 1024


def serve(options: Options, rooms: Rooms, *, environ: MutableMapping[str, str], say: Say) -> None:
    """Build, then serve until SIGINT or SIGTERM.

    Sets the function's `FORMS_*` settings in `environ`. Raises ServeError, or what the first build raises.
    """
    # Until the server runs, both signals interrupt the work; afterwards they end it (see `_Server.handle_exit`).
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with claim(options.port) as sock:
        url = f"http://{HOST}:{sock.getsockname()[1]}/"
        data = open_data(options.data)
        watcher = Watcher(options.root)
        if options.watch:
            # Before the build: an edit that falls into it must not be lost.
            watcher.start()
        say("building", "Building the site…")
        rooms.check()
        rooms.book()
        rooms.build()
        site = read_snapshot(options.site_dir)

        gate = Gate()

        def released(build: str) -> None:
            settings = forms_environ(
                data,
                root=options.root,
                url=url,
                extra=rooms.extra(),
                release=build[:16],
                screening=options.screening,
            )
            with gate.alone():
                environ.update(settings)
                rooms.reset()

        def http(event: dict[str, Any]) -> Mapping[str, Any]:
            with gate.shared():
                return rooms.http(event, None)

        def sweep() -> None:
            with gate.shared():
                rooms.sweep(_scheduled_event(), None)

        released(site.digest)
        say("built", _summary(len(site.files), site.size), files=len(site.files), bytes=site.size)
        live = Live(site.digest) if options.watch else None
        static = Static(site, inject=SCRIPT_TAG if live else "")
        sweeper = Sweeper(sweep)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="answer") as pool:
            rebuilder = Rebuilder(rooms, options.site_dir, static, live, say=say, released=released) if live else None
            app = App(static, http, pool=pool, live=live, accepted=sweeper.nudge, rebuilder=rebuilder)

            def ready() -> None:
                sweeper.start()
                say("ready", f"Ready: {url}", url=url, data=str(data.folder), pid=os.getpid())
                say("hint", f"What people send is kept in {data.folder}, mails in {data.outbox}. Ctrl-C stops.")

            if rebuilder:
                watcher.settle()
                threading.Thread(target=_follow, args=(watcher, rebuilder), name="rebuilder", daemon=True).start()
            _run(app, sock, ready=ready, stopping=live.close if live else lambda: None)
            watcher.stop()
            sweeper.stop(LAST_SWEEP)
        say("stopped", "Stopped.")


def _run(app: App, sock: socket.socket, *, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
    # Its own lines on stray bytes and cut connections are noise here; failures of ours are logged by the app.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=_Patient,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_graceful_shutdown=GRACE,
    )
    _Server(config, ready=ready, stopping=stopping).run(sockets=[sock])


class _Patient(H11Protocol):
    """HTTP/1.1 that hangs up on a connection which opens and then says nothing: uvicorn waits for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP with the headers that every answer has; uvicorn's own has none of them."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.close()  # the answer to an earlier request is under way: nothing may stand inside it
            return
        reply = plain(400, msg, {"connection": "close"}).complete()
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
        for event in (
            h11.Response(status_code=reply.status, headers=headers, reason=b"Bad Request"),
            h11.Data(data=reply.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._arm()

    def _arm(self) -> None:
        if self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(HEAD_PATIENCE, self.timeout_keep_alive_handler)


class _Server(uvicorn.Server):
    """uvicorn that says when it answers, and for which a signal is a normal end."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(_connection_failed)
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The base class would raise the signal again after the clean stop, and the exit code would be 130.
        del frame
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        self._stopping()


def _connection_failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """One line for what a hostile client can cause (bad chunks after the answer has begun), not a traceback."""
    del loop
    log.warning("a connection was dropped: %s", context.get("exception") or context.get("message"))


def _follow(watcher: Watcher, rebuilder: Rebuilder) -> None:
    while changed := watcher.wait():
        rebuilder.rebuild(changed)


def _scheduled_event() -> dict[str, Any]:
    """What the scheduler on AWS sends."""
    return {"source": "aws.scheduler", "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _summary(files: int, size: int) -> str:
    return f"Built {files} files, {size / 1000:,.0f} kB."
