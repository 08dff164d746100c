"""What a restored table gives back to the live one: what is missing, and nothing of whom we promised to forget."""

from __future__ import annotations

import importlib.util
import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import make_table

from forms.cloud import Client
from forms.dynamodb import DynamoStore
from forms.dynamodb import DynamoVault
from forms.erase import erase
from forms.lead import Job
from forms.lead import Lead
from forms.table import Table
from forms.table import definition
from forms.table import vault_definition
from forms.tokens import Tokens
from forms.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = time.time()
TOKENS = Tokens([b"0123456789abcdef"], [b"fedcba9876543210"])
_spec = importlib.util.spec_from_file_location("restore", Path(__file__).parents[2] / "scripts" / "restore.py")
assert _spec is not None
assert _spec.loader is not None
restore: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(restore)


def a_lead(name: str, *, until: float = NOW + 86400, vault: str = "", due: float | None = None) -> Lead:
    jobs = (Job(f"{name}-notice-1", "notice", NOW, due),) if due is not None else ()
    person = TOKENS.fingerprints(f"{name}@example.com")[0]
    return Lead(name, f"key-{name}", "contact", NOW, {"name": name}, person=person, until=until, vault=vault, jobs=jobs)


class Tables:
    """Four tables: live and restored, leads and vault."""

    def __init__(self, url: str, turn: int) -> None:
        numbers = itertools.count()
        environ = {**ENVIRON, "AWS_ENDPOINT_URL": url}
        world = World(environ, time.time, time.monotonic, time.sleep, lambda: 0.5, lambda: f"w{next(numbers):025}")
        self.client = Client("dynamodb", world)
        name = f"restore-{turn}"
        self.names = [make_table(self.client, definition(f"{name}-{one}")) for one in ("live", "restored")]
        self.vaults = [make_table(self.client, vault_definition(f"{name}-vault-{one}")) for one in ("live", "restored")]
        self.live, self.restored = (DynamoStore(Table(one, self.client), world.new_id) for one in self.names)
        self.vault, self.old_vault = (DynamoVault(Table(one, self.client)) for one in self.vaults)


_TURN = itertools.count()


@pytest.fixture
def tables(moto_url: str, monkeypatch: Any) -> Iterator[Tables]:
    for name, value in {**ENVIRON, "AWS_ENDPOINT_URL": moto_url, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    found = Tables(moto_url, next(_TURN))
    yield found
    found.client.close()


def run(source: str, target: str, *more: str) -> int:
    return int(restore.main(["--source", source, "--target", target, *more]))


def test_only_what_is_missing_comes_back(tables: Tables, capsys: Any) -> None:
    for lead in (a_lead("ann"), a_lead("ben", due=NOW), a_lead("cid"), a_lead("dot", until=NOW - 60)):
        tables.restored.add(lead)
    kept = tables.live.add(a_lead("ann"))
    assert tables.live.replace(kept, kept._replace(page="newer"))
    # Cid asked to be erased after the moment that was restored.
    tables.live.add(a_lead("cid"))
    erase(tables.live, tables.live, tables.vault, TOKENS, "cid@example.com", now=NOW)
    live, restored = tables.names

    assert run(restored, live) == 0
    told = capsys.readouterr().out
    assert tables.live.get("ben") is None, "without --yes nothing is written"
    assert "1  of those to copy have mail that waits" in told

    assert run(restored, live, "--yes") == 0
    told = capsys.readouterr().out
    ann, ben = tables.live.get("ann"), tables.live.get("ben")
    assert ann is not None
    assert ben is not None
    assert (ann.page, ben.values["name"]) == ("newer", "ben")
    assert tables.live.get("cid") is None
    assert tables.live.get("dot") is None
    # A lead and the key by which a retry finds it: two items each.
    assert [line.split()[0] for line in told.splitlines()] == ["2", "2", "2", "2"]
    assert run(restored, live, "--yes") == 0
    assert capsys.readouterr().out.startswith("        0  copied")


def test_of_a_vault_only_what_a_lead_names(tables: Tables, capsys: Any) -> None:
    tables.live.add(a_lead("ann", vault="answers-ann"))
    for key in ("answers-ann", "answers-cid"):
        tables.old_vault.put(key, {"insurance": key}, until=NOW + 3600)
    live, restored = tables.vaults
    assert run(restored, live, "--leads", tables.names[0], "--yes") == 0
    assert tables.vault.open("answers-ann", now=NOW) == {"insurance": "answers-ann"}
    assert tables.vault.open("answers-cid", now=NOW) is None
    assert "1  named by no lead, left out" in capsys.readouterr().out


def test_what_cannot_be_done_is_said_in_words(tables: Tables, capsys: Any) -> None:
    assert run("no-such-table", tables.names[0], "--yes") == 1
    assert "not finished" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(tables.names[0], tables.names[0])
