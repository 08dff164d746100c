"""Site and functions fit each other across one release, in both directions.

While a release goes live, and in pages that stay open, pages of one release meet functions of the one before or after
it (see `infrastructure`). The rule:

* a page may send more than the functions know; they ignore it
* functions may know more than a page sends, as long as nothing of it is required
* a field that becomes required, a field or an option that goes, a form or route that goes: two releases
* a wording of a consent may change at any time: whoever was shown another one is asked again, and no record ever says
  that somebody agreed to words that they did not see

Shown with the real definitions: each form's page is drawn, filled in as a browser does, and posted to the functions of
the other release, under the next definitions and the ones before. What was released last lies in `released/`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from forms import aws
from forms.definition import SHIPPED
from forms.definition import load
from forms.html import render_form
from forms.stamp import make
from forms.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.definition import Form
    from forms.lead import Lead

RELEASED = Path(__file__).parent / "released"
NOW = Path(SHIPPED)
SECRET = "ab" * 32
TYPED = {
    "email": "ann@example.com",
    "tel": "(555) 555-0142",
    "text": "Ann Example",
    "textarea": "Is this for me?",
    "date": "1980-01-01",
    "number": "3",
}


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings = {
        "FORMS_STORE": f"sqlite:{tmp_path}/leads.sqlite3",
        "FORMS_VAULT": f"sqlite:{tmp_path}/private.sqlite3",
        "FORMS_MAIL": f"outbox:{tmp_path}/outbox",
        "FORMS_SECRETS": SECRET,
        "FORMS_SITE_URL": "https://site.example",
        "FORMS_FROM": "post@site.example",
        "FORMS_TEAM": "team@site.example",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.reset()
    yield
    aws.reset()


def functions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, the functions are those of the release with these definitions."""
    monkeypatch.setenv("FORMS_DEFINITIONS", str(folder))
    aws.reset()


def filled_in(form: Form, *, script: bool = True, more: str = "") -> dict[str, str]:
    """What a browser sends of the form's page when everything that has to be is filled in."""
    stamp = make(Tokens([bytes.fromhex(SECRET)]), 1.0, "abc") if script else ""
    page = LexborHTMLParser(render_form(form, page="home", release="r1", rendered=stamp) + more)
    sent: dict[str, str] = {}
    for node in page.css("input, textarea, select"):
        told = node.attributes
        name, kind = told.get("name") or "", told.get("type") or "text"
        if node.tag == "select":
            sent[name] = [one.attributes.get("value") or "" for one in node.css("option")][1]
        elif kind == "hidden":
            sent[name] = told.get("value") or ""
        elif kind in {"radio", "checkbox"}:
            sent.setdefault(name, told.get("value") or "")
        else:
            field = next((one for one in form.fields if one.name == name), None)
            sent[name] = "" if field is None else TYPED[field.kind]
    return sent


def posted(form: str, sent: dict[str, str], accept: str = "text/html") -> dict[str, Any]:
    answer: dict[str, Any] = aws.http({
        "version": "2.0", "rawPath": f"/api/forms/{form}", "rawQueryString": "", "isBase64Encoded": False,
        "headers": {"content-type": "application/x-www-form-urlencoded", "accept": accept,
                    "origin": "https://site.example"},
        "body": urlencode(sent),
        "requestContext": {"http": {"method": "POST", "path": f"/api/forms/{form}", "sourceIp": "192.0.2.7"}},
    }, None)  # fmt: skip
    return answer


def stored() -> list[Lead]:
    return list(aws._desk().store.scan())


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize(("pages", "code"), [(RELEASED, NOW), (NOW, RELEASED), (NOW, NOW)],
                         ids=["old pages, new functions", "new pages, old functions", "same"])  # fmt: skip
