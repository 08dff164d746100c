"""The puzzle: signed, for one record, for an hour, once; and what people without script see."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlencode

import altcha
import pytest

from forms import challenge
from forms.submit import submit

if TYPE_CHECKING:
    from forms.desk import Desk

#: Held for a puzzle, not for good: 4 to 7 points.
OFFER = "Hello, we offer SEO services and backlinks."
BASE = {"name": "Ann Otter", "email": "ann@example.com", "message": OFFER, "consent": "yes"}


def solve(made: dict[str, Any]) -> str:
    """What a browser does, by the same library's solver."""
    found = altcha.solve_challenge(altcha.Challenge.from_dict(made))
    assert found is not None
    return altcha.Payload(altcha.Challenge.from_dict(made), found).to_base64()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rounds: what is tested here is not the machine's speed."""
    monkeypatch.setattr(challenge, "_ROUNDS", 2)


pytestmark = pytest.mark.usefixtures("quick")


def test_a_solution_is_good_for_its_record_and_until_its_end(desk: Desk, clock: Any) -> None:
    made = challenge.make(desk, "lead-1")
    assert made is not None
    payload = solve(made)
    assert challenge.solved(desk, payload) == ("lead-1", challenge.mark(made["parameters"]["nonce"]))
    clock.now += challenge.LIFE
    assert challenge.solved(desk, payload) is None


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"lead": "lead-2", "until": 9_999_999_999}},
        {"keyPrefix": ""},
        {"cost": 1},
        {"keySignature": None},
        {"expiresAt": 1},
    ],
)
def test_a_changed_challenge_is_not_ours(desk: Desk, change: dict[str, Any]) -> None:
    made = challenge.make(desk, "lead-1")
    assert made is not None
    read = json.loads(base64.b64decode(solve(made)))
    read["challenge"]["parameters"].update(change)
    assert challenge.solved(desk, base64.b64encode(json.dumps(read).encode()).decode()) is None


def test_a_guessed_solution_is_none(desk: Desk) -> None:
    made = challenge.make(desk, "lead-1")
    guessed = {"challenge": made, "solution": {"counter": 100, "derivedKey": "00" * 32}}
    assert challenge.solved(desk, base64.b64encode(json.dumps(guessed).encode()).decode()) is None


@pytest.mark.parametrize("payload", ["", "x", "e30=", "bnVsbA==", "W10=", "é", "=" * 9, '{"challenge": 1}'])
def test_what_is_no_payload_is_none(desk: Desk, payload: str) -> None:
    assert challenge.solved(desk, payload) is None


def test_work_is_bounded_and_differs(desk: Desk) -> None:
    counters = set()
    for _ in range(20):
        made = challenge.make(desk, "lead-1")
        found = altcha.solve_challenge(altcha.Challenge.from_dict(made)) if made else None
        assert found is not None
        assert 64 <= found.counter < 192
        counters.add(found.counter)
    assert len(counters) > 5


def test_without_the_library_the_record_waits_for_a_reader(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "altcha", None)
    assert challenge.make(desk, "lead-1") is None
    assert challenge.solved(desk, "e30=") is None


# --- over the wire ----------------------------------------------------------------------------------------------------


def leads(wire: Any) -> list[Any]:
    from forms.sqlite import SqliteStore

    store = SqliteStore(str(wire.data / "leads.sqlite3"))
    try:
        return list(store.scan())
    finally:
        store.close()


def held(wire: Any) -> str:
    """Sends a form that is held; the address of the page it leads to."""
    answer = wire.post("/api/forms/contact", BASE)
    assert answer["statusCode"] == 303
    return str(answer["headers"]["location"].partition("?")[2])


def puzzle_in(page: str) -> dict[str, Any] | None:
    found = re.search(r'data-challenge="([^"]*)"', page)
    return json.loads(html.unescape(found[1])) if found else None


def test_a_browser_solves_and_is_thanked_and_the_mail_goes(wire: Any) -> None:
    query = held(wire)
    page = wire.get("/api/challenge", query)
    assert page["statusCode"] == 200
    assert "What you sent has arrived" in page["body"]
    made = puzzle_in(page["body"])
    assert made is not None
    body = {"altcha": solve(made)}
    for _ in range(2):  # a lost answer, a second press
        done = wire.post("/api/challenge", body)
        assert (done["statusCode"], done["headers"]["location"]) == (303, "/contact/thanks/")
    wire.sweep()
    assert len(wire.mails()) == 1
    # The page, opened again from the history, knows.
    assert wire.get("/api/challenge", query)["headers"]["location"] == "/contact/thanks/"


