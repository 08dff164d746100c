"""Who was told what, against what is stored and what was mailed.

In: acknowledgements as they come, from many threads; at the end the stored leads and the ids of every mail that went
out. Out: the counts of the fault table.
"""

from __future__ import annotations

import statistics
import threading
from collections import Counter
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.lead import Lead

__all__ = ["Account", "Result", "submission"]


class Result(NamedTuple):
    """One row of the fault table."""

    where: str
    sent: int
    #: Tries that got no acknowledgement and were made again.
    retried: int
    #: Faults by kind.
    faults: dict[str, int]
    lost: int
    #: Records beyond the first of one content, and acknowledgements that named another record than the first.
    doubled: int
    doubled_mails: int
    unmailed: int
    #: Seconds until the acknowledgement, of the try that got it.
    p50: float
    p95: float
    seconds: float
    #: Bytes, the most that was resident.
    peak: int


class Account:
    """Keeps the acknowledgements; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[int, str] = {}
        self._changed = 0
        self._times: list[float] = []
        self.retried = 0

    def told(self, number: int, lead_id: str, seconds: float) -> None:
        """Submission `number` was acknowledged as `lead_id`."""
        with self._lock:
            self._changed += self._told.setdefault(number, lead_id) != lead_id
            self._times.append(seconds)

    def again(self) -> None:
        """A try got no acknowledgement."""
        with self._lock:
            self.retried += 1

    def __len__(self) -> int:
        return len(self._told)

    def close(  # noqa: PLR0913 - what is known at the end
        self,
        where: str,
        leads: Iterable[Lead],
        mailed: Counter[str],
        *,
        faults: dict[str, int],
        seconds: float,
        peak: int,
    ) -> Result:
        """Compare; `mailed` counts how often each mail (its job's id) went out."""
        stored: Counter[str] = Counter()
        ids = set()
        unmailed = again = 0
        for lead in leads:
            ids.add(lead.id)
            stored[lead.values["name"]] += 1
            unmailed += sum(not mailed[job.id] for job in lead.jobs) + (not lead.jobs)
            # Nobody asked for a second mail of a kind.
            again += len(lead.jobs) - len({job.kind for job in lead.jobs})
        cuts = statistics.quantiles(self._times, n=20)
        return Result(
            where,
            len(self._told),
            self.retried,
            faults,
            sum(one not in ids for one in self._told.values()),
            sum(count - 1 for count in stored.values()) + self._changed,
            sum(count - 1 for count in mailed.values()) + again,
            unmailed,
            statistics.median(self._times),
            cuts[-1],
            seconds,
            peak,
        )


def submission(number: int) -> tuple[str, dict[str, str]]:
    """The form and what is sent: three messages, then a sign-up, each its own."""
    sent = {"name": f"Person {number}", "email": f"p{number}@example.com", "consent": "yes"}
    if number % 4 == 3:
        return "book", sent
    return "contact", {**sent, "message": f"Could you call me on day {number}?"}
