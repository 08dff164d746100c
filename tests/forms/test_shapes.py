"""Who may call: the HTTP API and a function URL are served; a load balancer and a REST API get a clean no."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlencode

import pytest

from forms import aws

if TYPE_CHECKING:
    from .conftest import Wire

# Shortened from https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
FUNCTION_URL = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/api/forms/contact",
    "rawQueryString": "",
    "headers": {"content-type": "application/x-www-form-urlencoded", "host": "abc.lambda-url.us-east-1.on.aws"},
    "requestContext": {
        "accountId": "anonymous",
        "apiId": "abc",
        "authentication": None,
        "domainName": "abc.lambda-url.us-east-1.on.aws",
        "http": {
            "method": "POST",
            "path": "/api/forms/contact",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.7",
            "userAgent": "agent",
        },
        "requestId": "id",
        "routeKey": "$default",
        "stage": "$default",
        "time": "12/Mar/2026:19:03:58 +0000",
        "timeEpoch": 1583348638390,
    },
    "isBase64Encoded": True,
}
# Shortened from https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html
LOAD_BALANCER: dict[str, Any] = {
    "requestContext": {
        "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/1"}
    },
    "httpMethod": "GET",
    "path": "/api/health",
    "queryStringParameters": {},
    "headers": {"host": "lb.example.com", "x-forwarded-for": "192.0.2.7"},
    "body": "",
    "isBase64Encoded": False,
}
# Shortened from https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
PAYLOAD_1: dict[str, Any] = {
    "version": "1.0",
    "resource": "/api/health",
    "path": "/api/health",
    "httpMethod": "GET",
    "headers": {"host": "site.example"},
    "multiValueHeaders": {"host": ["site.example"]},
    "queryStringParameters": None,
    "requestContext": {"requestId": "id", "httpMethod": "GET", "identity": {"sourceIp": "192.0.2.7"}},
    "body": None,
    "isBase64Encoded": False,
}


def test_a_function_url_is_served(wire: Wire, contact: dict[str, str]) -> None:
    body = base64.b64encode(urlencode(contact).encode()).decode()
    assert aws.http({**FUNCTION_URL, "body": body}, None)["statusCode"] == 303
    assert wire.sweep()["sent"] == 1


@pytest.mark.parametrize(
    ("event", "reason", "members"),
    [
        (
            LOAD_BALANCER,
            "event-shape-load-balancer",
            {"statusCode", "statusDescription", "headers", "body", "isBase64Encoded"},
        ),
        (
            {**{name: part for name, part in LOAD_BALANCER.items() if name != "headers"}, "multiValueHeaders": {}},
            "event-shape-load-balancer",
            {"statusCode", "statusDescription", "multiValueHeaders", "body", "isBase64Encoded"},
        ),
        (PAYLOAD_1, "event-shape-payload-1", {"statusCode", "headers", "body", "isBase64Encoded"}),
    ],
    ids=["load-balancer", "load-balancer-lists", "rest"],
)
def test_others_are_refused_in_their_own_shape_and_named_in_the_log(
    event: dict[str, Any], reason: str, members: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = aws.http(event, None)
    assert (answer["statusCode"], set(answer)) == (400, members)
    assert answer.get("statusDescription", "400 Bad request") == "400 Bad request"
    assert json.loads(answer["body"])["status"] == 400
    assert json.loads(capsys.readouterr().err)["reason"] == reason


@pytest.mark.parametrize("event", [{}, {"httpMethod": "GET"}, {"requestContext": {"http": None}}, {"rawPath": "/"}])
def test_what_is_no_request_at_all_is_answered_too(event: dict[str, Any]) -> None:
    assert aws.http(event, None)["statusCode"] == 400
