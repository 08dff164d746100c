"""What happens after the first mail: the confirming click, a new link, the end of mails.

In: a token from a link. Every verb may be called twice with the same result. Whoever holds a valid token proved
nothing but that they read the mail, so no page tells what is stored.
"""

from __future__ import annotations

from .desk import amend
from .errors import TokenExpired
from .submit import ask_again
from .submit import new_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .definition import Form
    from .desk import Desk
    from .lead import Lead

__all__ = ["address_of", "confirm", "find", "resend", "unsubscribe"]


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


def confirm(desk: Desk, form: Form, lead: Lead) -> None:
    """Record the confirming click and queue the book; once only, however often it is called."""
    now = desk.clock()
    for print_ in desk.tokens.fingerprints(address_of(form, lead)):
        # Who confirms again after leaving is welcome again. Bounces and complaints stay (issue: feedback).
        if desk.marks.find(f"stop/{print_}", now=now) in {"unsubscribed", "refused"}:
            desk.marks.drop(f"stop/{print_}")

    def change(one: Lead) -> Lead:
        if one.confirmed is not None and one.unsubscribed is None:
            return one
        back = one._replace(confirmed=now, unsubscribed=None)
        return back.with_job(new_job(back, "book", now)) if "book" in form.mails else back

    amend(desk.store, lead.id, change)


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


def unsubscribe(desk: Desk, form: Form, lead: Lead) -> None:
    """Stop all mails to the lead's address, whichever form it came by; the mark outlives the lead."""
    now = desk.clock()
    # "refused": never confirmed, so somebody else typed the address; then not even a confirming mail is sent again.
    value = "refused" if lead.confirmed is None else "unsubscribed"
    print_ = desk.tokens.fingerprints(address_of(form, lead))[0]
    desk.marks.claim(f"stop/{print_}", value, now=now, until=0)
    if lead.unsubscribed is None:
        # Whoever leaves and asks again at once gets the confirming mail: only the mailbox's reader can leave, so
        # nobody else is flooded by that.
        for kind in form.mails:
            desk.marks.drop(f"repeat/{form.id}/{kind}/{print_}")
    amend(desk.store, lead.id, lambda one: one if one.unsubscribed is not None else one._replace(unsubscribed=now))


def address_of(form: Form, lead: Lead) -> str:
    """The lead's mail address: its first field of type email, "" when there is none."""
    return form.address_in(lead.values)
