"""What the service needs from the world, as Protocols; adapters are named for their technology.

| port | here | on AWS |
|---|---|---|
| `Store` | `sqlite`, `memory` | `dynamodb`: one table with lead items, key items, sparse indexes |
| `Marks`, `Meter` | `sqlite`, `memory` | the same table, items with a TTL |
| `Vault` | `sqlite`, `memory` | `dynamodb`: a table of its own, with its own key and a TTL |
| `Mailer` | `outbox`, `memory` | `ses` |
| `Shelf` | `folder`, `memory` | `s3`: a private bucket |
| `Clock`, `NewId`, `Secrets` | the environment, read by `aws.py` only | `ssm` |

Each adapter passes the suite of its port in `tests/contracts/`. Only type checkers import this module.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .lead import Lead
    from .letter import Letter

__all__ = ["Clock", "Mailer", "Marks", "Meter", "NewId", "Secrets", "Shelf", "Store", "Vault"]

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

    def by_person(self, person: str) -> Sequence[Lead]:
        """The leads with this `Lead.person`, the oldest first; may miss one that was added a moment ago."""
        ...

    def remove(self, lead: Lead) -> bool:
        """Delete `lead` with its key if nobody changed it since it was read (`revision`); say whether it happened.

        Its key is free afterwards: the same content sent again is a new lead.
        """
        ...

    def purge(self, now: float, limit: int) -> int:
        """Delete up to `limit` leads whose `until` is over at `now`, with their keys; say how many.

        After it answers less than `limit`, none of them is shown by any verb.
        """
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


class Meter(Protocol):
    """Rate limits: a token bucket a key, kept as one number (GCRA), so nothing runs to refill it."""

    def take(self, key: str, *, now: float, interval: float, burst: int) -> float:
        """Take one unit of the bucket `key`, which holds `burst` and gains one each `interval` seconds.

        Returns 0 when there was one, else the seconds until there is one (and takes nothing). A bucket that is full
        again is forgotten.
        """
        ...


class Vault(Protocol):
    """Sensitive answers, apart from the leads, each with an end."""

    def put(self, key: str, values: Mapping[str, str], *, until: float) -> None:
        """Keep `values` under `key` until `until`, durable on return; writes over what was there."""
        ...

    def open(self, key: str, *, now: float) -> Mapping[str, str] | None:
        """The values of `key` if they hold at `now`."""
        ...

    def drop(self, key: str) -> None:
        """Forget `key`; fine when there is none."""
        ...


class Mailer(Protocol):
    """Takes a mail for delivery. Failures raise `errors.MailError`.

    It may have an attribute `lease`, the seconds for which a claim on a mail holds: less than `notify.LEASE` when it is
    surely done sooner, more when it reports later which mail it took.
    """

    def send(self, letter: Letter) -> None:
        """Deliver `letter`; a mailer that can, treats a second letter with the same id as the first."""
        ...


class Shelf(Protocol):
    """Where the book's files stand."""

    def read(self, name: str) -> bytes | None:
        """The bytes of the file `name`, None when there is none. `name` comes from a definition, never a visitor."""
        ...