def test_opening_the_page_changes_nothing(wire: Any) -> None:
    query = held(wire)
    for _ in range(3):
        wire.get("/api/challenge", query)
    wire.sweep()
    assert wire.mails() == []
    assert leads(wire)[0].state() == "quarantined"


def test_a_wrong_solution_leads_to_the_same_words_without_another_puzzle(wire: Any) -> None:
    held(wire)
    page = wire.post("/api/challenge", {"altcha": "e30="})
    assert page["statusCode"] == 200
    assert "nothing is lost" in page["body"]
    assert puzzle_in(page["body"]) is None
    assert leads(wire)[0].state() == "quarantined"


def test_a_solution_releases_once_also_when_the_team_holds_the_record_again(wire: Any) -> None:
    made = puzzle_in(wire.get("/api/challenge", held(wire))["body"])
    assert made is not None
    body = {"altcha": solve(made)}
    wire.post("/api/challenge", body)
    from forms.sqlite import SqliteStore

    store = SqliteStore(str(wire.data / "leads.sqlite3"))
    (lead,) = store.scan()
    store.replace(lead, lead._replace(quarantined=lead.created))
    store.close()
    again = wire.post("/api/challenge", body)
    assert again["statusCode"] == 200
    assert leads(wire)[0].state() == "quarantined"


def test_a_link_that_ran_out_still_says_that_it_arrived(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    query = held(wire)
    now = __import__("time").time()
    monkeypatch.setattr("time.time", lambda: now + 2 * challenge.LIFE)
    page = wire.get("/api/challenge", query)
    # The desk holds the clock it was built with; a cut link is told apart from an old one.
    assert page["statusCode"] == 200
    assert wire.get("/api/challenge", query[:-1])["statusCode"] == 400


def test_a_program_gets_the_challenge_and_answers_it(wire: Any) -> None:
    answer = wire.post_json("/api/forms/contact", BASE)
    told = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert set(told) == {"status", "id", "challenge", "answer_to"}
    assert (told["status"], told["answer_to"]) == ("challenge", "/api/challenge")
    wrong = wire.post_json("/api/challenge", {"altcha": "x"})
    assert (wrong["statusCode"], wrong["headers"]["content-type"]) == (400, "application/problem+json")
    done = wire.post_json("/api/challenge", {"altcha": solve(told["challenge"])})
    assert json.loads(done["body"]) == {"status": "received", "id": told["id"]}


def test_another_site_cannot_send_a_solution(wire: Any) -> None:
    assert wire.post("/api/challenge", {"altcha": "x"}, origin="https://evil.example")["statusCode"] == 403


def test_the_stamp_is_fresh_each_time_and_kept_by_nobody(wire: Any) -> None:
    one, two = (wire.get("/api/stamp") for _ in range(2))
    assert json.loads(one["body"])["stamp"] != json.loads(two["body"])["stamp"]
    assert one["headers"]["cache-control"] == "no-store"
    assert wire.post("/api/stamp", {})["statusCode"] == 405


def test_a_form_that_comes_back_with_errors_keeps_its_stamp(wire: Any) -> None:
    shown = json.loads(wire.get("/api/stamp")["body"])["stamp"]
    page = wire.post("/api/forms/contact", {"rendered": shown})["body"]
    assert f'<input type="hidden" name="rendered" value="{shown}">' in page
    forged = wire.post("/api/forms/contact", {"rendered": "<b>"})["body"]
    assert "<b>" not in forged
    assert re.search(r'name="rendered" value="[0-9a-f]{8}\.', forged)


def test_a_flood_hands_everything_back_and_names_help(wire: Any) -> None:
    def send(nth: int) -> dict[str, Any]:
        answer: dict[str, Any] = wire.post("/api/forms/contact", {**BASE, "message": f"Words number {nth}"})
        return answer

    answers = [send(nth) for nth in range(75)]
    refused = answers[-1]
    assert refused["statusCode"] == 429
    assert int(refused["headers"]["retry-after"]) >= 1
    assert "Words number 74" in refused["body"]
    assert "sms:988" in refused["body"]
    assert "was not sent" in refused["body"]
    # All that was acknowledged is there.
    acknowledged = sum(answer["statusCode"] == 303 for answer in answers)
    assert acknowledged >= 60
    assert len(leads(wire)) == acknowledged


def test_held_forms_keep_what_was_typed(desk: Desk) -> None:
    done = submit(desk, desk.forms["contact"], BASE, page="")
    assert done.challenge
    assert done.lead is not None
    assert done.lead.values["message"] == OFFER


def test_the_page_survives_a_query_that_is_none(wire: Any) -> None:
    assert wire.get("/api/challenge", urlencode({"token": "<script>"}))["statusCode"] == 400
