"""What every meter holds to: a token bucket a key, after the generic cell rate algorithm (ITU-T I.371)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from forms.memory import MemoryStore
from forms.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from forms.dynamodb import DynamoStore
    from forms.ports import Meter


class MeterContract:
    @pytest.fixture
    def meter(self) -> Iterator[Meter]:
        raise NotImplementedError

    def test_a_full_bucket_gives_its_burst_and_then_says_how_long_to_wait(self, meter: Meter) -> None:
        assert [meter.take("k", now=100, interval=10, burst=3) for _ in range(3)] == [0, 0, 0]
        assert meter.take("k", now=100, interval=10, burst=3) == 10
        assert meter.take("k", now=104, interval=10, burst=3) == 6

    def test_one_unit_comes_back_in_each_interval(self, meter: Meter) -> None:
        for _ in range(3):
            meter.take("k", now=100, interval=10, burst=3)
        assert meter.take("k", now=110, interval=10, burst=3) == 0
        assert meter.take("k", now=110, interval=10, burst=3) == 10

    def test_a_refusal_takes_nothing(self, meter: Meter) -> None:
        meter.take("k", now=0, interval=10, burst=1)
        for _ in range(5):
            assert meter.take("k", now=1, interval=10, burst=1) == 9
        assert meter.take("k", now=10, interval=10, burst=1) == 0

    def test_a_bucket_never_holds_more_than_its_burst(self, meter: Meter) -> None:
        meter.take("k", now=0, interval=10, burst=2)
        assert [meter.take("k", now=1e6, interval=10, burst=2) > 0 for _ in range(3)] == [False, False, True]

    def test_buckets_are_apart(self, meter: Meter) -> None:
        assert meter.take("a", now=0, interval=10, burst=1) == 0
        assert meter.take("b", now=0, interval=10, burst=1) == 0

    def test_of_many_at_once_no_more_than_the_burst_get_one(self, meter: Meter) -> None:
        waits: list[float] = []
        start = threading.Barrier(8)

        def take() -> None:
            start.wait()
            waits.append(meter.take("k", now=0, interval=10, burst=3))

        threads = [threading.Thread(target=take) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(wait == 0 for wait in waits) == 3


class TestMemoryMeter(MeterContract):
    @pytest.fixture
    def meter(self) -> Meter:
        return MemoryStore()


class TestSqliteMeter(MeterContract):
    @pytest.fixture
    def meter(self, tmp_path: Path) -> Iterator[Meter]:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        yield store
        store.close()

    def test_a_bucket_that_is_full_again_is_forgotten(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        for number in range(5):
            store.take(f"k{number}", now=0, interval=10, burst=2)
        store.take("new", now=11, interval=10, burst=2)
        assert store._db.execute("SELECT key FROM meters").fetchall() == [("new",)]
        store.close()


class TestDynamoMeter(MeterContract):
    @pytest.fixture
    def meter(self, dynamo: Callable[[str], DynamoStore], moto_url: str) -> Meter:
        return dynamo(moto_url)


@pytest.mark.node
class TestDynamoMeterOnDynalite(MeterContract):
    @pytest.fixture
    def meter(self, dynamo: Callable[[str], DynamoStore], dynalite_url: str) -> Meter:
        return dynamo(dynalite_url)
