"""The port: take it, or say who has it."""

from __future__ import annotations

import errno
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final

from microsite.errors import ServeError

__all__ = ["HOST", "claim", "owner_of"]

#: This machine only. The leads of the local store are nobody else's business on the network.
HOST: Final = "127.0.0.1"
_LISTEN: Final = "0A"


def claim(port: int) -> socket.socket:
    """A socket bound to `port` on 127.0.0.1 (0: any free one), not listening yet.

    Raises ServeError when the port is taken (names the process) or may not be used.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A port in TIME_WAIT from the run before is free; one that somebody listens on is not.
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            who = owner_of(port)
            message = f"port {port} is in use" + (f" by {who}" if who else "")
            raise ServeError(message, fix=f"stop it, or take another port: make serve PORT={port + 1}") from error
        message = f"port {port} may not be used: {error.strerror}"
        raise ServeError(message, fix="take a port above 1023: make serve PORT=8000") from error
    return taken


def owner_of(port: int) -> str:
    """`python3 (pid 4711)` for whoever listens on `port`, empty when that cannot be found out."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    if tables[0].exists():
        return _owner_by_proc(port, tables)
    return _owner_by_lsof(port)


def _owner_by_proc(port: int, tables: list[Path]) -> str:
    wanted = set()
    for table in tables:
        try:
            rows = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            # sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode (proc_net_tcp in the kernel docs)
            columns = row.split()
            if columns[3] == _LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                wanted.add(f"socket:[{columns[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(handle.readlink()) in wanted for handle in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue  # gone meanwhile, or another user's
    return ""


def _owner_by_lsof(port: int) -> str:
    lsof = shutil.which("lsof")
    if not lsof:
        return ""
    found = subprocess.run(  # noqa: S603 (a fixed command, and `port` is a number)
        [lsof, "-nP", f"-iTCP:{port:d}", "-sTCP:LISTEN", "-Fpc"],
        capture_output=True,
        text=True,
        check=False,
        timeout=5,
    )
    match = re.search(r"^p(\d+)\nc(.+)$", found.stdout, re.MULTILINE)
    return f"{match[2]} (pid {match[1]})" if match else ""
