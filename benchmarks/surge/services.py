"""Simulated time, and the services of AWS in it: limits, a table, a mailer. See the package."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections import deque
from typing import TYPE_CHECKING
from typing import NamedTuple

from forms.cloud import BUDGET
from forms.errors import MailError
from forms.errors import StoreError
from forms.notify import UNSURE

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from forms.lead import Lead
    from forms.letter import Letter

__all__ = ["START", "Limits", "Rate", "Ses", "Table", "World"]

#: Seconds since 1970.
START = 1_795_000_000.0
#: Seconds of a call to DynamoDB and to SES.
_CALL, _SEND = 0.006, 0.06


class Limits(NamedTuple):
    """What the services allow, at full size."""

    name: str
    #: DynamoDB write units a second.
    writes: float = 4000
    #: SES, messages a second and in 24 hours.
    mails: float = 14
    quota: float = 50_000
    lambdas: float = 1000
    #: Seconds until Lambda kills the notifier and the sweeper, as the template sets them.
    notify_timeout: float = 120.0
    sweep_timeout: float = 300.0
    #: Share of sends after which the function dies before it writes that down.
    crashes: float = 0.001


class Killed(BaseException):
    """Lambda ended the invocation: nothing may catch it."""


class World:
    """Simulated time: events in order, and a clock that runs on while an invocation works."""

    def __init__(self) -> None:
        self.now = START
        self.chance = random.Random(20)  # noqa: S311 - a simulation, the same each time
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._deadline = float("inf")

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Let `what` happen at `when`."""
        heapq.heappush(self._events, (when, next(self._numbers), what))

    def run(self, until: Callable[[], bool]) -> None:
        """Let everything happen, in order of time, until `until` says so."""
        while self._events and not until():
            when, _, what = heapq.heappop(self._events)
            self.now = max(when, 0)
            what()

    def spend(self, seconds: float) -> None:
        """The invocation that runs waits or works."""
        self.now += seconds
        if self.now > self._deadline:
            raise Killed

    def invoke(self, timeout: float, work: Callable[[], None]) -> tuple[float, bool]:
        """Run `work` from now on; when it ended and whether it was killed. The world's time stays where it was."""
        began = self.now
        self._deadline = began + timeout
        killed = False
        try:
            work()
        except Killed:
            killed = True
        ended, self.now, self._deadline = min(self.now, began + timeout), began, float("inf")
        return ended, killed


