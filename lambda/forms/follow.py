"""What happens after the first mail: the confirming click, a new link, leaving one list or all mails.

In: a token from a link. Every verb may be called twice with the same result. Whoever holds a valid token proved
nothing but that they read the mail, so no page tells what is stored.
"""

from __future__ import annotations

from .desk import amend
from .digest import sha256
from .errors import TokenExpired
from .lead import Proof
from .submit import ask_again
from .submit import new_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .definition import Form
    from .desk import Desk
    from .lead import Lead

__all__ = ["address_of", "confirm", "find", "leads_of", "leave", "left", "prove", "resend", "unsubscribe"]

#: Stops that a confirming click lifts. Bounces and complaints stay.
_LIFTED = frozenset({"unsubscribed", "refused", "erased"})


def find(desk: Desk, purpose: str, token: str) -> tuple[Form, Lead] | None:
    """The form and lead that a valid `token` means; None when the lead is gone.

    Raises `TokenInvalid` or `TokenExpired`; the latter also for a confirming link of somebody who confirmed, then left,
    and did not ask again since: an old mail, opened by whoever has it, must not bring anybody back on the list.
    """
    lead = desk.store.get(desk.tokens.verify(purpose, token, desk.clock()))
    if purpose == "confirm" and lead is not None and lead.confirmed is not None and lead.unsubscribed is not None:
        asked = lead.last_job("confirm")
        if asked is None or asked.created < lead.unsubscribed:
            msg = "used"
            raise TokenExpired(msg, subject=lead.id)
    form = desk.forms.get(lead.form) if lead is not None else None
    return (form, lead) if lead is not None and form is not None else None


def confirm(desk: Desk, form: Form, lead: Lead, token: str = "") -> None:
    """Record the confirming click and queue what follows it; once only, however often it is called."""
    now = desk.clock()
    for print_ in desk.tokens.fingerprints(address_of(form, lead)):
        # Who confirms again after leaving is welcome again.
        if desk.marks.find(f"stop/{print_}", now=now) in _LIFTED:
            desk.marks.drop(f"stop/{print_}")
        desk.marks.drop(left(form, print_))

    def change(one: Lead) -> Lead:
        if one.confirmed is not None and one.unsubscribed is None:
            return one
        act = "confirmed" if one.confirmed is None and one.unsubscribed is None else "resubscribed"
        back = one._replace(
            confirmed=now,
            unsubscribed=None,
            until=now + form.retention_days * 86400,
            proofs=(*one.proofs, prove(form, one, act, token, now)),
        )
        return back.with_job(new_job(back, form.delivered, now)) if form.delivered else back

    amend(desk.store, lead.id, change)


def prove(form: Form, lead: Lead, act: str, token: str, now: float) -> Proof:
    """What is kept of a click: the act, the time, the mail whose link it was, the hash of the link's token.

    The links that end name their mail by that end; the one to stop mails is the same in each mail, so it names none.
    Only confirming mails: the notice to the team is queued in the same moment.
    """
    parts = token.split(".")
    ends = int(parts[2], 16) if len(parts) == 4 else 0
    asked = [job for job in lead.jobs if job.kind == "confirm"] if ends else []
    mails = [job.id for job in asked if int(job.created + form.link_days * 86400) == ends]
    return Proof(act, now, mails[0] if mails else "", sha256(token.encode()).hexdigest() if token else "")


def resend(desk: Desk, purpose: str, token: str) -> Form | None:
    """Queue a new link to the recorded address for a token that may be expired; the form, None when it is gone.

    Raises `TokenInvalid`.
    """
    try:
        subject = desk.tokens.verify(purpose, token, desk.clock())
    except TokenExpired as error:
        subject = error.subject
    lead = desk.store.get(subject)
    form = desk.forms.get(lead.form) if lead is not None else None
    if lead is None or form is None:
        return None
    ask_again(desk, form, lead)
    return form


def unsubscribe(desk: Desk, form: Form, lead: Lead, token: str = "") -> None:
    """Stop all mails to the lead's address, whichever form it came by; the mark outlives the lead."""
    now = desk.clock()
    leads = leads_of(desk, form, lead)
    # "refused": never confirmed, so somebody else typed the address; then not even a confirming mail is sent again.
    value = "refused" if all(one.confirmed is None for one in leads) else "unsubscribed"
    print_ = desk.tokens.fingerprints(address_of(form, lead))[0]
    desk.marks.claim(f"stop/{print_}", value, now=now, until=0)
    for one in leads:
        listed = desk.forms.get(one.form)
        if listed is not None and listed.double_opt_in:
            _off(desk, listed, one, token, now)


def leave(desk: Desk, form: Form, lead: Lead, listed: Form, token: str = "") -> None:
    """Stop the mails of one list, `listed`, to the address of `lead`, which came by `form`."""
    now = desk.clock()
    desk.marks.claim(left(listed, desk.tokens.fingerprints(address_of(form, lead))[0]), "left", now=now, until=0)
    for one in leads_of(desk, form, lead):
        if one.form == listed.id:
            _off(desk, listed, one, token, now)


def leads_of(desk: Desk, form: Form, lead: Lead) -> list[Lead]:
    """Every lead of the same address, `lead` among them: also one that the store's index does not know yet."""
    found = {lead.id: lead}
    for print_ in desk.tokens.fingerprints(address_of(form, lead)):
        found |= {one.id: one for one in desk.store.by_person(print_)}
    return sorted(found.values(), key=lambda one: (one.created, one.id))


def _off(desk: Desk, form: Form, lead: Lead, token: str, now: float) -> None:
    if lead.unsubscribed is None:
        # Whoever leaves and asks again at once gets the confirming mail: only the mailbox's reader can leave, so
        # nobody else is flooded by that.
        print_ = desk.tokens.fingerprints(address_of(form, lead))[0]
        for kind in form.mails:
            desk.marks.drop(f"repeat/{form.id}/{kind}/{print_}")

    def change(one: Lead) -> Lead:
        if one.unsubscribed is not None:
            return one
        proof = prove(form, one, "unsubscribed", token, now)
        return one._replace(unsubscribed=now, proofs=(*one.proofs, proof))

    amend(desk.store, lead.id, change)


def left(form: Form, print_: str) -> str:
    """The mark that says that an address (its fingerprint) left the list `form`."""
    return f"left/{form.id}/{print_}"


def address_of(form: Form, lead: Lead) -> str:
    """The lead's mail address: its first field of type email, "" when there is none."""
    return form.address_in(lead.values)
