"""The routes around screening: a stamp for a page, the page of a held record, the solution that lets it out.

In: a desk and a request that `handle.py` has let through. Out: the answer. Nothing here stores or refuses a submission:
that happened before, in `submit.py`.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from . import words
from .answer import as_json
from .answer import as_page
from .answer import see_other
from .body import read_fields
from .errors import Refused
from .errors import TokenExpired
from .errors import TokenInvalid
from .handle import Handled
from .html import render_page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .desk import Desk
    from .lead import Lead
    from .request import Request

__all__ = ["do_challenge", "held", "show_challenge", "show_stamp"]


def held(desk: Desk, request: Request, lead: Lead, *, repeated: bool = False) -> Handled:
    """Answer a submission that is stored and waits for a puzzle or a reader.

    A program gets `{status: "challenge", id, challenge, answer_to}` with 200, because it is stored; a browser is sent
    to the page with the puzzle, which can be reloaded.
    """
    from .challenge import LIFE
    from .challenge import make

    outcome, reason = "repeated" if repeated else "challenged", ",".join(lead.reasons)
    if request.wants_json():
        told = {"status": "challenge", "id": lead.id, "challenge": make(desk, lead.id), "answer_to": "/api/challenge"}
        return Handled(as_json(200, told), outcome, reason, lead.form)
    token = desk.tokens.sign("challenge", lead.id, desk.clock() + LIFE)
    return Handled(see_other(f"/api/challenge?token={token}"), outcome, reason, lead.form)


def show_stamp(desk: Desk, request: Request) -> Handled:  # noqa: ARG001 - the signature is that of all routes
    """A fresh stamp for the page's script."""
    from .stamp import make

    return Handled(as_json(200, {"stamp": make(desk.tokens, desk.clock(), desk.new_id())}), "shown")


def show_challenge(desk: Desk, request: Request) -> Handled:
    """The page of a held record, with a fresh puzzle; the thanks page when it is out already."""
    from .challenge import make

    token = request.query().get("token", "")
    try:
        lead = desk.store.get(desk.tokens.verify("challenge", token, desk.clock()))
    except TokenInvalid as error:
        return _page(desk, 400, words.broken(), "refused", f"token-{error}")
    except TokenExpired:
        return _page(desk, 200, words.waiting(None), "shown", "expired")
    form = desk.forms.get(lead.form) if lead is not None else None
    if lead is None or form is None:
        return _page(desk, 410, words.gone(), "gone")
    if lead.quarantined is None:
        return Handled(see_other(form.thanks), "repeated")
    return _page(desk, 200, words.waiting(make(desk, lead.id)))


def do_challenge(desk: Desk, request: Request) -> Handled:
    """Take a solution and let its record out; sending it twice is fine, using it for a second release is not."""
    from .challenge import LIFE
    from .challenge import solved
    from .submit import release

    found = solved(desk, read_fields(request).get("altcha", ""))
    lead = desk.store.get(found[0]) if found else None
    form = desk.forms.get(lead.form) if lead is not None else None
    if found is None or lead is None or form is None:
        return _unsolved(desk, request, "wrong")
    # Looked up before and set after, so that a store that fails in between leaves the way open for another try.
    outcome = "released" if lead.quarantined is not None else "repeated"
    if lead.quarantined is not None and desk.marks.find(found[1], now=desk.clock()) is None:
        lead = release(desk, lead.id) or lead
        desk.marks.claim(found[1], lead.id, now=desk.clock(), until=desk.clock() + LIFE)
    if lead.quarantined is not None:
        return _unsolved(desk, request, "used")
    if request.wants_json():
        status = "pending" if form.double_opt_in else "received"
        return Handled(as_json(200, {"status": status, "id": lead.id}), outcome, "", form.id)
    return Handled(see_other(form.thanks), outcome, "", form.id)


def _unsolved(desk: Desk, request: Request, reason: str) -> Handled:
    # What was sent stands in quarantine all the same; a page with another puzzle would go round in circles.
    if request.wants_json():
        raise Refused(400, f"challenge-{reason}", "This solution is not right, came too late, or was used before.")
    return _page(desk, 200, words.waiting(None), "unsolved", reason)


def _page(desk: Desk, status: int, shown: tuple[str, str], outcome: str = "shown", reason: str = "") -> Handled:
    return Handled(as_page(status, render_page(desk.shell(), *shown)), outcome, reason)
