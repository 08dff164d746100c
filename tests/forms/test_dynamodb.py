"""DynamoDB: no two records of one message in any order of steps, with any crash; and answers that get lost."""

from __future__ import annotations

import itertools
import random
import threading
import time
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import make_table
from benchmarks.rig.faults import FAULTS
from benchmarks.rig.faults import faulty
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from forms import aws
from forms import wire as wire_module
from forms.adapters import open_store
from forms.cloud import Client
from forms.dynamodb import DynamoStore
from forms.errors import StoreError
from forms.lead import Job
from forms.lead import Lead
from forms.settle import lead_item
from forms.table import Taken
from forms.table import definition
from forms.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from benchmarks.rig.faults import Proxy

    from forms.table import Item
    from forms.table import Table

    from .conftest import Wire

#: Smaller and larger than each other in turn: the tie-break looks at the keys, not at the windows.
WINDOWS = {6: "k6", 7: "k2", 8: "k9", 9: "k4"}


class Crash(BaseException):
    """The process is gone."""


class Steps:
    """A table in memory whose every call waits for its turn, so that a test says who goes when."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    def run(
        self, writers: Sequence[tuple[Lead, Sequence[str]]], order: Sequence[int], crashes: dict[int, int]
    ) -> dict[int, Lead]:
        """Let each writer add its lead, one call at a time in `order`; writer n dies at its call `crashes[n]`."""
        turns = [threading.Semaphore(0) for _ in writers]
        waiting = [threading.Semaphore(0) for _ in writers]
        answers: dict[int, Lead] = {}
        alive = set(range(len(writers)))

        def write(number: int, lead: Lead, unless: Sequence[str]) -> None:
            calls = itertools.count()

            def turn() -> None:
                waiting[number].release()
                turns[number].acquire()
                if next(calls) == crashes.get(number):
                    raise Crash

            table = cast("Table", _Turned(self.items, turn))
            try:
                answers[number] = DynamoStore(table, lambda: f"w{number}").add(lead, unless=unless)
            except Crash:
                pass
            finally:
                alive.discard(number)
                waiting[number].release()

        threads = [threading.Thread(target=write, args=(number, *one)) for number, one in enumerate(writers)]
        for thread, one in zip(threads, waiting, strict=True):
            thread.start()
            one.acquire()
        turn_of = itertools.chain(order, itertools.cycle(range(len(writers))))
        while alive:
            number = next(turn_of)
            if number in alive:
                turns[number].release()
                waiting[number].acquire()
        _join(threads)
        return answers

    def leads(self) -> list[str]:
        return [item_id for item_id, item in self.items.items() if "body" in item]


class _Turned:
    """The calls that `add` makes, each whole and alone, as DynamoDB's are on one item."""

    def __init__(self, items: dict[str, Item], turn: Callable[[], None]) -> None:
        self._items, self._turn = items, turn

    def get(self, item_id: str) -> Item | None:
        self._turn()
        return self._items.get(item_id)

    def get_all(self, ids: Sequence[str]) -> dict[str, Item]:
        found = {}
        for one in ids:  # a batch is no snapshot: others write between its items
            item = self.get(one)
            if item is not None:
                found[one] = item
        return found

    def put(self, item: Item, condition: str) -> None:
        self._turn()
        assert condition == "attribute_not_exists(#id)"
        there = self._items.get(str(item["id"]))
        if there is not None:
            raise Taken(there, uncertain=False)
        self._items[str(item["id"])] = item


def _join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def submission(name: str, window: int) -> tuple[Lead, tuple[str, str]]:
    lead = Lead(id=name, key=WINDOWS[window], form="contact", created=1.0, values={"m": "same"})
    return lead, (WINDOWS.get(window - 1, "k0"), WINDOWS.get(window + 1, "k5"))


@pytest.mark.parametrize("windows", [(7, 8), (8, 7), (7, 7)])
def test_two_writers_make_one_record_in_every_order_of_their_steps(windows: tuple[int, int]) -> None:
    seen = set()
    # All ways in which two writers' first five calls can follow one another.
    for chosen in itertools.combinations(range(10), 5):
        order = [0 if place in chosen else 1 for place in range(10)]
        steps = Steps()
        answers = steps.run([submission("a", windows[0]), submission("b", windows[1])], order, {})
        (kept,) = steps.leads()
        assert {one.id for one in answers.values()} == {kept}
        seen.add(kept)
    assert seen == {"a", "b"}  # each of them wins in some order, or nothing was tried


@settings(max_examples=150, deadline=None)
@given(
    windows=st.lists(st.sampled_from([7, 8]), min_size=2, max_size=4),
    order=st.lists(st.integers(0, 3), max_size=40),
    crashes=st.dictionaries(st.integers(0, 2), st.integers(0, 6)),
)
def test_writers_that_die_anywhere_leave_one_record_to_whoever_tries_again(
    windows: list[int], order: list[int], crashes: dict[int, int]
) -> None:
    steps = Steps()
    writers = [submission(f"n{number}", window) for number, window in enumerate(windows)]
    answers = steps.run(writers, [one for one in order if one < len(writers)], crashes)
    acknowledged = {one.id for one in answers.values()}
    assert len(acknowledged) <= 1
    assert acknowledged <= set(steps.leads())
    assert len(steps.leads()) <= 1
    for number, window in enumerate((7, 8)):
        (again,) = steps.run([submission(f"again{number}", window)], [], {}).values()
        acknowledged.add(again.id)
    assert [*acknowledged] == steps.leads()


