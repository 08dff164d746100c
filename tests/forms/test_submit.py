"""Storing: a retry is the same record, across the end of a window too; consent is kept word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms.errors import StoreError
from forms.memory import MemoryStore
from forms.submit import submit

if TYPE_CHECKING:
    from forms.desk import Desk

HOUR = 3600


def store_of(desk: Desk) -> MemoryStore:
    assert isinstance(desk.store, MemoryStore)
    return desk.store


def test_the_consent_is_kept_as_it_was_shown(desk: Desk, contact: dict[str, str]) -> None:
    form = desk.forms["contact"]
    lead = submit(desk, form, contact, page="home").lead
    assert lead is not None
    (agreed,) = lead.agreed
    box = form.consents[0]
    assert (agreed.id, agreed.hash, agreed.wording, agreed.given) == (box.id, box.hash, box.text, True)
    assert agreed.at == lead.created


def test_a_retry_after_a_lost_answer_is_the_same_record(desk: Desk, contact: dict[str, str]) -> None:
    store_of(desk).fail_after["add"] = StoreError("written, but the answer was lost")
    with pytest.raises(StoreError):
        submit(desk, desk.forms["contact"], contact, page="")
    again = submit(desk, desk.forms["contact"], contact, page="")
    assert again.repeated
    assert len(list(desk.store.scan())) == 1


def test_a_retry_across_the_end_of_a_window_is_the_same_record(desk: Desk, contact: dict[str, str], clock: Any) -> None:
    window = desk.forms["contact"].window_hours * HOUR
    clock.now = 1000 * window - 0.001
    first = submit(desk, desk.forms["contact"], contact, page="")
    clock.now = 1000 * window + 0.001
    second = submit(desk, desk.forms["contact"], contact, page="")
    clock.now = 1000 * window - 0.001  # another machine, whose clock is behind
    third = submit(desk, desk.forms["contact"], contact, page="")
    assert first.lead is not None
    assert second.lead is not None
    assert third.lead is not None
    assert first.lead.id == second.lead.id == third.lead.id


def test_a_retry_on_a_machine_whose_clock_is_behind_is_the_same_record(
    desk: Desk, contact: dict[str, str], clock: Any
) -> None:
    window = desk.forms["contact"].window_hours * HOUR
    clock.now = 1000 * window + 0.001
    first = submit(desk, desk.forms["contact"], contact, page="")
    clock.now = 1000 * window - 0.001
    second = submit(desk, desk.forms["contact"], contact, page="")
    assert first.lead is not None
    assert second.lead is not None
    assert first.lead.id == second.lead.id


def test_the_same_words_on_another_day_are_a_new_message(desk: Desk, contact: dict[str, str], clock: Any) -> None:
    submit(desk, desk.forms["contact"], contact, page="")
    clock.now += 2 * desk.forms["contact"].window_hours * HOUR
    assert not submit(desk, desk.forms["contact"], contact, page="").repeated
    assert len(list(desk.store.scan())) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"message": "Do you know a clinic\nnear me?"},  # other line ends
        {"message": "  Do you know a clinic\r\nnear me?\r\n"},
        {"email": "Ann@Example.com"},
        {"page": "elsewhere"},
        {"unknown": "field of a browser extension"},
    ],
)
def test_what_means_the_same_is_the_same_record(desk: Desk, contact: dict[str, str], change: dict[str, str]) -> None:
    submit(desk, desk.forms["contact"], contact, page="")
    assert submit(desk, desk.forms["contact"], {**contact, **change}, page="").repeated


@pytest.mark.parametrize("change", [{"message": "Another"}, {"name": "Ann  Otter"}, {"phone": "555-0142"}])
def test_what_differs_is_another_record(desk: Desk, contact: dict[str, str], change: dict[str, str]) -> None:
    submit(desk, desk.forms["contact"], contact, page="")
    assert not submit(desk, desk.forms["contact"], {**contact, **change}, page="").repeated


def test_ids_tell_nothing_of_when(desk: Desk, contact: dict[str, str]) -> None:
    from forms.aws import _new_id

    ids = {_new_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(len(one) == 26 and one.isalnum() and one == one.lower() for one in ids)
    assert len({one[:4] for one in ids}) > 150  # no common beginning, so no time


@pytest.mark.parametrize(("named", "kept"), [("r6", "r6"), ("", "r7"), ("<script>", "r7"), ("x" * 65, "r7")])
def test_the_release_of_the_page_is_kept(desk: Desk, contact: dict[str, str], named: str, kept: str) -> None:
    lead = submit(desk, desk.forms["contact"], {**contact, "release": named}, page="").lead
    assert lead is not None
    assert lead.release == kept
