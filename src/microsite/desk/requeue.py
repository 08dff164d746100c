"""Mails that keep failing, due again at once; and what a dead letter of the stream says.

In: a lead, or the text of a message from the dead-letter queue. Out: the lead as it should be stored, or a
`DeadLetter`. A mail that may be on its way is left alone: whoever claimed it holds it for up to `notify.UNSURE`
seconds, and a second sender would be a second mail.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING
from typing import NamedTuple

from forms.notify import UNSURE

if TYPE_CHECKING:
    from forms.lead import Job
    from forms.lead import Lead

__all__ = ["SOON", "DeadLetter", "dead_letter", "due_again", "stuck"]

#: Seconds. A mail that is due sooner goes by itself, or is being sent, or waits for the mail service's report on it:
#: the longest of these, and 90 s for clocks that differ.
SOON = UNSURE + 90.0


class DeadLetter(NamedTuple):
    """A batch of the stream that was given up. Metadata only: it holds nothing of any lead but maybe ids."""

    shard: str
    #: First and last sequence number.
    sequence: tuple[str, str]
    #: When its last record arrived, seconds since 1970; mails queued later are none of its business.
    last: float
    #: Ids of leads, when the letter names any.
    leads: tuple[str, ...]

    def means(self, lead: Lead) -> bool:
        """Whether a lead with waiting mail may be one of the batch."""
        if self.leads:
            return lead.id in self.leads
        return any(job.due is not None and job.created <= self.last + 60 for job in lead.jobs)


def stuck(lead: Lead) -> tuple[Job, ...]:
    """The mails of `lead` that failed at least once and wait for another try."""
    return tuple(job for job in lead.jobs if job.due is not None and job.attempts and job.reason)


def due_again(lead: Lead, now: float) -> Lead:
    """`lead` with every mail that waits longer than `SOON` due now, its attempts kept; `lead` itself without any."""
    for job in lead.jobs:
        if job.due is not None and job.due > now + SOON:
            lead = lead.with_job(job._replace(due=now))
    return lead


def dead_letter(text: str) -> DeadLetter | None:
    """Read what Lambda puts into the queue for a failed batch of a DynamoDB stream; None for anything else.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    try:
        table = json.loads(text)
        batch = table["DDBStreamBatchInfo"]
        ids = table.get("leads", [])
        return DeadLetter(
            shard=str(batch["shardId"]),
            sequence=(str(batch["startSequenceNumber"]), str(batch["endSequenceNumber"])),
            last=datetime.fromisoformat(batch["approximateArrivalOfLastRecord"]).timestamp(),
            leads=tuple(str(one) for one in ids),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
