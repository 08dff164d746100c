"""The packed zip under AWS's own runtime client, with DynamoDB, SES, Parameter Store and S3 emulated."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlencode
from urllib.parse import urlsplit

import pytest
from benchmarks.rig.emulators import aws_client
from benchmarks.rig.runtime import FunctionFailed
from benchmarks.rig.runtime import run_function
from benchmarks.rig.runtime import unpack
from benchmarks.rig.stack import run_stack

from microsite.package import build_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from benchmarks.rig.stack import Stack

SITE = "https://site.example"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    shell = folder / "shell.html"
    shell.write_text("<!DOCTYPE html><html lang='en'><title><!--title--></title><main><!--main--></main></html>")
    return build_package(folder / "forms.zip", shell=shell, environ=os.environ, python=Path(sys.executable)).path


@pytest.fixture(scope="module")
def stack(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with run_stack(package, tmp_path_factory.mktemp("stack"), site_url=SITE) as running:
        yield running


def event(method: str, path: str, fields: Mapping[str, str] | None = None, query: str = "") -> dict[str, Any]:
    """A browser's request as the gateway hands it over; form bodies come in base64."""
    headers = {"host": "site.example", "accept": "text/html", "sec-fetch-site": "same-origin"}
    if fields is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1", "userAgent": "a browser"},
        },
        "body": base64.b64encode(urlencode(fields).encode()).decode() if fields is not None else "",
        "isBase64Encoded": fields is not None,
    }


def get(link: str) -> dict[str, Any]:
    parts = urlsplit(link)
    return event("GET", parts.path, query=parts.query)


def leads(stack: Stack) -> list[dict[str, Any]]:
    client = aws_client("dynamodb", stack.url)
    try:
        items = client.scan(TableName="leads", ConsistentRead=True)["Items"]
    finally:
        client.close()
    return [json.loads(item["body"]["S"]) for item in items if "body" in item]


def test_health_needs_nothing(stack: Stack) -> None:
    answer = stack.http(event("GET", "/api/health"))
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "ok"})


def test_a_message_is_a_record_and_then_a_mail_to_the_team(stack: Stack) -> None:
    sent = {"name": "Ann Otter", "email": "ann@example.com", "message": "Hello there", "consent": "yes"}
    before = len(stack.mails_to("team@site.example"))
    for _ in range(2):  # the second is a retry
        answer = stack.http(event("POST", "/api/forms/contact", sent))
        assert (answer["statusCode"], answer["headers"]["location"]) == (303, "/contact/thanks/"), stack.logs()
    assert [lead["values"]["message"] for lead in leads(stack) if lead["form"] == "contact"] == ["Hello there"]
    [mail] = stack.mails_to("team@site.example")[before:]
    assert "Hello there" in mail.body
    assert "Hello there" not in stack.logs()
    assert "ann@example.com" not in stack.logs()


def test_the_book_comes_after_the_confirming_click(stack: Stack) -> None:
    answer = stack.http(event("POST", "/api/forms/book", {"email": "reader@example.com", "consent": "yes"}))
    assert answer["statusCode"] == 303, stack.logs()
    [asked] = stack.mails_to("reader@example.com")
    link = asked.link("/api/confirm")
    shown = stack.http(get(link))
    assert (shown["statusCode"], len(stack.mails_to("reader@example.com"))) == (200, 1)
    assert shown["body"].startswith("<!DOCTYPE html><html lang='en'>"), "set into the page that is in the zip"
    token = urlsplit(link).query.removeprefix("token=")
    for _ in range(2):
        assert stack.http(event("POST", "/api/confirm", {"token": token}))["statusCode"] == 303
    [_, book] = stack.mails_to("reader@example.com")
    page = stack.http(get(book.link("/api/book")))
    assert page["statusCode"] == 200
    file = stack.http(get(book.link("/api/book") + "&format=pdf"))
    assert base64.b64decode(file["body"]) == b"%PDF-1.7 book"
    [lead] = [lead for lead in leads(stack) if lead["form"] == "book"]
    assert lead["confirmed"]


def test_the_sweeper_mails_what_the_stream_missed(stack: Stack) -> None:
    sent = {"name": "Bo", "email": "bo@example.com", "message": "Swept up", "consent": "yes"}
    stack.function("http").invoke(event("POST", "/api/forms/contact", sent))
    assert not [mail for mail in stack.mails() if "Swept up" in mail.body]
    swept = stack.function("sweep").invoke({"source": "aws.scheduler"})
    assert swept["sent"] == 1, stack.logs()
    assert len([mail for mail in stack.mails() if "Swept up" in mail.body]) == 1
    stack.pump()
    assert len([mail for mail in stack.mails() if "Swept up" in mail.body]) == 1, "the stream came late: sent once"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"FORMS_SITE_URL": ""}, "FORMS_SITE_URL is not set"),
        ({"FORMS_STORE": "dynamo:leads"}, "FORMS_STORE must be"),
        ({"FORMS_STORE": "sqlite:leads.sqlite3"}, "No module named 'forms.sqlite'"),
        ({"FORMS_SECRETS": "no hex"}, "FORMS_SECRETS must be secrets of at least 16 bytes in hex"),
        ({"FORMS_STORE": "dynamodb:leads", "AWS_REGION": ""}, "AWS_REGION is not set"),
    ],
)
def test_a_wrong_setting_starts_answers_calmly_and_is_named_in_the_log(
    package: Path, tmp_path: Path, wrong: dict[str, str], named: str
) -> None:
    settings = {"FORMS_SITE_URL": SITE, "FORMS_SECRETS": "ab" * 32, "FORMS_STORE": "dynamodb:leads", **wrong}
    with run_function(unpack(package, tmp_path / "task"), "forms.aws.http", settings, log=tmp_path / "log") as function:
        assert function.invoke(event("GET", "/api/health"))["statusCode"] == 200
        answer = function.invoke(event("POST", "/api/forms/contact", {"name": "private-word"}))
    assert answer["statusCode"] in {500, 503}
    assert "We could not do this just now" in answer["body"]
    assert named in function.log()
    assert "private-word" not in function.log() + json.dumps(answer)


def test_what_is_no_request_is_answered_and_does_not_end_the_function(stack: Stack) -> None:
    odds: tuple[object, ...] = ({}, [], "text", None, {"version": "1.0", "httpMethod": "GET", "path": "/"})
    for odd in odds:
        answer = stack.function("http").invoke(odd)
        assert answer["statusCode"] in {400, 500}, odd
    assert stack.http(event("GET", "/api/health"))["statusCode"] == 200


def test_a_handler_that_is_not_there_is_an_error_at_the_start(package: Path, tmp_path: Path) -> None:
    folder = unpack(package, tmp_path / "task")
    with (
        run_function(folder, "forms.nothing.http", {}, log=tmp_path / "log") as function,
        pytest.raises(FunctionFailed, match="init error") as raised,
    ):
        function.invoke({})
    assert raised.value.details["errorType"] == "Runtime.ImportModuleError"
