"""`microsite serve` as a user runs it: a process of its own, on a free port, with a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .node import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Served", "serve"]

_READY = re.compile(r"Ready:\s+(http://\S+?)/?\s*$")
#: Seconds until `Ready:`. The book is typeset on the first run; a cold machine with two busy cores takes its time.
_PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server. `url` has no slash at its end."""

    url: str
    data: Path
    pid: int

    @property
    def outbox(self) -> Path:
        """The folder of `.eml` files."""
        return self.data / "outbox"

    @property
    def store(self) -> str:
        """The store as `microsite leads --store` takes it."""
        return f"sqlite:{self.data / 'leads.sqlite3'}"


@contextmanager
def serve(data: Path, *arguments: str, root: Path = ROOT, watch: bool = False) -> Iterator[Served]:
    """Run `microsite serve` in folder `root` until the block ends; `data` keeps what people send.

    Raises RuntimeError with the server's own words when it does not come up.
    """
    command = [sys.executable, "-c", "from microsite.cli.main import main; main()", "serve"]
    command += ["--port", "0", "--data", str(data), "--watch" if watch else "--no-watch"]
    lines: list[str] = []
    with subprocess.Popen(
        [*command, *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        ready = threading.Event()
        found: list[str] = []

        def read() -> None:
            for line in process.stdout or ():
                lines.append(line)
                match = _READY.search(line)
                if match:
                    found.append(match[1])
                    ready.set()
            ready.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            ready.wait(timeout=_PATIENCE)
            if not found:
                msg = "microsite serve did not get ready:\n" + "".join(lines[-30:])
                raise RuntimeError(msg)
            yield Served(found[0], data, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join(timeout=5)
