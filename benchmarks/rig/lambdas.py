"""Lambda's API on this machine: moto's, and what moto lacks.

In: moto's address, and who runs an event. Out: an address for `AWS_ENDPOINT_URL_LAMBDA`. moto keeps functions, versions
and aliases; its `Invoke` needs Docker, it publishes a new version of unchanged code, and it takes any `RevisionId`.
Here `Invoke` is answered by a function of ours, unchanged code and settings are the version that is there, and an alias
changes only for whoever read it last.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
"""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    #: Name of the function, version (an alias is resolved), event → answer; raising is a function error.
    Run = Callable[[str, str, Any], Any]

__all__ = ["lambda_api"]

_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_ALIAS = re.compile(r"/2015-03-31/functions/([^/]+)/aliases/([^/]+)")
_CODE = re.compile(r"/2015-03-31/functions/([^/]+)/code")
_KEPT = ("authorization", "content-type", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256")


class _Api:
    def __init__(self, moto: str, run: Run) -> None:
        self.moto = moto
        self.run = run
        self.turn = threading.RLock()
        #: Path of an alias → how often it was changed.
        self.changes: Counter[str] = Counter()

    def ask(self, method: str, target: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes]:
        request = urllib.request.Request(self.moto + target, data=body, method=method, headers=headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(target).path
        kept = {name: value for name, value in headers.items() if name.lower() in _KEPT}
        if method == "POST" and (found := _INVOKE.fullmatch(path)):
            qualifier = parse_qs(urlsplit(target).query).get("Qualifier", ["$LATEST"])[0]
            return self._invoke(found[1], self._version(found[1], qualifier, kept), body)
        with self.turn:
            if method in {"GET", "PUT"} and _ALIAS.fullmatch(path):
                return self._alias(method, path, kept, body)
            if method == "PUT" and (found := _CODE.fullmatch(path)) and json.loads(body).get("Publish"):
                # Lambda's rule: what has not changed since the last version is that version.
                plain = json.dumps({**json.loads(body), "Publish": False}).encode()
                status, told = self.ask("PUT", target, kept, plain)
                same = self._same(found[1], json.loads(told), kept) if status == 200 else None
                if status != 200 or same is not None:
                    return status, {}, json.dumps(same).encode() if same is not None else told
                status, told = self.ask("POST", f"/2015-03-31/functions/{found[1]}/versions", kept, b"{}")
                return 200 if status == 201 else status, {}, told
            status, told = self.ask(method, target, kept, body or None)
        return status, {}, told

    def _alias(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if method == "PUT":
            asked = json.loads(body).get("RevisionId")
            if asked and asked != f"revision-{self.changes[path]}":
                words = {"Type": "User", "Message": "The Revision Id provided does not match the latest one."}
                return 412, {"x-amzn-ErrorType": "PreconditionFailedException"}, json.dumps(words).encode()
        status, told = self.ask(method, path, headers, body or None)
        if status >= 300:
            return status, {}, told
        self.changes[path] += method == "PUT"
        return 200, {}, json.dumps({**json.loads(told), "RevisionId": f"revision-{self.changes[path]}"}).encode()

    def _version(self, name: str, qualifier: str, headers: dict[str, str]) -> str:
        if qualifier.isdigit() or qualifier == "$LATEST":
            return qualifier
        _, told = self.ask("GET", f"/2015-03-31/functions/{name}/aliases/{qualifier}", headers)
        return str(json.loads(told)["FunctionVersion"])

    def _same(self, name: str, latest: dict[str, Any], headers: dict[str, str]) -> dict[str, Any] | None:
        _, told = self.ask("GET", f"/2015-03-31/functions/{name}/versions", headers)
        published = [one for one in json.loads(told)["Versions"] if one["Version"] != "$LATEST"]
        if not published:
            return None
        last: dict[str, Any] = published[-1]
        alike = all(last.get(part) == latest.get(part) for part in ("CodeSha256", "Environment", "Timeout", "Handler"))
        return last if alike else None

    def _invoke(self, name: str, version: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        try:
            answer = self.run(name, version, json.loads(body))
        except Exception as error:  # noqa: BLE001 - what a function raises is its answer
            told = {"errorMessage": str(error), "errorType": type(error).__name__}
            return 200, {"X-Amz-Function-Error": "Unhandled"}, json.dumps(told).encode()
        return 200, {"X-Amz-Executed-Version": version}, json.dumps(answer).encode()


@contextmanager
def lambda_api(moto: str, run: Run) -> Iterator[str]:
    """Run the API in a thread until the block ends; its address."""
    api = _Api(moto, run)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = api.answer(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
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
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
