"""The HTTP path over real events, on SQLite and an outbox: what is right, and every bad input by name."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms import aws
from forms.errors import DefinitionError
from forms.sqlite import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

FORM = "application/x-www-form-urlencoded"
JSON = {"accept": "application/json"}


def leads(wire: Any) -> list[Any]:
    store = SqliteStore(wire.data / "leads.sqlite3")
    try:
        return list(store.scan())
    finally:
        store.close()


def test_health_needs_no_store(monkeypatch: pytest.MonkeyPatch, wire: Any) -> None:
    monkeypatch.delenv("FORMS_STORE")
    monkeypatch.delenv("FORMS_SECRETS")
    answer = wire.get("/api/health")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"status": "ok"}


def test_a_browser_is_sent_to_the_thanks_page(wire: Any, contact: dict[str, str]) -> None:
    answer = wire.post("/api/forms/contact", contact)
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, "/contact/thanks/")
    (lead,) = leads(wire)
    assert lead.values["message"] == "Do you know a clinic\nnear me?"
    assert lead.release == "r7"


def test_a_program_gets_status_and_id(wire: Any, contact: dict[str, str]) -> None:
    answer = wire.post("/api/forms/contact", contact, **JSON)
    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "application/json"
    (lead,) = leads(wire)
    assert json.loads(answer["body"]) == {"status": "received", "id": lead.id}


def test_json_multipart_and_urlencoded_of_the_same_content_are_one_record(wire: Any, contact: dict[str, str]) -> None:
    first = json.loads(wire.post("/api/forms/contact", contact, **JSON)["body"])
    second = json.loads(wire.post_json("/api/forms/contact", {**contact, "consent": True})["body"])
    parts = "".join(
        f'--b0\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in contact.items()
    )
    third = wire.send(
        "POST",
        "/api/forms/contact",
        f"{parts}--b0--\r\n".encode(),
        {"content-type": "multipart/form-data; boundary=b0", **JSON},
    )
    assert first == second == json.loads(third["body"])
    assert len(leads(wire)) == 1


def test_a_retry_is_the_same_record_and_makes_no_second_mail(wire: Any, contact: dict[str, str]) -> None:
    for _ in range(3):
        assert wire.post("/api/forms/contact", contact)["statusCode"] == 303
        wire.sweep()
    assert len(leads(wire)) == 1
    assert len(wire.mails()) == 1


def test_errors_are_named_in_words_and_what_was_typed_is_kept(wire: Any) -> None:
    answer = wire.post(
        "/api/forms/contact", {"name": "", "email": "ann@", "message": '<b>"hi"</b>', "phone": "12", "consent": ""}
    )
    html = answer["body"]
    assert answer["statusCode"] == 422
    assert "<title>Error: Send us a message - Site</title>" in html
    assert "There is a problem" in html
    for text in (
        "Enter your name",
        "Enter your email address, like name@example.com",
        "Enter a phone number, like 555-0142, or leave this box empty",
        "Check the box to let us use your details to answer you",
    ):
        assert html.count(text) == 2, text  # in the summary and at the field
    assert 'value="ann@"' in html
    assert "&lt;b&gt;&quot;hi&quot;&lt;/b&gt;" in html
    assert "<b>" not in html
    assert leads(wire) == []


def test_a_program_gets_problem_details(wire: Any) -> None:
    answer = wire.post_json("/api/forms/contact", {"name": "Ann", "email": "x", "message": "m", "consent": False})
    assert answer["statusCode"] == 422
    assert answer["headers"]["content-type"] == "application/problem+json"
    problem = json.loads(answer["body"])
    assert problem["status"] == 422
    assert problem["errors"] == [
        {"field": "email", "message": "Enter your email address, like name@example.com"},
        {"field": "consent", "message": "Check the box to let us use your details to answer you"},
    ]


def test_a_ticked_box_stays_ticked_after_an_error(wire: Any, contact: dict[str, str]) -> None:
    answer = wire.post("/api/forms/contact", {**contact, "name": ""})
    assert re.search(r'<input type="checkbox" id="consent"[^>]* checked', answer["body"])


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("line break", "Ann\r\nBcc: all@example.com"),
        ("lone line feed", "Ann\nBcc: all@example.com"),
        ("NUL", "Ann\x00Otter"),
        ("escape", "Ann\x1b[31m"),
        ("next line", "Ann\x85Bcc: x"),
        ("line separator", "Ann\u2028Bcc: x"),
        ("right-to-left override", "Ann\u202eretto"),
        ("isolate", "Ann\u2066Otter\u2069"),
    ],
)
@pytest.mark.parametrize("field", ["name", "email", "phone"])
def test_deceiving_characters_in_a_line_are_refused_in_words(
    wire: Any, contact: dict[str, str], field: str, what: str, value: str
) -> None:
    answer = wire.post_json("/api/forms/contact", {**contact, field: value})
    assert answer["statusCode"] == 422, what
    (error,) = json.loads(answer["body"])["errors"]
    assert error["field"] == field
    assert "hidden characters" in error["message"]
    assert leads(wire) == []


def test_nul_in_the_message_is_refused(wire: Any, contact: dict[str, str]) -> None:
    answer = wire.post("/api/forms/contact", {**contact, "message": "a\x00b"})
    assert answer["statusCode"] == 422
    assert "hidden control characters" in answer["body"]
    assert "\x00" not in answer["body"]


BAD_BODIES = {
    "json cut short": ("application/json", b'{"name": "Ann"', 400),
    "json list": ("application/json", b'["name"]', 400),
    "json text": ("application/json", b'"name"', 400),
    "json nested object": ("application/json", b'{"name": {"first": "Ann"}}', 400),
    "json nested list": ("application/json", b'{"name": ["Ann"]}', 400),
    "json number": ("application/json", b'{"name": 7}', 400),
    "json NaN": ("application/json", b'{"name": NaN}', 400),
    "json duplicate keys": ("application/json", b'{"name": "Ann", "name": "Bob"}', 400),
    "json deep": ("application/json", b"[" * 30_000, 400),
    "json huge number": ("application/json", b'{"name": ' + b"9" * 6000 + b"}", 400),
    "json lone surrogate": ("application/json", b'{"name": "\\ud800"}', 400),
    "json in UTF-16": ("application/json", '{"name": "Ann"}'.encode("utf-16"), 400),
    "json in UTF-16 without mark": ("application/json", '{"name": "Ann"}'.encode("utf-16-le"), 400),
    "json with byte order mark": ("application/json", b'\xef\xbb\xbf{"name": "Ann"}', 400),
    "json invalid UTF-8": ("application/json", b'{"name": "\xff"}', 400),
    "json empty": ("application/json", b"", 400),
    "form broken escape": (FORM, b"name=%zz", 400),
    "form half an escape": (FORM, b"name=abc%4", 400),
    "form invalid UTF-8 escaped": (FORM, b"name=%ff%fe", 400),
    "form invalid UTF-8 raw": (FORM, b"name=\xff\xfe", 400),
    "form overlong UTF-8": (FORM, b"name=%c0%80", 400),
    "form surrogate in UTF-8": (FORM, b"name=%ed%a0%80", 400),
    "form duplicate": (FORM, b"name=Ann&name=Bob", 400),
    "form duplicate by escape": (FORM, b"name=Ann&n%61me=Bob", 400),
    "form too many fields": (FORM, b"&".join(b"f%d=1" % number for number in range(200)), 400),
    "form in latin-1": (FORM + "; charset=iso-8859-1", b"name=Ann", 415),
    "multipart without boundary": ("multipart/form-data", b"x", 400),
    "multipart without end": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnn',
        400,
    ),
    "multipart file": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="name"; filename="a.txt"\r\n\r\nAnn\r\n--b--',
        400,
    ),
    "multipart encoded file name": (
        "multipart/form-data; boundary=b",
        b"--b\r\nContent-Disposition: form-data; name=\"name\"; filename*=utf-8''a\r\n\r\nAnn\r\n--b--",
        400,
    ),
    "multipart duplicate": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnn\r\n' * 2 + b"--b--",
        400,
    ),
    "multipart no name": (
        "multipart/form-data; boundary=b",
        b"--b\r\nContent-Disposition: form-data\r\n\r\nAnn\r\n--b--",
        400,
    ),
    "multipart damaged part": ("multipart/form-data; boundary=b", b"--b\r\nname\r\n--b--", 400),
    "multipart invalid UTF-8": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--b--',
        400,
    ),
    "text": ("text/plain", b"name=Ann", 415),
    "xml": ("application/xml", b"<name/>", 415),
    "no type": ("", b"name=Ann", 415),
    "too large": (FORM, b"name=" + b"a" * 66_000, 413),
    "too large json": ("application/json", b'{"name": "' + b"a" * 66_000 + b'"}', 413),
}


@pytest.mark.parametrize("program", [False, True], ids=["browser", "program"])
@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_cleanly(wire: Any, name: str, program: bool) -> None:  # noqa: FBT001
    content_type, body, status = BAD_BODIES[name]
    headers = {"content-type": content_type, **(JSON if program else {"accept": "text/html"})}
    answer = wire.send("POST", "/api/forms/contact", body, headers)
    assert answer["statusCode"] == status
    if program or content_type == "application/json":
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert len(json.loads(answer["body"])["detail"]) > 20
    else:
        assert "<h1>" in answer["body"]
        assert 'href="/contact/"' in answer["body"]
    assert "Traceback" not in answer["body"]
    assert leads(wire) == []


def test_a_body_that_is_not_base64_is_refused(wire: Any) -> None:
    event = {
        "rawPath": "/api/forms/contact",
        "headers": {"content-type": FORM},
        "requestContext": {"http": {"method": "POST"}},
        "body": "***",
        "isBase64Encoded": True,
    }
    assert aws.http(event, None)["statusCode"] == 400


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"rawPath": 7, "requestContext": {"http": {"method": "GET"}}},
        {"rawPath": "/", "requestContext": None},
        {"httpMethod": "GET", "path": "/api/health"},  # payload version 1, as a load balancer sends it
        {"rawPath": "/api/health", "requestContext": {"http": {"method": "GET"}}, "body": ["x"]},
    ],
)
def test_an_event_of_another_shape_is_refused(wire: Any, event: dict[str, Any]) -> None:
    assert aws.http(event, None)["statusCode"] == 400


def test_a_plain_body_works_as_well(wire: Any) -> None:
    event = {
        "rawPath": "/api/forms/book",
        "headers": {"Content-Type": FORM},
        "requestContext": {"http": {"method": "POST"}},
        "body": "email=ann%40example.com&consent=on",
        "isBase64Encoded": False,
    }
    assert aws.http(event, None)["statusCode"] == 303


@pytest.mark.parametrize("path", ["/", "/api", "/api/forms", "/api/forms/", "/api/nothing", "/api/forms/../health"])
def test_an_unknown_address_is_not_found(wire: Any, path: str) -> None:
    assert wire.get(path)["statusCode"] == 404


@pytest.mark.parametrize("name", ["nothing", "contact/", "CONTACT", "<script>", "..%2fcontact", ""])
def test_an_unknown_form_is_not_found(wire: Any, name: str) -> None:
    answer = wire.post(f"/api/forms/{name}", {"name": "Ann"})
    assert answer["statusCode"] == 404
    assert "<script>" not in answer["body"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/api/forms/contact", "POST"),
        ("PUT", "/api/forms/contact", "POST"),
        ("OPTIONS", "/api/forms/contact", "POST"),
        ("DELETE", "/api/confirm", "GET, HEAD, POST"),
        ("PATCH", "/api/unsubscribe", "GET, HEAD, POST"),
        ("PUT", "/api/book", "GET, HEAD, POST"),
        ("POST", "/api/health", "GET, HEAD"),
        ("\n<b>", "/api/health", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(wire: Any, method: str, path: str, allow: str) -> None:
    answer = wire.send(method, path)
    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, allow)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": "https://site.example"},
        {"origin": "https://evil.example"},
        {"origin": "https://sub.site.example"},
        {"origin": "http://site.example"},
        {"origin": "https://site.example.evil.example"},
        {"origin": "null"},
    ],
)
def test_a_post_from_another_site_is_forbidden(wire: Any, contact: dict[str, str], headers: dict[str, str]) -> None:
    assert wire.post("/api/forms/contact", contact, **headers)["statusCode"] == 403
    assert leads(wire) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "https://site.example"},
        {"origin": "null", "sec_fetch_site": "same-origin"},
    ],
)
def test_a_post_from_our_own_page_or_a_program_passes(
    wire: Any, contact: dict[str, str], headers: dict[str, str]
) -> None:
    assert wire.post("/api/forms/contact", contact, **headers)["statusCode"] == 303


def test_a_local_site_answers_to_each_name_of_the_machine(
    wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMS_SITE_URL", "http://127.0.0.1:8000")
    for origin, status in (
        ("http://localhost:8000", 303),
        ("http://127.0.0.1:8000", 303),
        ("http://localhost:9000", 403),
        ("http://localhost.evil.example:8000", 403),
    ):
        assert wire.post("/api/forms/contact", contact, origin=origin)["statusCode"] == status, origin


def test_every_answer_has_the_strict_headers(wire: Any, contact: dict[str, str]) -> None:
    answers = [
        wire.get("/api/health"),
        wire.get("/nothing"),
        wire.get("/api/confirm", "token=x"),
        wire.post("/api/forms/contact", contact),
        wire.post("/api/forms/contact", {}),
        wire.post("/api/forms/contact", contact, **JSON),
    ]
    for answer in answers:
        headers = answer["headers"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert answer["cookies"] == []


def test_head_is_get_without_the_body(wire: Any) -> None:
    answer = wire.send("HEAD", "/api/health")
    assert (answer["statusCode"], answer["body"]) == (200, "")
    assert answer["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("fields", "headers", "page"),
    [
        ({"page": "conditions/chronic-pain"}, {}, "conditions/chronic-pain"),
        ({}, {"referer": "https://site.example/contact/?from=safety/benefits"}, "safety/benefits"),
        ({"page": "home"}, {"referer": "https://site.example/contact/?from=safety"}, "home"),
        ({}, {"referer": "https://site.example/conditions/chronic-pain/"}, "conditions/chronic-pain"),
        ({}, {"referer": "https://evil.example/contact/?from=safety"}, ""),
        ({}, {"referer": "https://site.example/contact/?from=<script>"}, "contact"),
        ({}, {"referer": "https://site.example/contact/?from=%zz"}, "contact"),
        ({"page": "../../x"}, {}, ""),
        ({"page": "a" * 500}, {}, ""),
    ],
)
def test_the_page_that_led_here_is_kept(
    wire: Any, contact: dict[str, str], fields: dict[str, str], headers: dict[str, str], page: str
) -> None:
    wire.post("/api/forms/contact", {**contact, **fields}, **headers)
    assert leads(wire)[0].page == page


def test_the_page_survives_an_error(wire: Any) -> None:
    answer = wire.post("/api/forms/contact", {}, referer="https://site.example/contact/?from=safety")
    assert '<input type="hidden" name="page" value="safety">' in answer["body"]


def test_a_filled_trap_gets_the_same_answer_and_no_mail(wire: Any, contact: dict[str, str]) -> None:
    answer = wire.post("/api/forms/contact", {**contact, "contact_url": "https://spam.example"})
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, "/contact/thanks/")
    wire.sweep()
    assert wire.mails() == []
    assert leads(wire)[0].state() == "quarantined"
    # A person whose browser filled it in sends again, and gets through: the same record, now with its mail.
    assert wire.post("/api/forms/contact", contact)["headers"]["location"] == "/contact/thanks/"
    wire.sweep()
    assert len(wire.mails()) == 1
    assert [lead.state() for lead in leads(wire)] == ["notified"]


def test_without_screening_the_trap_is_off(wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_SCREENING", "off")
    wire.post("/api/forms/contact", {**contact, "contact_url": "https://load.example"})
    assert leads(wire)[0].state() == "received"


def test_the_notice_has_no_visitor_text_in_its_subject(wire: Any, contact: dict[str, str]) -> None:
    wire.post("/api/forms/contact", contact)
    wire.sweep()
    (mail,) = wire.mails()
    assert mail["Subject"] == "New message from your website"
    assert (mail["To"], mail["Reply-To"]) == ("team@site.example", "ann@example.com")
    body = mail.get_content()
    assert "> Do you know a clinic\n> near me?" in body.replace("\r\n", "\n")
    assert "Ann Otter" in body


def test_logs_hold_no_content(wire: Any, contact: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    wire.post("/api/forms/contact", contact)
    wire.post("/api/forms/contact", {**contact, "email": "secret@"})
    wire.post("/api/forms/secret<script>", contact)
    wire.sweep()
    logged = capsys.readouterr()
    assert logged.out == ""
    lines = [json.loads(line) for line in logged.err.splitlines()]
    assert [line.get("outcome") for line in lines] == ["stored", "invalid", "refused", "done"]
    assert all(line["request_id"] == "req-1" for line in lines[:3])
    for secret in ("Otter", "ann@", "clinic", "secret"):
        assert secret not in logged.err


def test_what_nobody_foresaw_is_answered_calmly_and_logged_by_place(
    wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(*_: object, **__: object) -> None:
        msg = f"cannot take {contact['message']}"
        raise RuntimeError(msg)

    monkeypatch.setattr("forms.submit.check", explode)
    page = wire.post("/api/forms/contact", contact)
    assert page["statusCode"] == 500
    assert "Something went wrong on our side" in page["body"]
    program = wire.post("/api/forms/contact", contact, **JSON)
    assert json.loads(program["body"])["status"] == 500
    logged = capsys.readouterr().err
    assert "RuntimeError@test_http.py" in logged
    assert "clinic" not in logged + page["body"] + program["body"]
    assert "Traceback" not in page["body"]


def test_when_the_store_is_down_what_was_typed_is_handed_back(
    wire: Any, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from forms.errors import StoreError

    def down(*_: object, **__: object) -> None:
        msg = "disk full"
        raise StoreError(msg)

    wire.get("/api/health")
    monkeypatch.setattr(SqliteStore, "add", down)
    answer = wire.post("/api/forms/contact", contact)
    assert answer["statusCode"] == 503
    assert "Do you know a clinic" in answer["body"]
    assert "try again" in answer["body"]
    assert "disk full" not in answer["body"]


@pytest.mark.parametrize("missing", ["FORMS_STORE", "FORMS_SECRETS", "FORMS_SITE_URL"])
def test_a_missing_setting_is_named_in_the_log(
    wire: Any, missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(missing)
    assert wire.post("/api/forms/contact", {})["statusCode"] == 500
    assert f"{missing} is not set" in capsys.readouterr().err


def test_without_a_shell_file_the_page_is_still_whole(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_SHELL", "")
    body = wire.post("/api/forms/contact", {})["body"]
    assert body.startswith("<!DOCTYPE html>")
    assert body.rstrip().endswith("</html>")


def test_the_book_is_delivered_after_the_confirming_click(wire: Any, book: dict[str, str]) -> None:
    answer = wire.post("/api/forms/book", book)
    assert answer["headers"]["location"] == "/book/thanks/"
    wire.sweep()
    token = _link(wire, "confirm")
    shown = wire.get("/api/confirm", token)
    assert shown["statusCode"] == 200
    assert 'method="post"' in shown["body"]
    assert leads(wire)[0].state() == "pending"  # the GET changed nothing
    for _ in range(2):
        done = wire.post("/api/confirm", token)
        assert (done["statusCode"], done["headers"]["location"]) == (303, "/book/confirmed/")
    wire.sweep()
    assert len(wire.mails()) == 2
    link = _link(wire, "book")
    page = wire.get("/api/book", link)
    assert "format=pdf" in page["body"]
    pdf = wire.get("/api/book", link + "&format=pdf")
    assert base64.b64decode(pdf["body"]) == b"%PDF-1.7 book"
    assert pdf["isBase64Encoded"] is True
    assert pdf["headers"]["content-type"] == "application/pdf"
    assert pdf["headers"]["content-disposition"] == 'attachment; filename="steady-ground.pdf"'
    assert pdf["headers"]["cache-control"] == "private, no-store"
    epub = wire.get("/api/book", link + "&format=epub")
    assert epub["headers"]["content-type"] == "application/epub+zip"
    assert wire.get("/api/book", link + "&format=exe")["statusCode"] == 404
    assert wire.get("/api/book", link + "&format=../leads.sqlite3")["statusCode"] == 404


def test_a_missing_book_is_said_calmly(wire: Any, book: dict[str, str]) -> None:
    wire.post("/api/forms/book", book)
    wire.sweep()
    wire.post("/api/confirm", _link(wire, "confirm"))
    wire.sweep()
    (wire.data / "book" / "steady-ground.pdf").unlink()
    answer = wire.get("/api/book", _link(wire, "book") + "&format=pdf")
    assert answer["statusCode"] == 503
    assert "try the link again later" in answer["body"]


@pytest.mark.parametrize("path", ["/api/confirm", "/api/book", "/api/unsubscribe"])
@pytest.mark.parametrize(
    "query", ["", "token=", "token=x", "token=<script>alert(1)</script>", "token=a&token=b", "%zz"]
)
def test_a_broken_link_says_so(wire: Any, path: str, query: str) -> None:
    answer = wire.get(path, query)
    assert answer["statusCode"] == 400
    assert "<script>" not in answer["body"]
    assert "link" in answer["body"]


def test_one_click_unsubscribing_needs_no_page_and_no_cookie(wire: Any, book: dict[str, str]) -> None:
    wire.post("/api/forms/book", book)
    wire.sweep()
    (mail,) = wire.mails()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path, _, query = mail["List-Unsubscribe"].strip("<>").removeprefix("https://site.example").partition("?")
    shown = wire.get(path, query)
    assert (shown["statusCode"], leads(wire)[0].unsubscribed) == (200, None)
    answer = wire.send(
        "POST",
        path,
        b"List-Unsubscribe=One-Click",
        {"content-type": FORM, "origin": "https://mail.example", "sec-fetch-site": "cross-site"},
        query,
    )
    assert answer["statusCode"] == 200
    assert leads(wire)[0].state() == "unsubscribed"
    assert wire.post(path, query)["statusCode"] == 200  # our own button, and twice is fine


def _link(wire: Any, kind: str) -> str:
    """The newest link of this kind in the outbox, as a query."""
    found = [re.search(rf"https://site\.example/api/{kind}\?(token=\S+)", mail.get_content()) for mail in wire.mails()]
    return next(one[1] for one in reversed(found) if one)


def test_the_store_and_outbox_are_for_the_owner_only(wire: Any, contact: dict[str, str], tmp_path: Path) -> None:
    wire.post("/api/forms/contact", contact)
    wire.sweep()
    for path in [*tmp_path.glob("leads.sqlite3*"), *tmp_path.glob("outbox/*")]:
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_definition_that_breaks_later_does_not_meet_a_visitor(
    wire: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.reset()
    aws.prepare()
    (tmp_path / "contact.toml").write_text("id = ")
    monkeypatch.setattr("forms.definition.SHIPPED", str(tmp_path))
    sent = {"name": "Ann", "email": "ann@example.com", "message": "Hello", "consent": "yes"}
    assert wire.post("/api/forms/contact", sent)["statusCode"] == 303
    aws.reset()
    with pytest.raises(DefinitionError):
        aws.prepare()
