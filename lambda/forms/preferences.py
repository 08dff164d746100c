"""The page of email choices, without a login: which lists an address is on, leaving one or all, erasing everything.

In: a request with a token from a list mail. Out: a page. Who holds the token reads the mailbox; the page names the
lists and never the address, so a link that was passed on tells nothing else. A GET changes nothing.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from . import words
from .errors import Refused
from .follow import address_of
from .follow import leads_of
from .follow import leave
from .follow import left
from .follow import unsubscribe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .definition import Form
    from .desk import Desk
    from .lead import Lead

    Page = tuple[str, str]

__all__ = ["choices_url", "lists", "obey", "show"]


def choices_url(desk: Desk, lead: Lead) -> str:
    """Where the reader of the lead's mails finds the page, relative to the site."""
    return f"/api/preferences?token={desk.tokens.sign('preferences', lead.id)}"


def lists(desk: Desk, form: Form, lead: Lead) -> list[tuple[Form, bool]]:
    """The lists that the address of `lead` confirmed, each with whether it is on it now; in order of id."""
    now = desk.clock()
    prints = desk.tokens.fingerprints(address_of(form, lead))
    stopped = any(desk.marks.find(f"stop/{one}", now=now) is not None for one in prints)
    state: dict[str, bool] = {}
    for one in leads_of(desk, form, lead):
        if one.confirmed is not None and one.form in desk.forms:
            state[one.form] = state.get(one.form, False) or one.unsubscribed is None
    on = []
    for name in sorted(state):
        listed = desk.forms[name]
        gone = stopped or any(desk.marks.find(left(listed, one), now=now) is not None for one in prints)
        on.append((listed, state[name] and not gone))
    return on


def show(desk: Desk, form: Form, lead: Lead, token: str) -> Page:
    """The page itself."""
    return words.preferences(token, lists(desk, form, lead))


def obey(desk: Desk, form: Form, lead: Lead, sent: Mapping[str, str]) -> tuple[Page, str]:
    """Do what a button asked for; the page that says so, and a word for the log. Twice is fine.

    Raises `Refused` (400) for an act that the page does not offer.
    """
    token, act = sent.get("token", ""), sent.get("act", "")
    if act == "leave":
        listed = desk.forms.get(sent.get("form", ""))
        if listed is not None and listed.double_opt_in:
            leave(desk, form, lead, listed, token)
            return words.preferences(token, lists(desk, form, lead), listed.list_name), "left"
    elif act == "stop":
        unsubscribe(desk, form, lead, token)
        return words.unsubscribed(form), "unsubscribed"
    elif act == "erase" and sent.get("sure") != "1":
        return words.erase(token, choices_url(desk, lead)), "asked"
    elif act == "erase":
        from .erase import erase

        receipt = erase(
            desk.store, desk.marks, desk.vault, desk.tokens, address_of(form, lead), now=desk.clock(), also=(lead.id,)
        )
        return words.erased(len(receipt.removed)), "erased"
    raise Refused(400, "no-such-act", "This button is not one of ours. Open the link from the email again.")