class Rate:
    """So many units a second, with a second's worth in hand; asked by invocations whose times overlap."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._used: Counter[int] = Counter()

    def take(self, now: float, units: float) -> bool:
        """Take `units` at `now` if the second, or a longer slot for rates below one, has them."""
        slot_length = max(1.0, 1 / self.rate)
        slot = int(now // slot_length)
        if self._used[slot] + units > self.rate * slot_length + 1e-9:
            return False
        self._used[slot] += units  # type: ignore[assignment] # units of DynamoDB are whole, those of SES one
        return True


class Table:
    """`Store`, `Marks` and `Meter` as `DynamoStore` behaves: calls take time, writes are throttled and asked again."""

    def __init__(self, world: World, rate: Rate) -> None:
        self._world, self._rate = world, rate
        self.leads: dict[str, Lead] = {}
        self._keys: dict[str, str] = {}
        self._marks: dict[str, tuple[str, float]] = {}
        self._meters: dict[str, float] = {}
        self._due: list[tuple[float, str]] = []
        self.stream: deque[tuple[float, str]] = deque()
        #: Ids of leads with a mail that waits.
        self.waiting: set[str] = set()
        self.throttled = 0

    def _write(self, units: int) -> None:
        world, began, turn = self._world, self._world.now, 0
        while True:
            world.spend(_CALL)
            if self._rate.take(world.now, units):
                return
            self.throttled += 1
            pause = world.chance.random() * min(0.05 * 2**turn, 1.0)
            turn += 1
            if world.now + pause - began >= BUDGET:
                msg = "dynamodb: ThrottlingException"
                raise StoreError(msg)
            world.spend(pause)

    def _keep(self, lead: Lead) -> None:
        self.leads[lead.id] = lead
        if lead.due is not None:
            heapq.heappush(self._due, (lead.due, lead.id))
            self.waiting.add(lead.id)
        else:
            self.waiting.discard(lead.id)
        self.stream.append((self._world.now, lead.id))

    def add(self, lead: Lead, *, unless: Sequence[str] = ()) -> Lead:
        """See `ports.Store.add`."""
        self._write(1)  # the key
        self._world.spend(_CALL)  # its neighbors are read
        for key in (lead.key, *unless):
            if key in self._keys:
                kept = self.leads.get(self._keys[key])
                if kept is not None:
                    return kept
                lead = lead._replace(id=self._keys[key])
        self._keys[lead.key] = lead.id
        self._write(2)
        self._keep(lead)
        return lead

    def get(self, lead_id: str) -> Lead | None:
        """See `ports.Store.get`."""
        self._world.spend(_CALL)
        return self.leads.get(lead_id)

    def replace(self, old: Lead, new: Lead) -> bool:
        """See `ports.Store.replace`."""
        self._write(2)
        if self.leads[old.id].revision != old.revision:
            return False
        self._keep(new._replace(revision=old.revision + 1))
        return True

    def due(self, now: float, limit: int) -> list[Lead]:
        """See `ports.Store.due`."""
        self._world.spend(16 * _CALL)  # sixteen parts of the index
        found: list[Lead] = []
        again: list[tuple[float, str]] = []
        while self._due and len(found) < limit and self._due[0][0] <= now:
            entry = heapq.heappop(self._due)
            lead = self.leads[entry[1]]
            if lead.due == entry[0]:  # else an older entry of it
                found.append(lead)
                again.append(entry)
        for entry in again:
            heapq.heappush(self._due, entry)
        return found

    def claim(self, key: str, value: str, *, now: float, until: float) -> bool:
        """See `ports.Marks.claim`."""
        self._write(1)
        held = self._marks.get(key)
        if held is not None and held[0] != value and (held[1] == 0 or held[1] > now):
            return False
        self._marks[key] = (value, until)
        return True

    def find(self, key: str, *, now: float) -> str | None:
        """See `ports.Marks.find`."""
        self._world.spend(_CALL)
        held = self._marks.get(key)
        return held[0] if held is not None and (held[1] == 0 or held[1] > now) else None

    def drop(self, key: str) -> None:
        """See `ports.Marks.drop`."""
        self._write(1)
        self._marks.pop(key, None)

    def take(self, key: str, *, now: float, interval: float, burst: int) -> float:
        """See `ports.Meter.take`."""
        self._write(1)
        full = max(self._meters.get(key, 0.0), now)
        if full - now > interval * (burst - 1):
            return full - now - interval * (burst - 1)
        self._meters[key] = full + interval
        return 0.0

    def scan(self) -> Iterator[Lead]:
        """See `ports.Store.scan`."""
        return iter(self.leads.values())

    def by_person(self, person: str) -> list[Lead]:
        """See `ports.Store.by_person`."""
        self._world.spend(_CALL)
        return [lead for lead in self.leads.values() if lead.person == person]

    def remove(self, lead: Lead) -> bool:
        """See `ports.Store.remove`."""
        self._write(2)
        return self.leads.pop(lead.id, None) is not None

    def purge(self, now: float, limit: int) -> int:
        """See `ports.Store.purge`."""
        del now, limit  # nothing is kept for less than a month
        return 0


class Ses:
    """`SesMailer` as it behaves: over the rate or the quota it is asked again for 8 s, then the mail stays due."""

    lease = UNSURE

    def __init__(self, world: World, rate: Rate, quota: float, crashes: float) -> None:
        self._world, self._rate, self._quota, self._crashes = world, rate, quota, crashes
        self.sent: dict[str, float] = {}
        self.twice = 0
        self._day: deque[float] = deque()
        self.refused = 0
        self.delivered: Callable[[Letter], None] = lambda _: None

    def send(self, letter: Letter) -> None:
        """See `ports.Mailer.send`."""
        world, began, turn = self._world, self._world.now, 0
        while True:
            world.spend(_SEND)
            while self._day and self._day[0] <= world.now - 86_400:
                self._day.popleft()
            if len(self._day) < self._quota and self._rate.take(world.now, 1):
                break
            self.refused += 1
            pause = world.chance.random() * min(0.05 * 2**turn, 1.0)
            turn += 1
            if world.now + pause - began >= BUDGET:
                msg = "ses: TooManyRequestsException"
                raise MailError(msg)
            world.spend(pause)
        self._day.append(world.now)
        self.twice += letter.id in self.sent
        self.sent[letter.id] = world.now
        self.delivered(letter)
        if world.chance.random() < self._crashes:
            raise Killed
