"""The lock between deployers, and the switch: one write, or none."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from microsite.deploy.pointer import MemoryPointer
from microsite.deploy.pointer import State
from microsite.deploy.switching import LEASE
from microsite.deploy.switching import hold
from microsite.deploy.switching import switch_back
from microsite.deploy.switching import switch_to
from microsite.deploy.switching import verify_token
from microsite.errors import Locked
from microsite.errors import Moved
from microsite.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

#: 2026-11-21T14:00:00Z.
NOON = 1_795_269_600.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


class Counting(MemoryPointer):
    """Counts writes and keeps what each one changed."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        super().__init__(values)
        self.changes: list[dict[str, str | None]] = []

    def write(self, changes: Mapping[str, str | None], *, etag: str) -> str:
        made = super().write(changes, etag=etag)
        self.changes.append(dict(changes))
        return made


class Crash(BaseException):
    """The process is gone."""


def test_the_lock_is_taken_and_given_back() -> None:
    pointer = MemoryPointer({"release": "r1"})
    with hold(pointer, by="ann@laptop", run="a", now=Clock()) as held:
        assert json.loads(pointer.values["lock"]) == {
            "by": "ann@laptop", "until": NOON + LEASE, "since": NOON, "run": "a",
        }  # fmt: skip
        assert held.state.release == "r1"
        assert held.stolen == ""
    assert pointer.values == {"release": "r1"}


def test_the_second_is_told_who_is_at_work_and_since_when_and_nothing_changes() -> None:
    pointer = MemoryPointer({"release": "r1"})
    with hold(pointer, by="ann@laptop", run="a", now=Clock()):
        before = dict(pointer.values)
        second = hold(pointer, by="ann@laptop", run="b", now=Clock())
        with pytest.raises(Locked, match=r"ann@laptop is releasing since 2026-11-21 14:00 UTC") as told:
            second.__enter__()
        assert (told.value.by, told.value.until) == ("ann@laptop", NOON + LEASE)
        assert "14:11" in told.value.fix
        assert pointer.values == before


def test_a_crash_leaves_a_lock_that_ends_by_itself() -> None:
    pointer, clock = MemoryPointer(), Clock()
    pointer.write({"lock": json.dumps({"by": "ann", "until": NOON + LEASE, "since": NOON, "run": "a"})}, etag="E1")
    clock.now = NOON + LEASE
    with pytest.raises(Locked), hold(pointer, by="bob", run="b", now=clock):
        pass  # another machine's clock may be a little slow
    clock.now = NOON + LEASE + 61
    with hold(pointer, by="bob", run="b", now=clock) as held:
        assert held.stolen == "ann"


def test_whoever_lost_the_lock_cannot_switch() -> None:
    pointer, slow, clock = MemoryPointer({"release": "r1"}), Clock(), Clock()
    clock.now = NOON + LEASE + 61
    with (
        hold(pointer, by="ann", run="a", now=slow) as held,
        hold(pointer, by="bob", run="b", now=clock),
        pytest.raises(Locked, match="bob"),
    ):
        switch_to(held, "r2")
    assert pointer.values == {"release": "r1"}


def test_renewing_writes_only_when_half_of_the_time_is_over() -> None:
    pointer, clock = Counting(), Clock()
    with hold(pointer, by="ann", run="a", now=clock) as held:
        for second in range(0, 1800, 10):
            clock.now = NOON + second
            held.renew()
        assert len(pointer.changes) == 1 + 5
        assert json.loads(pointer.values["lock"])["until"] > clock.now + LEASE / 2 - 10
    assert "lock" not in pointer.values


def test_the_lock_of_a_newer_release_or_a_damaged_one_does_not_crash() -> None:
    for text in ("gone", "[]", "{}", '{"by": 3, "until": "x"}', '{"by": "ann", "until": 1, "what": 2}'):
        with hold(MemoryPointer({"lock": text}), by="bob", run="b", now=Clock()) as held:
            assert held.stolen


def test_a_preview_of_another_run_does_not_stop_a_switch() -> None:
    pointer = MemoryPointer({"release": "r1"})
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        pointer.write({"preview/pr-1": "r9"}, etag=pointer.read().etag)
        switch_to(held, "r2")
    assert pointer.values == {"release": "r2", "previous": "r1", "preview/pr-1": "r9"}


def test_a_release_changed_by_hand_past_the_lock_is_not_overwritten() -> None:
    pointer = MemoryPointer({"release": "r2", "previous": "r1"})
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        pointer.write({"release": "r1", "previous": "r2"}, etag=pointer.read().etag)
        with pytest.raises(Moved):
            switch_to(held, "r3")
    assert pointer.values == {"release": "r1", "previous": "r2"}


