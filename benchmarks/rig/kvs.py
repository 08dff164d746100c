"""CloudFront's KeyValueStore on this machine: its data API over HTTP, as the service model of botocore describes it.

In: nothing, or values. Out: an address for `AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE`, and the values to look at and
to change (`Stores`). DescribeKeyValueStore, ListKeys, GetKey, PutKey, DeleteKey, UpdateKeys; a write needs the store's
current `ETag` in `If-Match` and changes all or nothing. Limits: the service's, at
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html. What it does not do: look at
the signature (it must be there and be SigV4A), or take seconds until the edge has a change.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import unquote
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = ["ARN", "Store", "Stores", "arn_of", "kvs"]

_KEYS_A_PAGE = 10
_MOST_KEYS_A_PAGE = 50
_MOST_CHANGES = 50
_KEY_BYTES = 512
_VALUE_BYTES = 1024
_REQUEST_BYTES = 3 * 1024 * 1024
_STORE_BYTES = 5 * 1024 * 1024


def arn_of(name: str, account: str = "123456789012") -> str:
    """The ARN of a store; the account is that of the other emulators."""
    return f"arn:aws:cloudfront::{account}:key-value-store/{name}"


#: The store that tests use when they need one.
ARN = arn_of("8aa76e28-0000-4000-8000-00000000000a")


class _Wrong(Exception):  # noqa: N818 - an answer, not an error of ours
    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


@dataclass
class Store:
    """One store. `values` may be read at any time and set by `put`."""

    values: dict[str, str] = field(default_factory=dict)
    version: int = 1
    #: Each successful write's changes, the oldest first.
    writes: list[dict[str, str | None]] = field(default_factory=list)
    created: float = field(default_factory=time.time)

    @property
    def etag(self) -> str:
        """The version as the service names it."""
        return f"KV{self.version:011X}"

    def put(self, changes: Mapping[str, str | None]) -> None:
        """Change values as somebody else would, past all conditions."""
        for key, value in changes.items():
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value
        self.version += 1
        self.writes.append(dict(changes))

    def size(self) -> int:
        """Bytes of all keys and values."""
        return sum(len(key.encode()) + len(value.encode()) for key, value in self.values.items())


class Stores:
    """All stores by their ARN."""

    def __init__(self) -> None:
        self.by_arn: dict[str, Store] = {}
        #: `(operation, key or "")` of every request, refused ones too.
        self.requests: list[tuple[str, str]] = []
        #: Called with the operation before and after it is done ("before", "after"); may raise to cut the connection.
        self.fault: Callable[[str, str], None] | None = None
        self.lock = threading.RLock()

    def make(self, arn: str = ARN, values: Mapping[str, str] | None = None) -> Store:
        """A store with these values, in place of one that was there."""
        with self.lock:
            store = self.by_arn[arn] = Store(dict(values or {}))
        return store

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, Any]:
        """Status, ETag and JSON of one request."""
        with self.lock:
            try:
                return self._answer(method, target, headers, body)
            except _Wrong as wrong:
                return wrong.status, "", {"__type": wrong.kind, "Message": str(wrong)}

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, Any]:
        parts = urlsplit(target)
        steps = parts.path.split("/")[1:]
        if len(steps) < 2 or steps[0] != "key-value-stores" or len(steps) > 4 or steps[2:3] not in ([], ["keys"]):
            raise _Wrong(404, "ResourceNotFoundException", "no such operation")
        arn, key = unquote(steps[1]), unquote(steps[3]) if len(steps) == 4 else ""
        operation = _OPERATIONS.get((method, len(steps)))
        if operation is None:
            raise _Wrong(404, "ResourceNotFoundException", "no such operation")
        self.requests.append((operation, key))
        if not headers.get("Authorization", "").startswith("AWS4-ECDSA-P256-SHA256 "):
            raise _Wrong(403, "AccessDeniedException", "the request is not signed with SigV4A")
        store = self.by_arn.get(arn)
        if store is None:
            raise _Wrong(404, "ResourceNotFoundException", f"Key value store {arn} was not found.")
        if operation == "DescribeKeyValueStore":
            return 200, store.etag, {**_counts(store), "KvsARN": arn, "Created": store.created, "Status": "READY"}
        if operation == "ListKeys":
            return 200, "", _page(store, parse_qs(parts.query))
        if operation == "GetKey":
            if key not in store.values:
                raise _Wrong(404, "ResourceNotFoundException", f"Key {key} was not found.")
            return 200, "", {"Key": key, "Value": store.values[key], **_counts(store)}
        _write(store, _changes(operation, key, body, store), headers.get("If-Match", ""))
        return 200, store.etag, _counts(store)


_OPERATIONS = {
    ("GET", 2): "DescribeKeyValueStore",
    ("GET", 3): "ListKeys",
    ("POST", 3): "UpdateKeys",
    ("GET", 4): "GetKey",
    ("PUT", 4): "PutKey",
    ("DELETE", 4): "DeleteKey",
}


def _counts(store: Store) -> dict[str, int]:
    return {"ItemCount": len(store.values), "TotalSizeInBytes": store.size()}


def _page(store: Store, query: Mapping[str, list[str]]) -> dict[str, Any]:
    most = int(query.get("MaxResults", [str(_KEYS_A_PAGE)])[0])
    if not 1 <= most <= _MOST_KEYS_A_PAGE:
        raise _Wrong(400, "ValidationException", f"MaxResults is not between 1 and {_MOST_KEYS_A_PAGE}")
    token = query.get("NextToken", [""])[0]
    after = base64.urlsafe_b64decode(token).decode() if token else ""
    keys = [key for key in sorted(store.values) if key > after]
    page: dict[str, Any] = {"Items": [{"Key": key, "Value": store.values[key]} for key in keys[:most]]}
    if len(keys) > most:
        page["NextToken"] = base64.urlsafe_b64encode(keys[most - 1].encode()).decode()
    return page


def _changes(operation: str, key: str, body: bytes, store: Store) -> dict[str, str | None]:
    if len(body) > _REQUEST_BYTES:
        raise _Wrong(400, "ValidationException", "the request is larger than 3 MB")
    told = json.loads(body) if body else {}
    if operation == "PutKey":
        return {key: str(told["Value"])}
    if operation == "DeleteKey":
        if key not in store.values:
            raise _Wrong(404, "ResourceNotFoundException", f"Key {key} was not found.")
        return {key: None}
    puts = [(one["Key"], one["Value"]) for one in told.get("Puts") or ()]
    deletes = [(one["Key"], None) for one in told.get("Deletes") or ()]
    named = [one for one, _ in (*puts, *deletes)]
    if not 1 <= len(named) <= _MOST_CHANGES:
        raise _Wrong(400, "ValidationException", f"a request changes 1 to {_MOST_CHANGES} keys")
    if len(set(named)) != len(named):
        raise _Wrong(400, "ValidationException", "a key is named twice")
    return {**dict(puts), **dict(deletes)}


def _write(store: Store, changes: Mapping[str, str | None], match: str) -> None:
    if not match:
        raise _Wrong(400, "ValidationException", "If-Match is missing")
    if match != store.etag:
        raise _Wrong(409, "ConflictException", "The If-Match version does not match the store's.")
    for key, value in changes.items():
        if not 1 <= len(key.encode()) <= _KEY_BYTES or len((value or "").encode()) > _VALUE_BYTES:
            raise _Wrong(400, "ValidationException", f"Key or value of {key[:40]} is too long.")
    before = dict(store.values)
    store.put(changes)
    if store.size() > _STORE_BYTES:
        store.values = before
        store.version -= 1
        store.writes.pop()
        raise _Wrong(402, "ServiceQuotaExceededException", "The store would be larger than 5 MB.")


@contextmanager
def kvs(stores: Stores | None = None) -> Iterator[tuple[str, Stores]]:
    """Run the data API in a thread until the block ends: its address, and the stores behind it."""
    held = stores if stores is not None else Stores()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = f"{self.command} {self.path}"
            try:
                if held.fault is not None:
                    held.fault(operation, "before")
                status, etag, told = held.answer(self.command, self.path, dict(self.headers.items()), body)
                if held.fault is not None:
                    held.fault(operation, "after")
            except ConnectionError:
                self.close_connection = True
                return
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if etag:
                self.send_header("ETag", etag)
            if status >= 400:
                self.send_header("x-amzn-ErrorType", told["__type"])
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
