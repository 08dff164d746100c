"""What AWS says when something is wrong becomes words that name the fix; nothing of ours is written then."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError
from botocore.exceptions import NoCredentialsError
from botocore.exceptions import PartialCredentialsError
from botocore.exceptions import ReadTimeoutError

from microsite.deploy import aws
from microsite.deploy.ports import Headers
from microsite.deploy.s3 import S3Bucket
from microsite.errors import AccessDenied
from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import WrongTarget

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

ROLE = "arn:aws:sts::111122223333:assumed-role/deploy/ci"
PAGE = Headers("text/html; charset=utf-8", "no-cache")
SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class _Raw(io.BytesIO):
    """A body as urllib3 has it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.getvalue()


def xml(code: str, message: str = "", status: int = 403, more: str = "", **headers: str) -> AWSResponse:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>".encode()
    told = {"content-type": "application/xml", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return AWSResponse("https://s3.example/", status, told, _Raw(body))


@pytest.fixture
def sent() -> list[str]:
    """The requests that were sent."""
    return []


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, sent: list[str]) -> Iterator[Callable[..., S3Bucket]]:
    """A bucket whose requests are answered by what the test gives, in turn; the last answer again and again."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    made = aws.client("s3", "us-east-1")

    def answering(*answers: AWSResponse | Exception) -> S3Bucket:
        turns = itertools.chain(answers, itertools.repeat(answers[-1]))

        def answer(request: Any, **_: Any) -> AWSResponse:
            sent.append(f"{request.method} {request.url}")
            found = next(turns)
            if isinstance(found, Exception):
                raise found
            if isinstance(found.raw, _Raw):
                found.raw.seek(0)
                found._content = None
            return found

        made.meta.events.register("before-send.s3", answer)
        return S3Bucket("site-bucket", "111122223333", made)

    yield answering
    made.close()


def test_a_missing_right_names_the_action_and_who_misses_it(bucket: Callable[..., S3Bucket]) -> None:
    message = (
        f"User: {ROLE} is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::site-bucket/a&quot; "
        "because no identity-based policy allows the s3:PutObject action"
    )
    with pytest.raises(AccessDenied) as told:
        bucket(xml("AccessDenied", message)).put("a", b"", PAGE, SHA)
    assert (told.value.action, told.value.role) == ("s3:PutObject", ROLE)
    assert str(told.value) == f"sending a: {ROLE} may not s3:PutObject on s3://site-bucket"
    assert "s3:PutObject" in told.value.fix


@pytest.mark.parametrize(
    ("verb", "action"),
    [
        (lambda one: one.get("a"), "s3:GetObject"),
        (lambda one: one.put("a", b"", PAGE, SHA), "s3:PutObject"),
        (lambda one: one.copy("a", "b", PAGE, ""), "s3:GetObject and s3:PutObject"),
        (lambda one: list(one.list("a")), "s3:ListBucket"),
        (lambda one: one.delete(["a"]), "s3:DeleteObject"),
    ],
)
def test_a_refusal_without_words_still_names_the_action(
    bucket: Callable[..., S3Bucket], verb: Callable[[S3Bucket], object], action: str
) -> None:
    with pytest.raises(AccessDenied) as told:
        verb(bucket(xml("AccessDenied", "Access Denied")))
    assert told.value.action == action


def test_a_bucket_of_another_account_is_told_from_a_missing_right(
    bucket: Callable[..., S3Bucket], sent: list[str]
) -> None:
    found = AWSResponse("https://s3.example/", 200, {}, _Raw(b""))
    ours = AWSResponse("https://s3.example/", 403, {}, _Raw(b""))
    with pytest.raises(WrongTarget, match="does not belong to account 111122223333"):
        bucket(xml("AccessDenied", "Access Denied"), found, ours).put("a", b"", PAGE, SHA)
    assert [one.split()[0] for one in sent] == ["PUT", "HEAD", "HEAD"]


def test_a_delete_that_is_refused_for_one_object_is_an_error(bucket: Callable[..., S3Bucket]) -> None:
    refused = b"<Error><Key>a</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    body = b"<DeleteResult>" + refused + b"</DeleteResult>"
    answer = AWSResponse("https://s3.example/", 200, {"content-type": "application/xml"}, _Raw(body))
    with pytest.raises(AccessDenied, match="s3:DeleteObject"):
        bucket(answer).delete(["a"])


@pytest.mark.parametrize(
    ("answer", "kind", "words", "fix"),
    [
        (xml("ExpiredToken", "It has expired.", 400), Interrupted, "keys have expired", "aws sso login"),
        (xml("InvalidAccessKeyId", "No such key"), AccessDenied, "does not know these keys", "AWS_PROFILE"),
        (xml("SignatureDoesNotMatch", "x"), AccessDenied, "does not know these keys", "AWS_PROFILE"),
        (
            xml(
                "RequestTimeTooSkewed", "The difference is too large.", 403,
                "<RequestTime>20261121T120000Z</RequestTime><ServerTime>2026-11-21T13:00:00Z</ServerTime>",
            ),
            Interrupted, "clock is wrong.*20261121T120000Z.*2026-11-21T13:00:00Z", "NTP",
        ),
        (xml("NoSuchBucket", "It does not exist", 404), WrongTarget, "is not there", "parameters file"),
        (
            xml("PermanentRedirect", "elsewhere", 301, x_amz_bucket_region="eu-west-1"),
            WrongTarget, "bucket site-bucket is in region eu-west-1", "us-east-1",
        ),
        (
            xml("AuthorizationHeaderMalformed", "wrong region", 400, "<Region>eu-west-1</Region>"),
            WrongTarget, "in region eu-west-1", "us-east-1",
        ),
        (xml("QuotaExceeded", "Something new", 400), DeployError, "AWS says QuotaExceeded: Something new", ""),
        (NoCredentialsError(), AccessDenied, "there are no keys for AWS", "AWS_ACCESS_KEY_ID"),
        (PartialCredentialsError(provider="env", cred_var="x"), AccessDenied, "there are no keys", "AWS_PROFILE"),
    ],
)  # fmt: skip
def test_what_no_second_try_can_mend_is_said_at_once(
    bucket: Callable[..., S3Bucket], sent: list[str], answer: Any, kind: type[DeployError], words: str, fix: str
) -> None:
    with pytest.raises(kind, match=f"(?s){words}") as told:
        bucket(answer).get("a")
    assert fix in told.value.fix
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (xml("SlowDown", "Please reduce your request rate.", 503), "SlowDown"),
        (xml("InternalError", "We encountered an internal error.", 500), "InternalError"),
        (xml("RequestTimeout", "Too slow", 400), "RequestTimeout"),
        (EndpointConnectionError(endpoint_url="https://s3.example"), "connection was lost"),
        (ReadTimeoutError(endpoint_url="https://s3.example"), "connection was lost"),
    ],
)
def test_what_passes_is_tried_again_a_bounded_number_of_times(
    bucket: Callable[..., S3Bucket], sent: list[str], answer: Any, words: str
) -> None:
    with pytest.raises(Interrupted, match=words) as told:
        bucket(answer).put("a", b"", PAGE, SHA)
    assert len(sent) == aws.ATTEMPTS
    assert "run the same command again" in told.value.fix
    sent.clear()


def test_a_moment_of_trouble_is_not_noticed(bucket: Callable[..., S3Bucket], sent: list[str]) -> None:
    done = AWSResponse("https://s3.example/", 200, {}, _Raw(b""))
    busy = xml("SlowDown", "Please reduce your request rate.", 503)
    assert bucket(busy, busy, done).put("a", b"", PAGE, SHA)
    assert len(sent) == 3


def test_the_number_of_tries_can_be_set_from_outside(
    monkeypatch: pytest.MonkeyPatch, bucket: Callable[..., S3Bucket], sent: list[str]
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    made = aws.client("s3", "us-east-1")
    assert made.meta.config.retries["total_max_attempts"] == 2
    made.close()


def test_a_name_that_no_bucket_can_have_and_a_profile_that_is_not_there_are_said(
    monkeypatch: pytest.MonkeyPatch, bucket: Callable[..., S3Bucket]
) -> None:
    one = bucket(xml("x"))
    one._ours = {"Bucket": "not a bucket!", "ExpectedBucketOwner": "111122223333"}
    with pytest.raises(WrongTarget, match="not a bucket"):
        one.get("a")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AccessDenied, match="nobody"):
        aws.client("s3", "us-east-1")
