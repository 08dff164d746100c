"""`microsite serve` under 32 connections, killed (`kill -9`) at random and started again on the same folder.

In: a folder, a count, a seed. Out: a `Result`. A client that gets no answer sends the same again until it gets one, and
every tenth sends once more what was acknowledged.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rig.server import serve
from forms.sqlite import SqliteStore

from .account import Account
from .account import submission

if TYPE_CHECKING:
    from .account import Result

__all__ = ["storm_the_server"]

_CLIENTS = 32
#: Seconds a client waits for an answer, and for the mails of what was stored at the end.
_PATIENCE = 10.0
_MAILS = 900.0
_HEADERS = {"content-type": "application/json", "accept": "application/json"}


def storm_the_server(scratch: Path, count: int, *, kills: int, seed: int = 1) -> Result:
    """Send `count` submissions while the server dies `kills` times."""
    account = Account()
    data = scratch / "data"
    # A kill each time so many are acknowledged, so that fast and slow machines see as many.
    marks = sorted(random.Random(seed).sample(range(1, max(count - 1, kills + 1)), kills))  # noqa: S311 - repeatable
    clients = _Clients(account, count)
    peak = 0
    started = time.monotonic()
    for mark in [*marks, None]:
        with serve(data, "--no-screening", "--site-dir", str(scratch / "site")) as served:
            clients.go_to(int(served.url.rpartition(":")[2]))
            if mark is None:
                clients.join()
                seconds = time.monotonic() - started
                _wait_for_mails(data)
            while mark is not None and len(account) < mark:
                time.sleep(0.002)
            if mark != marks[0]:
                # Not of the first start: typesetting the book takes twice what serving ever does (120 MB against 65).
                peak = max(peak, _peak(served.pid))
            if mark is not None:
                os.kill(served.pid, signal.SIGKILL)
    store = SqliteStore(data / "leads.sqlite3", create=False)
    try:
        # `20261118T120000Z-<job id>.eml`
        mailed = Counter(path.stem.partition("-")[2] for path in (data / "outbox").glob("*.eml"))
        faults = {"kill -9": kills}
        return account.close("local server", store.scan(), mailed, faults=faults, seconds=seconds, peak=peak)
    finally:
        store.close()


class _Clients:
    """Send submissions by number, each until it is acknowledged, over connections that are kept."""

    def __init__(self, account: Account, count: int) -> None:
        self._account = account
        self._numbers = iter(range(count))
        self._lock = threading.Lock()
        self._port = 0
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(_CLIENTS)]

    def go_to(self, port: int) -> None:
        """The server answers here from now on."""
        self._port = port
        for one in self._threads:
            if not one.ident:
                one.start()

    def join(self) -> None:
        """Wait until everything is acknowledged."""
        for one in self._threads:
            one.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                connection.close()
                return
            for _ in range(2 if number % 10 == 0 else 1):
                while not self._told(connection, number):
                    self._account.again()
                    connection.close()
                    time.sleep(0.05)
                    connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)

    def _told(self, connection: http.client.HTTPConnection, number: int) -> bool:
        form, sent = submission(number)
        started = time.perf_counter()
        try:
            connection.request("POST", f"/api/forms/{form}", json.dumps(sent), _HEADERS)
            with connection.getresponse() as response:
                answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        if response.status != 200:
            return False
        self._account.told(number, answer["id"], time.perf_counter() - started)
        return True


def _wait_for_mails(data: Path) -> None:
    """Until nothing is due any more: claims of dead processes run out after seconds."""
    store = SqliteStore(data / "leads.sqlite3", create=False)
    until = time.monotonic() + _MAILS
    try:
        while store.due(1e12, 1) and time.monotonic() < until:
            time.sleep(0.2)
    finally:
        store.close()


def _peak(pid: int) -> int:
    """The most memory that a process had resident, in bytes; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
