"""Double opt-in on a clock that can be moved: confirming, asking again, expiry, leaving, coming back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Any

from forms.definition import Mail
from forms.errors import MailError
from forms.errors import StoreError
from forms.handle import handle
from forms.memory import MemoryMailer
from forms.memory import MemoryStore
from forms.notify import sweep
from forms.request import Request
from forms.submit import submit
from forms.tokens import Tokens

if TYPE_CHECKING:
    from forms.desk import Desk
    from forms.lead import Lead
    from forms.letter import Letter

MINUTE = 60.0
DAY = 86_400.0


def letters(desk: Desk) -> list[Letter]:
    assert isinstance(desk.mailer, MemoryMailer)
    return list(desk.mailer.sent.values())


def sign_up(desk: Desk, book: dict[str, str]) -> None:
    submit(desk, desk.forms["book"], book, page="")
    sweep(desk)


def token(desk: Desk, kind: str) -> str:
    found = [re.search(rf"/api/{kind}\?token=(\S+)", letter.body) for letter in letters(desk)]
    return next(one[1] for one in reversed(found) if one)


def post(desk: Desk, path: str, body: str) -> dict[str, Any]:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return handle(lambda: desk, Request("POST", path, headers, raw_body=body)).answer


def get(desk: Desk, path: str, query: str) -> dict[str, Any]:
    return handle(lambda: desk, Request("GET", path, {}, query)).answer


def only(desk: Desk) -> Lead:
    (lead,) = desk.store.scan()
    return lead


def test_the_proof_names_the_mail_whose_link_was_used_and_not_the_notice_beside_it(
    desk: Desk, book: dict[str, str]
) -> None:
    notice = Mail("notice", "Somebody came", "{fields} {id}")
    form = desk.forms["book"]
    form = form._replace(notify="team", mails={**form.mails, "notice": notice})
    desk = desk._replace(forms={**desk.forms, "book": form})
    sign_up(desk, book)
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    lead = only(desk)
    assert {job.kind for job in lead.jobs} == {"notice", "confirm", "book"}
    assert [proof.mail for proof in lead.proofs] == [f"{lead.id}-confirm-1"]


def test_a_program_gets_problem_details_for_a_link_that_does_nothing(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, book)
    good = token(desk, "unsubscribe")
    expired = desk.tokens.sign("confirm", only(desk).id, desk.clock() - 1)

    def ask(path: str, query: str, sent: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
        request = Request("POST", path, {"content-type": "application/json"}, query, json.dumps(sent))
        answer = handle(lambda: desk, request).answer
        return answer["statusCode"], answer["headers"]["content-type"], json.loads(answer["body"])

    for path, sent, status in (
        ("/api/confirm", {"token": "x"}, 400),
        ("/api/confirm", {"token": expired}, 410),
        ("/api/confirm", {"token": "x", "again": "1"}, 400),
        ("/api/preferences", {"token": "x"}, 400),
    ):
        assert ask(path, "", sent)[:2] == (status, "application/problem+json")
    assert ask("/api/unsubscribe", f"token={good}", {}) == (200, "application/json", {"status": "unsubscribed"})


def test_who_wants_no_mail_is_not_told_how_to_get_one(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, book)
    stop = token(desk, "unsubscribe")
    assert desk.store.remove(only(desk))
    answer = post(desk, "/api/unsubscribe", f"token={stop}")
    assert answer["statusCode"] == 410
    assert "send nothing because of it" in answer["body"]
    assert "ask for a new one" not in answer["body"]


def test_mails_to_visitors_hold_nothing_that_was_typed(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, {**book, "name": "Buy pills at evil.example"})
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    sweep(desk)
    for letter in letters(desk):
        assert "pills" not in letter.subject + letter.body
        assert "ketamine" not in letter.subject.lower()
        assert "1 Example Street" in letter.body
        assert {name for name, _ in letter.headers} == {"List-Unsubscribe", "List-Unsubscribe-Post"}


def test_confirming_twice_sends_the_book_once(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    for _ in range(3):
        assert post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")["statusCode"] == 303
        sweep(desk)
        clock.now += 60 * MINUTE
    assert [letter.id.split("-")[1] for letter in letters(desk)] == ["confirm", "book"]
    assert only(desk).state() == "delivered"


def test_signing_up_again_soon_sends_nothing_more(desk: Desk, book: dict[str, str], clock: Any) -> None:
    for _ in range(5):
        sign_up(desk, book)
        clock.now += MINUTE
    assert len(letters(desk)) == 1


def test_signing_up_again_later_sends_the_confirming_mail_again(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    clock.now += 10 * MINUTE
    sign_up(desk, book)
    assert [letter.id.split("-")[1:] for letter in letters(desk)] == [["confirm", "1"], ["confirm", "2"]]
    assert len(list(desk.store.scan())) == 1


def test_signing_up_again_once_confirmed_sends_a_new_book_link(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    sweep(desk)
    clock.now += 5 * DAY
    answer = post(desk, "/api/forms/book", "email=ann%40example.com&consent=yes")
    assert answer["headers"]["location"] == "/book/thanks/"  # nothing tells that the address was known
    sweep(desk)
    assert letters(desk)[-1].id.endswith("book-2")
    assert get(desk, "/api/book", f"token={token(desk, 'book')}")["statusCode"] == 200


def test_a_long_outage_of_the_mailer_does_not_pile_up_mails(desk: Desk, book: dict[str, str], clock: Any) -> None:
    mailer = desk.mailer
    assert isinstance(mailer, MemoryMailer)
    for _ in range(6):
        mailer.fail["send"] = MailError("down")
        sign_up(desk, book)
        clock.now += 30 * MINUTE
    mailer.fail.clear()
    clock.now += DAY
    sweep(desk)
    assert len(letters(desk)) == 1


def test_other_sites_can_neither_confirm_nor_ask_again(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"}
    for path in ("/api/confirm", "/api/book"):
        request = Request("POST", path, headers, raw_body=f"token={token(desk, 'confirm')}&again=1")
        assert handle(lambda: desk, request).answer["statusCode"] == 403
    assert only(desk).confirmed is None


def test_another_name_is_no_way_round_the_repeat_window(desk: Desk, book: dict[str, str], clock: Any) -> None:
    for number in range(6):
        sign_up(desk, {**book, "name": f"Name {number}"})
        clock.now += MINUTE
    assert len(letters(desk)) == 1
    assert sum(job.reason == "repeat" for lead in desk.store.scan() for job in lead.jobs) == 5


def test_an_expired_book_link_offers_a_new_one(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    sweep(desk)
    old = token(desk, "book")
    clock.now += 7 * DAY
    page = get(desk, "/api/book", f"token={old}")
    assert page["statusCode"] == 410
    assert "Send me a new link" in page["body"]
    assert get(desk, "/api/book", f"token={old}&format=pdf")["statusCode"] == 410
    assert post(desk, "/api/book", f"token={old}&again=1")["headers"]["location"] == "/book/thanks/"
    assert post(desk, "/api/book", f"token={old}&again=1")["statusCode"] == 303
    sweep(desk)
    assert sum("-book-" in letter.id for letter in letters(desk)) == 2
    assert get(desk, "/api/book", f"token={token(desk, 'book')}&format=pdf")["statusCode"] == 200


def test_an_expired_confirming_link_offers_a_new_one(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    old = token(desk, "confirm")
    clock.now += 8 * DAY
    assert get(desk, "/api/confirm", f"token={old}")["statusCode"] == 410
    assert post(desk, "/api/confirm", f"token={old}")["statusCode"] == 410
    assert only(desk).confirmed is None
    assert post(desk, "/api/confirm", f"token={old}&again=1")["statusCode"] == 303
    sweep(desk)
    assert post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")["statusCode"] == 303
    assert only(desk).confirmed == clock.now


def test_a_token_for_one_purpose_is_none_for_another(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, book)
    for kind, path in (("unsubscribe", "/api/confirm"), ("confirm", "/api/book"), ("confirm", "/api/unsubscribe")):
        answer = post(desk, path, f"token={token(desk, kind)}")
        assert answer["statusCode"] == 400, (kind, path)
    assert only(desk).confirmed is None
    assert only(desk).unsubscribed is None


def test_links_outlive_a_new_secret_and_die_with_the_old_one(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, book)
    query = f"token={token(desk, 'confirm')}"
    both = desk._replace(tokens=Tokens([b"n" * 32, b"k" * 32]))
    assert get(both, "/api/confirm", query)["statusCode"] == 200
    assert get(desk._replace(tokens=Tokens([b"n" * 32])), "/api/confirm", query)["statusCode"] == 400


def test_who_leaves_gets_no_book_and_who_confirms_again_does(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")  # before the book's mail went out
    sweep(desk)
    assert sum("-book-" in letter.id for letter in letters(desk)) == 0
    assert only(desk).state() == "unsubscribed"
    clock.now += DAY
    sign_up(desk, book)
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    sweep(desk)
    assert sum("-book-" in letter.id for letter in letters(desk)) == 1
    assert only(desk).state() == "delivered"
    assert len(only(desk).agreed) == 2  # both times the person agreed


def test_who_refuses_the_first_mail_gets_no_other(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")
    clock.now += DAY
    sign_up(desk, book)
    sign_up(desk, {**book, "name": "Somebody else"})
    assert len(letters(desk)) == 1


def test_the_stop_holds_after_a_new_secret(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")
    clock.now += DAY
    rotated = desk._replace(tokens=Tokens([b"n" * 32, b"k" * 32]))
    sign_up(rotated, {**book, "name": "Again"})
    assert len(letters(desk)) == 1


def test_the_stop_list_holds_no_address(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, book)
    post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")
    marks = str(desk.marks._marks)  # type: ignore[attr-defined]
    assert "stop/" in marks
    assert "ann" not in marks


def test_a_click_while_the_store_is_down_may_be_tried_again(desk: Desk, book: dict[str, str]) -> None:
    sign_up(desk, book)
    store = desk.store
    assert isinstance(store, MemoryStore)
    store.fail["replace"] = StoreError("down")
    answer = post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "30")
    assert "try again" in answer["body"]
    assert post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")["statusCode"] == 303


def test_a_lead_that_is_gone_says_so(desk: Desk) -> None:
    made = desk.tokens.sign("confirm", "nobody", desk.clock() + DAY)
    assert get(desk, "/api/confirm", f"token={made}")["statusCode"] == 410
    assert post(desk, "/api/confirm", f"token={made}&again=1")["statusCode"] == 410


def test_a_quarantined_sign_up_cannot_be_confirmed_by_asking_again(desk: Desk, book: dict[str, str]) -> None:
    for _ in range(2):
        sign_up(desk, {**book, "contact_url": "x"})
    assert letters(desk) == []
    assert only(desk).jobs == ()


def test_an_old_confirming_link_brings_nobody_back_who_left(desk: Desk, book: dict[str, str], clock: Any) -> None:
    sign_up(desk, book)
    old = token(desk, "confirm")
    post(desk, "/api/confirm", f"token={old}")
    sweep(desk)
    clock.now += MINUTE
    post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")
    clock.now += MINUTE
    assert get(desk, "/api/confirm", f"token={old}")["statusCode"] == 410
    assert post(desk, "/api/confirm", f"token={old}")["statusCode"] == 410
    sweep(desk)
    assert only(desk).state() == "unsubscribed"
    assert [letter.id.split("-")[1] for letter in letters(desk)] == ["confirm", "book"]


def test_who_leaves_and_asks_again_at_once_is_asked_to_confirm_again(
    desk: Desk, book: dict[str, str], clock: Any
) -> None:
    sign_up(desk, book)
    post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")
    sweep(desk)
    clock.now += 1
    post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")
    clock.now += 1
    for _ in range(3):
        sign_up(desk, book)
        sweep(desk)
        clock.now += 1
    assert [letter.id.split("-")[1:] for letter in letters(desk)] == [["confirm", "1"], ["book", "1"], ["confirm", "2"]]
    assert post(desk, "/api/confirm", f"token={token(desk, 'confirm')}")["statusCode"] == 303
    assert only(desk).unsubscribed is None


def test_the_page_after_leaving_links_to_the_form_that_was_left(desk: Desk, book: dict[str, str]) -> None:
    other = desk.forms["book"]._replace(id="newsletter", page="/newsletter/")
    desk = desk._replace(forms={**desk.forms, "newsletter": other})
    post(desk, "/api/forms/newsletter", "email=ann%40example.com&consent=yes")
    sweep(desk)
    page = post(desk, "/api/unsubscribe", f"token={token(desk, 'unsubscribe')}")["body"]
    assert 'href="/newsletter/"' in page
    assert "/book/" not in page
