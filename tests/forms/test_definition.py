"""Definitions: what ships is right, and one new file is a whole new form."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms.check import check_folder
from forms.definition import SHIPPED
from forms.definition import folder_of
from forms.definition import load
from forms.errors import DefinitionError
from forms.handle import handle
from forms.html import render_form
from forms.notify import sweep
from forms.request import Request

if TYPE_CHECKING:
    from pathlib import Path

    from forms.desk import Desk

CALLBACK = """
id = "callback"
title = "Call me"
page = "/callback/"
thanks = "/callback/thanks/"
button = "Ask for a call"
honeypot = "contact_url"
retention_days = 90
window_hours = 2
notify = "team"

[[field]]
name = "phone"
label = "Phone"
type = "tel"
max = 20
pattern = '[0-9-]{7,20}'
[field.errors]
required = "Enter your phone number"
invalid = "Enter a phone number, like 555-0142"
too_long = "Use 20 characters or fewer"
characters = "Type the number again"

[[consent]]
name = "consent_phone"
id = "callback-1"
text = "You may call me."
error = "Check the box"

[mail.notice]
subject = "Please call back"
body = "{fields}"
"""


def test_what_ships_has_no_mistakes() -> None:
    assert check_folder() == ()


def test_the_fields_are_those_others_script_against() -> None:
    forms = load()
    assert {name: [field.name for field in form.fields] for name, form in forms.items()} == {
        "book": ["name", "email"],
        "callback": ["name", "phone", "way", "time"],
        "contact": ["name", "email", "phone", "message"],
        "insurance": ["insurer", "plan_type", "member_id", "state", "contact_way", "email", "phone"],
        "newsletter": ["email"],
    }
    required = {name: [field.name for field in form.fields if field.required] for name, form in forms.items()}
    assert required == {
        "book": ["email"],
        "callback": ["name", "phone", "way", "time"],
        "contact": ["name", "email", "message"],
        "insurance": ["insurer", "plan_type", "state", "contact_way"],
        "newsletter": ["email"],
    }
    boxes = {name: [box.name for box in form.consents] for name, form in forms.items()}
    assert boxes.pop("callback") == boxes.pop("insurance") == ["consent", "consent_phone"]
    assert set(map(tuple, boxes.values())) == {("consent",)}
    assert all(form.thanks == f"{form.page}thanks/" for form in forms.values())
    assert [name for name, form in forms.items() if form.confirmed == f"{form.page}confirmed/"] == [
        "book",
        "newsletter",
    ]


def test_only_insurance_has_private_answers_and_they_end_first() -> None:
    forms = load()
    private = {name: sorted(form.private) for name, form in forms.items() if form.private}
    assert private == {"insurance": ["insurer", "member_id", "plan_type", "state"]}
    assert forms["insurance"].vault_days == 30


def test_agreeing_to_automated_calls_is_apart_and_free() -> None:
    for name in ("callback", "insurance"):
        required, free = load()[name].consents
        assert (required.required, free.required, free.required_if) == (True, False, {})
        assert "automated" in free.text
        assert "not a condition of any treatment, purchase or service" in free.text
        assert "automated" not in required.text


def test_the_hash_of_a_wording_is_that_of_its_id_and_text() -> None:
    box = load()["book"].consents[0]
    assert box.hash == hashlib.sha256(f"{box.id}\n{box.text}".encode()).hexdigest()


def test_one_new_file_is_a_whole_new_form(desk: Desk, tmp_path: Path, contact: dict[str, str]) -> None:
    (tmp_path / "callback.toml").write_text(CALLBACK)
    assert check_folder(tmp_path) == ()
    forms = load(tmp_path)
    assert 'name="consent_phone"' in render_form(forms["callback"])
    desk = desk._replace(forms=forms)

    def post(value: dict[str, Any]) -> dict[str, Any]:
        headers = {"content-type": "application/json"}
        request = Request("POST", "/api/forms/callback", headers, raw_body=json.dumps(value))
        return handle(lambda: desk, request).answer

    assert post({"phone": "x", "consent_phone": True})["statusCode"] == 422
    assert post({"phone": "555-0142", "consent_phone": True})["statusCode"] == 200
    assert sweep(desk).sent == 1


LIST = """
id = "letters"
title = "Letters"
page = "/letters/"
thanks = "/letters/thanks/"
button = "Join"
honeypot = "trap"
retention_days = 90
window_hours = 24
notify = "team"

[vault]
days = 3

[double_opt_in]
confirmed = "/letters/confirmed/"

[[field]]
name = "mail"
label = "Mail"
type = "email"
max = 90
[field.errors]
required = "Enter it"
invalid = "Enter it right"
too_long = "Shorten it to 90"
characters = "Type it again"

[[field]]
name = "mood"
label = "Mood"
type = "radio"
private = true
required = false
options = [{ value = "low", label = "Low" }, { value = "high", label = "High" }]
[field.errors]
invalid = "Choose one"

[[consent]]
name = "agree"
id = "letters-1"
text = "Write to me."
error = "Check it"

[mail.notice]
subject = "One more"
body = "{id}"

[mail.confirm]
subject = "Confirm"
body = "{link} {address} {unsubscribe}"

[mail.welcome]
subject = "Hello"
body = "{address} {unsubscribe} {preferences}"
"""


def test_one_new_file_is_served_stored_mailed_confirmed_and_left(
    wire: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "letters.toml").write_text(LIST)
    assert check_folder(folder) == ()
    monkeypatch.setenv("FORMS_DEFINITIONS", str(folder))
    assert wire.post("/api/forms/contact", {})["statusCode"] == 404  # these are the forms now, and no others
    wrong = wire.post("/api/forms/letters", {"mail": "x", "mood": "odd"})
    assert wrong["statusCode"] == 422
    for sentence in ("Enter it right", "Choose one", "Check it"):
        assert sentence in wrong["body"]
    sent = {"mail": "ann@example.com", "mood": "low", "agree": "yes"}
    assert wire.post("/api/forms/letters", sent)["headers"]["location"] == "/letters/thanks/"
    wire.sweep()
    notice, asked = sorted(wire.mails(), key=lambda mail: mail["Subject"] == "Confirm")
    assert "low" not in notice.get_content()
    link = asked.get_content().split()[0]
    assert wire.post("/api/confirm", link.partition("?")[2])["headers"]["location"] == "/letters/confirmed/"
    wire.sweep()
    (welcome,) = [mail for mail in wire.mails() if mail["Subject"] == "Hello"]
    choices = welcome.get_content().split()[-1].partition("?")[2]
    assert "<h2>Letters</h2>" in wire.get("/api/preferences", choices)["body"]
    assert "You left “Letters”" in wire.post("/api/preferences", f"{choices}&act=leave&form=letters")["body"]


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "callback.toml").write_text(CALLBACK.replace('label = "Phone"\n', ""))
    with pytest.raises(DefinitionError, match=r"callback\.toml:12:1: form-missing-key") as caught:
        load(tmp_path)
    assert [mistake.rule for mistake in caught.value.mistakes] == ["form-missing-key"]


def test_a_projects_own_folder_wins_when_it_holds_forms(tmp_path: Path) -> None:
    assert folder_of(tmp_path) == SHIPPED
    own = tmp_path / "lambda/forms/definitions"
    own.mkdir(parents=True)
    assert folder_of(tmp_path) == SHIPPED
    (own / "letters.toml").write_text(LIST)
    assert list(load(folder_of(tmp_path))) == ["letters"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="nowhere"):
        load(tmp_path / "nowhere")
