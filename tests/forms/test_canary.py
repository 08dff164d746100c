"""A release's own submission: stored, handed on by the stream, mailed to nobody, counted nowhere, gone again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms import aws
from forms.canary import DOMAIN
from forms.canary import LIFE
from forms.definition import load
from forms.errors import TokenError
from forms.lead import CANARY
from forms.tokens import Tokens
from microsite.desk import Filter
from microsite.desk import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from forms.lead import Lead

SECRET = "ab" * 32


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_795_269_600.0]
    monkeypatch.setattr("forms.aws.time.time", lambda: now[0])
    return now


@pytest.fixture(autouse=True)
def _world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> Any:
    settings = {
        "FORMS_STORE": f"sqlite:{tmp_path}/leads.sqlite3",
        "FORMS_VAULT": f"sqlite:{tmp_path}/private.sqlite3",
        "FORMS_MAIL": f"outbox:{tmp_path}/outbox",
        "FORMS_SECRETS": SECRET,
        "FORMS_SITE_URL": "https://site.example",
        "FORMS_FROM": "post@site.example",
        "FORMS_TEAM": "team@site.example",
        "FORMS_METRICS": "Forms",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "outbox").mkdir()
    aws.reset()
    yield
    aws.reset()


def asked(**event: str) -> dict[str, Any]:
    return aws.sweep(event, None)


def sent(address: str, token: str, **more: str) -> dict[str, Any]:
    fields = {"name": "Release check", "email": address, "message": "Release check", "consent": "yes", CANARY: token}
    body = json.dumps({**fields, **more})
    event = {
        "version": "2.0", "rawPath": "/api/forms/contact", "rawQueryString": "", "isBase64Encoded": False,
        "headers": {"content-type": "application/json", "accept": "application/json"}, "body": body,
        "requestContext": {"http": {"method": "POST", "path": "/api/forms/contact", "sourceIp": "192.0.2.7"}},
    }  # fmt: skip
    answer = aws.http(event, None)
    assert answer["statusCode"] == 200, answer
    told: dict[str, Any] = json.loads(answer["body"])
    return told


def stored() -> list[Lead]:
    return list(aws._desk().store.scan())


def notified(lead_id: str) -> None:
    record = {"dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": lead_id}}}}
    assert aws.notify({"Records": [record]}, None) == {"batchItemFailures": []}


def mails(tmp_path: Path) -> int:
    return len(list((tmp_path / "outbox").glob("*.eml")))


def test_a_canary_runs_the_whole_path_and_nothing_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = asked(check="token")
    assert made["address"].endswith("@" + DOMAIN)
    told = sent(made["address"], made["token"])
    assert told["status"] == "received"
    [lead] = stored()
    assert asked(check="seen", token=made["token"], id=told["id"])["seen"] == "stored"
    notified(told["id"])
    assert asked(check="seen", token=made["token"], id=told["id"])["seen"] == "handled"
    assert mails(tmp_path) == 0
    # Counted nowhere: neither by the desk nor by a metric.
    tally = Tally()
    tally.add(lead)
    assert (tally.leads, Filter().wants(lead), Filter(everything=True).wants(lead)) == (0, False, True)
    assert '"received": 1' not in capsys.readouterr().err
    assert asked(check="erase", token=made["token"], id=told["id"])["erase"] == 1
    assert stored() == []
    desk = aws._desk()
    prints = desk.tokens.fingerprints(made["address"])
    assert all(desk.marks.find(f"stop/{one}", now=desk.clock()) is None for one in prints)
    # Twice is fine.
    assert asked(check="erase", token=made["token"], id=told["id"])["erase"] == 0
    assert asked(check="seen", token=made["token"], id=told["id"])["seen"] == ""


def test_the_sweeper_too_handles_one_without_mailing(tmp_path: Path) -> None:
    made = asked(check="token")
    told = sent(made["address"], made["token"])
    assert aws.sweep({}, None)["reasons"] == [CANARY]
    assert asked(check="seen", token=made["token"], id=told["id"])["seen"] == "handled"
    assert mails(tmp_path) == 0


def test_one_that_a_crashed_release_left_ends_by_itself(clock: list[float]) -> None:
    made = asked(check="token")
    sent(made["address"], made["token"])
    clock[0] += LIFE + 3601
    aws.sweep({}, None)
    assert stored() == []


def forged() -> dict[str, tuple[str, str]]:
    """Address and token of visitors who would like nobody to see what they send."""
    ours = Tokens([bytes.fromhex(SECRET)])
    theirs = Tokens([bytes.fromhex("cd" * 32)])
    later = 1_795_269_600.0 + LIFE
    mine = f"abc@{DOMAIN}"
    return {
        "no token": (mine, ""),
        "any word": (mine, "yes"),
        "another secret": (mine, theirs.sign(CANARY, "abc", later)),
        "another purpose": (mine, ours.sign("confirm", "abc", later)),
        "another address": ("ann@example.com", ours.sign(CANARY, "abc", later)),
        "another subject": (mine, ours.sign(CANARY, "abd", later)),
        "too old": (mine, ours.sign(CANARY, "abc", 1_795_269_599.0)),
        "a stamp": (mine, ours.sign("rendered", "abc", later)),
        "odd signs": (mine, "é..\u202e"),
    }


@pytest.mark.parametrize("how", forged())
def test_nobody_else_makes_a_submission_invisible(how: str, tmp_path: Path) -> None:
    address, token = forged()[how]
    told = sent(address, token)
    notified(told["id"])
    [lead] = stored()
    assert CANARY not in lead.reasons
    assert Filter().wants(lead)
    assert mails(tmp_path) == 1


def test_erasing_and_asking_take_the_canarys_own_record_only() -> None:
    made, other = asked(check="token"), asked(check="token")
    person = sent("ann@example.com", "")
    told = sent(made["address"], made["token"])
    for lead_id in (person["id"], told["id"], "nobody"):
        assert asked(check="seen", token=other["token"], id=lead_id)["seen"] == ""
        assert asked(check="erase", token=other["token"], id=lead_id)["erase"] == 0
    assert len(stored()) == 2
    with pytest.raises(TokenError):
        asked(check="erase", token="", id=told["id"])


def test_the_fields_name_is_no_forms_own() -> None:
    for form in load().values():
        names = {field.name for field in form.fields} | {box.name for box in form.consents} | {form.honeypot}
        assert CANARY not in names, form.id


def test_an_unknown_check_reads_the_settings_and_sends_nothing(tmp_path: Path) -> None:
    sent("ann@example.com", "")
    assert asked(check="settings") == {"sent": 0, "dropped": 0, "failed": 0, "reasons": []}
    assert mails(tmp_path) == 0
