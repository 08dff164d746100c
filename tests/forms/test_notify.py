"""Sending: claimed, sent, marked; every break in between repaired, nothing sent twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms.errors import MailError
from forms.errors import StoreError
from forms.memory import MemoryMailer
from forms.memory import MemoryStore
from forms.notify import LEASE
from forms.notify import deliver
from forms.notify import sweep
from forms.sqlite import SqliteStore
from forms.submit import submit

if TYPE_CHECKING:
    from pathlib import Path

    from forms.desk import Desk
    from forms.lead import Lead
    from forms.letter import Letter


def store(desk: Desk) -> MemoryStore:
    assert isinstance(desk.store, MemoryStore)
    return desk.store


def mailer(desk: Desk) -> MemoryMailer:
    assert isinstance(desk.mailer, MemoryMailer)
    return desk.mailer


@pytest.fixture
def lead(desk: Desk, contact: dict[str, str]) -> Lead:
    stored = submit(desk, desk.forms["contact"], contact, page="").lead
    assert stored is not None
    return stored


def test_a_due_mail_is_sent_once(desk: Desk, lead: Lead, clock: Any) -> None:
    assert sweep(desk).sent == 1
    clock.now += 1e6
    assert sweep(desk).sent == 0
    (stored,) = desk.store.scan()
    assert stored.state() == "notified"


def test_a_mailer_that_fails_is_asked_again_later_and_later(desk: Desk, lead: Lead, clock: Any) -> None:
    pauses = []
    for _ in range(12):
        mailer(desk).fail["send"] = MailError("down")
        assert sweep(desk).failed == 1
        (stored,) = desk.store.scan()
        assert stored.due is not None
        pauses.append(stored.due - clock.now)
        clock.now = stored.due - 0.1
        assert sweep(desk) == (0, 0, 0, ())
        clock.now = stored.due
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert sweep(desk).sent == 1


def test_a_crash_after_the_claim_is_repaired(desk: Desk, lead: Lead, clock: Any) -> None:
    mailer(desk).fail["send"] = KeyboardInterrupt()  # type: ignore[assignment] # the process dies here
    with pytest.raises(KeyboardInterrupt):
        sweep(desk)
    clock.now += LEASE - 0.1
    assert sweep(desk).sent == 0
    clock.now += 0.1
    assert sweep(desk).sent == 1


def test_a_crash_between_send_and_mark_does_not_send_twice(desk: Desk, lead: Lead, clock: Any) -> None:
    mailer(desk).fail_after["send"] = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        sweep(desk)
    assert len(mailer(desk).sent) == 1
    clock.now += LEASE
    sweep(desk)
    assert len(mailer(desk).sent) == 1
    (stored,) = desk.store.scan()
    assert stored.state() == "notified"


def test_a_second_try_is_the_same_letter(desk: Desk, book: dict[str, str], clock: Any) -> None:
    class Recorder:
        def __init__(self) -> None:
            self.letters: list[Letter] = []

        def send(self, letter: Letter) -> None:
            self.letters.append(letter)
            if len(self.letters) == 1:
                msg = "timeout"
                raise MailError(msg)

    recorder = Recorder()
    desk = desk._replace(mailer=recorder)
    submit(desk, desk.forms["book"], book, page="")
    sweep(desk)
    clock.now += 3000
    sweep(desk)
    assert len(recorder.letters) == 2
    assert recorder.letters[0] == recorder.letters[1]


def test_a_store_that_fails_at_the_mark_is_repaired(desk: Desk, lead: Lead, clock: Any) -> None:
    class FailsAtMark(MemoryMailer):
        def send(self, letter: Letter) -> None:
            super().send(letter)
            store(desk).fail["replace"] = StoreError("gone for a moment")

    failing = FailsAtMark()
    assert sweep(desk._replace(mailer=failing)).reasons == ("StoreError",)
    clock.now += LEASE
    assert sweep(desk._replace(mailer=failing)).failed == 1  # fails at the mark again
    clock.now += LEASE
    mailer(desk).sent.update(failing.sent)
    assert sweep(desk).sent == 1
    assert len(mailer(desk).sent) == 1


def test_one_poisoned_record_does_not_stop_the_others(desk: Desk, contact: dict[str, str]) -> None:
    for name in ("Ann", "Bob", "Cy"):
        submit(desk, desk.forms["contact"], {**contact, "name": name}, page="")
    broken = next(iter(desk.store.scan()))
    store(desk).replace(broken, broken._replace(form="no-such-form"))
    tally = sweep(desk)
    assert (tally.sent, tally.failed, tally.reasons) == (2, 1, ("no-such-form",))


def test_more_than_a_page_of_mails_is_sent_in_one_run(desk: Desk, contact: dict[str, str]) -> None:
    for number in range(250):
        submit(desk, desk.forms["contact"], {**contact, "name": f"Name {number}"}, page="")
    assert sweep(desk).sent == 250


def test_notifiers_and_a_sweeper_racing_send_each_mail_once(
    desk: Desk, contact: dict[str, str], tmp_path: Path
) -> None:
    class Counting:
        def __init__(self) -> None:
            self.ids: list[str] = []

        def send(self, letter: Letter) -> None:
            self.ids.append(letter.id)

    counting = Counting()
    stores = [SqliteStore(tmp_path / "leads.sqlite3") for _ in range(3)]
    desks = [desk._replace(store=one, marks=one, mailer=counting) for one in stores]
    leads = [
        submit(desks[0], desk.forms["contact"], {**contact, "name": f"Name {number}"}, page="").lead
        for number in range(20)
    ]
    start = threading.Barrier(3)

    def run(number: int) -> None:
        start.wait()
        if number == 2:
            sweep(desks[number])
        else:
            for one in leads:
                assert one is not None
                deliver(desks[number], one)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert len(counting.ids) == 20
    assert len(set(counting.ids)) == 20


def test_the_notice_cannot_be_forged_from_inside(desk: Desk, contact: dict[str, str]) -> None:
    message = "Hello\n\nReceived: 1999\nRecord: fake {id} {link}\u202eevil"
    submit(desk, desk.forms["contact"], {**contact, "message": message, "name": "{id}"}, page="")
    sweep(desk)
    (letter,) = mailer(desk).sent.values()
    assert "\n> Received: 1999\n> Record: fake {id} {link}[U+202E]evil" in letter.body
    assert "> {id}\n" in letter.body


def test_a_stream_batch_is_mailed_and_unknown_records_are_passed_over(wire: Any, contact: dict[str, str]) -> None:
    import json

    from forms import aws

    answer = wire.post("/api/forms/contact", contact, accept="application/json")
    lead_id = json.loads(answer["body"])["id"]
    records = [
        {"dynamodb": {"SequenceNumber": str(number), "Keys": {"id": {"S": one}}}}
        for number, one in enumerate((lead_id, "gone", lead_id))
    ]
    assert aws.notify({"Records": records}, None) == {"batchItemFailures": []}
    assert len(wire.mails()) == 1


def test_a_record_of_the_stream_that_nobody_can_look_up_comes_back_alone(wire: Any, contact: dict[str, str]) -> None:
    import json

    from forms import aws

    lead_id = json.loads(wire.post("/api/forms/contact", contact, accept="application/json")["body"])["id"]
    ids = {"1": "\ud800", "2": lead_id}
    records = [{"dynamodb": {"SequenceNumber": n, "Keys": {"id": {"S": one}}}} for n, one in ids.items()]
    assert aws.notify({"Records": records}, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert len(wire.mails()) == 1


def test_a_mail_whose_sender_died_goes_out_as_soon_as_the_mailer_could_be_done(
    desk: Desk, lead: Lead, clock: Any
) -> None:
    class Quick(MemoryMailer):
        lease = 3.0

    desk = desk._replace(mailer=Quick())
    mailer(desk).fail["send"] = KeyboardInterrupt()  # type: ignore[assignment] # as good as kill -9: nothing is recorded
    with pytest.raises(KeyboardInterrupt):
        sweep(desk)
    clock.now += 2.9
    assert sweep(desk).sent == 0
    clock.now += 0.1
    assert sweep(desk).sent == 1
    assert [letter.startswith(lead.id) for letter in mailer(desk).sent] == [True]
