"""A function under AWS's own runtime client (`awslambdaric`), against a Runtime API of our own.

What Lambda does around a function, and nothing more: unpack the zip, start `python -m awslambdaric HANDLER` in that
folder, hand over one event at a time by `GET …/invocation/next`, take the answer by `POST …/response` or `…/error`.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = ["FunctionFailed", "Running", "Usage", "run_function", "unpack"]

_API = "/2018-06-01/runtime"
#: Seconds for one event. API Gateway gives up after 30.
_PATIENCE = 30.0


class FunctionFailed(RuntimeError):  # noqa: N818 - a sentence
    """The function raised, could not be imported, or died; `details` is what the runtime client reported."""

    def __init__(self, message: str, details: Mapping[str, Any], log: str) -> None:
        super().__init__(f"{message}: {json.dumps(details)[:500]}\n{log[-2000:]}")
        self.details = details


class Usage(NamedTuple):
    """What a process took from its start to its end."""

    #: Seconds of CPU, user and system.
    cpu: float
    #: Bytes, the most that was resident (VmHWM).
    peak: int


class Running:
    """A warm function: `invoke` hands it one event. Like Lambda, it works on one at a time."""

    def __init__(self, api: _Api, process: subprocess.Popen[bytes], log: Path) -> None:
        self._api = api
        self._process = process
        self._log = log
        self._turn = threading.Lock()
        self.usage: Usage | None = None

    def invoke(self, event: object) -> Any:
        """The handler's answer to `event`; raises `FunctionFailed`."""
        with self._turn:
            self._api.events.put((str(uuid.uuid4()), json.dumps(event).encode()))
            until = time.monotonic() + _PATIENCE
            while True:
                try:
                    kind, body = self._api.answers.get(timeout=0.1)
                    break
                except queue.Empty:
                    if self._process.poll() is not None or time.monotonic() > until:
                        message = "the function died" if self._process.poll() is not None else "no answer in time"
                        raise FunctionFailed(message, {}, self.log()) from None
        if kind != "response":
            message = f"the function reported {kind}"
            raise FunctionFailed(message, json.loads(body), self.log())
        return json.loads(body)

    def log(self) -> str:
        """What the function wrote to standard output and error."""
        return self._log.read_text("utf-8", "replace")

    def stop(self) -> Usage:
        """End the process and say what it took. What it does after its last answer is to ask for the next event."""
        if self.usage is None:
            self._api.idle.wait(_PATIENCE)
            peak = _peak(self._process.pid)
            self._process.kill()
            _, code, used = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(code)
            self.usage = Usage(used.ru_utime + used.ru_stime, peak)
        return self.usage


@contextmanager
def run_function(
    folder: Path, handler: str, environ: Mapping[str, str], *, log: Path, python: Path | str = sys.executable
) -> Iterator[Running]:
    """Run `handler` (such as `forms.aws.http`) of the unpacked `folder` until the block ends.

    `environ` is all that the function sees besides what Lambda sets; `python` must have `awslambdaric`.
    """
    api = _Api()
    thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    reserved = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_address[1]}",
        "AWS_LAMBDA_FUNCTION_NAME": "forms",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": handler,
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(folder),  # Lambda's bootstrap puts the task's folder on the path
        "PYTHONDONTWRITEBYTECODE": "1",  # /var/task cannot be written
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
    }
    try:
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(python), "-m", "awslambdaric", handler],
                cwd=folder, env={**reserved, **environ}, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            )  # fmt: skip
        running = Running(api, process, log)
        try:
            yield running
        finally:
            running.stop()
    finally:
        api.shutdown()
        thread.join()
        api.server_close()


def unpack(package: Path, folder: Path) -> Path:
    """The zip's files in `folder`, which nobody writes to afterwards."""
    with zipfile.ZipFile(package) as zipped:
        zipped.extractall(folder)
    return folder


def _peak(pid: int) -> int:
    """`ru_maxrss` would not do: it counts what the parent had when it forked."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0  # no Linux
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), 0) * 1024


class _Api(ThreadingHTTPServer):
    """One function's Runtime API."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        #: Set while the function waits for its next event, and when it cannot start at all.
        self.idle = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a function that is killed leaves its call for the next event unanswered."""


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536  # head and body in one segment, or the other side's delayed ACK costs 40 ms an event

    def do_GET(self) -> None:
        api = cast(_Api, self.server)
        if self.path != f"{_API}/invocation/next":
            self._answer(404, b"{}")
            return
        api.idle.set()
        number, event = api.events.get()
        api.idle.clear()
        self._answer(
            200, event,
            ("Lambda-Runtime-Aws-Request-Id", number),
            ("Lambda-Runtime-Deadline-Ms", str(int((time.time() + _PATIENCE) * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:forms"),
            ("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
        )  # fmt: skip

    def do_POST(self) -> None:
        api = cast(_Api, self.server)
        body = self._body()
        kind = self.path.rpartition("/")[2]
        self._answer(202, b'{"status":"OK"}')
        if self.path == f"{_API}/init/error":
            api.idle.set()
            kind = "init error"
        api.answers.put((kind, body))

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
