"""What the service needs from the world, as Protocols; adapters are named for their technology.

| port | here | on AWS (to come) |
|---|---|---|
| `Store` | `sqlite`, `memory` | one DynamoDB table: lead items, key items, a sparse index on `due` |
| `Marks` | `sqlite`, `memory` | the same table, items with a TTL |
| `Mailer` | `outbox`, `memory` | SES v2 |
| `Shelf` | `folder`, `memory` | a private bucket |
| `Clock`, `NewId`, `Secrets` | the environment, read by `aws.py` only | Parameter Store |

Each adapter passes the suite of its port in `tests/contracts/`. Only type checkers import this module.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .lead import Lead
    from .letter import Letter

__all__ = ["Clock", "Mailer", "Marks", "NewId", "Secrets", "Shelf", "Store"]

#: Seconds since 1970, UTC.
Clock = Callable[[], float]
#: A fresh opaque id: 26 characters `a-z2-7`, at least 128 random bits. No time in it: an id is shown to whoever
#: sends a form, and must not tell when an address was first seen.
NewId = Callable[[], str]
#: Signing secrets, the newest first: the first signs, all verify.
Secrets = Callable[[], Sequence[bytes]]


class Store(Protocol):
    """Keeps leads. Every write is durable when the verb returns. Failures raise `errors.StoreError`."""

    def add(self, lead: Lead, *, unless: Sequence[str] = ()) -> Lead:
        """Put `lead` unless its key, or one of the keys in `unless`, is taken; return the lead that is kept."""
        ...

    def get(self, lead_id: str) -> Lead | None:
        """The lead with this id."""
        ...

    def replace(self, old: Lead, new: Lead) -> bool:
        """Write `new` over `old` if nobody else changed it since it was read (`revision`); say whether it happened."""
        ...

    def due(self, now: float, limit: int) -> Sequence[Lead]:
        """Up to `limit` leads with a mail that may be claimed at `now`, the longest waiting first."""
        ...

    def scan(self) -> Iterator[Lead]:
        """Every lead, the oldest first; for the desk, never in the path of a request."""
        ...


class Marks(Protocol):
    """Small facts with an end: who must not be mailed, who was mailed a moment ago."""

    def claim(self, key: str, value: str, *, now: float, until: float) -> bool:
        """Set `key` to `value` until `until` (0 = for good) if it is free, over, or has the same value already."""
        ...

    def find(self, key: str, *, now: float) -> str | None:
        """The value of `key` if it holds at `now`."""
        ...

    def drop(self, key: str) -> None:
        """Forget `key`; fine when there is none."""
        ...


class Mailer(Protocol):
    """Takes a mail for delivery. Failures raise `errors.MailError`.

    One that is surely done sooner than `notify.LEASE` has an attribute `lease`: seconds for which a claim holds.
    """

    def send(self, letter: Letter) -> None:
        """Deliver `letter`; a mailer that can, treats a second letter with the same id as the first."""
        ...


class Shelf(Protocol):
    """Where the book's files stand."""

    def read(self, name: str) -> bytes | None:
        """The bytes of the file `name`, None when there is none. `name` comes from a definition, never a visitor."""
        ...
