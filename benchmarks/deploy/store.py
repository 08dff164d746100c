"""S3 as far as a release and `aws s3 sync` use it, in memory, counting every request and every byte that arrives.

In: nothing. Out: an address, and the counts. moto does the same, 10 times slower; here are 20,000 objects to store.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from urllib.parse import unquote
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Store", "run_store"]


@dataclass
class Store:
    """What is stored, and what was asked."""

    url: str = ""
    #: Key → bytes, their size as the client counts it, headers, seconds since 1970.
    objects: dict[str, tuple[bytes, int, dict[str, str], float]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    received: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        """Count from zero."""
        self.requests.clear()
        self.received = 0


@contextmanager
def run_store() -> Iterator[Store]:
    """Serve one bucket, whatever its name, on 127.0.0.1 until the block ends."""
    store = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"store": store}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store: Store

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        body = self._body()
        key, store = self._key(), self.store
        told = {
            name: self.headers[name]
            for name in ("content-type", "cache-control", "content-encoding")
            if self.headers.get(name) and self.headers[name] != "aws-chunked"
        }
        source = self.headers.get("x-amz-copy-source", "")
        with store.turn:
            store.requests["copy" if source else "put"] += 1
            store.received += len(body)
            if source:
                found = store.objects.get(unquote(source).lstrip("/").partition("/")[2])
                if found is None:
                    return self._answer(404, _error("NoSuchKey"))
                body, size = found[:2]
            elif self.headers.get("if-none-match") == "*" and key in store.objects:
                return self._answer(412, _error("PreconditionFailed"))
            else:
                size = int(self.headers.get("x-amz-decoded-content-length") or len(body))
            store.objects[key] = (body, size, told, time.time())
        return self._answer(
            200, f"<CopyObjectResult><ETag>{_tag(body)}</ETag></CopyObjectResult>".encode() if source else b""
        )

    def do_GET(self) -> None:
        asked, key = parse_qs(urlsplit(self.path).query), self._key()
        with self.store.turn:
            if "list-type" in asked:
                self.store.requests["list"] += 1
                return self._answer(200, self._listing(asked))
            self.store.requests["get"] += 1
            found = self.store.objects.get(key)
        return self._answer(200, found[0], found[2]) if found else self._answer(404, _error("NoSuchKey"))

    def do_POST(self) -> None:
        body = self._body().decode()
        with self.store.turn:
            self.store.requests["delete"] += 1
            for part in body.split("<Key>")[1:]:
                self.store.objects.pop(part.partition("<")[0], None)
        self._answer(200, b"<DeleteResult/>")

    def do_DELETE(self) -> None:
        with self.store.turn:
            self.store.requests["delete"] += 1
            self.store.objects.pop(self._key(), None)
        self._answer(204, b"")

    def do_HEAD(self) -> None:
        with self.store.turn:
            self.store.requests["head"] += 1
        self._answer(200, b"")

    def _listing(self, asked: dict[str, list[str]]) -> bytes:
        prefix, after = asked.get("prefix", [""])[0], asked.get("continuation-token", [""])[0]
        keys = sorted(key for key in self.store.objects if key.startswith(prefix) and key > after)
        page = keys[:1000]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_iso(self.store.objects[key][3])}</LastModified>"
            f"<ETag>{_tag(self.store.objects[key][0])}</ETag><Size>{self.store.objects[key][1]}</Size></Contents>"
            for key in page
        )
        more = len(keys) > len(page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        return f"<ListBucketResult>{truncated}{token}{rows}</ListBucketResult>".encode()

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        told = {
            "content-type": "application/xml",
            **(headers or {}),
            "content-length": str(len(body)),
            "etag": _tag(body),
        }
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


def _tag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
