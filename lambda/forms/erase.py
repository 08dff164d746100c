"""Forgetting: a person on request, and everything whose time is over.

In: the ports and an address, or a desk. Out: a `Receipt` without a word of what was erased, or a count. Run by a button
on the page of email choices, by `microsite leads erase`, and (`expire`) by the sweep.
"""

from __future__ import annotations

from .errors import FormsError
from .errors import StoreBusy
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .desk import Desk
    from .lead import Lead
    from .ports import Marks
    from .ports import Store
    from .ports import Vault
    from .tokens import Tokens

__all__ = ["Receipt", "Removed", "erase", "expire"]

#: Tries to remove a record that others keep changing.
_TRIES = 12
#: Seconds between two looks for what is over; records deleted in one call, and by one look: a day's 240,000 at most.
_RHYTHM = 3600.0
_BATCH = 500
_MOST = 10_000


class Removed(NamedTuple):
    """A record that is gone."""

    id: str
    form: str
    #: Seconds since 1970.
    created: float


class Receipt(NamedTuple):
    """What was erased; holds nothing that tells who it was but the keyed hash."""

    #: Seconds since 1970.
    at: float
    #: The hash that stays, so that nobody writes to the address again.
    person: str
    removed: tuple[Removed, ...]
    #: Records whose private answers were dropped from the vault.
    answers: int


def erase(  # noqa: PLR0913 - the ports that a person is known to, each by itself
    store: Store,
    marks: Marks,
    vault: Vault,
    tokens: Tokens,
    address: str,
    *,
    now: float,
    also: Sequence[str] = (),
) -> Receipt:
    """Remove every record of the mail address or telephone number `address`; twice is fine.

    `also` are ids of records that are surely the person's, for a store whose index lags behind its records. Of the
    person stays `stop/<hash>` with the value `erased`, or the stop that was there before. Raises `StoreError`; what was
    erased until then stays erased, and asking again goes on.
    """
    prints = tokens.fingerprints(address)
    # First the stop, so that a mail which a notifier has claimed but not looked at yet is not sent. Then the answers,
    # while a record still names them; then the record. A crash in between leaves what the next try finds.
    marks.claim(f"stop/{prints[0]}", "erased", now=now, until=0)
    found = {one.id: one for one in map(store.get, also) if one is not None}
    for print_ in prints:
        found |= {one.id: one for one in store.by_person(print_)}
    removed = []
    answers = 0
    for lead in sorted(found.values(), key=lambda one: (one.created, one.id)):
        if lead.vault:
            vault.drop(lead.vault)
            answers += 1
        if _remove(store, lead):
            removed.append(Removed(lead.id, lead.form, lead.created))
        for print_ in prints:
            marks.drop(f"left/{lead.form}/{print_}")
            for kind in {job.kind for job in lead.jobs}:
                marks.drop(f"repeat/{lead.form}/{kind}/{print_}")
    return Receipt(now, prints[0], tuple(removed), answers)


def _remove(store: Store, lead: Lead) -> bool:
    for _ in range(_TRIES):
        fresh = store.get(lead.id)
        if fresh is None:
            return False
        if store.remove(fresh):
            return True
    msg = "a record kept changing"
    raise StoreBusy(msg)


def expire(desk: Desk) -> int:
    """Delete records and answers whose time is over, once an hour whoever asks; how many records went.

    Never raises: a store that fails now is asked again in an hour, and mails must go out all the same.
    """
    now = desk.clock()
    try:
        # A value of its own each time: whoever comes second within the hour is refused, also the same sweeper.
        if not desk.marks.claim("expire", desk.new_id(), now=now, until=now + _RHYTHM):
            return 0
        # Where the service deletes by itself (DynamoDB's TTL) the vault has no such verb.
        purge_vault = getattr(desk.vault, "purge", None)
        if purge_vault is not None:
            purge_vault(now)
        gone = last = desk.store.purge(now, _BATCH)
        while last == _BATCH and gone < _MOST:
            last = desk.store.purge(now, _BATCH)
            gone += last
    except FormsError:
        return 0
    return gone
