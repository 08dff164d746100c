"""Forgetting: private answers kept apart, a person erased, what is over gone, and no mail to anybody who is erased."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from forms.compose import compose
from forms.erase import erase
from forms.erase import expire
from forms.errors import MailError
from forms.errors import StoreBusy
from forms.errors import StoreError
from forms.handle import handle
from forms.lead import to_json
from forms.memory import MemoryMailer
from forms.memory import MemoryStore
from forms.memory import MemoryVault
from forms.notify import deliver
from forms.notify import sweep
from forms.request import Request
from forms.submit import submit
from forms.tokens import Tokens

if TYPE_CHECKING:
    from forms.desk import Desk
    from forms.erase import Receipt
    from forms.lead import Lead

DAY = 86_400.0
INSURANCE = {
    "insurer": "Quiet Oak Mutual",
    "plan_type": "employer",
    "member_id": "ZQX 4471-90",
    "state": "or",
    "contact_way": "email",
    "email": "Ann@example.com",
    "consent": "yes",
}
PRIVATE = {"insurer": "Quiet Oak Mutual", "plan_type": "employer", "member_id": "ZQX 4471-90", "state": "or"}
CALLBACK = {"name": "Ann", "phone": "+1 (503) 555-0142", "way": "text", "time": "any", "consent": "yes"}


def send(desk: Desk, name: str, sent: dict[str, str]) -> Lead:
    lead = submit(desk, desk.forms[name], sent, page="").lead
    assert lead is not None
    return lead


def forget(desk: Desk, address: str) -> Receipt:
    return erase(desk.store, desk.marks, desk.vault, desk.tokens, address, now=desk.clock())


def kept(desk: Desk) -> dict[str, Any]:
    assert isinstance(desk.vault, MemoryVault)
    return desk.vault._kept


# --- private answers ---------------------------------------------------------------------------------------------


def test_private_answers_lie_in_the_vault_and_nowhere_else(desk: Desk, clock: Any) -> None:
    lead = send(desk, "insurance", INSURANCE)
    assert desk.vault.open(lead.vault, now=clock.now) == PRIVATE
    assert desk.vault.open(lead.vault, now=clock.now + 30 * DAY) is None
    assert lead.values == {"contact_way": "email", "email": "Ann@example.com", "phone": ""}
    stored = to_json(lead)
    assert not [word for word in PRIVATE.values() if json.dumps(word) in stored]
    assert "ZQX" not in stored


def test_the_teams_mail_says_only_that_something_came(desk: Desk) -> None:
    lead = send(desk, "insurance", INSURANCE)
    assert sweep(desk).sent == 1
    assert isinstance(desk.mailer, MemoryMailer)
    (letter,) = desk.mailer.sent.values()
    assert lead.id in letter.body
    assert letter.reply_to == ""
    for word in ("Quiet Oak", "employer", "4471", "ann", "example.com", "Oregon"):
        assert word.lower() not in (letter.body + letter.subject).lower()


def test_answer_and_log_hold_none_of_it(wire: Any, capsys: pytest.CaptureFixture[str]) -> None:
    good = wire.post("/api/forms/insurance", INSURANCE)
    assert good["headers"]["location"] == "/find-care/covered/thanks/"
    wire.post("/api/forms/insurance", {**INSURANCE, "email": ""})  # shown again to the one who typed it
    wire.sweep()
    said = capsys.readouterr()
    for text in (json.dumps(good), said.out, said.err, *(mail.as_string() for mail in wire.mails())):
        assert not re.search("Quiet Oak|ZQX|Ann@", text)
    whole = b"".join(path.read_bytes() for path in wire.data.glob("leads.sqlite3*"))
    assert b"Quiet Oak" not in whole
    assert b"ZQX" not in whole


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.characters(categories=["L", "N"]), max_size=30), st.from_regex(r"[A-Z0-9]{0,9}", fullmatch=True)
)
def test_whatever_is_private_is_in_no_record_answer_or_mail(desk: Desk, insurer: str, number: str) -> None:
    insurer, number = f"zq{insurer}qz", f"ZQ{number}"
    body = json.dumps({**INSURANCE, "insurer": insurer, "member_id": number})
    request = Request("POST", "/api/forms/insurance", {"content-type": "application/json"}, raw_body=body)
    handled = handle(lambda: desk, request)
    assert handled.answer["statusCode"] in {200, 303}
    sweep(desk)
    assert isinstance(desk.mailer, MemoryMailer)
    said = [json.dumps(handled), *map(to_json, desk.store.scan()), *map(str, desk.mailer.sent.values())]
    assert not [text for text in said if insurer in text or f'"{number}"' in text]
    assert {"insurer": unicodedata.normalize("NFC", insurer), "member_id": number}.items() <= {
        pair for values, _ in kept(desk).values() for pair in values.items()
    }


def test_a_retry_is_one_record_and_one_set_of_answers(desk: Desk, clock: Any) -> None:
    first = send(desk, "insurance", INSURANCE)
    clock.now += 60
    assert send(desk, "insurance", INSURANCE).id == first.id
    window = desk.forms["insurance"].window_hours * 3600
    clock.now += window - clock.now % window + 1  # just over the window's end: another key, the same record
    assert send(desk, "insurance", INSURANCE).id == first.id
    assert list(kept(desk)) == [first.vault]
    other = send(desk, "insurance", {**INSURANCE, "member_id": "ZQX 4471-91"})
    assert other.id != first.id
    assert len(kept(desk)) == 2


def test_the_key_tells_nothing_to_who_guesses(desk: Desk) -> None:
    lead = send(desk, "insurance", INSURANCE)
    elsewhere = desk._replace(store=MemoryStore(), vault=MemoryVault(), tokens=Tokens([b"o" * 32]))
    assert send(elsewhere, "insurance", INSURANCE).key != lead.key


def test_nothing_is_acknowledged_when_the_vault_fails_and_no_record_waits_without_answers(desk: Desk) -> None:
    assert isinstance(desk.vault, MemoryVault)
    desk.vault.fail["put"] = StoreError("down")
    with pytest.raises(StoreError):
        send(desk, "insurance", INSURANCE)
    assert list(desk.store.scan()) == []
    assert isinstance(desk.store, MemoryStore)
    desk.store.fail["add"] = StoreError("down")
    with pytest.raises(StoreError):
        send(desk, "insurance", INSURANCE)
    (left,) = kept(desk)  # ends by itself, and the retry takes it over
    assert send(desk, "insurance", INSURANCE).vault == left


# --- a person ----------------------------------------------------------------------------------------------------


def test_a_person_is_erased_with_everything_but_the_hash(
    desk: Desk, contact: dict[str, str], book: dict[str, str]
) -> None:
    ours = [send(desk, "contact", contact), send(desk, "book", book), send(desk, "insurance", INSURANCE)]
    theirs = send(desk, "book", {**book, "email": "bob@example.com"})
    sweep(desk)
    receipt = forget(desk, " ANN@example.com ")
    assert [(one.id, one.form) for one in receipt.removed] == [(one.id, one.form) for one in ours]
    assert (receipt.answers, receipt.at) == (1, desk.clock())
    assert [one.id for one in desk.store.scan()] == [theirs.id]
    assert kept(desk) == {}
    marks = desk.marks._marks  # type: ignore[attr-defined]
    mine = {key: value for key, (value, _) in marks.items() if receipt.person in key}
    assert mine == {f"stop/{receipt.person}": "erased"}
    assert "ann" not in str(receipt).lower()
    again = forget(desk, "ann@example.com")
    assert (again.removed, again.answers, again.person) == ((), 0, receipt.person)


def test_an_earlier_stop_outlives_erasing(desk: Desk, clock: Any) -> None:
    (print_,) = desk.tokens.fingerprints("ann@example.com")
    desk.marks.claim(f"stop/{print_}", "complaint", now=clock.now, until=0)
    forget(desk, "ann@example.com")
    assert desk.marks.find(f"stop/{print_}", now=clock.now) == "complaint"


def test_who_gave_a_number_only_is_found_by_it_however_it_is_written(desk: Desk) -> None:
    lead = send(desk, "callback", CALLBACK)
    assert forget(desk, "503-555-0143").removed == ()
    assert [one.id for one in forget(desk, "503.555.0142").removed] == [lead.id]


def test_an_address_hashed_under_an_older_pepper_is_found(desk: Desk, contact: dict[str, str]) -> None:
    lead = send(desk, "contact", contact)
    rotated = desk._replace(tokens=Tokens([b"n" * 32], [b"p" * 32, b"k" * 32]))
    assert [one.id for one in forget(rotated, "ann@example.com").removed] == [lead.id]


def test_a_record_that_changes_meanwhile_is_erased_all_the_same(desk: Desk, contact: dict[str, str]) -> None:
    lead = send(desk, "contact", contact)
    store = desk.store
    assert isinstance(store, MemoryStore)
    real, late = store.remove, [3]

    def remove(one: Lead) -> bool:
        if late[0]:  # somebody writes between our read and our delete
            late[0] -= 1
            store.replace(one, one._replace(score=late[0]))
        return real(one)

    store.remove = remove  # type: ignore[method-assign, assignment]
    assert [one.id for one in forget(desk, "ann@example.com").removed] == [lead.id]
    late[0] = 99
    send(desk, "contact", contact)
    with pytest.raises(StoreBusy):
        forget(desk, "ann@example.com")


def test_a_mail_that_was_claimed_before_erasing_is_not_sent_after_it(
    desk: Desk, book: dict[str, str], clock: Any
) -> None:
    lead = send(desk, "book", book)
    mailer = desk.mailer
    assert isinstance(mailer, MemoryMailer)
    mailer.fail["send"] = MailError("down")
    assert deliver(desk, lead).failed == 1  # claimed, then failed: due again later
    forget(desk, "ann@example.com")
    clock.now += DAY
    assert sweep(desk) == (0, 0, 0, ())
    assert deliver(desk, lead) == (0, 0, 0, ())  # somebody who still holds the old copy
    assert mailer.sent == {}


def test_erasing_while_a_mail_is_on_its_way_brings_the_record_not_back(desk: Desk, book: dict[str, str]) -> None:
    send(desk, "book", book)
    mailer = desk.mailer
    assert isinstance(mailer, MemoryMailer)
    real = mailer.send
    mailer.send = lambda letter: (forget(desk, "ann@example.com"), real(letter))[1]  # type: ignore[method-assign]
    sweep(desk)
    assert list(desk.store.scan()) == []
    assert desk.store.due(desk.clock() + 10 * DAY, 10) == []


def test_the_link_in_an_old_mail_says_that_it_is_gone(desk: Desk, book: dict[str, str]) -> None:
    lead = send(desk, "book", book)
    letter = compose(desk, desk.forms["book"], lead, lead.jobs[0])
    token = re.search(r"/api/confirm\?token=(\S+)", letter.body)
    assert token is not None
    forget(desk, "ann@example.com")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for body in (f"token={token[1]}", f"token={token[1]}&again=1"):
        request = Request("POST", "/api/confirm", headers, raw_body=body)
        assert handle(lambda: desk, request).answer["statusCode"] == 410
    assert sweep(desk).sent == 0


def test_who_was_erased_may_come_back(desk: Desk, book: dict[str, str]) -> None:
    send(desk, "book", book)
    forget(desk, "ann@example.com")
    fresh = send(desk, "book", book)
    assert sweep(desk).sent == 1  # the confirming mail, because somebody asked again
    assert isinstance(desk.mailer, MemoryMailer)
    token = desk.tokens.sign("confirm", fresh.id, desk.clock() + DAY)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    handle(lambda: desk, Request("POST", "/api/confirm", headers, raw_body=f"token={token}"))
    sweep(desk)
    assert [job.kind for job in next(iter(desk.store.scan())).jobs if job.sent] == ["confirm", "book"]


# --- time --------------------------------------------------------------------------------------------------------


def test_records_go_when_their_time_is_over_and_the_unconfirmed_first(
    desk: Desk, clock: Any, contact: dict[str, str], book: dict[str, str]
) -> None:
    start = clock.now
    left = send(desk, "book", {**book, "email": "bob@example.com"})
    stays = send(desk, "book", book)
    message = send(desk, "contact", contact)
    sweep(desk)
    token = desk.tokens.sign("confirm", stays.id, clock.now + DAY)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    handle(lambda: desk, Request("POST", "/api/confirm", headers, raw_body=f"token={token}"))

    def there(days: float) -> set[str]:
        clock.now = start + days * DAY
        sweep(desk)
        return {one.id for one in desk.store.scan()}

    assert there(29.9) == {left.id, stays.id, message.id}
    assert there(30.1) == {stays.id, message.id}
    assert there(366) == {stays.id}
    assert there(729) == {stays.id}
    assert there(731) == set()


def test_asking_again_on_the_last_day_keeps_the_record_as_long_as_the_new_link(
    desk: Desk, clock: Any, book: dict[str, str]
) -> None:
    lead = send(desk, "book", book)
    sweep(desk)
    clock.now += 29 * DAY
    send(desk, "book", book)
    sweep(desk)
    clock.now += 6.9 * DAY
    sweep(desk)
    assert desk.store.get(lead.id) is not None


def test_what_is_over_is_looked_for_once_an_hour(desk: Desk, clock: Any, contact: dict[str, str]) -> None:
    lead = send(desk, "insurance", INSURANCE)
    assert expire(desk) == 0
    clock.now += 31 * DAY
    assert expire(desk) == 0
    assert kept(desk) == {}  # the answers went, the record stays
    clock.now = lead.until + 1
    assert [expire(desk) for _ in range(3)] == [1, 0, 0]
    send(desk, "contact", contact)
    clock.now += 366 * DAY
    assert expire(desk) == 1


def test_a_store_that_cannot_forget_just_now_still_mails(desk: Desk, contact: dict[str, str]) -> None:
    assert isinstance(desk.store, MemoryStore)
    desk.store.fail["purge"] = StoreError("down")
    send(desk, "contact", contact)
    assert sweep(desk).sent == 1


def test_many_records_go_in_one_look(desk: Desk, clock: Any, contact: dict[str, str]) -> None:
    for number in range(1, 601):
        send(desk, "contact", {**contact, "message": f"Message {number}"})
    clock.now += 366 * DAY
    assert expire(desk) == 600
