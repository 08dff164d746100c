"""The handlers on DynamoDB and SES that fail in every way, with functions that die in the middle.

In: a folder, a count, a seed. Out: a `Result`. DynamoDB is dynalite, SES a server of ours that takes what SES takes;
both stand behind the proxy that throttles, cuts, stalls, and answers 500 after the work is done. 32 visitors call
`aws.http`; what they changed goes to two notifiers through a stream that hands records over twice and out of order; a
sweeper runs beside; SES's reports go to `aws.feedback`, some twice. Functions die between two calls. When the visitors
are done the faults stop, and time passes (claims run out): then everything must be mailed, each once.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import random
import re
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import dynalite
from benchmarks.rig.emulators import make_table
from benchmarks.rig.faults import faulty
from forms import aws
from forms import table
from forms import wire
from forms.adapters import open_store
from forms.cloud import Client

from .account import Account
from .account import submission

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from forms.lead import Lead

    from .account import Result

__all__ = ["storm_the_cloud"]

_CLIENTS = 32
#: Shares of the requests to either service.
_RATES = {
    "throttle": 0.02,
    "error-before": 0.01,
    "error-after": 0.02,
    "cut-before": 0.005,
    "cut-after": 0.01,
    "cut-answer": 0.005,
    "stall-before": 0.0003,
    "stall-after": 0.0003,
}
#: Seconds that a call waits for its answer, and that a stall lasts: both shorter than in life, to get done.
_READ, _STALL = 1.0, 1.5
#: Share of a function's writes at which it dies, before or after.
_DEATHS = 0.002


class _Died(BaseException):
    """The function is gone: nothing of it may catch this."""


class _Post:
    """Takes mail as SES's API does and keeps the ids of the jobs, once for each time."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        #: Reports that wait for `feedback`.
        self.reports: queue.SimpleQueue[str] = queue.SimpleQueue()
        post = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                post.take(json.loads(body))
                self.send_response_only(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, question: dict[str, Any]) -> None:
        """One call of `SendEmail`."""
        message = base64.b64decode(question["Content"]["Raw"]["Data"]).decode()
        [job] = [tag["Value"] for tag in question["EmailTags"] if tag["Name"] == "job"]
        found = re.search(r"^Message-ID: <([^@>]+)@", message, re.MULTILINE)
        if found is None or found[1] != job:
            msg = "the mail and its tag name different jobs"
            raise RuntimeError(msg)
        with self._lock:
            self.taken[job] += 1
        self.reports.put(json.dumps({"eventType": "Send", "send": {}, "mail": {"tags": {"job": [job]}}}))

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def storm_the_cloud(scratch: Path, count: int, *, seed: int = 1) -> Result:
    """Send `count` submissions through the handlers."""
    with ExitStack() as ends:
        upstream = ends.enter_context(dynalite())
        post = _Post()
        ends.callback(post.close)
        client = Client("dynamodb", aws.world()._replace(environ={**ENVIRON, "AWS_ENDPOINT_URL": upstream}))
        ends.callback(client.close)
        make_table(client, table.definition("leads"))
        make_table(client, table.vault_definition("private"))
        places = enumerate((upstream, post.url))
        bad = [ends.enter_context(faulty(url, _RATES, seed=seed + at, stall=_STALL)) for at, url in places]
        ends.enter_context(_environment(scratch, bad[0].url, bad[1].url))
        deaths = ends.enter_context(_mortal(seed))
        log = ends.enter_context((scratch / "log").open("w", encoding="utf-8"))
        ends.enter_context(contextlib.redirect_stderr(log))
        ends.callback(aws.reset)
        _reset_peak()
        account = Account()
        started = time.monotonic()
        _Traffic(account, count, post, seed).run()
        seconds = time.monotonic() - started
        faults = {kind: bad[0].done[kind] + bad[1].done[kind] for kind in _RATES}
        faults["function died"] = int(deaths[0])
        for proxy in bad:
            proxy.rates = {}
        deaths[1] = 0
        _drain(post)
        store = open_store("dynamodb:leads", aws.world()._replace(environ={**ENVIRON, "AWS_ENDPOINT_URL": upstream}))
        ends.callback(store.close)
        return account.close(
            "DynamoDB and SES", _unclaimed(store.scan()), post.taken, faults=faults, seconds=seconds, peak=_peak()
        )


class _Traffic:
    """All visitors, notifiers, the sweeper and the reports."""

    def __init__(self, account: Account, count: int, post: _Post, seed: int) -> None:
        self._account = account
        self._post = post
        self._numbers = iter(range(count))
        self._lock = threading.Lock()
        self._stream: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._over = threading.Event()
        self._chance = random.Random(seed)  # noqa: S311 - a repeatable choice

    def run(self) -> None:
        """Until every submission is acknowledged."""
        visitors = [threading.Thread(target=self._visit, daemon=True) for _ in range(_CLIENTS)]
        works = (self._notify, self._notify, self._sweep, self._hear)
        others = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in (*visitors, *others):
            thread.start()
        for thread in visitors:
            thread.join()
        self._over.set()
        for thread in others:
            thread.join()

    def _visit(self) -> None:
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            for _ in range(2 if number % 10 == 0 else 1):
                self._stream.put(_until_told(self._account, number))

    def _notify(self) -> None:
        batch: list[str] = []
        while batch or not (self._over.is_set() and self._stream.empty()):
            batch += [*_taken(self._stream, 10)] * 2
            self._chance.shuffle(batch)
            now, later = batch[:10], batch[10:]
            records = [
                {"dynamodb": {"Keys": {"id": {"S": one}}, "SequenceNumber": f"{at}"}} for at, one in enumerate(now)
            ]
            answer = _alive(aws.notify, {"Records": records})
            # A function that died gets its whole batch again, as Lambda does.
            failed = {int(one["itemIdentifier"]) for one in (answer or {}).get("batchItemFailures", ())}
            batch = [one for at, one in enumerate(now) if answer is None or at in failed] + later
            if not batch:
                time.sleep(0.01)

    def _sweep(self) -> None:
        while not self._over.wait(0.5):
            _alive(aws.sweep, {})

    def _hear(self) -> None:
        while not self._over.wait(0.02):
            _hear(self._post)


