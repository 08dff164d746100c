"""Everything the service works with, in one value: forms, ports, settings. Built by `aws.py`, or by a test.

`amend` is the one way a stored lead is changed.
"""

from __future__ import annotations

from .errors import StoreBusy
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from .definition import Form
    from .lead import Lead
    from .ports import Clock
    from .ports import Mailer
    from .ports import Marks
    from .ports import Meter
    from .ports import NewId
    from .ports import Shelf
    from .ports import Store
    from .ports import Vault
    from .tokens import Tokens

__all__ = ["Desk", "Site", "amend"]

#: Tries before a record that others keep changing is given up; two notifiers, a sweeper and a click make four.
_TRIES = 12


class Site(NamedTuple):
    """Whom the forms belong to."""

    #: Address without a path, such as `https://ketamine-guide.example`.
    url: str
    #: Organisation as shown in mails.
    name: str = ""
    #: Postal address, one line.
    address: str = ""
    #: Where notices go.
    team: str = ""
    #: Address that mails come from.
    sender: str = ""
    release: str = ""


class Desk(NamedTuple):
    """The service's tools."""

    forms: Mapping[str, Form]
    store: Store
    marks: Marks
    meter: Meter
    vault: Vault
    mailer: Mailer
    shelf: Shelf
    tokens: Tokens
    clock: Clock
    new_id: NewId
    site: Site
    #: The site's page with the markers `<!--title-->` and `<!--main-->`, "" when there is none.
    shell: Callable[[], str]
    #: False turns the honeypot off, for load and fault tests.
    screening: bool = True


def amend(store: Store, lead_id: str, change: Callable[[Lead], Lead]) -> Lead | None:
    """Apply `change` to the stored lead, again on a fresh copy when somebody else was faster.

    Returns the lead as stored, None when there is none. `change` returns its argument to change nothing. Raises
    `StoreBusy` when it never gets through.
    """
    for _ in range(_TRIES):
        lead = store.get(lead_id)
        if lead is None:
            return None
        changed = change(lead)
        if changed is lead:
            return lead
        if store.replace(lead, changed):
            return changed._replace(revision=lead.revision + 1)
    msg = "a record kept changing"
    raise StoreBusy(msg)
