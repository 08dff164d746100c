"""A lead: what one visitor sent, what they agreed to, and the mails that follow from it.

A frozen value; a change makes a new one. Its state is computed from timestamps, never stored, so two facts cannot
disagree. Times are seconds since 1970, UTC. `to_json`/`from_json` are the format that
every store keeps (version 2; version 1 had neither `person`, `until`, `vault`, `score` nor `proofs`, and reads as if
they were empty).
"""

from __future__ import annotations

import json

from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CANARY", "Agreed", "Job", "Lead", "Proof", "from_json", "to_json"]

#: In `Lead.reasons`, and the kind of its only job: a release's own submission, which nobody is told of (see `canary`).
CANARY = "canary"
#: Version of the stored format; readers refuse a newer one.
FORMAT = 2


class Agreed(NamedTuple):
    """A consent box as it was shown and answered."""

    #: Name of the field, such as `consent`.
    name: str
    #: Id of the wording.
    id: str
    #: SHA-256 in hex over id and wording.
    hash: str
    wording: str
    given: bool
    at: float


class Job(NamedTuple):
    """A mail that follows from the lead."""

    #: Stable: the mailer tells a repeated letter by it.
    id: str
    #: `notice`, `confirm`, `book` or `welcome`.
    kind: str
    created: float
    #: When it may be claimed next; None once it is sent or dropped.
    due: float | None
    attempts: int = 0
    sent: float | None = None
    #: Why it was dropped (`suppressed`, `repeat`, …) or the last failure's kind.
    reason: str = ""


class Proof(NamedTuple):
    """A click that only the reader of a mailbox can have made."""

    #: What was done: `confirmed`, `unsubscribed`, `resubscribed` …
    act: str
    at: float
    #: Id of the mail whose link was used, "" when the link does not tell.
    mail: str
    #: SHA-256 in hex of the link's token: who holds the mail can show that it is the one.
    token: str


class Lead(NamedTuple):
    """One submission."""

    id: str
    #: Keyed SHA-256 in hex of form, content and window: the same content within the window has the same key.
    key: str
    form: str
    created: float
    values: Mapping[str, str]
    agreed: tuple[Agreed, ...] = ()
    #: Slug of the page that led to the form, such as `conditions/chronic-pain`.
    page: str = ""
    #: Release of the site that showed the form.
    release: str = ""
    jobs: tuple[Job, ...] = ()
    quarantined: float | None = None
    #: Why it is in quarantine.
    reasons: tuple[str, ...] = ()
    confirmed: float | None = None
    unsubscribed: float | None = None
    #: Keyed hash of the mail address, else of the telephone number (`Tokens.fingerprints`), "" without either: finds
    #: all of a person's leads.
    person: str = ""
    #: When the record's retention ends and a store may delete it, sooner while it waits for its click; 0 = kept.
    until: float = 0
    #: Key in the `Vault` under which the answers of sensitive fields lie, "" when there are none.
    vault: str = ""
    #: How much it looks like spam, in the points of `screen.py`; the reasons are in `reasons`.
    score: float = 0
    proofs: tuple[Proof, ...] = ()
    #: Counts writes; `Store.replace` compares it.
    revision: int = 0

    @property
    def due(self) -> float | None:
        """When the next mail may be claimed; None when nothing waits."""
        return min((job.due for job in self.jobs if job.due is not None), default=None)

    def state(self) -> str:
        """`quarantined`, `unsubscribed`, `delivered`, `confirmed`, `pending`, `notified` or `received`."""
        sent = {job.kind for job in self.jobs if job.sent is not None}
        if self.quarantined is not None:
            return "quarantined"
        if self.unsubscribed is not None:
            return "unsubscribed"
        if self.confirmed is not None:
            return "delivered" if "book" in sent else "confirmed"
        if any(job.kind == "confirm" for job in self.jobs):
            return "pending"
        return "notified" if "notice" in sent else "received"

    def with_job(self, job: Job) -> Lead:
        """This lead with `job` added, or put in the place of the one with its id."""
        kept = tuple(one for one in self.jobs if one.id != job.id)
        return self._replace(jobs=(*kept, job))

    def last_job(self, kind: str) -> Job | None:
        """The newest mail of `kind`."""
        return max((job for job in self.jobs if job.kind == kind), key=lambda job: job.created, default=None)


def to_json(lead: Lead) -> str:
    """The stored format: one JSON object."""
    table = {
        "version": FORMAT,
        **lead._asdict(),
        "values": dict(lead.values),
        "agreed": [one._asdict() for one in lead.agreed],
        "jobs": [one._asdict() for one in lead.jobs],
        "proofs": [one._asdict() for one in lead.proofs],
    }
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Lead:
    """Read the stored format; raises ValueError when a newer program wrote it."""
    table = json.loads(text)
    if table.pop("version") > FORMAT:
        msg = "this record was written by a newer version of the forms package"
        raise ValueError(msg)
    table["agreed"] = tuple(Agreed(**one) for one in table["agreed"])
    table["jobs"] = tuple(Job(**one) for one in table["jobs"])
    table["reasons"] = tuple(table["reasons"])
    table["proofs"] = tuple(Proof(**one) for one in table.get("proofs", ()))
    return Lead(**table)
