"""The visitors, the three functions and what came of it. See the package."""

from __future__ import annotations

import heapq
import itertools
import json
from collections import Counter
from collections import deque
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from forms.definition import load
from forms.desk import Desk
from forms.desk import Site
from forms.errors import StoreError
from forms.feedback import take
from forms.follow import confirm
from forms.memory import MemoryShelf
from forms.memory import MemoryVault
from forms.notify import deliver
from forms.notify import sweep
from forms.submit import submit
from forms.tokens import Tokens

from .services import START
from .services import Rate
from .services import Ses
from .services import Table
from .services import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.letter import Letter

    from .services import Limits

__all__ = ["RATE", "SCALE", "Outcome", "Surge"]

#: One submission stands for so many. At 20, one notifier stands for four shards with five batches at once each.
SCALE = 20
RATE = 1000
#: Seconds of a cold start.
_COLD = 0.25
#: As the template sets them: seconds until a request is killed, records a batch.
_HTTP_TIMEOUT = 20.0
_BATCH = 10
#: Seconds until SES's report of a send has come through SNS and the queue.
_REPORT = 5.0
_STREAM_KEEPS = 86_400.0


@dataclass
class Outcome:
    """What came of it, at full size."""

    acknowledged: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    gave_up: int = 0
    held: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    busiest: int = 0
    waits: list[float] = field(default_factory=list)
    lost_records: int = 0
    #: When the last mail went out that had waited for more than a minute.
    drained: float = START
    #: Mails that SES took and nobody had marked, because the function was killed in between: marked by SES's report.
    mended: int = 0


