"""What every vault holds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.errors import StoreError
from forms.memory import MemoryVault
from forms.sqlite import SqliteVault

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from forms.dynamodb import DynamoVault
    from forms.ports import Vault

ANSWERS = {"insurer": "Zoë \U0001f600 Health", "plan": "", "note": "a\nb"}


class VaultContract:
    @pytest.fixture
    def vault(self) -> Iterator[Vault]:
        raise NotImplementedError

    def test_what_is_put_comes_back_whole(self, vault: Vault) -> None:
        vault.put("k", ANSWERS, until=10)
        assert vault.open("k", now=9.9) == ANSWERS

    def test_an_unknown_key_is_none(self, vault: Vault) -> None:
        assert vault.open("k", now=0) is None

    def test_answers_end_at_their_time(self, vault: Vault) -> None:
        vault.put("k", ANSWERS, until=10)
        assert vault.open("k", now=10) is None

    def test_a_second_put_writes_over_the_first(self, vault: Vault) -> None:
        vault.put("k", ANSWERS, until=10)
        vault.put("k", {"insurer": "Other"}, until=20)
        assert vault.open("k", now=15) == {"insurer": "Other"}

    def test_dropped_answers_are_gone(self, vault: Vault) -> None:
        vault.put("k", ANSWERS, until=10)
        vault.drop("k")
        vault.drop("k")
        assert vault.open("k", now=0) is None


class TestMemoryVault(VaultContract):
    @pytest.fixture
    def vault(self) -> Vault:
        return MemoryVault()


class TestSqliteVault(VaultContract):
    @pytest.fixture
    def vault(self, tmp_path: Path) -> Iterator[Vault]:
        vault = SqliteVault(tmp_path / "private.sqlite3")
        yield vault
        vault.close()

    def test_what_is_over_can_be_purged_and_leaves_no_trace_in_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "private.sqlite3"
        vault = SqliteVault(path)
        vault.put("k", {"member": "XYZZY-12345"}, until=10)
        vault.put("later", ANSWERS, until=20)
        assert vault.purge(10) == 1
        assert vault.open("later", now=11) == ANSWERS
        vault.close()  # the last connection folds the log into the file
        assert b"XYZZY" not in path.read_bytes()

    def test_what_is_dropped_leaves_the_log_too_while_a_server_has_it_open(self, tmp_path: Path) -> None:
        server, desk = SqliteVault(tmp_path / "private.sqlite3"), SqliteVault(tmp_path / "private.sqlite3")
        server.put("k", {"member": "XYZZY-12345"}, until=10)
        desk.drop("k")
        assert server.open("k", now=1) is None
        assert not [one.name for one in tmp_path.iterdir() if b"XYZZY" in one.read_bytes()]
        server.close()
        desk.close()

    def test_reading_makes_no_vault_and_takes_no_other_file_for_one(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="no store"):
            SqliteVault(tmp_path / "private.sqlite3", create=False)
        (tmp_path / "private.sqlite3").touch()
        with pytest.raises(StoreError, match="not a vault"):
            SqliteVault(tmp_path / "private.sqlite3", create=False)

    def test_the_file_is_for_the_owner_only(self, tmp_path: Path) -> None:
        vault = SqliteVault(tmp_path / "private.sqlite3")
        vault.put("k", ANSWERS, until=10)
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
        vault.close()


class TestDynamoVault(VaultContract):
    @pytest.fixture
    def vault(self, dynamo_vault: Callable[[str], DynamoVault], moto_url: str) -> Vault:
        return dynamo_vault(moto_url)


@pytest.mark.node
class TestDynamoVaultOnDynalite(VaultContract):
    @pytest.fixture
    def vault(self, dynamo_vault: Callable[[str], DynamoVault], dynalite_url: str) -> Vault:
        return dynamo_vault(dynalite_url)
