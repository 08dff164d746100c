"""The front of the site as the distribution has it: files of a built site, and `/api/*` as events of API Gateway.

The parts are those of the local server (`microsite.serve`); what answers the events is handed in.
"""

from __future__ import annotations

import threading
import uuid
from contextlib import contextmanager
from datetime import UTC
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

from microsite.serve.event import make_event
from microsite.serve.event import make_reply
from microsite.serve.exchange import Request
from microsite.serve.snapshot import read_snapshot
from microsite.serve.static import Static

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Front", "run_front"]


class Front(ThreadingHTTPServer):
    """Serves on 127.0.0.1; `api` may be set after the address is known."""

    daemon_threads = True

    def __init__(self, site_dir: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.static = Static(read_snapshot(site_dir))
        self.api: Callable[[dict[str, Any]], Mapping[str, Any]] = lambda _: {"statusCode": 503}


@contextmanager
def run_front(site_dir: Path) -> Iterator[Front]:
    """Serve the built site in `site_dir` until the block ends."""
    front = Front(site_dir)
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        front.shutdown()
        thread.join()
        front.server_close()


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        front = cast(Front, self.server)
        path, _, query = self.path.partition("?")
        request = Request(
            method=self.command,
            raw_path=path,
            query=query,
            headers=tuple((name.lower(), value) for name, value in self.headers.items()),
            body=self.rfile.read(int(self.headers.get("Content-Length", "0"))),
            client=str(self.client_address[0]),
        )
        if path.startswith("/api/"):
            event = make_event(request, now=datetime.now(UTC), request_id=str(uuid.uuid4()))
            reply = make_reply(front.api(event))
        else:
            reply = front.static.reply(request)
        reply = reply.complete()
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_POST = do_GET  # noqa: N815 - the base class looks for these names
    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""
