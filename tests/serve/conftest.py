from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms.definition import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

SMALL_SERVER = Path(__file__).with_name("small_server.py")
#: Seconds for anything that should take a fraction of one; the machine of a test run is a busy one.
PATIENCE = 20.0

PAGE = "<!doctype html><html lang=en><head><title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>\n"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A server in a process of its own."""

    def __init__(self, root: Path, process: subprocess.Popen[str], url: str, errors: Path) -> None:
        self.root = root
        self.process = process
        self.port = int(url.rstrip("/").rpartition(":")[2])
        self._errors = errors

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def raw(self, data: bytes, *, patience: float = PATIENCE) -> bytes:
        """Send bytes as they are; what came back until the server hung up or fell silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as wire:
            received = b""
            try:
                wire.sendall(data)
                while chunk := wire.recv(65536):
                    received += chunk
            except (TimeoutError, ConnectionError):
                pass
            return received

    def stop(self, sig: int = signal.SIGINT) -> tuple[int, float]:
        """Exit code, and seconds it took."""
        started = time.monotonic()
        self.process.send_signal(sig)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - started

    def errors(self) -> str:
        return self._errors.read_text()

    def until(self, true: Callable[[], bool]) -> float:
        """Wait until something is true; the seconds it took."""
        started = time.monotonic()
        while not true():
            assert time.monotonic() - started < PATIENCE, self.errors()
            assert self.process.poll() is None, self.errors()
            time.sleep(0.02)
        return time.monotonic() - started


@pytest.fixture(scope="session")
def make_project() -> Callable[[Path], Path]:
    def make(root: Path) -> Path:
        docs = root / "docs"
        for name, text in {
            "index.html": PAGE.format("Home", "<p>Words. </p>" * 100),
            "404.html": PAGE.format("Not found", ""),
            "safety/index.html": PAGE.format("Safety", "<p>Harms beside benefits.</p>" * 100),
            "a b/index.html": PAGE.format("Space", ""),
            "assets/site.0a1b2c3d4e.css": "body{margin:0}" * 100,
            "robots.txt": "User-agent: *\n",
        }.items():
            path = docs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        shutil.copytree(SHIPPED, root / "lambda/forms/definitions")
        (docs / "icon.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        (root / "secret.txt").write_text("not on the site")
        return root

    return make


@contextmanager
def running(root: Path, *arguments: str) -> Iterator[Running]:
    errors = root / "stderr.txt"
    # A session of its own: a signal for the test run is not one for the server.
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(SMALL_SERVER), str(root), *arguments],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line.startswith("Ready: http://127.0.0.1:"), errors.read_text()
        yield Running(root, process, line.removeprefix("Ready: ").strip(), errors)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def start() -> Callable[..., Any]:
    """`with start(root, "--no-watch") as server: ...`."""
    return running


@pytest.fixture(scope="module")
def still(make_project: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server without watching, shared by the tests of a module."""
    with running(make_project(tmp_path_factory.mktemp("still")), "--no-watch") as server:
        yield server
