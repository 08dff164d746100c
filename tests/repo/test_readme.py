"""README's two commands, run as a reader of README would run them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Seconds until a site that is installed already answers; a build takes one.
PATIENCE = 60


def commands() -> list[str]:
    """The lines of the `sh` block under "Two commands"."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Two commands", 1)[1]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    return block[1].split("\n")[:-1]


def test_the_first_command_serves_the_site_and_its_forms(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # As on a fresh terminal: what was said to `make test` is not for `make serve`.
    said = ("ARGS", "MAKEFLAGS", "MAKELEVEL")
    environ = {name: value for name, value in os.environ.items() if name not in said}
    environ |= {"PORT": str(port), "DATA": str(tmp_path / "data")}
    server = subprocess.Popen(
        commands()[0].split(), cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert server.stdout
        ready = next((line for line in server.stdout if line.startswith("Ready: ")), "")
        assert ready.strip() == f"Ready: http://127.0.0.1:{port}/"
        for path, expected in (("/", "Ketamine Guide"), ("/api/health", "ok")):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
                assert expected in answer.read().decode()
        assert (tmp_path / "data" / "leads.sqlite3").is_file()
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(PATIENCE)
        if server.stdout:
            server.stdout.close()


def test_the_second_command_runs_the_checks_and_every_test() -> None:
    """Only what it would run: this test is part of it."""
    done = subprocess.run(
        [*commands()[1].split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    for part in ("ruff check", "mypy", "microsite check", "forms check", "scripts/chromium.py", "pytest"):
        assert part in done.stdout
    assert "--ignore" not in done.stdout
