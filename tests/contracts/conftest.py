"""Tables of their own for each test, at an emulator's address."""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import make_table

from forms.cloud import Client
from forms.dynamodb import DynamoStore
from forms.dynamodb import DynamoVault
from forms.table import Table
from forms.table import definition
from forms.table import vault_definition
from forms.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

_TABLES = itertools.count(1)


@pytest.fixture
def world() -> Callable[[str], World]:
    """The world with AWS at an address."""
    numbers = itertools.count()
    chance = random.Random(7).random

    def at(url: str) -> World:
        return World(
            environ={**ENVIRON, "AWS_ENDPOINT_URL": url},
            clock=time.time,
            ticks=time.monotonic,
            sleep=time.sleep,
            chance=chance,
            new_id=lambda: f"w{next(numbers):025}",
        )

    return at


@pytest.fixture
def dynamo(world: Callable[[str], World]) -> Iterator[Callable[[str], DynamoStore]]:
    """Opens a store on a fresh table of the emulator at an address."""
    stores: list[DynamoStore] = []

    def fresh(url: str) -> DynamoStore:
        here = world(url)
        client = Client("dynamodb", here)
        stores.append(DynamoStore(Table(make_table(client, definition(f"leads-{next(_TABLES)}")), client), here.new_id))
        return stores[-1]

    yield fresh
    for store in stores:
        store.close()


@pytest.fixture
def dynamo_vault(world: Callable[[str], World]) -> Iterator[Callable[[str], DynamoVault]]:
    """Opens a vault on a fresh table of the emulator at an address."""
    vaults: list[DynamoVault] = []

    def fresh(url: str) -> DynamoVault:
        client = Client("dynamodb", world(url))
        vaults.append(DynamoVault(Table(make_table(client, vault_definition(f"vault-{next(_TABLES)}")), client)))
        return vaults[-1]

    yield fresh
    for vault in vaults:
        vault.close()
