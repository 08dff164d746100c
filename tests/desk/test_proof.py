"""The statement of consent: the wording as it was shown, its hash worked out again, the click."""

from __future__ import annotations

import hashlib
import html.parser

from forms.definition import load
from forms.lead import Agreed
from forms.lead import Job
from forms.lead import Lead
from forms.lead import Proof
from microsite.desk.proof import as_html
from microsite.desk.proof import as_text
from microsite.desk.proof import clicked_in
from microsite.desk.proof import state

NOON = 1_795_003_200.0
FORMS = load()
BOX = FORMS["book"].consents[0]


def agreed(**changes: object) -> Agreed:
    return Agreed(BOX.name, BOX.id, BOX.hash, BOX.text, given=True, at=NOON)._replace(**changes)  # type: ignore[arg-type]


def lead(*boxes: Agreed, page: str = "safety/benefits") -> Lead:
    return Lead(
        "aaa1", "k", "book", NOON, {"email": "ann@example.com"}, boxes, page, "r7",
        jobs=(Job("aaa1-confirm-1", "confirm", NOON, None, 1, NOON + 2),),
        confirmed=NOON + 60,
        proofs=(Proof("confirmed", NOON + 60, "aaa1-confirm-1", "cd" * 32),),
    )  # fmt: skip


def text(one: Lead) -> str:
    return as_text(state(one, FORMS, now=NOON + 999))


def test_it_says_who_what_where_and_when() -> None:
    said = text(lead(agreed()))
    for words in (
        "Record:         aaa1",
        "Address:        ann@example.com",
        "Received:       2026-11-18 12:00:00 UTC",
        "Form:           book, on /book/",
        "Came from:      safety/benefits",
        "Release:        r7",
        f"    {BOX.text}",
        f"Wording id:     {BOX.id}",
        f"Hash recorded:  {BOX.hash}",
        f"Hash computed:  {BOX.hash} (SHA-256 of id, line feed, wording; they are the same)",
        "Today:          current wording",
        "2026-11-18 12:01:00 UTC: The confirming button was pressed, by the link in the mail aaa1-confirm-1",
        "SHA-256 of the link's token: " + "cd" * 32,
        "Verified: every wording fits",
    ):
        assert words in said, words


def test_a_changed_wording_is_said_loudly() -> None:
    changed = state(lead(agreed(wording="We may sell your address")), FORMS, now=NOON)
    assert not changed.whole
    assert "THEY DIFFER" in as_text(changed)
    assert "MISMATCH" in as_text(changed)
    assert "MISMATCH" in as_html(changed)
    assert changed.as_dict()["verified"] is False


def test_a_changed_id_or_hash_is_a_mismatch_too() -> None:
    assert not state(lead(agreed(id="book-2031-01")), FORMS, now=NOON).whole
    assert not state(lead(agreed(hash="0" * 64)), FORMS, now=NOON).whole


def older(identity: str) -> Agreed:
    box = BOX._replace(id=identity, text="Older words")
    return agreed(id=box.id, wording=box.text, hash=box.hash)


def test_an_older_wording_is_whole_and_called_older() -> None:
    statement = state(lead(older("book-2025-01")), FORMS, now=NOON)
    assert statement.whole
    assert f"older wording; today's has the id {BOX.id}" in as_text(statement)


def test_other_words_under_the_same_id_are_named() -> None:
    assert "WITHOUT a new id" in text(lead(older(BOX.id)))


def test_a_form_or_box_that_is_gone_is_named() -> None:
    assert "the form is no longer in use" in text(lead(agreed())._replace(form="raffle"))
    assert "the form no longer has this box" in text(lead(agreed(name="consent_sms")))


def test_a_box_left_empty_says_so() -> None:
    assert "LEFT EMPTY" in text(lead(agreed(given=False)))


def test_a_click_without_a_kept_proof_is_not_passed_off_as_one() -> None:
    said = text(lead(agreed())._replace(proofs=()))
    assert "The address was confirmed (no proof of the click is kept)" in said


def mail(token: str) -> bytes:
    body = f"Open https://site.example/api/confirm?token=3D{token}\r\n".replace("=3D", "=")
    return b"Content-Type: text/plain; charset=us-ascii\r\nSubject: Hello\r\n\r\n" + body.encode()


def test_the_mail_that_held_the_link_is_told_from_another() -> None:
    token = "0a0b0c0d.aaa1.6b00.abc_-"
    used = Proof("confirmed", NOON, "", hashlib.sha256(token.encode()).hexdigest())
    one = lead(agreed())._replace(proofs=(used,))
    assert clicked_in(one, mail(token)) == (used,)
    assert clicked_in(one, mail("another")) == ()
    assert clicked_in(one, b"") == ()
    assert clicked_in(one, b"\xff\x00") == ()


def test_what_a_stranger_put_into_the_page_name_is_only_text() -> None:
    odd = lead(agreed(), page="<script>alert(1)</script>\x1b[2J\u202e")
    assert "\x1b" not in text(odd)
    assert "\u202e" not in text(odd)
    page = as_html(state(odd, FORMS, now=NOON))
    tags: set[str] = set()
    reader = html.parser.HTMLParser()
    reader.handle_starttag = lambda tag, attrs: tags.add(tag)  # type: ignore[method-assign]
    reader.feed(page)
    assert "script" not in tags
    assert "[U+001B]" in page
