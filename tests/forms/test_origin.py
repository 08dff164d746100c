"""Only CloudFront may call, when it has a secret; and the visitor is who CloudFront saw, whatever a visitor writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forms.errors import Refused
from forms.origin import HEADER
from forms.origin import visitor
from forms.request import Request


def asked(secret: str = "", forwarded: str = "", caller: str = "130.176.0.9") -> Request:
    headers = {HEADER: secret} if secret else {}
    return Request("POST", "/api/health", {**headers, "x-forwarded-for": forwarded}, caller=caller)


def test_without_secrets_the_caller_is_the_visitor_and_no_header_is_believed() -> None:
    assert visitor(asked(forwarded="203.0.113.9, 130.176.0.9"), []) == "130.176.0.9"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.9, 130.176.0.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9,130.176.0.9", "203.0.113.9"),  # the first one was written by the visitor
        ("2001:db8::7, 130.176.0.9", "2001:db8::7"),
        ("203.0.113.9", "203.0.113.9"),  # a gateway that does not add its own caller
        ("130.176.0.9", "130.176.0.9"),
        ("", "130.176.0.9"),
        (" , ,", "130.176.0.9"),
    ],
)
def test_behind_cloudfront_the_visitor_is_the_hop_before_it(forwarded: str, expected: str) -> None:
    assert visitor(asked("s1", forwarded), ["s1"]) == expected


def test_both_secrets_hold_while_one_is_changed() -> None:
    for secret in ("new", "old"):
        assert visitor(asked(secret, "203.0.113.9, 130.176.0.9"), ["new", "old"]) == "203.0.113.9"


@pytest.mark.parametrize("shown", ["", "S1", "s1 ", "s1,s2", "s", "é", "\ud800"])
def test_anything_else_is_refused_with_403(shown: str) -> None:
    with pytest.raises(Refused) as caught:
        visitor(asked(shown), ["s1", "s2"])
    assert (caught.value.status, caught.value.reason) == (403, "origin")


def test_the_function_answers_who_comes_round_cloudfront_with_403(
    wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORMS_ORIGIN_SECRETS", "n3w,0ld")
    for path in ("/api/forms/contact", "/api/challenge", "/api/nothing"):
        refused = wire.post(path, contact)
        assert (refused["statusCode"], refused["headers"]["content-type"]) == (403, "application/problem+json")
    assert wire.get("/api/health")["statusCode"] == 403
    assert wire.post("/api/forms/contact", contact, x_origin_secret="0ld")["statusCode"] == 303
    log = capsys.readouterr().err
    assert "n3w" not in log
    assert [json.loads(line)["reason"] for line in log.splitlines()[:4]] == ["origin"] * 4


def test_rates_are_the_visitors_and_not_cloudfronts(
    wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMS_ORIGIN_SECRETS", "n3w")
    for nth in range(30):  # one edge of CloudFront, thirty people
        forwarded = f"198.51.{nth}.7, 192.0.2.1"
        sent = {**contact, "message": f"Question {nth}"}
        answer = wire.post("/api/forms/contact", sent, x_origin_secret="n3w", x_forwarded_for=forwarded)
        assert answer["headers"]["location"] == "/contact/thanks/"
