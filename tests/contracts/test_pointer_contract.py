"""What every store of the live release holds to. A new adapter inherits `PointerContract` and gives `pointer`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.kvs import ARN
from benchmarks.rig.kvs import arn_of
from benchmarks.rig.kvs import kvs

from microsite.deploy.aws import client
from microsite.deploy.keyvaluestore import KeyValueStorePointer
from microsite.deploy.pointer import MOST_CHANGES
from microsite.deploy.pointer import MemoryPointer
from microsite.errors import DeployError
from microsite.errors import Moved
from microsite.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rig.kvs import Stores

    from microsite.deploy.pointer import Pointer


class PointerContract:
    @pytest.fixture
    def pointer(self) -> Iterator[Pointer]:
        raise NotImplementedError

    def test_an_empty_store_has_no_release(self, pointer: Pointer) -> None:
        state = pointer.read()
        assert (state.values, state.release, state.previous, state.lock) == ({}, "", "", None)
        assert pointer.peek("release") is None

    def test_what_is_written_is_read(self, pointer: Pointer) -> None:
        changes = {"release": "r1", "redirect/alt/über-uns/": "/about/", "preview/pr-12": "r2", "host": "a.example"}
        pointer.write(changes, etag=pointer.read().etag)
        state = pointer.read()
        assert state.values == changes
        assert (state.release, state.host) == ("r1", "a.example")
        assert (state.redirects, state.previews) == ({"alt/über-uns/": "/about/"}, {"pr-12": "r2"})
        assert pointer.peek("redirect/alt/über-uns/") == "/about/"

    def test_the_etag_of_a_write_is_good_for_the_next(self, pointer: Pointer) -> None:
        etag = pointer.write({"a": "1"}, etag=pointer.read().etag)
        assert pointer.read().etag == etag
        pointer.write({"a": None, "b": "2"}, etag=etag)
        assert pointer.read().values == {"b": "2"}

    def test_an_old_etag_changes_nothing(self, pointer: Pointer) -> None:
        old = pointer.read().etag
        pointer.write({"release": "r1"}, etag=old)
        with pytest.raises(Moved):
            pointer.write({"release": "r2", "previous": "r1"}, etag=old)
        assert pointer.read().values == {"release": "r1"}

    def test_of_many_writers_with_one_etag_one_is_let_in(self, pointer: Pointer) -> None:
        etag, start = pointer.read().etag, threading.Barrier(4)
        won: list[int] = []

        def write(number: int) -> None:
            start.wait()
            try:
                pointer.write({"lock": str(number)}, etag=etag)
            except Moved:
                return
            won.append(number)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [pointer.peek("lock")] == [str(number) for number in won]

    def test_more_keys_than_a_page_are_all_read(self, pointer: Pointer) -> None:
        etag = pointer.read().etag
        for start in (0, 40, 80):
            etag = pointer.write({f"redirect/{start + n:03}": f"/n/{n}/" for n in range(40)}, etag=etag)
        state = pointer.read()
        assert len(state.redirects) == 120
        assert state.etag == etag

    @pytest.mark.parametrize(
        "changes",
        [{}, {f"k{n}": "v" for n in range(MOST_CHANGES + 1)}, {"k" * 513: "v"}, {"k": "v" * 1025}, {"": "v"}],
        ids=["none", "too many", "key too long", "value too long", "no key"],
    )
    def test_what_is_over_the_limits_is_refused_and_nothing_written(
        self, pointer: Pointer, changes: dict[str, str | None]
    ) -> None:
        with pytest.raises(Refused):
            pointer.write(changes, etag=pointer.read().etag)
        assert pointer.read().values == {}

    def test_the_limits_themselves_are_taken(self, pointer: Pointer) -> None:
        changes: dict[str, str | None] = {f"k{n}": "v" for n in range(MOST_CHANGES - 1)}
        changes["k" * 512] = "v" * 1024
        pointer.write(changes, etag=pointer.read().etag)
        assert pointer.read().values == changes


class TestMemory(PointerContract):
    @pytest.fixture
    def pointer(self) -> Pointer:
        return MemoryPointer()


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, Stores]]:
    with kvs() as served:
        yield served


class TestKeyValueStore(PointerContract):
    @pytest.fixture
    def stores(self, service: tuple[str, Stores], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
        for name, value in ENVIRON.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE", service[0])
        service[1].make()
        service[1].requests.clear()
        yield service[1]
        service[1].fault = None

    @pytest.fixture
    def pointer(self, stores: Stores) -> Iterator[Pointer]:
        made = client("cloudfront-keyvaluestore", "us-east-1")
        yield KeyValueStorePointer(ARN, made)
        made.close()

    def test_reading_takes_two_requests_a_look_one_a_write_one(self, pointer: Pointer, stores: Stores) -> None:
        pointer.write({"release": "r1", "previous": "r0"}, etag=pointer.read().etag)
        pointer.peek("release")
        assert [one for one, _ in stores.requests] == ["DescribeKeyValueStore", "ListKeys", "UpdateKeys", "GetKey"]

    def test_a_write_whose_answer_was_lost_counts(self, pointer: Pointer, stores: Stores) -> None:
        lost: list[str] = []

        def lose_one_answer(operation: str, when: str) -> None:
            if operation.startswith("POST") and when == "after" and not lost:
                lost.append(operation)
                raise ConnectionError

        etag = pointer.read().etag
        stores.fault = lose_one_answer
        new = pointer.write({"release": "r1"}, etag=etag)
        assert lost
        assert pointer.read().etag == new
        assert len(stores.by_arn[ARN].writes) == 1

    def test_a_store_that_is_not_there_is_said_with_its_name(self, stores: Stores) -> None:
        made = client("cloudfront-keyvaluestore", "us-east-1")
        gone = KeyValueStorePointer(arn_of("gone"), made)
        for verb in (gone.read, lambda: gone.peek("release")):
            with pytest.raises(DeployError, match="gone"):
                verb()
        made.close()
