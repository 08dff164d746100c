"""`Store`, `Marks`, `Meter`, `Vault`, `Mailer` and `Shelf` in memory, for tests and trials.

Each can be told to fail at any verb: `fail["add"] = StoreError("…")` makes the next `add` raise before anything is
written; `fail_after["send"] = …` makes the next `send` raise after the work is done, which is what a timeout on the way
back looks like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lead import from_json
from .lead import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .lead import Lead
    from .letter import Letter

__all__ = ["MemoryMailer", "MemoryShelf", "MemoryStore", "MemoryVault"]


class _Failing:
    def __init__(self) -> None:
        #: Verb → error raised once, before the work.
        self.fail: dict[str, Exception] = {}
        #: Verb → error raised once, after the work.
        self.fail_after: dict[str, Exception] = {}

    def _before(self, verb: str) -> None:
        if verb in self.fail:
            raise self.fail.pop(verb)

    def _after(self, verb: str) -> None:
        if verb in self.fail_after:
            raise self.fail_after.pop(verb)


class MemoryStore(_Failing):
    """Leads, marks and meters in dicts; leads go through the stored format, so what cannot be stored fails here too."""

    def __init__(self) -> None:
        super().__init__()
        self._leads: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._marks: dict[str, tuple[str, float]] = {}
        self._meters: dict[str, float] = {}

    def add(self, lead: Lead, *, unless: Sequence[str] = ()) -> Lead:
        """See `ports.Store.add`."""
        self._before("add")
        for key in (lead.key, *unless):
            if key in self._keys:
                return from_json(self._leads[self._keys[key]])
        self._keys[lead.key] = lead.id
        self._leads[lead.id] = to_json(lead)
        self._after("add")
        return lead

    def get(self, lead_id: str) -> Lead | None:
        """See `ports.Store.get`."""
        self._before("get")
        text = self._leads.get(lead_id)
        return from_json(text) if text is not None else None

    def replace(self, old: Lead, new: Lead) -> bool:
        """See `ports.Store.replace`."""
        self._before("replace")
        text = self._leads.get(old.id)
        if text is None or from_json(text).revision != old.revision:
            return False
        self._leads[old.id] = to_json(new._replace(revision=old.revision + 1))
        self._after("replace")
        return True

    def due(self, now: float, limit: int) -> list[Lead]:
        """See `ports.Store.due`."""
        self._before("due")
        waiting = ((lead.due, lead) for lead in map(from_json, self._leads.values()))
        ripe = sorted((due, lead.id, lead) for due, lead in waiting if due is not None and due <= now)
        return [lead for _, _, lead in ripe[:limit]]

    def scan(self) -> Iterator[Lead]:
        """See `ports.Store.scan`."""
        self._before("scan")
        yield from sorted(map(from_json, self._leads.values()), key=lambda lead: (lead.created, lead.id))

    def by_person(self, person: str) -> list[Lead]:
        """See `ports.Store.by_person`."""
        self._before("by_person")
        return [lead for lead in self.scan() if person and lead.person == person]

    def remove(self, lead: Lead) -> bool:
        """See `ports.Store.remove`."""
        self._before("remove")
        text = self._leads.get(lead.id)
        if text is None or from_json(text).revision != lead.revision:
            return False
        del self._leads[lead.id]
        self._keys = {key: kept for key, kept in self._keys.items() if kept != lead.id}
        self._after("remove")
        return True

    def purge(self, now: float, limit: int) -> int:
        """See `ports.Store.purge`."""
        self._before("purge")
        over = [lead for lead in self.scan() if 0 < lead.until <= now][:limit]
        return sum(self.remove(lead) for lead in over)

    def claim(self, key: str, value: str, *, now: float, until: float) -> bool:
        """See `ports.Marks.claim`."""
        self._before("claim")
        held = self.find(key, now=now)
        if held is not None and held != value:
            return False
        self._marks[key] = (value, until)
        self._after("claim")
        return True

    def find(self, key: str, *, now: float) -> str | None:
        """See `ports.Marks.find`."""
        self._before("find")
        value, until = self._marks.get(key, ("", -1.0))
        return value if until == 0 or until > now else None

    def drop(self, key: str) -> None:
        """See `ports.Marks.drop`."""
        self._before("drop")
        self._marks.pop(key, None)
        self._after("drop")

    def take(self, key: str, *, now: float, interval: float, burst: int) -> float:
        """See `ports.Meter.take`."""
        self._before("take")
        full_again = max(self._meters.get(key, 0.0), now) + interval
        wait = full_again - now - interval * burst
        if wait > 0:
            return wait
        self._meters[key] = full_again
        self._after("take")
        return 0.0


class MemoryVault(_Failing):
    """Sensitive answers in a dict."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, tuple[dict[str, str], float]] = {}

    def put(self, key: str, values: Mapping[str, str], *, until: float) -> None:
        """See `ports.Vault.put`."""
        self._before("put")
        self._kept[key] = (dict(values), until)
        self._after("put")

    def open(self, key: str, *, now: float) -> dict[str, str] | None:
        """See `ports.Vault.open`."""
        self._before("open")
        values, until = self._kept.get(key, ({}, 0.0))
        return dict(values) if until > now else None

    def drop(self, key: str) -> None:
        """See `ports.Vault.drop`."""
        self._before("drop")
        self._kept.pop(key, None)
        self._after("drop")

    def purge(self, now: float) -> int:
        """Delete what is over at `now`; DynamoDB's TTL does the same by itself."""
        over = [key for key, (_, until) in self._kept.items() if until <= now]
        for key in over:
            del self._kept[key]
        return len(over)


class MemoryMailer(_Failing):
    """Keeps letters in `sent`, by id; like the outbox it takes an id once."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, Letter] = {}

    def send(self, letter: Letter) -> None:
        """See `ports.Mailer.send`."""
        self._before("send")
        self.sent.setdefault(letter.id, letter)
        self._after("send")


class MemoryShelf(_Failing):
    """Files in a dict."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        super().__init__()
        self.files = dict(files or {})

    def read(self, name: str) -> bytes | None:
        """See `ports.Shelf.read`."""
        self._before("read")
        return self.files.get(name)
