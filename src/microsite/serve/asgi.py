"""The two protocols between uvicorn and us: one ASGI application, pure, without a framework.

Order: `/api/*` goes to the function, `/__live*` to the live channel while watching, the rest to the static files.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import uuid
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import MutableMapping
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import TypeVar

from .event import make_event
from .event import make_reply
from .exchange import Reply
from .exchange import Request
from .exchange import plain
from .live import EVENTS_PATH
from .live import SCRIPT_PATH
from .snapshot import is_index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from .live import Live
    from .rebuild import Rebuilder
    from .static import Static

__all__ = ["App", "Receive", "Send"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_In = TypeVar("_In")
_Out = TypeVar("_Out")

log = logging.getLogger(__name__)

#: Bytes of path and query; CloudFront's limit.
LONGEST_ADDRESS: Final = 8192
#: Bytes of a body that reach the function. Its own limit is 64 KiB; the rest is there so that it can see the excess
#: and answer 413 in its own words.
BODY_PASSED: Final = 128 * 1024
#: Bytes that are read (and dropped) so that a client that sends too much still hears the answer. The gateway's limit
#: is 10 MB.
BODY_READ: Final = 10 * 1024 * 1024
#: Seconds without a byte of the body before the client is given up.
BODY_PATIENCE: Final = 20.0


class App:
    """The application. `api` is called in a thread of `pool` with an event and returns the function's answer."""

    def __init__(  # noqa: PLR0913 (the parties that answer or hear of it)
        self,
        static: Static,
        api: Callable[[dict[str, Any]], Mapping[str, Any]],
        *,
        pool: Executor,
        live: Live | None = None,
        accepted: Callable[[], None] = lambda: None,
        rebuilder: Rebuilder | None = None,
    ) -> None:
        self._static = static
        self._api = api
        self._pool = pool
        self._live = live
        self._accepted = accepted
        self._rebuilder = rebuilder
        self._indexing: asyncio.Future[None] | None = None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = _request(scope)
        path = request.raw_path
        if len(path) + len(request.query) > LONGEST_ADDRESS:
            reply = plain(414, "The address is too long.", {"connection": "close"})
        elif path == "/api" or path.startswith("/api/"):
            reply = await self._call(request, receive)
        elif self._live and path == EVENTS_PATH and request.method == "GET":
            await self._live.stream(receive, send)
            return
        elif self._live and path == SCRIPT_PATH and request.method in {"GET", "HEAD"}:
            reply = self._live.script()
        else:
            reply = await self._page(request)
        reply = reply.complete()
        if request.method == "HEAD" and not reply.body:
            # The function leaves the body out, and its length with it: "0" would be wrong (RFC 9110, 8.6).
            reply = Reply(reply.status, tuple(one for one in reply.headers if one[0] != "content-length"))
        await _send(reply, send)

    async def _page(self, request: Request) -> Reply:
        try:
            if self._rebuilder and self._rebuilder.owes_index and is_index(request.raw_path.lstrip("/")):
                await self._indexed(self._rebuilder)
            # In a thread: the first brotli of a long page would hold up everybody else for 60 ms.
            return await self._in_thread(self._static.reply, request)
        except Exception:
            log.exception("no answer for %s %s", request.method, request.raw_path)
            return plain(500, "The server failed; its terminal says why.")

    async def _indexed(self, rebuilder: Rebuilder) -> None:
        """Wait until the search index is made, once for all who ask meanwhile.

        In a thread of its own: those who wait take no place in the pool, and a server that stops need not wait.
        """
        if self._indexing is None or self._indexing.done():
            loop = asyncio.get_running_loop()
            made = self._indexing = loop.create_future()

            def make() -> None:
                rebuilder.index()
                with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
                    loop.call_soon_threadsafe(made.set_result, None)

            threading.Thread(target=make, name="indexer", daemon=True).start()
        # Shielded: a reader who leaves does not take it from the others.
        await asyncio.shield(self._indexing)

    async def _call(self, request: Request, receive: Receive) -> Reply:
        try:
            body, too_much = await _read(receive)
        except TimeoutError:
            return plain(408, "The request took too long to arrive.", {"connection": "close"})
        except ConnectionError:
            return plain(400, "The request ended before its body did.", {"connection": "close"})
        except asyncio.CancelledError:
            # The server stops and the body never came whole: nothing was acknowledged, so nothing is lost.
            return plain(503, "The server is stopping.", {"connection": "close"})
        if too_much:
            return plain(413, "Request Entity Too Large", {"connection": "close"})
        whole = Request(
            request.method, request.raw_path, request.query, request.headers, body, request.client, request.http_version
        )
        event = make_event(whole, now=datetime.now(UTC), request_id=str(uuid.uuid4()))
        try:
            reply = make_reply(await self._in_thread(self._api, event))
        except Exception:
            # As the gateway does: the reader learns nothing of the inside; the developer's terminal shows it all.
            log.exception("the function failed on %s %s", request.method, request.raw_path)
            return Reply(500, (("content-type", "application/json"),), b'{"message":"Internal Server Error"}')
        if request.method == "POST" and reply.status < 400:
            self._accepted()
        return reply

    async def _in_thread(self, function: Callable[[_In], _Out], argument: _In) -> _Out:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, argument)


def _request(scope: Mapping[str, Any]) -> Request:
    client = scope.get("client")
    return Request(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        client=client[0] if client else "127.0.0.1",
        http_version=scope["http_version"],
    )


async def _read(receive: Receive) -> tuple[bytes, bool]:
    """The first `BODY_PASSED` bytes of the body, and whether the gateway itself would have refused it."""
    kept = bytearray()
    seen = 0
    more = True
    while more:
        async with asyncio.timeout(BODY_PATIENCE):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        chunk: bytes = message.get("body", b"")
        seen += len(chunk)
        if seen > BODY_READ:
            return b"", True
        kept += chunk[: BODY_PASSED - len(kept)]
        more = message.get("more_body", False)
    return bytes(kept), False


async def _send(reply: Reply, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