def _until_told(account: Account, number: int) -> str:
    form, sent = submission(number)
    event = {
        "version": "2.0",
        "rawPath": f"/api/forms/{form}",
        "headers": {"content-type": "application/json", "accept": "application/json"},
        "requestContext": {"http": {"method": "POST"}},
        "body": json.dumps(sent),
    }
    while True:
        started = time.perf_counter()
        answer = _alive(aws.http, event)
        if answer is not None and answer["statusCode"] == 200:
            lead_id = str(json.loads(answer["body"])["id"])
            account.told(number, lead_id, time.perf_counter() - started)
            return lead_id
        account.again()
        time.sleep(0.02)


def _hear(post: _Post) -> None:
    """Hand reports over, every fifth twice; what is handed back comes again, as from a queue."""
    bodies = list(_taken(post.reports, 10))
    records = [{"messageId": f"{at}", "body": body} for at, body in enumerate(bodies + bodies[::5])]
    answer = _alive(aws.feedback, {"Records": records}) if records else {}
    failed = {int(one["itemIdentifier"]) for one in (answer or {}).get("batchItemFailures", ())}
    for at, body in enumerate(bodies):
        if answer is None or at in failed:
            post.reports.put(body)


def _drain(post: _Post) -> None:
    """Every report arrives; then time passes, until nothing waits."""
    while True:
        while not post.reports.empty():
            _hear(post)
        waiting = aws._desk().store.due(1e12, 1000)  # noqa: SLF001 - the function's own store
        if not waiting:
            return
        for lead in waiting:
            # The quarter of an hour for which a mail in doubt is held, and every pause after a failure.
            past = [job._replace(due=0.0) if job.due is not None else job for job in lead.jobs]
            aws._desk().store.replace(lead, lead._replace(jobs=tuple(past)))  # noqa: SLF001
        aws.sweep({}, None)


def _alive(handler: Callable[[Any, object], Any], event: dict[str, Any]) -> Any:
    """The function's answer, None when it died."""
    try:
        return handler(event, None)
    except _Died:
        return None


def _unclaimed(leads: Iterator[Lead]) -> Iterator[Lead]:
    """The leads, after a look that none has a mail that waits."""
    for lead in leads:
        if lead.due is not None:
            msg = f"a mail waits for ever: {lead.jobs}"
            raise RuntimeError(msg)
        yield lead


@contextlib.contextmanager
def _environment(scratch: Path, dynamo: str, ses: str) -> Iterator[None]:
    settings = {
        **ENVIRON,
        "AWS_ENDPOINT_URL_DYNAMODB": dynamo,
        "AWS_ENDPOINT_URL_SESV2": ses,
        "FORMS_STORE": "dynamodb:leads",
        "FORMS_VAULT": "dynamodb:private",
        "FORMS_MAIL": "ses",
        "FORMS_SES_CONFIG_SET": "forms",
        "FORMS_SECRETS": "ab" * 32,
        "FORMS_SITE_URL": "https://site.example",
        "FORMS_TEAM": "team@site.example",
        "FORMS_FROM": "post@site.example",
        "FORMS_BOOK": str(scratch),
        "FORMS_SCREENING": "off",
    }
    before = {name: os.environ.get(name) for name in settings}
    read, wire._READ = wire._READ, _READ  # noqa: SLF001
    os.environ.update(settings)
    aws.reset()
    try:
        yield
    finally:
        wire._READ = read  # noqa: SLF001
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _mortal(seed: int) -> Iterator[list[float]]:
    """Functions die at a share of their writes while the block lasts: `[how many did, share]`."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice
    state: list[float] = [0, _DEATHS]
    real = table.Table._change  # noqa: SLF001

    def change(self: table.Table, *arguments: Any) -> None:  # what `real` takes
        fate = chance.random() / max(state[1], 1e-9)
        if fate < 0.5:
            state[0] += 1
            raise _Died
        real(self, *arguments)
        if fate < 1:
            state[0] += 1
            raise _Died

    setattr(table.Table, "_change", change)  # noqa: B010 - a method is no place for a checker to allow another
    try:
        yield state
    finally:
        setattr(table.Table, "_change", real)  # noqa: B010


def _taken(line: queue.SimpleQueue[str], most: int) -> Iterator[str]:
    with contextlib.suppress(queue.Empty):
        for _ in range(most):
            yield line.get_nowait()


def _reset_peak() -> None:
    """Count the process's peak memory from here, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
