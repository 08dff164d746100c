"""A lead as marketing's desk reads it, and which leads it asked for.

In: `forms.lead.Lead` values. Out: plain rows with times in ISO 8601, UTC. Private answers are in no row: they lie in
the vault, and only `leads show --private` opens it.
"""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from forms.lead import CANARY

if TYPE_CHECKING:
    from forms.lead import Lead

__all__ = ["STATES", "Filter", "as_row", "iso"]

#: What `Lead.state` may say, in the order of a lead's life; a misspelt one must not read as "none".
STATES = ("quarantined", "received", "notified", "pending", "confirmed", "delivered", "unsubscribed")


class Filter(NamedTuple):
    """Which leads; the empty one takes all that are not in quarantine and that people sent."""

    form: str = ""
    state: str = ""
    #: Slug of the page that led to the form.
    page: str = ""
    #: Seconds since 1970: from this moment on, and before this one.
    since: float = float("-inf")
    until: float = float("inf")
    #: With those in quarantine, and a release's own submission while it is there.
    everything: bool = False

    def wants(self, lead: Lead) -> bool:
        """Whether `lead` is asked for."""
        return (
            (self.everything or lead.quarantined is None or self.state == "quarantined")
            and (self.everything or CANARY not in lead.reasons)
            and self.since <= lead.created < self.until
            and self.form in {"", lead.form}
            and self.page in {"", lead.page}
            and self.state in {"", lead.state()}
        )


def as_row(lead: Lead) -> dict[str, Any]:
    """All of `lead` but what lies in the vault.

    `{id, form, state, created, page, release, fields, private, consent: [{name, id, hash, wording, given, at}], mails:
    [{kind, created, due, sent, attempts, reason}], confirmed, unsubscribed, quarantined, score, reasons, proofs: [{act,
    at, mail, token}], kept_until}`. `private` says whether the vault holds more; `token` is a hash and opens nothing.
    """
    return {
        "id": lead.id,
        "form": lead.form,
        "state": lead.state(),
        "created": iso(lead.created),
        "page": lead.page,
        "release": lead.release,
        "fields": dict(lead.values),
        "private": bool(lead.vault),
        "consent": [{**agreed._asdict(), "at": iso(agreed.at)} for agreed in lead.agreed],
        "mails": [
            {
                "kind": job.kind,
                "created": iso(job.created),
                "due": iso(job.due),
                "sent": iso(job.sent),
                "attempts": job.attempts,
                "reason": job.reason,
            }
            for job in lead.jobs
        ],
        "confirmed": iso(lead.confirmed),
        "unsubscribed": iso(lead.unsubscribed),
        "quarantined": iso(lead.quarantined),
        "score": lead.score,
        "reasons": list(lead.reasons),
        "proofs": [{**proof._asdict(), "at": iso(proof.at)} for proof in lead.proofs],
        "kept_until": iso(lead.until or None),
    }


def iso(seconds: float | None) -> str | None:
    """`2026-11-18T12:00:00+00:00`; None for None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
