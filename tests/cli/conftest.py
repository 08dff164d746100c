"""A store with leads of every kind, in a file and in a table: the same verbs must do the same on both."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import make_table
from benchmarks.rig.emulators import moto
from click.testing import CliRunner

from forms import aws
from forms.adapters import open_store
from forms.adapters import open_vault
from forms.cloud import Client
from forms.definition import load
from forms.lead import Agreed
from forms.lead import Job
from forms.lead import Lead
from forms.lead import Proof
from forms.table import definition
from forms.table import vault_definition
from forms.tokens import Tokens
from microsite.cli.leads import command

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

#: Wednesday, 2026-11-18T12:00:00Z.
NOON = 1_795_003_200.0
PEPPER = "ab" * 32
TOKENS = Tokens([bytes.fromhex(PEPPER)])
_TABLES = itertools.count(1)


@dataclass
class Place:
    """A store, and how to ask about it."""

    named: str
    vault_named: str
    open: Callable[[], Any]
    open_vault: Callable[[], Any]

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        verb = 2 if arguments[0] == "quarantine" else 1
        return CliRunner().invoke(command, [*arguments[:verb], "--store", self.named, *arguments[verb:]], input=stdin)

    def lead(self, lead_id: str) -> Lead | None:
        store = self.open()
        try:
            found: Lead | None = store.get(lead_id)
            return found
        finally:
            store.close()

    def mark(self, key: str) -> str | None:
        store = self.open()
        try:
            found: str | None = store.find(key, now=NOON)
            return found
        finally:
            store.close()


def person(address: str) -> str:
    return TOKENS.fingerprints(address)[0]


def leads() -> list[Lead]:
    box = load()["book"].consents[0]
    agreed = Agreed(box.name, box.id, box.hash, box.text, given=True, at=NOON)
    ann = {"email": "Ann@example.com", "name": "Ann"}
    return [
        Lead(
            "aaa1", "k1", "book", NOON, ann, (agreed,), "safety/benefits", "r1",
            jobs=(Job("aaa1-confirm-1", "confirm", NOON, None, 1, NOON + 2),),
            confirmed=NOON + 60, person=person("ann@example.com"),
            proofs=(Proof("confirmed", NOON + 60, "aaa1-confirm-1", "cd" * 32),),
        ),
        # An older release kept no hash of the person.
        Lead("aaa2", "k2", "contact", NOON + 5, {"email": "ann@example.com", "message": "=1+1"}, vault="v-aaa2"),
        Lead("bbb1", "k3", "book", NOON + 9, {"email": "bob@example.com"}, (agreed._replace(wording="Other"),),
             person=person("bob@example.com"),
             jobs=(Job("bbb1-confirm-1", "confirm", NOON, 4e9, 7, None, "MailError"),)),
        Lead("ccc1", "k4", "contact", NOON + 86_400, {"email": "cat@example.com", "message": "buy"}, page="home",
             quarantined=NOON, reasons=("links",), score=8.0, person=person("cat@example.com")),
        Lead("ddd1", "k5", "contact", NOON + 2 * 86_400, {"phone": "+1 555 0100", "message": "call"}),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def cloud() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture(params=["sqlite", "dynamodb"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("FORMS_PEPPER", PEPPER)
    monkeypatch.delenv("FORMS_VAULT", raising=False)
    if request.param == "sqlite":
        named, vault = f"sqlite:{tmp_path}/leads.sqlite3", f"sqlite:{tmp_path}/private.sqlite3"
    else:
        for name, value in ENVIRON.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("cloud"))
        table = f"desk-{next(_TABLES)}"
        named, vault = f"dynamodb:{table}", f"dynamodb:{table}-private"
        client = Client("dynamodb", aws.world())
        make_table(client, definition(table))
        make_table(client, vault_definition(f"{table}-private"))
        client.close()
    place = Place(
        named,
        vault,
        lambda: open_store(named, aws.world(), create=True),
        lambda: open_vault(vault, aws.world(), create=True),
    )
    store, private = place.open(), place.open_vault()
    for lead in leads():
        store.add(lead)
    private.put("v-aaa2", {"insurer": "Acme", "plan": "PPO"}, until=9e9)
    store.close()
    private.close()
    return place
