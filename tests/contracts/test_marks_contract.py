"""What every keeper of marks holds to."""

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
    from forms.ports import Marks


class MarksContract:
    @pytest.fixture
    def marks(self) -> Iterator[Marks]:
        raise NotImplementedError

    def test_a_free_key_is_claimed_and_found(self, marks: Marks) -> None:
        assert marks.find("k", now=0) is None
        assert marks.claim("k", "a", now=0, until=10)
        assert marks.find("k", now=9.9) == "a"

    def test_a_held_key_is_refused_to_others(self, marks: Marks) -> None:
        marks.claim("k", "a", now=0, until=10)
        assert not marks.claim("k", "b", now=9, until=20)
        assert marks.find("k", now=9) == "a"

    def test_the_holder_may_claim_again(self, marks: Marks) -> None:
        marks.claim("k", "a", now=0, until=10)
        assert marks.claim("k", "a", now=5, until=15)
        assert marks.find("k", now=12) == "a"

    def test_a_mark_ends_at_its_time(self, marks: Marks) -> None:
        marks.claim("k", "a", now=0, until=10)
        assert marks.find("k", now=10) is None
        assert marks.claim("k", "b", now=10, until=20)
        assert marks.find("k", now=10) == "b"

    def test_a_mark_for_good_never_ends(self, marks: Marks) -> None:
        marks.claim("k", "a", now=0, until=0)
        assert marks.find("k", now=1e12) == "a"
        assert not marks.claim("k", "b", now=1e12, until=0)

    def test_a_dropped_key_is_free(self, marks: Marks) -> None:
        marks.claim("k", "a", now=0, until=0)
        marks.drop("k")
        marks.drop("k")
        assert marks.find("k", now=0) is None
        assert marks.claim("k", "b", now=0, until=0)

    def test_of_many_claims_at_once_one_wins(self, marks: Marks) -> None:
        won: list[int] = []
        start = threading.Barrier(8)

        def claim(number: int) -> None:
            start.wait()
            if marks.claim("k", str(number), now=0, until=10):
                won.append(number)

        threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [str(number) for number in won] == [marks.find("k", now=1)]


class TestMemoryMarks(MarksContract):
    @pytest.fixture
    def marks(self) -> Marks:
        return MemoryStore()


class TestSqliteMarks(MarksContract):
    def test_what_is_over_is_thrown_away(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        for number in range(5):
            store.claim(f"k{number}", "v", now=0, until=10)
        store.claim("good", "v", now=0, until=0)
        store.claim("new", "v", now=11, until=20)
        assert store._db.execute("SELECT count(*) FROM marks").fetchone() == (2,)
        store.close()

    @pytest.fixture
    def marks(self, tmp_path: Path) -> Iterator[Marks]:
        store = SqliteStore(tmp_path / "leads.sqlite3")
        yield store
        store.close()


class TestDynamoMarks(MarksContract):
    @pytest.fixture
    def marks(self, dynamo: Callable[[str], DynamoStore], moto_url: str) -> Marks:
        return dynamo(moto_url)


@pytest.mark.node
class TestDynamoMarksOnDynalite(MarksContract):
    @pytest.fixture
    def marks(self, dynamo: Callable[[str], DynamoStore], dynalite_url: str) -> Marks:
        return dynamo(dynalite_url)