def test_every_forms_page_is_taken_by_the_functions_of_the_other_release(
    pages: Path, code: Path, *, script: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions(code, monkeypatch)
    shown, known = load(pages), load(code)
    for form in shown.values():
        answer = posted(form.id, filled_in(form, script=script))
        same = {box.name: box.id for box in form.consents} == {box.name: box.id for box in known[form.id].consents}
        assert answer["statusCode"] == (303 if same else 422), f"{form.id}: {answer['body'][:300]}"
        if same:
            assert answer["headers"]["location"] == known[form.id].thanks
    for lead in stored():
        # Whatever met whatever: a record says no wording but one that the page showed.
        assert {one.id for one in lead.agreed if one.given} <= {box.id for box in shown[lead.form].consents}


def test_every_form_and_page_of_the_last_release_is_still_there() -> None:
    before, now = load(RELEASED), load(NOW)
    assert set(before) <= set(now), "a form goes in two releases: first its pages, then its definition"
    for form in before.values():
        assert {one.name for one in form.fields} <= {one.name for one in now[form.id].fields}, form.id


def edited(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "edited"
    shutil.copytree(NOW, folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_a_new_optional_field_fits_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    field = '[[field]]\nname = "topic"\nlabel = "Topic"\ntype = "text"\nrequired = false\nmax = 40\n'
    field += '[field.errors]\ntoo_long = "Too long"\ncharacters = "Odd"\n\n[[consent]]'
    newer = edited(tmp_path, "contact.toml", "[[consent]]", field)
    for pages, code in ((newer, NOW), (NOW, newer)):
        functions(code, monkeypatch)
        assert posted("contact", filled_in(load(pages)["contact"]))["statusCode"] == 303


def test_a_new_required_field_does_not_and_this_would_be_seen_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "max = 40\n[field.errors]\n"
    newer = edited(tmp_path, "contact.toml", "required = false\n" + told, told + 'required = "Enter it"\n')
    functions(newer, monkeypatch)
    form = load(NOW)["contact"]
    optional = next(one.name for one in form.fields if not one.required)
    answer = posted("contact", {**filled_in(form), optional: ""})
    assert answer["statusCode"] == 422


def test_a_changed_wording_is_asked_again_and_never_recorded_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = edited(tmp_path, "contact.toml", 'id = "contact-2026-11"', 'id = "contact-2027-01"')
    for pages, code in ((newer, NOW), (NOW, newer)):
        functions(code, monkeypatch)
        sent = filled_in(load(pages)["contact"])
        answer = posted("contact", sent)
        assert answer["statusCode"] == 422
        # Nothing of what was typed is lost, and the box comes back with the words that are ours, not ticked.
        again = LexborHTMLParser(answer["body"])
        box = again.css_first("#consent")
        assert box is not None
        assert box.attributes["value"] == load(code)["contact"].consents[0].id
        assert "checked" not in box.attributes
        assert "Is this for me?" in answer["body"]
        assert stored() == []
        assert posted("contact", {**sent, "consent": box.attributes["value"] or ""})["statusCode"] == 303
        [lead] = stored()
        assert [one.id for one in lead.agreed] == [box.attributes["value"]]
        aws._desk().store.remove(lead)


def test_a_program_that_says_yes_is_understood_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in (RELEASED, NOW):
        functions(code, monkeypatch)
        sent = {"name": "Ann", "email": f"a{code.name}@example.com", "message": "hi", "consent": "yes"}
        answer = posted("contact", sent, accept="application/json")
        assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "received")


def test_what_a_newer_page_adds_beside_the_form_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    functions(RELEASED, monkeypatch)
    more = '<input type="hidden" name="experiment" value="7"><input type="hidden" name="canary" value="">'
    assert posted("contact", filled_in(load(NOW)["contact"], more=more))["statusCode"] == 303


def test_links_in_mails_work_over_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    for before, after in ((RELEASED, NOW), (NOW, RELEASED)):
        functions(before, monkeypatch)
        form = load(before)["newsletter"]
        assert posted("newsletter", filled_in(form))["statusCode"] == 303
        [lead] = stored()
        token = aws._desk().tokens.sign("confirm", lead.id, 4e9)
        functions(after, monkeypatch)
        answer = aws.http({
            "version": "2.0", "rawPath": "/api/confirm", "rawQueryString": f"token={token}", "isBase64Encoded": False,
            "headers": {"accept": "text/html"},
            "requestContext": {"http": {"method": "GET", "path": "/api/confirm", "sourceIp": "192.0.2.7"}},
        }, None)  # fmt: skip
        assert answer["statusCode"] == 200
        aws._desk().store.remove(lead)
