from __future__ import annotations

import base64
from datetime import UTC
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microsite.serve.event import make_event
from microsite.serve.event import make_reply
from microsite.serve.exchange import Request

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)


def event(request: Request) -> dict[str, Any]:
    return make_event(request, now=NOW, request_id="r-1")


def post(body: bytes, content_type: str, **more: str) -> Request:
    headers = (("content-type", content_type), *more.items())
    return Request("POST", "/api/forms/contact", headers=headers, body=body)


def test_a_form_post_arrives_in_base64_as_the_gateway_sends_it() -> None:
    made = event(post(b"name=A", "application/x-www-form-urlencoded"))
    assert made["isBase64Encoded"] is True
    assert base64.b64decode(made["body"]) == b"name=A"


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", "text/plain"])
def test_json_and_text_arrive_as_text(content_type: str) -> None:
    made = event(post('{"name":"Zoë"}'.encode(), content_type))
    assert (made["body"], made["isBase64Encoded"]) == ('{"name":"Zoë"}', False)


@pytest.mark.parametrize(
    "request_",
    [
        post(b"x", "multipart/form-data; boundary=x"),
        post(b"\xff\xfe", "application/json"),
        post(b"x", "text/plain", **{"content-encoding": "gzip"}),
        post(b"x", ""),
    ],
)
def test_what_is_not_plain_text_arrives_in_base64(request_: Request) -> None:
    made = event(request_)
    assert made["isBase64Encoded"] is True
    assert base64.b64decode(made["body"]) == request_.body


def test_a_request_without_a_body_has_none_in_its_event() -> None:
    made = event(Request("GET", "/api/health"))
    assert "body" not in made
    assert "queryStringParameters" not in made
    assert "cookies" not in made


def test_headers_are_joined_by_a_comma_and_cookies_stand_apart() -> None:
    headers = (("x-a", "1"), ("cookie", "a=1; b=2"), ("x-a", "2"), ("cookie", "c=3"), ("host", "127.0.0.1:8000"))
    made = event(Request("GET", "/api/health", headers=headers))
    assert made["headers"] == {"x-a": "1,2", "host": "127.0.0.1:8000"}
    assert made["cookies"] == ["a=1", "b=2", "c=3"]


def test_the_query_is_passed_raw_and_parsed() -> None:
    made = event(Request("GET", "/api/confirm", query="token=a%20b&x=1&x=2&empty="))
    assert made["rawQueryString"] == "token=a%20b&x=1&x=2&empty="
    assert made["queryStringParameters"] == {"token": "a b", "x": "1,2", "empty": ""}


def test_the_context_says_who_asks_for_what_and_when() -> None:
    made = event(Request("POST", "/api/forms/book", headers=(("user-agent", "Test"),), client="127.0.0.1"))
    context = made["requestContext"]
    assert made["version"] == "2.0"
    assert made["rawPath"] == "/api/forms/book"
    assert context["http"] == {
        "method": "POST",
        "path": "/api/forms/book",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "Test",
    }
    assert (context["stage"], context["requestId"]) == ("$default", "r-1")
    assert (context["time"], context["timeEpoch"]) == ("21/Nov/2026:10:30:00 +0000", 1795257000000)


@given(st.binary(max_size=200), st.sampled_from(["text/plain", "application/json", "a/b", "application/xml"]))
def test_whatever_bytes_come_the_function_can_have_them_back(body: bytes, content_type: str) -> None:
    made = event(post(body, content_type))
    text = made.get("body", "")
    assert (base64.b64decode(text) if made["isBase64Encoded"] else text.encode()) == body


def test_an_answer_becomes_a_reply_with_its_cookies() -> None:
    reply = make_reply(
        {"statusCode": 303, "headers": {"Location": "/thanks/"}, "cookies": ["a=1", "b=2"], "body": "Gone on"}
    )
    assert reply.status == 303
    assert ("location", "/thanks/") in reply.headers
    assert [value for name, value in reply.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert reply.body == b"Gone on"


def test_a_binary_answer_is_decoded() -> None:
    answer = {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"%PDF\xff").decode()}
    assert make_reply(answer).body == b"%PDF\xff"


def test_a_value_without_a_status_is_json_as_on_the_gateway() -> None:
    reply = make_reply({"status": "ok"})
    assert (reply.status, reply.body) == (200, b'{"status": "ok"}')


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "abc"},
        {"statusCode": 0},
        {"statusCode": 101},
        {"statusCode": 999},
        {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}},
        {"statusCode": 200, "headers": {"x\n": "a"}},
        {"statusCode": 200, "body": "not base64!", "isBase64Encoded": True},
        {"statusCode": 200, "cookies": ["a\n"]},
    ],
)
def test_what_the_gateway_would_refuse_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"statusCode|header|base64|invalid literal"):
        make_reply(answer)


def test_length_and_connection_are_the_servers_business() -> None:
    reply = make_reply({"statusCode": 200, "headers": {"Content-Length": "7", "Connection": "close"}, "body": "x"})
    assert not {"content-length", "connection"} & {name for name, _ in reply.headers}
    assert ("content-length", "1") in reply.complete().headers