def test_a_switch_is_one_write_with_its_redirects() -> None:
    pointer = Counting({"release": "r1", "previous": "r0", "redirect//a/": "/b/", "redirect//old/": "/x/", "host": "h"})
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        pointer.changes.clear()
        switch_to(held, "r2", redirects={"/a": "/c/", "/new/": "/d/"})
        assert pointer.changes == [
            {"release": "r2", "previous": "r1", "redirect//old/": None, "redirect//a/": "/c/", "redirect//new/": "/d/"}
        ]
    assert pointer.values == {
        "release": "r2", "previous": "r1", "redirect//a/": "/c/", "redirect//new/": "/d/", "host": "h",
    }  # fmt: skip


def test_the_canonical_host_goes_with_the_switch_when_it_is_another() -> None:
    pointer = Counting({"release": "r1"})
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        pointer.changes.clear()
        switch_to(held, "r2", host="a.example")
        switch_to(held, "r3", host="a.example")
        switch_back(held)
        switch_back(held)
        assert [sorted(one) for one in pointer.changes] == [
            ["host", "previous", "release"], ["previous", "release"], ["previous", "release"],
            ["host", "previous", "release"],
        ]  # fmt: skip
    assert pointer.values == {"release": "r1"}


def test_the_first_release_has_none_before_it() -> None:
    pointer = Counting()
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        switch_to(held, "r1")
        assert pointer.changes[-1] == {"release": "r1"}
        switch_back(held)
    assert pointer.values == {}


def test_switching_to_what_is_live_writes_nothing() -> None:
    pointer = Counting({"release": "r2", "previous": "r1"})
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        pointer.changes.clear()
        switch_to(held, "r2")
        switch_back(held)
        assert pointer.changes == []


@pytest.mark.parametrize("count", [3, 47, 48, 49, 500])
def test_switching_back_gives_exactly_what_was_there(count: int) -> None:
    before = {"release": "r1", "previous": "r0", **{f"redirect//o{n}.html": "/old/" for n in range(count // 2)}}
    pointer = Counting(dict(before))
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        switch_to(held, "r2", redirects={f"/n{n}/": "/new/" for n in range(count)})
        assert pointer.values["release"] == "r2"
        assert len(pointer.read().redirects) == count
        pointer.changes.clear()
        switch_back(held)
        # What decides about visitors is the first write.
        assert pointer.changes[0]["release"] == "r1"
    assert pointer.values == before


def test_redirects_that_do_not_fit_are_refused_before_anything_is_switched() -> None:
    pointer = MemoryPointer({"release": "r1"})
    large = {f"/{'x' * 400}{n}/": "/" + "y" * 900 for n in range(4100)}
    for redirects in ({"a/": "/b/", "k" * 520: "/c/"}, large):
        with pytest.raises(Refused), hold(pointer, by="ann", run="a", now=Clock()) as held:
            switch_to(held, "r2", redirects=redirects)
        assert pointer.values == {"release": "r1"}


def test_the_word_that_shows_a_hidden_release_is_made_once() -> None:
    pointer, words = MemoryPointer(), itertools.count()
    with hold(pointer, by="ann", run="a", now=Clock()) as held:
        assert verify_token(held, lambda: f"w{next(words)}") == "w0"
        assert verify_token(held, lambda: f"w{next(words)}") == "w0"
    assert State(pointer.values, "").verify_key == "w0"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(6))
def test_a_crash_at_any_request_leaves_the_old_release_or_the_new_one_whole(step: int, when: str) -> None:
    calls = itertools.count()
    before = {"release": "r1", "previous": "r0", "redirect//a/": "/b/"}

    def crash(verb: str, moment: str) -> None:
        if moment == when and next(calls) == step:
            raise Crash

    pointer = MemoryPointer(dict(before), fault=crash)
    try:
        with hold(pointer, by="ann", run="a", now=Clock()) as held:
            switch_to(held, "r2", redirects={"/c/": "/d/"})
    except Crash:
        pass
    seen = {key: value for key, value in pointer.values.items() if key != "lock"}
    assert seen in (before, {"release": "r2", "previous": "r1", "redirect//c/": "/d/"})
    # And the next deployer gets in, at the latest when the lock is over.
    pointer.fault = lambda verb, moment: None
    clock = Clock()
    clock.now = NOON + LEASE + 61
    with hold(pointer, by="bob", run="b", now=clock) as held:
        switch_to(held, "r3")
    assert pointer.values["release"] == "r3"
