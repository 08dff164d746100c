"""Metrics stand in the log's own lines, in the form that CloudWatch reads, and say nothing of anybody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms import aws
from forms.errors import StoreError
from forms.metrics import embedded
from forms.metrics import of_sweep
from forms.metrics import oldest_unsent
from forms.notify import Tally
from forms.submit import submit

if TYPE_CHECKING:
    from forms.desk import Desk

NAMESPACE = "KetamineGuide/Forms"


def holds_to_the_specification(line: dict[str, Any]) -> None:
    """The rules of the specification's document structure and JSON schema, one by one."""
    meta = line["_aws"]
    assert set(meta) == {"Timestamp", "CloudWatchMetrics"}
    assert type(meta["Timestamp"]) is int
    assert 1_600_000_000_000 < meta["Timestamp"] < 4_000_000_000_000  # milliseconds
    assert meta["CloudWatchMetrics"]
    for directive in meta["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert 1 <= len(directive["Namespace"]) <= 1024
        assert directive["Dimensions"]
        for keys in directive["Dimensions"]:
            assert 1 <= len(keys) <= 30
            for key in keys:
                assert 1 <= len(key) <= 250
                # A dimension's target is a text of the root.
                assert isinstance(line[key], str)
                assert 1 <= len(line[key]) <= 1024
        assert 1 <= len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert set(metric) == {"Name", "Unit"}
            assert 1 <= len(metric["Name"]) <= 1024
            assert metric["Unit"] in {"Count", "Seconds"}
            # A metric's target is a number of the root, or up to 100 of them.
            assert type(line[metric["Name"]]) in {int, float}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_METRICS", NAMESPACE)


def counts(line: dict[str, Any]) -> dict[str, float]:
    holds_to_the_specification(line)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    return {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}


@pytest.mark.usefixtures("counted")
def test_each_outcome_is_counted_in_its_own_line(
    wire: Any, contact: dict[str, str], book: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    wire.post("/api/forms/contact", contact)
    wire.post("/api/forms/contact", contact)
    wire.post("/api/forms/contact", {})
    wire.post("/api/forms/contact", {**contact, "message": "we sell SEO services and backlinks"})
    wire.post("/api/forms/contact", {**contact, "message": "y", "contact_url": "filled"})
    wire.post("/api/forms/book", book)
    wire.get("/api/health")
    stored, repeated, invalid, challenged, trapped, booked, health = lines(capsys)
    assert counts(trapped) == {"received": 1, "quarantined": 1}
    assert (counts(stored), stored["form"], stored["outcome"]) == ({"received": 1}, "contact", "stored")
    assert counts(invalid) == {"invalid": 1}
    assert counts(challenged) == {"received": 1, "challenged": 1}
    assert (counts(booked), booked["form"]) == ({"received": 1}, "book")
    assert all("_aws" not in line for line in (repeated, health))


@pytest.mark.usefixtures("counted")
def test_the_way_of_a_book_is_counted_without_the_person(
    wire: Any, book: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    wire.post("/api/forms/book", book)
    wire.sweep()
    token = next(part for part in str(wire.mails()[0].get_content()).split() if "/api/confirm?token=" in part)
    wire.post("/api/confirm", {"token": token.partition("token=")[2]})
    wire.sweep()
    link = next(
        part for mail in wire.mails() for part in str(mail.get_content()).split() if "/api/book?token=" in part
    ).partition("?")[2]
    wire.get("/api/book", f"{link}&format=epub")
    wire.send("HEAD", "/api/book", query=f"{link}&format=epub")
    told = lines(capsys)
    swept = [counts(line) for line in told if line["event"] == "sweep"]
    assert [one["mailed"] for one in swept] == [1, 1]
    assert all(one["oldest_unsent"] == 0 for one in swept)
    assert [counts(line) for line in told if line["outcome"] == "confirmed"] == [{"confirmed": 1}]
    (delivered,) = [line for line in told if line.get("delivered")]
    assert counts(delivered) == {"delivered": 1}
    assert delivered["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["form", "format"]]
    assert (delivered["form"], delivered["format"]) == ("book", "epub")
    assert not [line for line in told if "ann@" in json.dumps(line) or link in json.dumps(line)]


def test_where_no_metrics_are_asked_for_the_log_is_as_it_was(
    wire: Any, contact: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    wire.post("/api/forms/contact", contact)
    wire.sweep()
    wire.sweep()
    (stored, swept) = lines(capsys)
    assert set(stored) == {"event", "request_id", "method", "route", "status", "outcome", "ms"}
    assert "_aws" not in swept


@pytest.mark.usefixtures("counted")
def test_an_unforeseen_error_is_counted(
    wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("forms.handle.read_fields", broken)
    assert wire.post("/api/forms/contact", contact)["statusCode"] == 500
    (line,) = lines(capsys)
    assert counts(line) == {"errors": 1}


def test_the_oldest_unsent_mail_is_found_behind_its_pause(desk: Desk, contact: dict[str, str], clock: Any) -> None:
    assert oldest_unsent(desk) == 0
    lead = submit(desk, desk.forms["contact"], contact, page="").lead
    assert lead is not None
    clock.now += 600
    postponed = lead.jobs[0]._replace(due=clock.now + 3600, attempts=9)
    desk.store.replace(lead, lead.with_job(postponed))
    assert oldest_unsent(desk) == 600
    kept = desk.store.get(lead.id)
    assert kept is not None
    desk.store.replace(kept, kept.with_job(postponed._replace(due=None, sent=clock.now)))
    assert oldest_unsent(desk) == 0


def test_a_store_that_fails_costs_the_figure_and_not_the_sweep(desk: Desk) -> None:
    store: Any = desk.store
    store.fail["due"] = StoreError("down")
    assert of_sweep(desk, Tally(sent=2)) == ({"mailed": 2}, {"event": "sweep"})


def test_nothing_is_embedded_without_a_namespace_or_a_value() -> None:
    assert embedded("", 1, {"received": 1}, {"form": "contact"}) == {}
    assert embedded("N", 1, {}, {"form": "contact"}) == {}


@pytest.mark.usefixtures("counted")
def test_a_batch_counts_its_mails(wire: Any, contact: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    wire.post_json("/api/forms/contact", contact)
    lead_id = json.loads(wire.post_json("/api/forms/contact", contact)["body"])["id"]
    aws.notify({"Records": [{"dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": lead_id}}}}]}, None)
    line = lines(capsys)[-1]
    assert (line["event"], counts(line)) == ("notify", {"mailed": 1})
    assert "jobs" not in line
