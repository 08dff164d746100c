"""Signatures: AWS's published test suite, and whatever botocore signs.

The suite: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-test-suite.html (the cases without a query;
its key and its moment are below).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.percent import encode
from forms.sigv4 import Keys
from forms.sigv4 import sign

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
MOMENT = 1440938160  # 2015-08-30T12:36:00Z
HOST = {"host": "example.amazonaws.com"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
ALL = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRq"
    "TflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75Y"
    "U9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9K"
    "SYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
SUITE = {
    "get-vanilla": ("GET", "/", HOST, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-unreserved": ("GET", "/" + ALL, HOST, b"", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    "get-header-value-order": (
        "GET", "/", {**HOST, "my-header1": "value4,value1,value3,value2"}, b"",
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ),
    "get-header-value-trim": (
        "GET", "/", {**HOST, "my-header1": " value1", "my-header2": ' "a   b   c"'}, b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "post-vanilla": ("POST", "/", HOST, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-header-value-case": (
        "POST", "/", {**HOST, "my-header1": "VALUE1"}, b"",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    "post-x-www-form-urlencoded": (
        "POST", "/", {**HOST, **FORM}, b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}  # fmt: skip


def authorization(method: str, path: str, headers: Mapping[str, str], body: bytes, keys: Keys = KEYS) -> str:
    signed = sign(method, path, headers, body, service="service", region="us-east-1", keys=keys, now=MOMENT)
    return signed["authorization"]


@pytest.mark.parametrize("name", SUITE)
def test_the_published_suite(name: str) -> None:
    method, path, headers, body, signature = SUITE[name]
    names = ";".join(sorted({*headers, "x-amz-date"}))
    scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    expected = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"
    assert authorization(method, path, headers, body) == expected


def test_the_published_suite_with_a_session_token() -> None:
    # post-sts-header-before
    stated = authorization("POST", "/", HOST, b"", KEYS._replace(token=TOKEN))
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in stated
    assert stated.endswith("85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead")


@given(
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=st.lists(st.text(max_size=8).filter(lambda one: one not in {".", ".."}), max_size=3),
    value=st.text("aB \"'=,;:/?#~", max_size=20),
    body=st.binary(max_size=60),
    now=st.integers(0, 4_000_000_000),
    service=st.sampled_from(["dynamodb", "ses", "ssm", "s3"]),
    token=st.sampled_from(["", "a/token+of==theirs"]),
)
def test_botocore_signs_the_same(
    *, method: str, path: list[str], value: str, body: bytes, now: int, service: str, token: str
) -> None:
    encoded = "/" + "/".join(encode(one) for one in path if one)
    headers = {"host": "h.example", "x-amz-target": value}
    keys = Keys("AKIDEXAMPLE", "secret", token)
    ours = sign(method, encoded, headers, body, service=service, region="eu-west-1", keys=keys, now=now)

    signer = {"s3": botocore.auth.S3SigV4Auth}.get(service, botocore.auth.SigV4Auth)
    request = botocore.awsrequest.AWSRequest(method, f"https://h.example{encoded}", headers=headers, data=body)
    request.context["payload_signing_enabled"] = True
    credentials = botocore.credentials.Credentials(keys.id, keys.secret, token or None)
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        signer(credentials, service, "eu-west-1").add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
