"""A canary: one submission by which a release shows that the whole path works, and of which nothing stays.

In: a desk and an event of the release, which calls the sweeper's handler directly; only IAM lets it, no address on the
web leads there. Out: `{sent, …}` like the sweeper's own answer, and what was asked for::

    {check: settings}              settings, secrets and definitions can be read
    {check: token}                 a canary's address and the token that goes with it, good for ten minutes
    {check: seen, token, id}       what became of it: "" (nothing), `stored`, `handled` (the stream's notifier had it)
    {check: erase, token, id}      the record, its key, its marks and the stop that erasing leaves are gone

The submission itself goes through the front door like anybody's, with the token in the field `canary`. It is stored,
and the stream hands it to the notifier, which drops its one job instead of mailing. Who may send one: whoever holds a
token, so whoever may call the function. The address is part of what is signed, so a token that leaks hides one invented
address at `canary.invalid` (RFC 2606: nobody's) for ten minutes, and nothing else. A wrong or old token is no canary:
the submission is then what it looks like, is screened, mailed and counted.
"""

from __future__ import annotations

from .errors import FormsError
from .lead import CANARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .desk import Desk
    from .lead import Lead

__all__ = ["DOMAIN", "LIFE", "answer", "is_canary"]

DOMAIN = "canary.invalid"
#: Seconds for which a token is good, and after which a record that a crashed release left ends by itself.
LIFE = 600


def is_canary(desk: Desk, token: str, address: str) -> bool:
    """Whether `token` says that a submission from `address` is a canary; False for anything that is not ours."""
    try:
        subject = desk.tokens.verify(CANARY, token, desk.clock())
    except FormsError:
        return False
    return address.lower() == f"{subject}@{DOMAIN}"


def answer(desk: Desk, event: Mapping[str, Any]) -> dict[str, Any]:
    """Do what the release asks; raises `TokenInvalid` or `TokenExpired` for a token that is none."""
    told: dict[str, Any] = {"sent": 0, "dropped": 0, "failed": 0, "reasons": []}
    asked = event["check"]
    if asked == "token":
        subject = desk.new_id()
        token = desk.tokens.sign(CANARY, subject, desk.clock() + LIFE)
        return {**told, "address": f"{subject}@{DOMAIN}", "token": token}
    if asked in {"seen", "erase"}:
        address = f"{desk.tokens.verify(CANARY, str(event.get('token', '')), desk.clock())}@{DOMAIN}"
        # By its id: an index over persons lags behind what was just written.
        lead = desk.store.get(str(event.get("id", "")))
        ours = lead if lead is not None and lead.person in desk.tokens.fingerprints(address) else None
        return {**told, asked: _state(ours) if asked == "seen" else _erase(desk, address, ours)}
    return told


def _state(lead: Lead | None) -> str:
    if lead is None:
        return ""
    return "stored" if any(job.due is not None for job in lead.jobs) else "handled"


def _erase(desk: Desk, address: str, lead: Lead | None) -> int:
    """Erase it as any person's record, and then the stop too: nobody will ever write from there. How many went."""
    from .erase import erase  # noqa: PLC0415 - a sweep has no need of it

    also = [lead.id] if lead is not None else []
    receipt = erase(desk.store, desk.marks, desk.vault, desk.tokens, address, now=desk.clock(), also=also)
    desk.marks.drop(f"stop/{receipt.person}")
    return len(receipt.removed)