def test_three_windows_in_a_row_never_lose_an_answer() -> None:
    # Windows 6 and 8 are no neighbors of each other: both may stand. 7 answers one of them.
    chance = random.Random(5)
    for _ in range(150):
        steps = Steps()
        writers = [submission(name, window) for name, window in (("a", 6), ("b", 7), ("c", 8))]
        answers = steps.run(writers, [chance.randrange(3) for _ in range(24)], {})
        assert {one.id for one in answers.values()} == set(steps.leads())
        assert len(steps.leads()) <= 2


def test_mails_of_a_record_that_another_writer_finished_are_named_for_it() -> None:
    steps = Steps()
    lead, unless = submission("a", 7)
    steps.run([(lead, unless)], [], {0: 2})
    assert steps.leads() == []
    helper = lead._replace(id="b", jobs=(Job("b-notice-1", "notice", 1.0, 1.0),))
    (kept,) = steps.run([(helper, unless)], [], {}).values()
    assert (kept.id, kept.jobs[0].id) == ("a", "a-notice-1")


def test_content_whose_winner_was_removed_since_is_a_new_record_and_then_always_the_same() -> None:
    steps = Steps()
    steps.items["#key/k9"] = {"id": "#key/k9", "lead": "b", "unless": "k2 k4"}
    steps.items["b"] = {"id": "b", "void": "k2"}
    (first,) = steps.run([submission("c", 8)], [], {}).values()
    (again,) = steps.run([submission("d", 8)], [], {}).values()
    assert steps.leads() == [first.id] == [again.id]
    assert first.id != "b"


