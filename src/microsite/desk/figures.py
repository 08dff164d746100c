"""What came in, counted: per week, per page, per form. One pass over the leads; memory does not grow with them.

In: leads, oldest first or not. Out: `Tally`, exact numbers for `report` to veil. A lead in quarantine counts nowhere
but in `quarantined`. A *sign-up* is a lead that is asked to confirm its address; any other is a *message*.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING

from forms.lead import CANARY

if TYPE_CHECKING:
    from datetime import date

    from forms.lead import Lead

__all__ = ["STEPS", "Tally", "monday"]

#: The steps of a sign-up; each is a part of the one before it.
STEPS = ("signups", "confirmed", "delivered", "subscribed")
#: Pages that are told apart. Anybody can put any page's name into a form: beyond this many, they are one.
_PAGES = 5000
#: Width of a bin of waiting times: 5 %.
_BIN = math.log(1.05)


@dataclass(slots=True)
class Tally:
    """Exact counts. `messages`, `passed` and each of `STEPS` are the names of the columns."""

    leads: int = 0
    quarantined: int = 0
    #: Form → column → count.
    forms: dict[str, Counter[str]] = field(default_factory=dict)
    #: Source page → column → count.
    pages: dict[str, Counter[str]] = field(default_factory=dict)
    #: Monday → column → count; a confirmation counts in the week of the click, a delivery in that of the mail.
    weeks: dict[date, Counter[str]] = field(default_factory=dict)
    #: Forms that deliver something after the confirmation.
    delivering: set[str] = field(default_factory=set)
    #: Waiting time until the click, in bins of 5 %.
    waits: Counter[int] = field(default_factory=Counter)
    first: float = math.inf
    last: float = -math.inf

    def add(self, lead: Lead) -> None:
        """Count one lead; a release's own submission is none."""
        if CANARY in lead.reasons:
            return
        self.leads += 1
        if lead.quarantined is not None:
            self.quarantined += 1
            return
        self.first, self.last = min(self.first, lead.created), max(self.last, lead.created)
        kinds = {job.kind for job in lead.jobs}
        if "confirm" not in kinds and lead.confirmed is None:
            passed = any(job.kind == "notice" and job.sent is not None for job in lead.jobs)
            self._count(lead, {"messages": lead.created, **({"passed": lead.created} if passed else {})})
            return
        moments = {"signups": lead.created}
        if lead.confirmed is not None:
            moments["confirmed"] = lead.confirmed
            self.waits[round(math.log(max(lead.confirmed - lead.created, 1)) / _BIN)] += 1
            # What follows a confirmation and is no notice to the team is what they signed up for.
            sent = [job.sent for job in lead.jobs if job.sent is not None and job.kind not in {"confirm", "notice"}]
            if kinds - {"confirm", "notice"}:
                self.delivering.add(lead.form)
            if sent:
                moments["delivered"] = min(sent)
            if lead.unsubscribed is None and (sent or not kinds - {"confirm", "notice"}):
                moments["subscribed"] = lead.confirmed
        self._count(lead, moments)

    def total(self, column: str) -> int:
        """The sum of `column` over all forms."""
        return sum(row[column] for row in self.forms.values())

    def median_wait(self) -> float | None:
        """Median seconds from sign-up to confirming click, true to 5 %; None when nobody confirmed."""
        half = self.waits.total() / 2
        seen = 0
        for bin_ in sorted(self.waits):
            seen += self.waits[bin_]
            if seen >= half:
                return math.exp(bin_ * _BIN)
        return None

    def _count(self, lead: Lead, moments: dict[str, float]) -> None:
        page = lead.page if lead.page in self.pages or len(self.pages) < _PAGES else "…"
        for column, at in moments.items():
            self.forms.setdefault(lead.form, Counter())[column] += 1
            self.pages.setdefault(page, Counter())[column] += 1
            if column not in {"subscribed", "passed"}:
                self.weeks.setdefault(monday(at), Counter())[column] += 1


def monday(at: float) -> date:
    """The Monday (UTC) of the week that holds `at`, seconds since 1970."""
    day = datetime.fromtimestamp(at, UTC).date()
    return day - timedelta(days=day.weekday())
