"""`Store`, `Marks` and `Meter` in one DynamoDB table, `Vault` in another. No transactions: they cost twice as much.

In: a `Table`. Everything is an item with the key `id`; only leads have an `id` without `#` in front:

| item | id | attributes |
|---|---|---|
| lead | `<lead id>` | `body` (JSON) `rev` `key` `created` `bin` `by` (the last write), maybe `due person until ttl` |
| key | `#key/<hash>` | `lead` (the id it names), `unless` (its neighbors, by spaces), maybe `ttl` |
| void | `<lead id>` | `void`: this id lost against the lead of the key named here, and is never written |
| mark | `#mark/<key>` | `value`, `until`, maybe `ttl` |
| meter | `#meter/<key>` | `full`, `ttl` |

How a message sent twice becomes one lead is in `settle`. Reads by id are consistent. Indexes lag by milliseconds: what
they name is read again before it is shown.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

import json
from math import ceil

from .errors import StoreError
from .settle import FREE
from .settle import Settlement
from .settle import ending
from .settle import key_id
from .settle import lead_item
from .settle import read_lead
from .table import BINS
from .table import TTL
from .table import Taken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .lead import Lead
    from .ports import NewId
    from .table import Item
    from .table import Table

__all__ = ["DynamoStore", "DynamoVault"]

#: Leads read ahead in a scan.
_PAGE = 100


class DynamoStore:
    """Leads, marks and meters in `table`; `new_id` names each write: a lost answer is told from a refusal by it."""

    def __init__(self, table: Table, new_id: NewId) -> None:
        self._table = table
        self._new_id = new_id
        #: Ids of records that could not be read (damaged, or written by a newer program), as far as was looked.
        self.unreadable: set[str] = set()

    def add(self, lead: Lead, *, unless: Sequence[str] = ()) -> Lead:
        """See `ports.Store.add`."""
        return Settlement(self._table, self._new_id).settle(lead, lead.key, tuple(unless))

    def get(self, lead_id: str) -> Lead | None:
        """See `ports.Store.get`."""
        item = self._table.get(lead_id) if _is_lead(lead_id) else None
        return read_lead(item) if item is not None and "void" not in item else None

    def replace(self, old: Lead, new: Lead) -> bool:
        """See `ports.Store.replace`."""
        item = lead_item(new._replace(id=old.id, revision=old.revision + 1), self._new_id())
        try:
            self._table.put(item, "#rev = :rev", rev=old.revision)
        except Taken as taken:
            # Refused because this very write had happened, and only its answer was lost? Then it bears our name.
            # The same content is no proof: two notifiers that claim one mail in the same moment write the same.
            there = taken.item or (self._table.get(old.id) if taken.uncertain else None)
            return there is not None and there.get("by") == item["by"]
        except StoreError:
            # No answer at all. One look; when it fails too, the caller hears that nothing is known.
            there = self._table.get(old.id)
            if there is not None and there.get("by") == item["by"]:
                return True
            raise
        return True

    def due(self, now: float, limit: int) -> list[Lead]:
        """See `ports.Store.due`; a record that cannot be read is passed over, it must not stop the others' mail."""
        while True:
            # The unreadable ones stay due for ever: asked for on top, so that they never fill the whole page.
            known = len(self.unreadable)
            found = self._ripe("due", now, limit + known)
            leads: list[Lead] = []
            for start in range(0, len(found), _PAGE):
                page = self._leads(found[start : start + _PAGE])
                leads += [lead for lead in page if lead.due is not None and lead.due <= now]
                if len(leads) >= limit:
                    return leads[:limit]
            if leads or len(found) < limit + known or len(self.unreadable) == known:
                return leads

    def scan(self) -> Iterator[Lead]:
        """See `ports.Store.scan`; sixteen ordered parts of the index are merged page by page."""
        from heapq import merge

        def part(one: str) -> Iterator[tuple[float, str]]:
            rows = self._table.query("created", "#bin = :bin", page=500, bin=one)
            return ((float(row["created"]), str(row["id"])) for row in rows)

        page: list[str] = []
        for _, lead_id in merge(*map(part, BINS)):
            page.append(lead_id)
            if len(page) == _PAGE:
                yield from self._leads(page)
                page = []
        yield from self._leads(page)

    def by_person(self, person: str) -> list[Lead]:
        """See `ports.Store.by_person`."""
        if not person:
            return []
        rows = self._table.query("person", "#person = :person", page=500, person=person)
        return [lead for lead in self._leads([str(row["id"]) for row in rows]) if lead.person == person]

    def remove(self, lead: Lead) -> bool:
        """See `ports.Store.remove`."""
        try:
            self._table.delete(lead.id, "#rev = :rev", rev=lead.revision)
        except Taken as taken:
            there = taken.item or self._table.get(lead.id)
            if there is not None:
                return False
            # Gone: by us, when an answer was lost. The key goes too, should whoever was here have died in between.
            self._free(lead.key, lead.id)
            return taken.uncertain
        self._free(lead.key, lead.id)
        return True

    def purge(self, now: float, limit: int) -> int:
        """See `ports.Store.purge`; what DynamoDB's own TTL would delete within days goes now."""
        over = self._table.get_all(self._ripe("until", now, limit))
        done = 0
        for lead_id, item in over.items():
            try:
                # Who asks to be kept longer while we are here is kept: the condition looks at the item as it is.
                self._table.delete(lead_id, "#until <= :now", now=now)
            except Taken as taken:
                if taken.item is not None or self._table.get(lead_id) is not None:
                    continue
            self._free(str(item["key"]), lead_id)
            done += 1
        return done

    def claim(self, key: str, value: str, *, now: float, until: float) -> bool:
        """See `ports.Marks.claim`. Asked again after a lost answer it finds its own value, and holds it."""
        item: Item = {"id": _mark(key), "value": value, "until": until, **ending(until)}
        free = f"{FREE} OR #value = :value OR (#until > :zero AND #until <= :now)"
        try:
            self._table.put(item, free, value=value, zero=0, now=now)
        except Taken:
            return False
        return True

    def find(self, key: str, *, now: float) -> str | None:
        """See `ports.Marks.find`."""
        item = self._table.get(_mark(key))
        return str(item["value"]) if item is not None and (item["until"] == 0 or float(item["until"]) > now) else None

    def drop(self, key: str) -> None:
        """See `ports.Marks.drop`."""
        self._table.delete(_mark(key))

    def take(self, key: str, *, now: float, interval: float, burst: int) -> float:
        """See `ports.Meter.take`. After a lost answer a unit may be taken twice: the visitor waits a little sooner."""
        name = f"#meter/{key}"
        ttl = ceil(now + interval * burst)
        try:
            item: Item = {"id": name, "full": now + interval, TTL: ttl}
            self._table.put(item, f"{FREE} OR #full <= :now", now=now)
        except Taken as taken:
            # Not full: one more interval until it is, if that leaves it within its burst.
            most = now + interval * (burst - 1)
            try:
                self._table.update(
                    name, "SET #full = #full + :interval, #ttl = :ttl", "#full <= :most",
                    interval=interval, ttl=ttl, most=most,
                )  # fmt: skip
            except Taken as again:
                there = again.item or taken.item or self._table.get(name)
                return max(float(there["full"]) - most, 0.001) if there is not None else 0.0
        return 0.0

    def close(self) -> None:
        """Let go of the connections."""
        self._table.close()

    def _ripe(self, index: str, now: float, limit: int) -> list[str]:
        """Ids of up to `limit` leads whose time in `index` has come, the earliest first."""
        found: list[tuple[float, str]] = []
        for one in BINS:
            rows = self._table.query(index, f"#bin = :bin AND #{index} <= :now", page=limit, bin=one, now=now)
            found += [(float(row[index]), str(row["id"])) for _, row in zip(range(limit), rows, strict=False)]
        return [lead_id for _, lead_id in sorted(found)[:limit]]

    def _leads(self, ids: Sequence[str]) -> list[Lead]:
        """Those of the leads that are there and can be read, in the order of `ids`."""
        items = self._table.get_all([one for one in ids if one not in self.unreadable])
        leads = []
        for lead_id in ids:
            item = items.get(lead_id)
            if item is None or "void" in item:
                continue
            try:
                leads.append(read_lead(item))
            except StoreError:
                self.unreadable.add(lead_id)
        return leads

    def _free(self, key: str, lead_id: str) -> None:
        try:
            self._table.delete(key_id(key), "#lead = :lead", lead=lead_id)
        except Taken:
            return  # none, or by now another lead's


class DynamoVault:
    """Sensitive answers in the table `table`, which is not the one of the leads."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, key: str, values: Mapping[str, str], *, until: float) -> None:
        """See `ports.Vault.put`."""
        body = json.dumps(dict(values), ensure_ascii=False, separators=(",", ":"))
        self._table.put({"id": key, "body": body, "until": until, TTL: ceil(until)})

    def open(self, key: str, *, now: float) -> dict[str, str] | None:
        """See `ports.Vault.open`."""
        item = self._table.get(key)
        if item is None or float(item["until"]) <= now:
            return None
        try:
            values: dict[str, str] = json.loads(str(item["body"]))
        except (ValueError, KeyError) as error:
            msg = "dynamodb: the answers of a record cannot be read"
            raise StoreError(msg) from error
        return values

    def drop(self, key: str) -> None:
        """See `ports.Vault.drop`."""
        self._table.delete(key)

    def close(self) -> None:
        """Let go of the connections."""
        self._table.close()


def _mark(key: str) -> str:
    return f"#mark/{key}"


def _is_lead(item_id: str) -> bool:
    return bool(item_id) and not item_id.startswith("#")
