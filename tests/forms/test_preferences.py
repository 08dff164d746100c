"""The page of email choices: what it shows, what its buttons do, and who may press them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from forms.errors import StoreError
from forms.handle import handle
from forms.memory import MemoryMailer
from forms.memory import MemoryStore
from forms.notify import sweep
from forms.request import Request
from forms.submit import submit

if TYPE_CHECKING:
    from forms.desk import Desk
    from forms.letter import Letter

ANN = {"email": "ann@example.com", "consent": "yes"}


def letters(desk: Desk) -> list[Letter]:
    assert isinstance(desk.mailer, MemoryMailer)
    return list(desk.mailer.sent.values())


def post(desk: Desk, path: str, body: str, **headers: str) -> dict[str, Any]:
    named = {"content-type": "application/x-www-form-urlencoded"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return handle(lambda: desk, Request("POST", path, named, raw_body=body)).answer


def get(desk: Desk, token: str) -> dict[str, Any]:
    return handle(lambda: desk, Request("GET", "/api/preferences", {}, f"token={token}")).answer


def link(desk: Desk, kind: str) -> str:
    """The token of the newest link of `kind` in any mail."""
    found = [re.search(rf"/api/{kind}\?token=(\S+)", letter.body) for letter in letters(desk)]
    return next(one[1] for one in reversed(found) if one)


def join(desk: Desk, *names: str) -> str:
    """Sign up for the lists and confirm each; the token of the email choices."""
    for name in names:
        submit(desk, desk.forms[name], ANN, page="")
        sweep(desk)
        post(desk, "/api/confirm", f"token={link(desk, 'confirm')}")
        sweep(desk)
    return link(desk, "preferences")


def lead_of(desk: Desk, name: str) -> Any:
    (lead,) = [one for one in desk.store.scan() if one.form == name]
    return lead


def test_every_list_mail_links_to_the_choices_and_the_first_mail_does_not(desk: Desk) -> None:
    join(desk, "book", "newsletter")
    has = {letter.id.split("-")[1]: "/api/preferences?token=" in letter.body for letter in letters(desk)}
    assert has == {"confirm": False, "book": True, "welcome": True}


def test_the_page_names_the_lists_and_neither_address_nor_anything_else(desk: Desk) -> None:
    page = get(desk, join(desk, "book", "newsletter"))
    assert page["statusCode"] == 200
    assert re.findall(r"<h2>(.*?)</h2>", page["body"])[:2] == ["The free book", "News and research updates"]
    assert "example.com" not in page["body"]
    assert get(desk, link(desk, "preferences")) == page  # looking changes nothing


def test_one_list_is_left_and_the_other_goes_on(desk: Desk, clock: Any) -> None:
    token = join(desk, "book", "newsletter")
    page = post(desk, "/api/preferences", f"token={token}&act=leave&form=newsletter")
    assert "You left “News and research updates”" in page["body"]
    assert "<h2>The free book</h2>" in page["body"]
    assert "<h2>News and research updates</h2>" not in page["body"]
    assert (lead_of(desk, "newsletter").state(), lead_of(desk, "book").state()) == ("unsubscribed", "delivered")
    clock.now += 3600
    submit(desk, desk.forms["book"], ANN, page="")
    assert sweep(desk).sent == 1  # a new link to the book


def test_a_mail_that_waits_does_not_go_to_who_left_its_list(desk: Desk) -> None:
    submit(desk, desk.forms["newsletter"], ANN, page="")
    sweep(desk)
    post(desk, "/api/confirm", f"token={link(desk, 'confirm')}")  # the welcome waits
    token = desk.tokens.sign("preferences", lead_of(desk, "newsletter").id)
    post(desk, "/api/preferences", f"token={token}&act=leave&form=newsletter")
    assert sweep(desk).dropped == 1
    assert [letter.id.split("-")[1] for letter in letters(desk)] == ["confirm"]


def test_who_left_a_list_may_join_it_again_and_each_click_is_kept(desk: Desk, clock: Any) -> None:
    token = join(desk, "newsletter")
    clock.now += 60
    post(desk, "/api/preferences", f"token={token}&act=leave&form=newsletter")
    clock.now += 60
    join(desk, "newsletter")
    assert [letter.id.split("-")[1:] for letter in letters(desk)] == [
        ["confirm", "1"],
        ["welcome", "1"],
        ["confirm", "2"],
        ["welcome", "2"],
    ]
    lead = lead_of(desk, "newsletter")
    assert [(one.act, one.mail.partition("-")[2]) for one in lead.proofs] == [
        ("confirmed", "confirm-1"),
        ("unsubscribed", ""),
        ("resubscribed", "confirm-2"),
    ]
    assert len({one.token for one in lead.proofs}) == 3
    assert "<h2>News and research updates</h2>" in get(desk, token)["body"]


def test_stopping_all_takes_the_address_off_each_list(desk: Desk) -> None:
    token = join(desk, "book", "newsletter")
    assert "all our lists" in post(desk, "/api/preferences", f"token={token}&act=stop")["body"]
    assert [one.state() for one in desk.store.scan()] == ["unsubscribed", "unsubscribed"]
    assert "none of our lists" in get(desk, token)["body"]


def test_one_click_in_the_mail_program_stops_everything_and_needs_no_page(desk: Desk) -> None:
    join(desk, "book", "newsletter")
    stop = dict(letters(desk)[-1].headers)["List-Unsubscribe"]
    token = stop.partition("token=")[2].rstrip(">")
    request = Request(
        "POST",
        "/api/unsubscribe",
        {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"},
        f"token={token}",
        raw_body="List-Unsubscribe=One-Click",
    )
    assert handle(lambda: desk, request).answer["statusCode"] == 200
    assert [one.state() for one in desk.store.scan()] == ["unsubscribed", "unsubscribed"]


def test_erasing_asks_once_more_and_then_forgets(desk: Desk, contact: dict[str, str]) -> None:
    token = join(desk, "newsletter")
    submit(desk, desk.forms["contact"], contact, page="")
    asked = post(desk, "/api/preferences", f"token={token}&act=erase")
    assert "Yes, erase it all" in asked["body"]
    assert len(list(desk.store.scan())) == 2
    done = post(desk, "/api/preferences", f"token={token}&act=erase&sure=1")
    assert "2 entries with your address are gone" in done["body"]
    assert list(desk.store.scan()) == []
    assert sweep(desk).sent == 0  # not even the notice of the message
    assert get(desk, token)["statusCode"] == 410
    assert post(desk, "/api/preferences", f"token={token}&act=erase&sure=1")["statusCode"] == 410


def test_another_site_cannot_press_the_buttons(desk: Desk) -> None:
    token = join(desk, "newsletter")
    for act in ("leave&form=newsletter", "stop", "erase&sure=1"):
        answer = post(desk, "/api/preferences", f"token={token}&act={act}", sec_fetch_site="cross-site")
        assert answer["statusCode"] == 403
    assert lead_of(desk, "newsletter").state() == "confirmed"


def test_no_other_link_opens_it_and_no_other_act_is_done(desk: Desk) -> None:
    token = join(desk, "newsletter")
    assert get(desk, link(desk, "confirm"))["statusCode"] == 400
    assert get(desk, link(desk, "unsubscribe"))["statusCode"] == 400
    assert get(desk, token[:-1])["statusCode"] == 400
    for act in ("", "act=dance", "act=leave", "act=leave&form=contact", "act=leave&form=%3Cb%3E"):
        answer = post(desk, "/api/preferences", f"token={token}&{act}")
        assert answer["statusCode"] == 400
        assert "<b>" not in answer["body"]
    assert lead_of(desk, "newsletter").state() == "confirmed"


def test_it_works_without_script_and_says_so_to_a_program(desk: Desk) -> None:
    token = join(desk, "newsletter")
    body = get(desk, token)["body"]
    assert body.count('<form class="form" action="/api/preferences" method="post">') == 3
    assert "<script" not in body
    answer = post(desk, "/api/preferences", f"token={token}&act=stop", accept="application/json")
    assert answer["body"] == '{"status": "unsubscribed"}'


def test_a_store_that_is_down_is_said_and_nothing_is_half_done(desk: Desk) -> None:
    token = join(desk, "newsletter")
    assert isinstance(desk.store, MemoryStore)
    desk.store.fail["remove"] = StoreError("down")
    assert post(desk, "/api/preferences", f"token={token}&act=erase&sure=1")["statusCode"] == 503
    assert post(desk, "/api/preferences", f"token={token}&act=erase&sure=1")["statusCode"] == 200
    assert list(desk.store.scan()) == []


def test_the_button_to_stop_leads_to_the_choices_only_for_who_confirmed(desk: Desk) -> None:
    def stop_page() -> str:
        token = link(desk, "unsubscribe")
        answer = handle(lambda: desk, Request("GET", "/api/unsubscribe", {}, f"token={token}")).answer
        return str(answer["body"])

    submit(desk, desk.forms["newsletter"], ANN, page="")
    sweep(desk)
    assert "/api/preferences" not in stop_page()
    post(desk, "/api/confirm", f"token={link(desk, 'confirm')}")
    assert "/api/preferences?token=" in stop_page()


def test_who_is_on_the_list_and_asks_again_is_welcomed_again_like_anybody(desk: Desk, clock: Any) -> None:
    join(desk, "newsletter")
    clock.now += 3600
    answer = post(desk, "/api/forms/newsletter", "email=ann%40example.com&consent=yes")
    assert answer["headers"]["location"] == "/newsletter/thanks/"
    sweep(desk)
    assert letters(desk)[-1].id.endswith("-welcome-2")
