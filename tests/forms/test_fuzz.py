"""Whatever is sent: never a 5xx, never an echo that is not escaped, never a header that we did not write."""

from __future__ import annotations

import base64
import json
import re
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from forms.answer import as_problem
from forms.definition import load
from forms.errors import Refused
from forms.handle import handle
from forms.letter import to_bytes
from forms.memory import MemoryMailer
from forms.memory import MemoryStore
from forms.notify import sweep
from forms.origin import visitor
from forms.request import Request
from forms.request import read_request
from forms.submit import submit

if TYPE_CHECKING:
    from forms.desk import Desk

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onfocus='x", "</textarea><b>", "<!--main-->",
        "{link}", "{fields}", "\r\nBcc: all@example.com", "\nSubject: x", "=?utf-8?q?=0aBcc:_x?=", "\x00", "\u202e",
        "\ud800", "%00", "${jndi:ldap://x}", "' OR 1=1 --", "../../etc/passwd", "\U000e0041", "a" * 6000, "\ufeff", "%",
    ]
)  # fmt: skip
TEXT = st.one_of(
    NASTY, st.text(max_size=60), st.builds("{}{}{}".format, st.text(max_size=5), NASTY, st.text(max_size=5))
)
FIELD = st.sampled_from(
    [
        "name", "email", "phone", "message", "consent", "consent_phone", "page", "release", "contact_url", "token",
        "act", "form", "sure", "way", "time", "insurer", "plan_type", "member_id", "state", "contact_way",
    ]
)  # fmt: skip
FIELDS = st.dictionaries(st.one_of(FIELD, TEXT), TEXT, max_size=8)
PATHS = st.sampled_from(
    [
        "/api/forms/contact", "/api/forms/book", "/api/forms/callback", "/api/forms/insurance", "/api/forms/newsletter",
        "/api/confirm", "/api/book", "/api/unsubscribe", "/api/preferences", "/api/health",
    ]
)  # fmt: skip
HEADER = st.sampled_from(
    ["content-type", "accept", "origin", "referer", "sec-fetch-site", "host", "content-length", "cookie", "user-agent"]
)
TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b", "text/plain",
        'multipart/form-data; boundary="', "application/json; charset=utf-16", "APPLICATION/JSON;;;", "\x00",
    ]
)  # fmt: skip


def answer_to(desk: Desk, event: dict[str, Any]) -> dict[str, Any]:
    """As `aws.http`, but without its net: an error that nobody foresaw fails the test."""
    try:
        request = read_request(event)
    except Refused as refused:
        return as_problem(refused.status, refused.detail)
    return handle(lambda: desk, request).answer


def event_of(method: str, path: str, body: bytes, headers: dict[str, str], query: str = "") -> dict[str, Any]:
    return {
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {"http": {"method": method}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def sound(answer: dict[str, Any]) -> None:
    """What holds for every answer."""
    assert answer["statusCode"] < 500
    json.dumps(answer)
    assert all("\n" not in value and "\r" not in value for value in answer["headers"].values())
    if answer["headers"]["content-type"].startswith("text/html"):
        body = answer["body"]
        body.encode()
        assert not re.search(r"<(?:script|img|b)\b", body)
        assert len(re.findall("<form", body)) <= 1
        assert body.count("<main") == body.count("</main>") == 1
        assert "\x00" not in body


@QUICK
@given(body=st.binary(max_size=300), kind=TYPES, path=PATHS, method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]))
def test_any_bytes_get_a_sound_answer(desk: Desk, body: bytes, kind: str, path: str, method: str) -> None:
    sound(answer_to(desk, event_of(method, path, body, {"content-type": kind})))


@QUICK
@given(headers=st.dictionaries(HEADER, st.one_of(TYPES, TEXT), max_size=6), query=TEXT, path=st.one_of(PATHS, TEXT))
def test_any_headers_query_and_path_get_a_sound_answer(
    desk: Desk, headers: dict[str, str], query: str, path: str
) -> None:
    sound(answer_to(desk, event_of("POST", path, b"name=Ann", headers, query)))
    sound(answer_to(desk, event_of("GET", path, b"", headers, query)))


@QUICK
@given(fields=FIELDS, form=st.sampled_from(["contact", "book", "callback", "insurance"]))
def test_any_fields_get_a_sound_answer_in_each_encoding(desk: Desk, fields: dict[str, str], form: str) -> None:
    encoded = "&".join(
        f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}"
        for name, value in fields.items()
    )
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    path = f"/api/forms/{form}"
    for kind, body in (
        ("application/x-www-form-urlencoded", encoded.encode()),
        ("application/json", json.dumps(fields).encode()),
        ("multipart/form-data; boundary=b", f"{parts}--b--\r\n".encode(errors="surrogatepass")),
    ):
        sound(answer_to(desk, event_of("POST", path, body, {"content-type": kind})))
        sound(answer_to(desk, event_of("POST", path, body, {"content-type": kind, "accept": "application/json"})))


