"""What every adapter of the release shares: a client with patience, and AWS's failures as words that name the fix.

In: a service and a region, or a block that calls AWS. Out: a boto3 client whose retries are bounded, or an error of the
tree under `DeployError`. Which service answers how to missing rights, expired keys, a wrong clock and a wrong region:
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

from botocore import exceptions as boto

from microsite.errors import AccessDenied
from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import WrongTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ATTEMPTS", "WRONG_REGION", "client", "code_of", "denied", "words", "wrong_region"]

#: Tries of one request, with a random wait of up to 1, 2, 4 … 20 seconds before each repetition: half a minute in all.
#: That is longer than S3 answers 503 while it divides a busy prefix, and short enough to be told of a dead line.
#: `AWS_MAX_ATTEMPTS` says otherwise.
ATTEMPTS = 8
_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_AGAIN = "run the same command again: it goes on where this one stopped"
_LOOK = "look at the network, AWS_ENDPOINT_URL, AWS_MAX_ATTEMPTS and their like; then run the same command again"
_SIGN_IN = "sign in again (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403", "Forbidden"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "IDPExpiredToken"}
_BAD_KEYS = {
    *("InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"),
    *("InvalidToken", "AuthFailure", "MissingAuthenticationToken", "IncompleteSignature", "InvalidSignatureException"),
    *("OptInRequired", "NotSignedUp", "AllAccessDisabled", "InvalidIdentityToken"),
}
_SKEWED = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
#: Codes by which S3 and its neighbors say that a bucket lives elsewhere.
WRONG_REGION = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"}
_BUSY = {
    *("SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException"),
    *("TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException"),
    *("ServiceUnavailable", "InternalError", "InternalFailure", "RequestTimeout", "RequestTimeoutException"),
    *("OperationAborted", "ConditionalRequestConflict", "503", "500", "502", "504", "429"),
}
_MISSING = {"NoSuchBucket", "InvalidBucketName", "ResourceNotFoundException", "EntityNotFound"}
_NO_KEYS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.InvalidConfigError,
    boto.UnauthorizedSSOTokenError,
)
_LOST = (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError, boto.ResponseStreamingError)
#: Operation → action, where they differ in name.
_ACTIONS = {
    "HeadObject": "s3:GetObject",
    "HeadBucket": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "CopyObject": "s3:GetObject and s3:PutObject",
    "DeleteObjects": "s3:DeleteObject",
    "Invoke": "lambda:InvokeFunction",
    "GetCallerIdentity": "sts:GetCallerIdentity",
}
_SERVICES = (
    (r"(Get|Put|Delete)Object$|Bucket", "s3"),
    (r"Keys?$|KeyValueStore", "cloudfront-keyvaluestore"),
    (r"Function|Alias|VersionsBy", "lambda"),
    (r"Stack|ChangeSet|Template", "cloudformation"),
)
_PERFORM = re.compile(r"(?:User|Role|Principal): (?P<role>\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)")


def client(service: str, region: str, *, parallel: int = 16) -> Any:
    """A boto3 client for up to `parallel` requests at once; `AWS_ENDPOINT_URL` is honored. Raises DeployError."""
    import boto3  # noqa: PLC0415 - takes 0.3 s
    from botocore.config import Config  # noqa: PLC0415

    with words("setting up the AWS client"):
        attempts = {} if os.environ.get("AWS_MAX_ATTEMPTS") else {"total_max_attempts": ATTEMPTS}
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=parallel,
            # `standard` waits at random; `legacy` does not know the codes of throttling that newer services use.
            retries={"mode": "standard", **attempts},
            tcp_keepalive=True,
        )
        return boto3.client(service, region_name=region, config=config)


def code_of(error: BaseException) -> str:
    """AWS's code of an error, such as `NoSuchKey`; "" when it has none."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, boto.ClientError) else ""


