"""A bad network and a bad service in front of an emulator: an HTTP proxy that spoils requests, repeatably by its seed.

In: the emulator's address, rates of faults, a seed (or a list of faults for the next requests). Out: an address to set
as `AWS_ENDPOINT_URL`, and a count of what was done.

| fault | the service did it | the client sees |
|---|---|---|
| `throttle` | no | "slow down": 400 for DynamoDB and SSM, 429 for SES, 503 for S3 |
| `error-before`, `error-after` | no, yes | 500 |
| `cut-before`, `cut-after` | no, yes | the connection closed without an answer |
| `cut-answer` | yes | half an answer |
| `stall-before`, `stall-after` | no, yes | nothing, until it gives up |
"""

# ruff: noqa: N815 - `http.server` names the verbs
from __future__ import annotations

import http.client
import random
import socket
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

__all__ = ["FAULTS", "Proxy", "faulty"]

#: Every kind there is.
FAULTS = (
    "throttle", "error-before", "error-after", "cut-before", "cut-after", "cut-answer", "stall-before", "stall-after",
)  # fmt: skip

_ERROR = b'{"__type":"InternalServerError"}'


class Proxy:
    """What a running proxy is told and tells. All of it may be changed while it runs."""

    def __init__(self, url: str, rates: Mapping[str, float], seed: int, stall: float) -> None:
        self.url = url
        #: Fault → share of requests, 0 to 1.
        self.rates = dict(rates)
        #: Faults of the next requests, in order; "" for none. Taken before the rates are looked at.
        self.script: list[str] = []
        #: Only requests whose `x-amz-target` or path holds one of these are spoiled; empty: all.
        self.only: Sequence[str] = ()
        #: Seconds that a stalled request hangs; longer than the client waits.
        self.stall = stall
        #: Fault → how often; "" counts what went through unharmed.
        self.done: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - a repeatable choice is the point
        self._lock = threading.Lock()
        #: Set when the proxy ends: who stalls wakes up.
        self.over = threading.Event()

    def choose(self, named: str) -> str:
        """The fault of the next request, "" for none."""
        with self._lock:
            fault = ""
            if not self.only or any(one in named for one in self.only):
                if self.script:
                    fault = self.script.pop(0)
                else:
                    left = self._random.random()
                    for kind, rate in self.rates.items():
                        left -= rate
                        if left < 0:
                            fault = kind
                            break
            self.done[fault] += 1
            return fault


@contextmanager
def faulty(
    upstream: str, rates: Mapping[str, float] | None = None, *, seed: int = 1, stall: float = 4.0
) -> Iterator[Proxy]:
    """Run a proxy in front of `upstream` (an `http://` address) until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}", rates or {}, seed, stall)
    server.proxy, server.upstream = proxy, upstream.removeprefix("http://")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    proxy: Proxy
    upstream: str

    def handle_error(self, *_: object) -> None:
        """A client that gave up on a stalled request is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(self.server.upstream)

    def finish(self) -> None:
        self.upstream.close()
        super().finish()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def pass_on(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fault = proxy.choose(f"{self.headers.get('x-amz-target', '')} {self.path}")
        if fault == "stall-before":
            proxy.over.wait(proxy.stall)
        if fault == "throttle":
            self._throttle()
        elif fault == "error-before":
            self._answer(500, _ERROR)
        elif fault in {"cut-before", "stall-before"}:
            self._hang_up()
        else:
            self._forward(body, fault)

    do_GET = do_POST = do_PUT = do_DELETE = pass_on

    def _forward(self, body: bytes, fault: str) -> None:
        self.upstream.request(self.command, self.path, body, dict(self.headers.items()))
        reply = self.upstream.getresponse()
        content = reply.read()
        if fault == "error-after":
            self._answer(500, _ERROR)
        elif fault == "cut-answer":
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4096\r\n\r\n{")
            self._hang_up()
        elif fault in {"cut-after", "stall-after"}:
            if fault == "stall-after":
                self.server.proxy.over.wait(self.server.proxy.stall)
            self._hang_up()
        else:
            kind = reply.headers.get("x-amzn-errortype", "")
            self._answer(reply.status, content, {"x-amzn-errortype": kind} if kind else {})

    def _throttle(self) -> None:
        target = self.headers.get("x-amz-target", "")
        if target.startswith("DynamoDB"):
            self._answer(400, b'{"__type":"com.amazonaws#ProvisionedThroughputExceededException"}')
        elif target:
            self._answer(400, b'{"__type":"ThrottlingException"}')
        elif self.path.startswith("/v2/email"):
            self._answer(429, b"{}", {"x-amzn-errortype": "TooManyRequestsException"})
        else:
            self._answer(503, b"<Error><Code>SlowDown</Code></Error>")

    def _answer(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