KEYS = st.sampled_from(["rawPath", "headers", "requestContext", "http", "method", "body", "isBase64Encoded", "x"])
EVENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
)


@QUICK
@given(event=EVENTS)
def test_any_event_gets_a_sound_answer(desk: Desk, event: Any) -> None:
    sound(answer_to(desk, event if isinstance(event, dict) else {"body": event}))


@QUICK
@given(name=TEXT, email=st.one_of(st.emails(), TEXT), message=TEXT, page=TEXT)
def test_a_notice_has_our_headers_and_no_other(desk: Desk, name: str, email: str, message: str, page: str) -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    desk = desk._replace(store=store, marks=store, mailer=mailer)
    sent = {"name": name, "email": email, "message": message, "consent": "yes", "page": page}
    done = submit(desk, load()["contact"], sent, page="")
    assert sweep(desk).failed == 0
    for letter in mailer.sent.values():
        raw = to_bytes(letter)
        message_read = BytesParser(policy=policy.default).parsebytes(raw)
        assert [one.lower() for one in message_read] == [
            "content-type", "mime-version", "content-transfer-encoding", "from", "to", "subject", "date",
            "message-id", "reply-to", "auto-submitted",
        ]  # fmt: skip
        assert message_read["To"] == "team@site.example"
        assert message_read["Subject"] == "New message from your website"
        assert message_read["Reply-To"] == done.checked.values["email"]
        assert not message_read.defects
        text = message_read.get_content()
        assert all(f"> {line}" in text for line in done.checked.values["name"].split("\n"))
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("size", [65_536, 65_537])
def test_the_limit_is_sharp(desk: Desk, size: int) -> None:
    body = b"message=" + b"a" * (size - 8)
    answer = answer_to(
        desk, event_of("POST", "/api/forms/contact", body, {"content-type": "application/x-www-form-urlencoded"})
    )
    assert answer["statusCode"] == (422 if size == 65_536 else 413)


def test_the_longest_valid_form_passes(desk: Desk) -> None:
    body = "&".join(
        (
            "name=" + quote_plus("\U0001f98b" * 100),
            "email=" + quote_plus("a" * 60 + "@example.com"),
            "message=" + quote_plus("\U0001f98b" * 5000),
            "consent=yes",
        )
    )
    answer = answer_to(
        desk,
        event_of("POST", "/api/forms/contact", body.encode(), {"content-type": "application/x-www-form-urlencoded"}),
    )
    assert answer["statusCode"] == 303


PAYLOADS = st.one_of(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["challenge", "solution", "parameters", "signature", "counter", "derivedKey", "data", "cost"]
                ),
                inner,
                max_size=5,
            )
        ),
    ).map(lambda value: base64.b64encode(json.dumps(value).encode()).decode()),
)


@QUICK
@given(payload=PAYLOADS, token=TEXT)
def test_any_solution_and_any_link_to_a_puzzle_get_a_sound_answer(desk: Desk, payload: str, token: str) -> None:
    body = f"altcha={quote_plus(payload, errors='surrogatepass')}".encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    for headers in (form, {**form, "accept": "application/json"}):
        sound(answer_to(desk, event_of("POST", "/api/challenge", body, headers)))
    query = f"token={quote_plus(token, errors='surrogatepass')}"
    sound(answer_to(desk, event_of("GET", "/api/challenge", b"", {}, query)))
    sound(answer_to(desk, event_of("GET", "/api/stamp", b"", {}, query)))


@QUICK
@given(stamp=TEXT, message=TEXT, address=TEXT)
def test_any_stamp_text_and_address_are_stored_and_get_a_sound_answer(
    desk: Desk, stamp: str, message: str, address: str
) -> None:
    fields = {"name": "Ann", "email": "ann@example.com", "consent": "yes", "message": message, "rendered": stamp}
    event = event_of("POST", "/api/forms/contact", json.dumps(fields).encode(), {"content-type": "application/json"})
    event["requestContext"]["http"]["sourceIp"] = address
    answer = answer_to(desk, event)
    sound(answer)
    # Whatever is typed is wrong, stored, or handed back with the reason; never dropped.
    assert answer["statusCode"] in {200, 400, 422, 429}
    if answer["statusCode"] == 200:
        assert desk.store.get(json.loads(answer["body"])["id"]) is not None


@QUICK
@given(shown=TEXT, forwarded=TEXT, secrets=st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=2))
def test_only_an_exact_secret_opens(shown: str, forwarded: str, secrets: list[str]) -> None:
    request = Request("GET", "/", {"x-origin-secret": shown, "x-forwarded-for": forwarded}, caller="130.176.0.9")
    if shown in secrets:
        assert isinstance(visitor(request, secrets), str)
    else:
        with pytest.raises(Refused):
            visitor(request, secrets)
