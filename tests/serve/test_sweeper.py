from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from microsite.serve.gate import Gate
from microsite.serve.sweeper import Sweeper

if TYPE_CHECKING:
    import pytest


def test_it_sweeps_at_the_start_on_a_nudge_and_every_interval() -> None:
    swept = threading.Semaphore(0)
    sweeper = Sweeper(swept.release, interval=0.2)
    sweeper.start()
    for _ in range(3):
        assert swept.acquire(timeout=5)
    sweeper.nudge()
    assert swept.acquire(timeout=0.15) or swept.acquire(timeout=5)
    sweeper.stop(5)


def test_stopping_finishes_what_was_asked_for() -> None:
    swept: list[int] = []
    sweeper = Sweeper(lambda: swept.append(1), interval=60)
    sweeper.start()
    sweeper.nudge()
    sweeper.stop(5)
    assert swept
    assert not sweeper._thread.is_alive()


def test_a_failure_is_said_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tried = threading.Semaphore(0)

    def fail() -> None:
        tried.release()
        raise OSError

    sweeper = Sweeper(fail, interval=0.01)
    sweeper.start()
    for _ in range(5):
        assert tried.acquire(timeout=5)
    sweeper.stop(5)
    assert [record.message for record in caplog.records] == ["the sweep failed; it is tried again"]


def test_a_change_waits_for_requests_and_keeps_later_ones_outside() -> None:
    gate = Gate()
    order: list[str] = []
    inside, leave, changing = threading.Event(), threading.Event(), threading.Event()

    def request() -> None:
        with gate.shared():
            inside.set()
            leave.wait(5)
            order.append("request")

    def change() -> None:
        changing.set()
        with gate.alone():
            order.append("change")

    first, second = threading.Thread(target=request), threading.Thread(target=change)
    first.start()
    inside.wait(5)
    second.start()
    changing.wait(5)
    leave.set()
    first.join(5)
    second.join(5)
    with gate.shared():
        order.append("later")
    assert order == ["request", "change", "later"]
