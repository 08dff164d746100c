"""Sends the mails that are due: claim, send, mark; and again later whatever fell between.

In: a desk. Out: how many were sent, dropped, failed. Run after each submission and on a timer (`sweep`).
"""

from __future__ import annotations

from .compose import compose
from .desk import amend
from .erase import expire
from .errors import FormsError
from .follow import address_of
from .follow import left
from .lead import CANARY
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .definition import Form
    from .desk import Desk
    from .lead import Job
    from .lead import Lead

__all__ = ["LEASE", "UNSURE", "Tally", "deliver", "sweep"]

#: Seconds a claim holds. Longer than any mailer's own timeout, or a slow mailer would be asked twice.
LEASE = 30.0
#: Seconds for which a mail waits whose send got no answer, or was not marked: sent or not, nobody knows. SES reports
#: each send through its configuration set, as a rule within seconds, and `feedback` marks the mail; when no report has
#: come after a quarter of an hour, it was not sent, and goes out again.
UNSURE = 900.0
#: Seconds until the next try after failure n: 10, 20, 40 … at most an hour; never given up.
_FIRST_PAUSE = 10.0
_LONGEST_PAUSE = 3600.0
#: Stops that even a confirming mail respects.
_FOR_GOOD = frozenset({"refused", "bounce", "complaint"})


class Tally(NamedTuple):
    """What a run did."""

    sent: int = 0
    dropped: int = 0
    failed: int = 0
    #: Kinds of failures, for the log; never content.
    reasons: tuple[str, ...] = ()

    def plus(self, other: Tally) -> Tally:
        """Both added up."""
        reasons = tuple(sorted({*self.reasons, *other.reasons}))
        return Tally(self.sent + other.sent, self.dropped + other.dropped, self.failed + other.failed, reasons)


def sweep(desk: Desk, *, most: int = 1000) -> Tally:
    """Send what is due, up to `most` leads, the longest waiting first; once an hour, forget what is over."""
    tally, seen = Tally(), set[str]()
    while len(seen) < most:
        fresh = [lead for lead in desk.store.due(desk.clock(), 100) if lead.id not in seen]
        if not fresh:
            break
        for lead in fresh:
            seen.add(lead.id)
            tally = tally.plus(deliver(desk, lead))
    expire(desk)
    return tally


def deliver(desk: Desk, lead: Lead) -> Tally:
    """Send every due mail of one lead. Never raises for one lead's sake: a failure is counted and tried again."""
    tally = Tally()
    now = desk.clock()
    for job in lead.jobs:
        if job.due is None or job.due > now:
            continue
        try:
            tally = tally.plus(_one(desk, lead.id, job.id, now))
        except Exception as error:  # noqa: BLE001 - one poisoned record must not stop the others' mail
            tally = tally.plus(Tally(failed=1, reasons=(type(error).__name__,)))
    return tally


def _one(desk: Desk, lead_id: str, job_id: str, now: float) -> Tally:
    # Two notifiers, or a notifier and the sweeper, at the same mail:
    #
    #   A  reads revision 3 ─ claim (3→4) ok ─ send ─ mark (4→5)
    #   B  reads revision 3 ─ claim (3→4) refused: not mine
    #   A dies after the claim: the lease runs out, the mail is due again, the sweeper sends it.
    #   A dies between send and mark: sent again with the same id; the outbox takes an id once. SES does not, but says
    #   which it took: its claims hold for UNSURE, and its report comes first and marks the mail. The same goes for a
    #   send without an answer. A mail goes twice only if SES is silent for a quarter of an hour about one it took.
    #
    # `revision` is the condition, so the claim also fails when anything else changed the lead in between.
    lead = desk.store.get(lead_id)
    job = next((one for one in lead.jobs if one.id == job_id), None) if lead is not None else None
    if lead is None or job is None or job.due is None or job.due > now:
        return Tally()
    # A mailer that needs less says so: after a crash its mails are not late by the longest lease. One that reports
    # later what it took says more.
    lease = float(getattr(desk.mailer, "lease", LEASE))
    claimed = job._replace(due=now + lease, attempts=job.attempts + 1)
    if not desk.store.replace(lead, lead.with_job(claimed)):
        return Tally()
    form = desk.forms.get(lead.form)
    if form is None:
        _put(desk, lead_id, claimed._replace(due=now + _pause(claimed.attempts), reason="no-such-form"))
        return Tally(failed=1, reasons=("no-such-form",))
    unwanted = _unwanted(desk, form, lead, claimed, now)
    if unwanted:
        _put(desk, lead_id, claimed._replace(due=None, reason=unwanted))
        return Tally(dropped=1, reasons=(unwanted,))
    try:
        desk.mailer.send(compose(desk, form, lead, claimed))
    except FormsError as error:
        unsure = getattr(error, "uncertain", False)
        reason = "unsure" if unsure else type(error).__name__
        pause = UNSURE if unsure else _pause(claimed.attempts)
        _put(desk, lead_id, claimed._replace(due=desk.clock() + pause, reason=reason))
        return Tally(failed=1, reasons=(reason,))
    _put(desk, lead_id, claimed._replace(due=None, sent=desk.clock(), reason=""))
    return Tally(sent=1)


def _unwanted(desk: Desk, form: Form, lead: Lead, job: Job, now: float) -> str:
    """Why a mail must not go out; "" when it may."""
    if job.kind in {"notice", CANARY}:
        return "" if job.kind == "notice" else CANARY
    if job.kind == "confirm" and lead.confirmed is not None and lead.unsubscribed is None:
        return "confirmed"
    if job.kind != "confirm" and lead.unsubscribed is not None:
        return "unsubscribed"
    prints = desk.tokens.fingerprints(address_of(form, lead))
    stopped = _stopped(desk, form, job, prints, now)
    if stopped:
        return stopped
    # Per address and kind, over all leads: other names with the same address are no way round it. Counted from when
    # the mail was queued, like `ask_again` counts, so the next one asked for in time is not refused by seconds.
    until = job.created + form.repeat_minutes * 60
    if until > now and not desk.marks.claim(f"repeat/{form.id}/{job.kind}/{prints[0]}", job.id, now=now, until=until):
        return "repeat"
    return ""


def _stopped(desk: Desk, form: Form, job: Job, prints: Sequence[str], now: float) -> str:
    """What a mark holds against a mail to an address; "" when nothing does."""
    for print_ in prints:
        stop = desk.marks.find(f"stop/{print_}", now=now)
        if stop is not None and (job.kind != "confirm" or stop in _FOR_GOOD):
            return "suppressed"
        if job.kind != "confirm" and desk.marks.find(left(form, print_), now=now) is not None:
            return "unsubscribed"
    return ""


def _put(desk: Desk, lead_id: str, job: Job) -> None:
    def change(one: Lead) -> Lead:
        stored = next((other for other in one.jobs if other.id == job.id), job)
        # Our lease ran out and another sender took over: only the news that it was sent still counts.
        overtaken = stored.attempts != job.attempts and job.sent is None
        return one if stored.sent is not None or overtaken else one.with_job(job)

    amend(desk.store, lead_id, change)


def _pause(attempts: int) -> float:
    return float(min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE))