class TestLostAnswers:
    @pytest.fixture
    def bad(self, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[DynamoStore, Proxy]]:
        """A store whose requests go through a proxy that spoils them."""
        monkeypatch.setattr(wire_module, "_READ", 0.15)
        with faulty(moto_url, stall=0.3) as proxy:
            store = _store(proxy.url, moto_url)
            yield store, proxy
            store.close()

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_write_is_done_once_whatever_happens_to_its_answer(
        self, bad: tuple[DynamoStore, Proxy], fault: str
    ) -> None:
        store, proxy = bad
        proxy.script = [fault, "", "", fault]  # the key item, its neighbors, the lead
        lead, unless = submission(f"lead-{fault}", 7)
        lead = lead._replace(jobs=(Job("j", "notice", 1.0, 1.0),))
        assert store.add(lead, unless=unless).id == lead.id
        assert [one.id for one in store.scan()] == [lead.id]
        proxy.script = [fault]
        assert store.replace(lead, lead._replace(confirmed=2.0))
        stored = store.get(lead.id)
        assert stored is not None
        assert (stored.revision, stored.confirmed) == (1, 2.0)
        proxy.script = [fault]
        assert store.claim("k", "v", now=0, until=5)
        assert not store.claim("k", "other", now=0, until=5)
        proxy.script = [fault]
        assert store.remove(stored)
        assert proxy.done[fault] >= 4

    def test_a_claim_of_somebody_else_with_the_same_content_is_not_taken_for_ours(
        self, bad: tuple[DynamoStore, Proxy], moto_url: str
    ) -> None:
        store, proxy = bad
        lead = store.add(submission("same", 7)[0])
        other = _store(moto_url, "", table=store._table.name)
        claimed = lead._replace(confirmed=9.0)
        # Ours is lost before it is done; theirs, the same to the letter, is done; ours is tried again.
        proxy.script = ["cut-before"]
        real_ask = store._table._client.ask

        def ask_after_them(*args: Any, **named: Any) -> Any:
            assert other.replace(lead, claimed)
            return real_ask(*args, **named)

        store._table._client.ask = ask_after_them  # type: ignore[method-assign]
        assert not store.replace(lead, claimed)
        other.close()

    def test_a_service_that_stays_away_is_a_store_error_within_the_budget(self, bad: tuple[DynamoStore, Proxy]) -> None:
        store, proxy = bad
        store._table._client.budget = 0.5
        proxy.rates = {"error-before": 1.0}
        started = time.monotonic()
        with pytest.raises(StoreError, match="InternalServerError"):
            store.get("anything")
        assert time.monotonic() - started < 2

    def test_under_all_faults_at_once_nothing_is_lost_or_doubled(
        self, bad: tuple[DynamoStore, Proxy], moto_url: str
    ) -> None:
        store, proxy = bad
        proxy.rates = {kind: 0.02 if kind.startswith("stall") else 0.06 for kind in FAULTS}
        kept: dict[int, set[str]] = {number: set() for number in range(12)}

        def send(worker: int) -> None:
            for number, ids in kept.items():
                lead = Lead(f"w{worker}-{number}", f"k{number}", "contact", float(number), {"m": str(number)})
                ids.add(store.add(lead, unless=(f"k{number}-", f"k{number}+")).id)

        threads = [threading.Thread(target=send, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        _join(threads)
        clean = _store(moto_url, "", table=store._table.name)
        assert all(len(ids) == 1 for ids in kept.values())
        assert {one.id for one in clean.scan()} == {one for ids in kept.values() for one in ids}
        assert sum(proxy.done[kind] for kind in FAULTS) > 20
        clean.close()


def test_the_notifier_passes_over_what_is_no_lead(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    records = [{"dynamodb": {"Keys": {"id": {"S": f"#{name}/x"}}, "SequenceNumber": "1"}} for name in ("key", "mark")]
    assert aws.notify({"Records": records}, None) == {"batchItemFailures": []}
    assert capsys.readouterr().err == ""


class TestTable:
    def test_a_table_that_is_not_there_is_named_with_its_region(self, moto_url: str) -> None:
        store = _store(moto_url, "", table="nobody")
        with pytest.raises(StoreError, match="no table nobody in us-east-1"):
            store.get("a")
        store.close()

    def test_a_record_beyond_dynamodbs_limit_is_said_plainly_and_not_sent(self, moto_url: str) -> None:
        store = _store(moto_url, moto_url)
        with pytest.raises(StoreError, match="too large"):
            store.add(Lead("a", "k", "contact", 1.0, {"m": "x" * 400_000}))
        store.close()

    def test_a_damaged_record_stops_neither_the_mail_nor_the_listing_of_the_others(self, moto_url: str) -> None:
        store = _store(moto_url, moto_url)
        for number, body in enumerate(["{not json", "{}", '{"version":99}', "[]"]):
            lead = Lead(f"bad{number}", f"k{number}", "contact", 1.0, {}, jobs=(Job("j", "notice", 1.0, 1.0),))
            store._table.put({**lead_item(lead, "w"), "body": body})
        store.add(Lead("good", "k", "contact", 1.0, {}, jobs=(Job("j", "notice", 1.0, 5.0),)))
        assert [one.id for one in store.due(10, 1)] == ["good"]
        assert [one.id for one in store.scan()] == ["good"]
        assert store.unreadable == {"bad0", "bad1", "bad2", "bad3"}
        with pytest.raises(StoreError, match="cannot be read"):
            store.get("bad1")
        store.close()

    def test_a_scan_over_several_pages_misses_nothing(self, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("forms.dynamodb._PAGE", 7)
        store = _store(moto_url, moto_url)
        for number in range(60):
            store.add(Lead(f"n{number:04}", f"k{number}", "contact", float(number // 7), {}))
        assert [one.id for one in store.scan()] == [f"n{number:04}" for number in range(60)]
        store.close()

    def test_what_has_an_end_carries_the_second_after_which_dynamodb_deletes_it(self, moto_url: str) -> None:
        store = _store(moto_url, moto_url)
        store.add(Lead("a", "k", "contact", 1.0, {}, until=2_000_000_000.5))
        store.claim("m", "v", now=0, until=1_999_999_999)
        store.claim("good", "v", now=0, until=0)
        store.take("t", now=1000, interval=10, burst=3)
        ends = {one: (store._table.get(one) or {}).get("ttl") for one in ("a", "#key/k", "#mark/m", "#mark/good")}
        assert ends == {"a": 2_000_000_001, "#key/k": 2_000_000_001, "#mark/m": 1_999_999_999, "#mark/good": None}
        assert (store._table.get("#meter/t") or {})["ttl"] == 1030
        store.close()

    def test_nobody_reads_a_key_or_a_mark_as_a_lead(self, moto_url: str) -> None:
        store = _store(moto_url, moto_url)
        store.add(Lead("a", "k", "contact", 1.0, {}))
        assert store.get("#key/k") is None
        assert store.get("") is None
        store.close()

    def test_no_address_and_no_text_of_a_visitor_is_in_an_index_or_the_stream(self) -> None:
        made = definition("leads")
        assert made["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
        assert {one["Projection"]["ProjectionType"] for one in made["GlobalSecondaryIndexes"]} == {"KEYS_ONLY"}
        keyed = {one["AttributeName"] for one in made["AttributeDefinitions"]}
        assert keyed == {"id", "bin", "due", "created", "until", "person"}


def _store(url: str, make_at: str, *, table: str = "") -> DynamoStore:
    numbers = itertools.count()
    tag = next(_TAGS)
    environ = {**ENVIRON, "AWS_ENDPOINT_URL": make_at or url}
    world = World(
        environ, time.time, time.monotonic, time.sleep, random.Random(1).random, lambda: f"w{tag}-{next(numbers)}"
    )
    if make_at:
        client = Client("dynamodb", world)
        table = make_table(client, definition(f"spoiled-{tag}"))
        client.close()
    opened = open_store(f"dynamodb:{table}", world._replace(environ={**ENVIRON, "AWS_ENDPOINT_URL": url}))
    assert isinstance(opened, DynamoStore)
    return opened


_TAGS = itertools.count()
