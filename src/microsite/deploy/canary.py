"""A submission through the front door that shows the whole path works, and of which nothing stays.

In: the functions, a door, a form. Out: nothing, or `Unverified` with what did not happen. The function itself makes the
token that marks a canary, answers what became of it, and erases it; it does so only for whoever may invoke it (IAM), so
neither a signing secret nor a right to read the table leaves the function. What it means for a visitor who would like
to be invisible stands in `forms/canary.py`::

    token ◀─ sweep        POST /api/forms/<id> ─▶ stored ─▶ stream ─▶ notify: "canary", no mail
    asked until it is handled ◀─ sweep                                    erased ◀─ sweep, whatever happened
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from microsite.errors import DeployError
from microsite.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from forms.definition import Form

    from .functions import Functions
    from .verify import Door
    from .web import Fetch

__all__ = ["Submission", "canary", "submission"]

#: Seconds that the stream may take to hand the record on (it polls four times a second), and between two looks.
_PATIENCE = 60.0
_PAUSE = 1.0
_FIX = "the log groups of the functions say more"
#: Kind of field → what a canary writes into it; all others get words.
_WRITTEN = {"tel": "555-0142", "number": "1", "date": "2026-01-01"}
_WORDS = "Release check"


class Submission(NamedTuple):
    """A form and what to send to it, but for the mail address."""

    form: str
    address_field: str
    fields: Mapping[str, str]


def submission(forms: Mapping[str, Form]) -> Submission | None:
    """What to send to which form: the first that asks for a mail address and nothing private; None without one."""
    for form in sorted(forms.values(), key=lambda one: (one.double_opt_in, one.id)):
        address = next((one.name for one in form.fields if one.kind == "email"), "")
        if not address or form.private:
            continue
        fields = {
            one.name: one.options[0].value if one.options else _WRITTEN.get(one.kind, _WORDS)
            for one in form.fields
            if one.required and one.name != address
        }
        return Submission(form.id, address, fields | {box.name: "yes" for box in form.consents if box.required})
    return None


def canary(  # noqa: PLR0913 - a path and two clocks
    functions: Functions,
    fetch: Fetch,
    door: Door,
    sent: Submission,
    *,
    sleep: Callable[[float], None],
    ticks: Callable[[], float],
) -> str:
    """Send one through `door` and see it handled; what to remark, "" as a rule. Raises Unverified."""
    made = _ask(functions, {"check": "token"})
    token, address = made.get("token"), made.get("address")
    if not isinstance(token, str) or not isinstance(address, str):
        return "no canary was sent: the live functions are of a release that knows none"
    lead = ""
    try:
        lead = _send(fetch, door, sent, address, token)
        _await(functions, token, lead, sleep, ticks)
    finally:
        gone = _ask(functions, {"check": "erase", "token": token, "id": lead}).get("erase")
    if gone != 1:
        msg = f"the canary {lead} could not be erased (it ends by itself within ten minutes)"
        raise Unverified(msg, [msg], fix=_FIX)
    return ""


def _send(fetch: Fetch, door: Door, sent: Submission, address: str, token: str) -> str:
    fields = {**sent.fields, sent.address_field: address, "canary": token}
    headers = {**door.headers, "content-type": "application/json", "accept": "application/json"}
    url = f"{door.url}/api/forms/{sent.form}"
    answer = fetch(url, headers, method="POST", body=json.dumps(fields).encode())
    try:
        told = json.loads(answer.body)
        lead = str(told["id"]) if answer.status == 200 and told.get("status") in {"received", "pending"} else ""
    except (ValueError, KeyError, TypeError, AttributeError):
        lead = ""
    if not lead:
        shown = answer.body[:200].decode(errors="replace")
        msg = f"{url}: the canary was answered {answer.status} {shown!r} instead of 200 with an id"
        raise Unverified(msg, [msg], fix=_FIX)
    return lead


def _await(
    functions: Functions, token: str, lead: str, sleep: Callable[[float], None], ticks: Callable[[], float]
) -> None:
    until = ticks() + _PATIENCE
    while True:
        seen = _ask(functions, {"check": "seen", "token": token, "id": lead}).get("seen")
        if seen == "handled":
            return
        if ticks() > until:
            what = "is not in the table" if not seen else "did not come to the notifier by the table's stream"
            msg = f"the canary {lead} {what} within {_PATIENCE:.0f} seconds"
            raise Unverified(msg, [msg], fix=_FIX)
        sleep(_PAUSE)


def _ask(functions: Functions, event: Mapping[str, Any]) -> Mapping[str, Any]:
    answer, failed = functions.invoke("sweep", event)
    if failed or not isinstance(answer, dict):
        msg = f"the function sweep failed when the canary was asked about: {json.dumps(answer)[:300]}"
        raise DeployError(msg, fix=_FIX)
    return answer
