"""What SES reports: who must not be mailed again, and which mail in doubt went out after all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import aws
from forms.errors import StoreError
from forms.feedback import take
from forms.lead import Job
from forms.lead import Lead
from forms.memory import MemoryStore
from forms.notify import sweep

if TYPE_CHECKING:
    from forms.desk import Desk

    from .conftest import Clock
    from .conftest import Wire

ANN = "Ann@Example.com"


def event(kind: str, *, job: str = "lead1-confirm-1", **detail: object) -> dict[str, Any]:
    """As a configuration set publishes it; shortened where nobody looks."""
    return {
        "eventType": kind,
        "mail": {
            "timestamp": "2026-11-21T08:00:00.000Z",
            "messageId": "0100018c-0",
            "destination": [ANN],
            "tags": {"job": [job], "ses:configuration-set": ["forms"], "ses:caller-identity": ["forms-notify"]},
        },
        kind.lower(): detail,
    }


def bounce(kind: str = "Permanent", address: str = ANN) -> dict[str, Any]:
    return event("Bounce", bounceType=kind, bouncedRecipients=[{"emailAddress": address, "action": "failed"}])


def complaint(kind: str = "abuse") -> dict[str, Any]:
    return event("Complaint", complainedRecipients=[{"emailAddress": ANN}], complaintFeedbackType=kind)


def notice(event_: dict[str, Any]) -> dict[str, Any]:
    """As an identity's notification says it: another name, no tags."""
    kind = event_.pop("eventType")
    del event_["mail"]["tags"]
    return {"notificationType": kind, **event_}


def enveloped(event_: object) -> str:
    """As SNS hands it to a queue without raw delivery."""
    text = event_ if isinstance(event_, str) else json.dumps(event_)
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:x", "Message": text})


def stop(desk: Desk, address: str = "ann@example.com") -> str | None:
    return desk.marks.find(f"stop/{desk.tokens.fingerprints(address)[0]}", now=desk.clock())


@pytest.mark.parametrize("wrap", [json.dumps, enveloped], ids=["raw", "sns"])
@pytest.mark.parametrize("shape", [lambda one: one, notice], ids=["event", "notification"])
@pytest.mark.parametrize(("said", "reason"), [(bounce, "bounce"), (complaint, "complaint")])
def test_a_permanent_bounce_and_a_complaint_stop_the_address(
    desk: Desk, wrap: Any, shape: Any, said: Any, reason: str
) -> None:
    assert take(desk, wrap(shape(said()))) == reason
    assert stop(desk) == reason
    assert take(desk, wrap(shape(said()))) == reason


@pytest.mark.parametrize(
    "said",
    [
        bounce("Transient"),
        bounce("Undetermined"),
        complaint("not-spam"),
        event("DeliveryDelay", delayType="MailboxFull"),
        event("Open"),
    ],
)
def test_nothing_else_stops_anybody(desk: Desk, said: dict[str, Any]) -> None:
    assert take(desk, json.dumps(said)) == "ignored"
    assert stop(desk) is None


def test_a_mail_that_ses_rejects_is_named_in_the_log(desk: Desk) -> None:
    assert take(desk, json.dumps(event("Reject"))) == "rejected"


def test_an_address_in_brackets_is_the_same_address(desk: Desk) -> None:
    take(desk, json.dumps(bounce(address="Ann Otter <ann@example.com>")))
    assert stop(desk) == "bounce"


def test_a_complaint_outranks_having_left_and_is_not_lifted_by_a_later_bounce(desk: Desk) -> None:
    key = f"stop/{desk.tokens.fingerprints(ANN)[0]}"
    desk.marks.claim(key, "unsubscribed", now=0, until=0)
    take(desk, json.dumps(complaint()))
    assert stop(desk) == "complaint"
    take(desk, json.dumps(bounce()))
    assert stop(desk) == "complaint"


def test_only_the_hash_of_an_address_is_kept(desk: Desk) -> None:
    take(desk, json.dumps(bounce()))
    assert isinstance(desk.store, MemoryStore)
    assert "example.com" not in repr(vars(desk.store)).lower()


def waiting(desk: Desk, lead_id: str = "lead1") -> Lead:
    job = Job(f"{lead_id}-confirm-1", "confirm", desk.clock(), desk.clock() + 900, attempts=1, reason="unsure")
    return desk.store.add(Lead(lead_id, "k", "book", desk.clock(), {"email": "ann@example.com"}, jobs=(job,)))


@pytest.mark.parametrize("kind", ["Send", "Delivery"])
def test_a_mail_in_doubt_that_was_sent_is_not_sent_again(desk: Desk, clock: Clock, kind: str) -> None:
    waiting(desk)
    assert take(desk, enveloped(event(kind))) == "sent"
    lead = desk.store.get("lead1")
    assert lead is not None
    assert (lead.due, lead.jobs[0].sent, lead.jobs[0].reason) == (None, clock.now, "")
    clock.now += 1000
    assert sweep(desk).sent == 0
    assert take(desk, enveloped(event(kind))) == "known"


@pytest.mark.parametrize(
    ("job", "outcome"),
    [("nobody-confirm-1", "gone"), ("lead1-confirm-9", "known"), ("odd", "ignored"), ("", "ignored")],
)
def test_an_event_of_some_other_mail_changes_nothing(desk: Desk, job: str, outcome: str) -> None:
    before = waiting(desk)
    assert take(desk, json.dumps(event("Send", job=job))) == outcome
    assert desk.store.get("lead1") == before


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "null",
        "7",
        '"text"',
        "[" * 5000,
        "{}",
        enveloped("Successfully validated SNS topic for Amazon SES event publishing."),
        json.dumps({"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": "all"}}),
        json.dumps({"eventType": "Complaint", "complaint": []}),
    ],
)
def test_what_nobody_can_read_is_named_so_and_done_with(desk: Desk, body: str) -> None:
    assert take(desk, body) == "malformed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["eventType", "Message", "mail", "tags", "job", "bounce", "bounceType", "bouncedRecipients"]
            )
            | st.text(max_size=4),
            inner | st.sampled_from(["Bounce", "Permanent", "Send", "Complaint"]),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(message=JSON)
def test_no_message_breaks_it(message: object) -> None:
    store = MemoryStore()
    desk: Any = type("Desk", (), {"marks": store, "store": store, "clock": lambda self: 1.0})()
    assert take(desk, json.dumps(message)) in {"malformed", "ignored", "gone", "bounce", "complaint"}


class TestHandler:
    def test_one_message_that_fails_comes_again_and_the_others_are_done(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        desk = aws._desk()
        real = desk.marks.find
        calls: list[str] = []

        def find(key: str, *, now: float) -> str | None:
            calls.append(key)
            if len(calls) == 1:
                raise StoreError(key)
            return real(key, now=now)

        monkeypatch.setattr(desk.marks, "find", find)
        bodies = {"m1": json.dumps(bounce()), "m2": enveloped(complaint()), "m3": "damaged"}
        records = [{"messageId": name, "body": body, "eventSource": "aws:sqs"} for name, body in bodies.items()]
        assert aws.feedback({"Records": records}, None) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
        said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert [(one["record"], one["outcome"]) for one in said] == [
            ("m1", "error"), ("m2", "complaint"), ("m3", "malformed"),
        ]  # fmt: skip
        assert "example.com" not in json.dumps(said).lower()

    def test_an_empty_batch_is_fine(self, wire: Wire) -> None:
        assert aws.feedback({}, None) == {"batchItemFailures": []}
