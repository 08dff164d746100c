"""From a setting to an adapter: what each names, and in which words a wrong one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.rig.emulators import ENVIRON

from forms.adapters import Late
from forms.adapters import open_mailer
from forms.adapters import open_shelf
from forms.adapters import open_store
from forms.adapters import open_vault
from forms.adapters import read_secrets
from forms.dynamodb import DynamoStore
from forms.dynamodb import DynamoVault
from forms.errors import SettingsError
from forms.errors import StoreError
from forms.folder import Folder
from forms.outbox import Outbox
from forms.s3 import Bucket
from forms.ses import SesMailer
from forms.sqlite import SqliteStore
from forms.sqlite import SqliteVault
from forms.world import World

if TYPE_CHECKING:
    from pathlib import Path

WORLD = World(ENVIRON, lambda: 0, lambda: 0, lambda _: None, lambda: 0, lambda: "id")


def test_each_setting_names_its_adapter(tmp_path: Path) -> None:
    stores = (
        open_store(f"sqlite:{tmp_path}/a", WORLD, create=True),
        open_vault(f"sqlite:{tmp_path}/b", WORLD, create=True),
        open_store("dynamodb:leads", WORLD),
        open_vault("dynamodb:private", WORLD),
    )
    assert [type(one) for one in stores] == [SqliteStore, SqliteVault, DynamoStore, DynamoVault]
    for store in stores:
        store.close()
    assert isinstance(open_mailer(f"outbox:{tmp_path}", WORLD), Outbox)
    assert isinstance(open_mailer("ses", WORLD), SesMailer)
    assert isinstance(open_shelf(str(tmp_path), WORLD), Folder)
    assert isinstance(open_shelf("s3:books/en", WORLD), Bucket)


def test_nothing_is_made_unless_it_is_asked_for(tmp_path: Path) -> None:
    for opened in (open_store, open_vault):
        with pytest.raises(StoreError, match="no store"):
            opened(f"sqlite:{tmp_path}/a", WORLD)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("named", ["", "sqlite:", "dynamodb:", "dynamodb", "mysql:x", "leads.sqlite3"])
def test_a_store_that_nobody_knows_is_refused_with_what_there_is(named: str) -> None:
    with pytest.raises(SettingsError, match="FORMS_STORE must be sqlite:PATH or dynamodb:TABLE"):
        open_store(named, WORLD)
    with pytest.raises(SettingsError, match="FORMS_VAULT must be sqlite:PATH or dynamodb:TABLE"):
        open_vault(named, WORLD)


@pytest.mark.parametrize("named", ["", "outbox:", "ses:somewhere", "smtp:host"])
def test_a_mailer_that_nobody_knows_is_refused_with_what_there_is(named: str) -> None:
    with pytest.raises(SettingsError, match="FORMS_MAIL must be outbox:FOLDER or ses"):
        open_mailer(named, WORLD)


def test_a_bucket_needs_a_name() -> None:
    with pytest.raises(SettingsError, match="s3:BUCKET/PREFIX"):
        open_shelf("s3:/en", WORLD)


def test_secrets_in_the_setting_itself_are_hex_the_newest_first() -> None:
    assert read_secrets("FORMS_SECRETS", f"{'ab' * 16},{'cd' * 20}", WORLD) == [b"\xab" * 16, b"\xcd" * 20]
    assert read_secrets("FORMS_PEPPER", "", WORLD) == []
    with pytest.raises(SettingsError, match="FORMS_SECRETS must be secrets of at least 16 bytes in hex"):
        read_secrets("FORMS_SECRETS", "abcd", WORLD)


class Made:
    """An adapter that counts."""

    count = 0
    lease = 3.0

    def __init__(self) -> None:
        type(self).count += 1
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_a_late_adapter_is_made_once_at_its_first_use() -> None:
    late = Late(Made)
    late.close()
    assert Made.count == 0
    assert (late.lease, late.closed) == (3.0, False)
    assert Made.count == 1
    late.close()
    assert late.closed
    assert getattr(late, "purge", None) is None