class Surge:
    """One run under `limits`."""

    def __init__(self, limits: Limits, seconds: int) -> None:
        self.limits, self.seconds = limits, seconds
        self.world = world = World()
        self.table = Table(world, Rate(limits.writes / SCALE))
        self.ses = Ses(world, Rate(limits.mails / SCALE), limits.quota / SCALE, limits.crashes)
        self.ses.delivered = self._read
        self.outcome = Outcome()
        numbers = itertools.count()
        self.desk = Desk(  # noqa: S604 - its shell is a page's frame
            forms=load(),
            store=self.table,
            marks=self.table,
            meter=self.table,
            vault=MemoryVault(),
            mailer=self.ses,
            shelf=MemoryShelf({}),
            tokens=Tokens([b"s" * 32]),
            clock=lambda: world.now,
            new_id=lambda: f"v{next(numbers):025}",
            site=Site("https://site.example", "Guide", "1 Street", "team@site.example", "post@site.example", "r1"),
            shell=lambda: "",
        )
        self._busy: list[float] = []
        self._environments = 0
        self._born: deque[float] = deque()
        self._coming = 0

    def run(self) -> Outcome:
        """Everything until the last mail is out, or for forty days."""
        world, count = self.world, RATE * self.seconds // SCALE
        self._coming = count
        for number in range(count):
            world.at(START + number * SCALE / RATE, lambda number=number: self._visit(number, 1))  # type: ignore[misc]
        world.at(START, self._notify)
        world.at(START + 60, self._sweep)
        world.run(lambda: (not self._coming and not self.table.waiting) or world.now > START + 40 * 86_400)
        return self.outcome

    def _http(self, work: Callable[[], None]) -> bool:
        """One request; whether Lambda took it and it ended in time."""
        world = self.world
        while self._busy and self._busy[0] <= world.now:
            heapq.heappop(self._busy)
        while self._born and self._born[0] <= world.now - 10:
            self._born.popleft()
        cold = len(self._busy) >= self._environments
        most = self.limits.lambdas / SCALE
        if len(self._busy) >= most or (cold and len(self._born) >= most):
            self.outcome.refused["Lambda: too many at once"] += 1
            return False
        if cold:
            self._environments += 1
            self._born.append(world.now)

        def timed() -> None:
            world.spend(_COLD if cold else 0.002)
            work()

        ended, killed = world.invoke(_HTTP_TIMEOUT, timed)
        heapq.heappush(self._busy, ended)
        self.outcome.busiest = max(self.outcome.busiest, len(self._busy))
        self.outcome.killed["http"] += killed
        return not killed

    def _visit(self, number: int, attempt: int) -> None:
        form = self.desk.forms[("book", "book", "book", "contact", "newsletter")[number % 5]]
        sent = {
            "name": "Ann Otter",
            "email": f"reader{number}@gmail.com",
            "message": f"I saw you on television. Is there a clinic near {number}? Thank you.",
            "consent": "yes",
        }
        # A fifth comes through phone companies' gateways: 10,000 addresses in 40 networks at full size.
        shared = f"100.64.{number % (40 // SCALE)}.{number // 5 % 250}"
        visitor = shared if number % 5 == number // 5 % 5 else f"2001:db8:{number:x}::1"[:39]
        done = [False]

        def work() -> None:
            try:
                outcome = submit(self.desk, form, sent, page="", visitor=visitor)
            except StoreError:
                self.outcome.refused["DynamoDB: too many writes (503)"] += 1
                return
            if outcome.lead is None:
                self.outcome.refused["too many from one network (429)"] += 1
                return
            done[0] = True
            self.outcome.acknowledged.add(outcome.lead.id)
            self.outcome.held += outcome.lead.quarantined is not None and not outcome.repeated

        taken = self._http(work)
        if (taken and done[0]) or attempt == 4 or self.world.chance.random() < 0.1:
            self.outcome.gave_up += not (taken and done[0])
            self._coming -= 1
        else:  # the answer says to try again in 30 s; the same words are the same record
            self.world.at(
                self.world.now + 30 + 30 * self.world.chance.random(), lambda: self._visit(number, attempt + 1)
            )

    def _read(self, letter: Letter) -> None:
        """Six of ten who are asked to confirm do, in minutes."""
        lead_id, kind, _ = letter.id.rsplit("-", 2)
        self.world.at(self.world.now + _REPORT, lambda: self._reported(lead_id, letter.id))
        wait = self.world.now - letter.created
        self.outcome.waits.append(wait)
        if wait > 60:
            self.outcome.drained = self.world.now
        if kind == "confirm" and self.world.chance.random() < 0.6:
            self._coming += 1
            self.world.at(self.world.now + self.world.chance.lognormvariate(5.2, 1), lambda: self._click(lead_id))

    def _reported(self, lead_id: str, job_id: str) -> None:
        """SES says that it took a mail. Of one that is marked already `take` changes nothing: not played."""
        if any(job.id == job_id and job.sent is None for job in self.table.leads[lead_id].jobs):
            event = json.dumps({"eventType": "Send", "send": {}, "mail": {"tags": {"job": [job_id]}}})
            self.outcome.mended += take(self.desk, event) == "sent"

    def _click(self, lead_id: str) -> None:
        lead = self.table.leads[lead_id]

        def work() -> None:
            try:
                confirm(self.desk, self.desk.forms[lead.form], lead)
            except StoreError:
                self.world.at(self.world.now + 30, lambda: self._click(lead_id))
                self._coming += 1

        if not self._http(work):
            self.world.at(self.world.now + 30, lambda: self._click(lead_id))
            self._coming += 1
        self._coming -= 1

    def _notify(self) -> None:
        world, stream = self.world, self.table.stream
        batch: list[str] = []
        while stream and len(batch) < _BATCH:
            when, lead_id = stream[0]
            if when > world.now:
                break
            stream.popleft()
            if when < world.now - _STREAM_KEEPS:
                self.outcome.lost_records += 1  # the sweeper's
            else:
                batch.append(lead_id)
        if not batch:
            world.at(world.now + 1, self._notify)
            return

        def work() -> None:
            for lead_id in batch:
                lead = self.table.get(lead_id)
                if lead is not None:
                    deliver(self.desk, lead)

        ended, killed = world.invoke(self.limits.notify_timeout, work)
        if killed:
            self.outcome.killed["notify"] += 1
            stream.extendleft((world.now, one) for one in reversed(batch))
        world.at(ended + 0.01, self._notify)

    def _sweep(self) -> None:
        world = self.world

        def work() -> None:
            sweep(self.desk)

        ended, killed = world.invoke(self.limits.sweep_timeout, work)
        self.outcome.killed["sweep"] += killed
        world.at(max(world.now + 60, ended), self._sweep)