@contextmanager
def words(doing: str, *, place: str = "") -> Iterator[None]:
    """Turn what boto3 raises in the block into words.

    `doing` is what was tried ("reading the live manifest"), `place` what with (a bucket, an ARN).
    """
    try:
        yield
    except boto.ClientError as error:
        raise _said(error, doing, place) from error
    except _NO_KEYS as error:
        msg = f"{doing}: there are no keys for AWS: {_line(error)}"
        raise AccessDenied(msg, fix=_SIGN_IN) from error
    except _LOST as error:
        msg = f"{doing}: the connection was lost, {_times()}: {_line(error)}"
        raise Interrupted(msg, fix=f"look at the network and at AWS_ENDPOINT_URL, then {_AGAIN}") from error
    except boto.ParamValidationError as error:
        msg = f"{doing}: {place or 'a name'} is none that AWS takes: {_line(error)}"
        raise WrongTarget(msg, fix="correct it in the parameters file (--config)") from error
    except boto.BotoCoreError as error:
        msg = f"{doing}: {_line(error)}"
        raise DeployError(msg, fix=_LOOK) from error
    except (KeyError, ValueError) as error:
        # botocore on a setting that is none (`AWS_ENDPOINT_URL=x`), or on the page of a hotel's network.
        msg = f"{doing}: this is not AWS, or a setting is wrong: {type(error).__name__}: {_line(error)}"
        raise DeployError(msg, fix=_LOOK) from error


def _said(error: boto.ClientError, doing: str, place: str) -> DeployError:  # noqa: PLR0911 - one for each kind of failure
    code, message = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _SKEWED or (code in _BAD_KEYS and re.search(r"expired|not yet current|skew", message, re.IGNORECASE)):
        return Interrupted(f"{doing}: {_skew(error)}", fix="set the clock (NTP), then run the same command again")
    if code in _EXPIRED:
        return Interrupted(f"{doing}: the keys have expired ({message or code})", fix=f"{_SIGN_IN}; then {_AGAIN}")
    if code in _BAD_KEYS:
        return AccessDenied(f"{doing}: AWS does not know these keys ({message or code})", fix=_SIGN_IN)
    if code in _DENIED:
        return denied(error, doing, place)
    if code in WRONG_REGION:
        return wrong_region(error, place)
    if code in _MISSING:
        msg = f"{doing}: {place or 'what it is about'} is not there ({message or code})"
        fix = "correct environment and site in the parameters file (--config), or install the stack: infra/RUNBOOK.md"
        return WrongTarget(msg, fix=fix)
    if code in _BUSY or status >= 500:
        msg = f"{doing}: AWS would not take it, {_times()} ({code or status}: {message or 'no words'})"
        return Interrupted(msg, fix=f"wait a minute, then {_AGAIN}; a smaller release.parallel asks less at once")
    where = f" ({place})" if place else ""
    return DeployError(f"{doing}: AWS says {code or status}: {message or 'nothing more'}{where}", fix=_LOOK)


def denied(error: boto.ClientError, doing: str, place: str) -> AccessDenied:
    """A refusal with the action that is missing and who misses it, from AWS's own sentence where it says them."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    told = _PERFORM.search(message)
    action, role = (told["action"], told["role"]) if told else (_action(error.operation_name), "")
    who = role or "the keys in use"
    why = "; a policy denies it in so many words" if "explicit deny" in message else ""
    msg = f"{doing}: {who} may not {action}{f' on {place}' if place else ''}{why}"
    fix = f"allow {action} to {role or 'that role'} in infra/delivery-role.yml, or use another role (AWS_PROFILE)"
    return AccessDenied(msg, action=action, role=role, fix=fix)


def wrong_region(error: boto.ClientError, place: str) -> WrongTarget:
    """A bucket that lives in another region, and in which."""
    details, meta = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    there = meta.get("HTTPHeaders", {}).get("x-amz-bucket-region") or details.get("Region")
    found = f"in region {there}" if there else "in another region"
    msg = f"the bucket {place or details.get('Bucket', '')} is {found}, not in environment.region"
    return WrongTarget(msg, fix="name a bucket of the region in the parameters file, which is us-east-1")


def _action(operation: str) -> str:
    if operation in _ACTIONS:
        return _ACTIONS[operation]
    service = next((name for pattern, name in _SERVICES if re.search(pattern, operation)), "")
    return f"{service}:{operation}" if service else operation


def _skew(error: boto.ClientError) -> str:
    details = error.response.get("Error", {})
    ours, theirs = details.get("RequestTime"), details.get("ServerTime")
    told = f" (the request says {ours}, AWS's clock {theirs})" if ours and theirs else ""
    return f"this machine's clock is wrong, or the request took too long{told}"


def _times() -> str:
    count = os.environ.get("AWS_MAX_ATTEMPTS") or ATTEMPTS
    return "once" if str(count) == "1" else f"{count} times"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
