"""`Store`, `Marks`, `Mailer` and `Shelf` in memory, for tests and trials; each can be told to fail at any verb.

`fail["add"] = StoreError("…")` makes the next `add` raise before anything is written; `fail_after["send"] = …` makes
the next `send` raise after the work is done, which is what a timeout on the way back looks like.
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

__all__ = ["MemoryMailer", "MemoryShelf", "MemoryStore"]


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
    """Leads and marks in dicts; leads go through the stored format, so what cannot be stored fails here too."""

    def __init__(self) -> None:
        super().__init__()
        self._leads: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._marks: dict[str, tuple[str, float]] = {}

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
