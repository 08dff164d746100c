"""One message, one lead, without transactions: how writers in a hurry, late and dead ones agree on DynamoDB.

In: a lead, its key, its neighbors' keys. Out: the lead that counts, which may be another writer's. Also the shape of
the items that this is about; the table of all items is in `dynamodb`.
"""

from __future__ import annotations

from binascii import crc32
from math import ceil

from .errors import StoreBusy
from .errors import StoreError
from .lead import from_json
from .lead import to_json
from .table import BINS
from .table import TTL
from .table import Taken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lead import Lead
    from .ports import NewId
    from .table import Item
    from .table import Table

__all__ = ["FREE", "Settlement", "ending", "key_id", "lead_item", "read_lead"]

#: The condition that nothing stands there.
FREE = "attribute_not_exists(#id)"
#: Keys of one content that wait for each other: the window before, this one, the next. More is a fault of ours.
_DEEPEST = 6

# Three steps, each of which may be the last before a crash, and may be repeated by anybody:
#
#   1  key item  #key/K → id      if there is none     "this content is called id"
#   2  read the neighbors' keys                        the same message on the other side of a window's end
#   3  lead item id               if there is none     now it counts, and is acknowledged
#
# Whoever finds a key whose lead is missing (its writer died, or is not that far yet) goes on from step 2
# with the id that the key names: the content is the same. So of all writers of one key, at most one lead.
#
# Two writers in neighboring windows, A with key 7 (neighbors 6, 8) and B with key 8 (7, 9):
#
#   A  put key 7 ──────── read 6, 8 ─── put lead a
#   B       put key 8 ─────────── read 7, 9 ─── put lead b
#
# Both put before they read, so at least one sees the other's key (single items are linearizable):
#   it names a lead that is there     → that lead is the answer.
#   it names one that is not, and
#     the other's key is smaller      → go on as the other: do its steps 2 and 3, answer its lead.
#     the other's key is larger       → void the other's id (put an empty item there, if there is none), so that
#                                       its step 3 fails and its writer, at last, answers ours.
# For both a and b to be there, the later of the two keys' writers must have read the earlier key (it was put
# before) and have written all the same: excluded by each of the three lines.


class Settlement:
    """Settles in `table`; `new_id` names writes, and a lead whose own id is spent."""

    def __init__(self, table: Table, new_id: NewId) -> None:
        self._table = table
        self._new_id = new_id

    def settle(self, lead: Lead, key: str, unless: Sequence[str], depth: int = 0) -> Lead:
        """The lead that counts for the content of `key`; raises `StoreError`, after which it may be asked again."""
        if depth > _DEEPEST:
            msg = "dynamodb: the keys of a record keep naming each other"
            raise StoreBusy(msg)
        held = self._hold(key, lead, unless)
        if held["lead"] != lead.id:
            there = self._table.get(str(held["lead"]))
            if there is not None:
                return self._standing(lead, there, depth)
            lead, unless = _called(lead, str(held["lead"])), str(held["unless"]).split()
        neighbors = self._table.get_all([key_id(one) for one in unless]) if unless else {}
        for one in unless:
            other = neighbors.get(key_id(one))
            if other is not None and other["lead"] != lead.id:
                won = self._meet(lead, key, one, other, depth)
                if won is not None:
                    return won
        mine = lead._replace(key=key)
        try:
            self._table.put(lead_item(mine, self._new_id()), FREE)
        except Taken as taken:
            there = taken.item or self._table.get(lead.id)
            if there is None:
                msg = "dynamodb: a record was removed while it was added"
                raise StoreBusy(msg) from taken
            return self._standing(lead, there, depth)
        return mine

    def _hold(self, key: str, lead: Lead, unless: Sequence[str]) -> Item:
        """Step 1: the key item as it stands, ours or an earlier one."""
        item: Item = {"id": key_id(key), "lead": lead.id, "unless": " ".join(unless), **ending(lead.until)}
        for _ in range(_DEEPEST):
            try:
                self._table.put(item, FREE)
            except Taken as taken:
                held = taken.item or self._table.get(key_id(key))
                if held is not None:
                    return held
                # Its lead was removed in between, and the key with it.
            else:
                return item
        msg = "dynamodb: a key comes and goes"
        raise StoreBusy(msg)

    def _meet(self, lead: Lead, key: str, one: str, other: Item, depth: int) -> Lead | None:
        """Step 2 with a neighbor's key `one` that is taken: its lead, or None when it will never have one."""
        there = self._table.get(str(other["lead"]))
        if there is None and one < key:
            return self.settle(_called(lead, str(other["lead"])), one, str(other["unless"]).split(), depth + 1)
        if there is None:
            try:
                self._table.put({"id": other["lead"], "void": key, **ending(lead.until)}, FREE)
            except Taken as taken:
                there = taken.item or self._table.get(str(other["lead"]))
        return read_lead(there) if there is not None and "void" not in there else None

    def _standing(self, lead: Lead, there: Item, depth: int) -> Lead:
        """The lead that an item under a lead's id stands for."""
        if "void" not in there:
            return read_lead(there)
        winner = str(there["void"])
        held = self._table.get(key_id(winner))
        if held is None:
            # The winner was removed since. Its place is free, but this content's own id is spent.
            return self.settle(_called(lead, self._new_id()), winner, (), depth + 1)
        return self.settle(_called(lead, str(held["lead"])), winner, str(held["unless"]).split(), depth + 1)


def key_id(key: str) -> str:
    """Where the item of a key stands."""
    return f"#key/{key}"


def ending(until: float) -> Item:
    """The attribute that makes DynamoDB delete an item after `until`; none for 0."""
    return {TTL: ceil(until)} if until else {}


def lead_item(lead: Lead, by: str) -> Item:
    """The item of a lead; `by` names this write."""
    item: Item = {
        "id": lead.id,
        "key": lead.key,
        "created": lead.created,
        "rev": lead.revision,
        "by": by,
        "bin": BINS[crc32(lead.id.encode()) % len(BINS)],
        "body": to_json(lead),
    }
    if lead.due is not None:
        item["due"] = lead.due
    if lead.person:
        item["person"] = lead.person
    if lead.until:
        item |= {"until": lead.until, **ending(lead.until)}
    return item


def read_lead(item: Item) -> Lead:
    """The lead in an item; raises `StoreError` when it cannot be read."""
    try:
        return from_json(str(item["body"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"dynamodb: a record cannot be read ({type(error).__name__})"
        raise StoreError(msg) from error


def _called(lead: Lead, lead_id: str) -> Lead:
    """The same lead under another id; its mails are named for it."""
    jobs = tuple(job._replace(id=lead_id + job.id.removeprefix(lead.id)) for job in lead.jobs)
    return lead._replace(id=lead_id, jobs=jobs)
