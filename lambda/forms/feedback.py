"""What SES says about mail that went out: bounces and complaints stop an address, a send confirms a mail in doubt.

In: a desk and the body of one queue message. Out: a word for the log. SES publishes to SNS, SNS puts into a queue, and
a message comes in one of these forms, each of them taken:

* the event of a configuration set (`eventType`, with our tag `job`), or the older notice of an identity
  (`notificationType`, without tags): https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
* bare, or as text inside SNS's envelope (`Type: Notification`).

An address leaves here as its keyed hash only.
"""

from __future__ import annotations

import json

from .desk import amend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .desk import Desk
    from .lead import Lead

__all__ = ["take"]

#: Stops that outlive whatever the address's owner does on our pages.
_FOR_GOOD = frozenset({"bounce", "complaint"})


def take(desk: Desk, body: str) -> str:
    """Act on one message; the outcome, such as `bounce` or `ignored`. Twice is as good as once.

    Raises `StoreError` when it should come again. What nobody can read is `malformed`: it would never get better.
    """
    event = _event(body)
    if event is None:
        return "malformed"
    kind = str(event.get("eventType") or event.get("notificationType"))
    detail = event.get(kind.lower())
    detail = detail if isinstance(detail, dict) else {}
    if kind in {"Send", "Delivery"}:
        return _sent(desk, _job(event))
    # Transient: a full mailbox, a server that is away. SES tries again by itself; we must not judge.
    if kind == "Bounce" and detail.get("bounceType") == "Permanent":
        return _stop(desk, _addresses(detail.get("bouncedRecipients")), "bounce")
    # `not-spam`: the reader took it out of the spam folder.
    if kind == "Complaint" and detail.get("complaintFeedbackType") != "not-spam":
        return _stop(desk, _addresses(detail.get("complainedRecipients")), "complaint")
    # `Reject`: SES took it and then found a virus in it. Nobody's fault here, but somebody should hear of it.
    return "rejected" if kind == "Reject" else "ignored"


def _stop(desk: Desk, addresses: Iterable[str], reason: str) -> str:
    outcome = "malformed"
    now = desk.clock()
    for address in addresses:
        outcome = reason
        prints = desk.tokens.fingerprints(address)
        stops = {desk.marks.find(f"stop/{print_}", now=now) for print_ in prints}
        if stops & _FOR_GOOD:
            continue
        key = f"stop/{prints[0]}"
        if not desk.marks.claim(key, reason, now=now, until=0):
            # Unsubscribed before, which confirming again would lift; this it would not.
            desk.marks.drop(key)
            desk.marks.claim(key, reason, now=now, until=0)
    return outcome


def _sent(desk: Desk, job_id: str) -> str:
    """Mark the mail as sent, if it waits to be sent again because nobody knew."""
    lead_id = job_id.rpartition("-")[0].rpartition("-")[0]
    if not lead_id:
        return "ignored"  # the older notice, or mail that is not ours
    outcome = "known"

    def change(lead: Lead) -> Lead:
        nonlocal outcome
        outcome = "known"
        job = next((one for one in lead.jobs if one.id == job_id), None)
        if job is None or job.sent is not None:
            return lead
        outcome = "sent"
        return lead.with_job(job._replace(due=None, sent=desk.clock(), reason=""))

    return outcome if amend(desk.store, lead_id, change) is not None else "gone"


def _event(body: str) -> dict[str, Any] | None:
    """The event, out of its envelopes."""
    event: Any = body
    for _ in range(3):
        if isinstance(event, str):
            try:
                event = json.loads(event)
            except (ValueError, RecursionError):
                return None
        if not isinstance(event, dict):
            return None
        if "eventType" in event or "notificationType" in event:
            return event
        event = event.get("Message")
    return None


def _addresses(recipients: object) -> list[str]:
    found = (
        [one.get("emailAddress") for one in recipients if isinstance(one, dict)] if isinstance(recipients, list) else []
    )
    # Some servers report `Ann <ann@example.com>`.
    return [one.rpartition("<")[2].partition(">")[0] for one in found if isinstance(one, str) and "@" in one]


def _job(event: dict[str, Any]) -> str:
    mail = event.get("mail")
    tags = mail.get("tags") if isinstance(mail, dict) else None
    named = tags.get("job") if isinstance(tags, dict) else None
    return named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""
