"""The port `Bucket` on S3.

In: a bucket's name, the account that must own it, a boto3 client. Out: the verbs of `ports.Bucket`. Every request names
the owner (`ExpectedBucketOwner`), so that a name which somebody else took cannot be written to, and every upload its
SHA-256, which S3 compares: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.exceptions import ClientError

from microsite.errors import WrongTarget

from .aws import WRONG_REGION
from .aws import code_of
from .aws import words
from .aws import wrong_region
from .ports import BATCH
from .ports import Headers
from .ports import Listed
from .ports import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

__all__ = ["S3Bucket"]

_GONE = {"NoSuchKey", "404"}
_CHANGED = {"PreconditionFailed", "412"}
_DENIED = {"AccessDenied", "403", "Forbidden"}


class S3Bucket:
    """The bucket `name` of account `owner`."""

    def __init__(self, name: str, owner: str, client: Any) -> None:
        self._name = name
        self._owner = owner
        self._client = client
        self._ours = {"Bucket": name, "ExpectedBucketOwner": owner}
        # botocore follows a bucket to its region by itself; then everything else of the stack would be elsewhere.
        client.meta.events.register_first("needs-retry.s3", self._stay, unique_id=f"stay-{name}")

    def get(self, key: str) -> bytes | None:
        """See `Bucket`."""
        with self._words(f"reading {key}"):
            try:
                body: bytes = self._client.get_object(Key=key, **self._ours)["Body"].read()
            except ClientError as error:
                if code_of(error) in _GONE:
                    return None
                raise
            return body

    def look(self, key: str) -> Seen | None:
        """See `Bucket`."""
        with self._words(f"looking at {key}"):
            try:
                told = self._client.head_object(Key=key, ChecksumMode="ENABLED", **self._ours)
            except ClientError as error:
                if code_of(error) in _GONE:
                    return None
                raise
        headers = (told.get(name, "") for name in ("ContentType", "CacheControl", "ContentEncoding"))
        return Seen(Headers(*headers), base64.b64decode(told.get("ChecksumSHA256", "")).hex())

    def put(self, key: str, body: bytes | Path, headers: Headers, sha256: str, *, fresh: bool = False) -> bool:
        """See `Bucket`."""
        asked = {"Key": key, "ChecksumSHA256": _in_base64(sha256), **_named(headers), **self._ours}
        if fresh:
            asked["IfNoneMatch"] = "*"
        with self._words(f"sending {key}"):
            try:
                if isinstance(body, Path):
                    with body.open("rb") as file:
                        self._client.put_object(Body=file, **asked)
                else:
                    self._client.put_object(Body=body, **asked)
            except ClientError as error:
                if fresh and code_of(error) in _CHANGED:
                    return False
                raise
        return True

    def copy(self, source: str, key: str, headers: Headers, sha256: str) -> bool:
        """See `Bucket`. The new object's SHA-256 is what S3 found while it copied."""
        with self._words(f"copying to {key}"):
            try:
                answer = self._client.copy_object(
                    Key=key,
                    CopySource={"Bucket": self._name, "Key": source},
                    ExpectedSourceBucketOwner=self._owner,
                    MetadataDirective="REPLACE",
                    ChecksumAlgorithm="SHA256",
                    **_named(headers),
                    **self._ours,
                )
            except ClientError as error:
                if code_of(error) in _GONE:
                    return False
                raise
        found = answer.get("CopyObjectResult", {}).get("ChecksumSHA256", "")
        return not sha256 or not found or found == _in_base64(sha256)

    def list(self, prefix: str) -> Iterator[Listed]:
        """See `Bucket`."""
        page: dict[str, Any] = {"Prefix": prefix, "MaxKeys": BATCH, **self._ours}
        while True:
            with self._words(f"listing {prefix}"):
                answer = self._client.list_objects_v2(**page)
            for one in answer.get("Contents", ()):
                tag = one["ETag"].strip('"')
                # Of an upload in parts, or under a key of KMS, the tag is no MD5.
                yield Listed(one["Key"], one["Size"], tag if len(tag) == 32 else "", one["LastModified"].timestamp())
            if not answer.get("IsTruncated"):
                return
            page["ContinuationToken"] = answer["NextContinuationToken"]

    def delete(self, keys: Sequence[str]) -> None:
        """See `Bucket`."""
        for start in range(0, len(keys), BATCH):
            batch = [{"Key": key} for key in keys[start : start + BATCH]]
            with self._words(f"deleting {len(batch)} objects"):
                answer = self._client.delete_objects(Delete={"Objects": batch, "Quiet": True}, **self._ours)
                if answer.get("Errors"):
                    raise ClientError({"Error": answer["Errors"][0]}, "DeleteObjects")

    @contextmanager
    def _words(self, doing: str) -> Iterator[None]:
        """AWS's failures in words; a refusal that says nothing is looked into once."""
        with words(doing, place=f"s3://{self._name}"):
            try:
                yield
            except ClientError as error:
                told = str(error.response.get("Error", {}).get("Message", ""))
                if code_of(error) in _DENIED and "not authorized to perform" not in told and self._is_anothers():
                    msg = f"{doing}: the bucket {self._name} does not belong to account {self._owner}"
                    fix = "correct environment.account or site.bucket in the parameters file; nothing was written to it"
                    raise WrongTarget(msg, fix=fix) from error
                raise

    def _is_anothers(self) -> bool:
        """Whether the bucket answers us, but not as one of `owner`."""
        try:
            self._client.head_bucket(Bucket=self._name)
        except (ClientError, BotoCoreError):
            return False
        try:
            self._client.head_bucket(**self._ours)
        except ClientError as error:
            return code_of(error) in _DENIED
        except BotoCoreError:
            return False
        return False

    def _stay(self, response: Any = None, operation: Any = None, **_: Any) -> None:
        """Raise WrongTarget when S3 sends us to another region."""
        if response is None:
            return
        http, parsed = response
        code = str(parsed.get("Error", {}).get("Code", ""))
        if http.status_code in {301, 307, 400} and code in WRONG_REGION:
            raise wrong_region(ClientError(parsed, operation.name), self._name)


def _named(headers: Headers) -> dict[str, str]:
    told = {"ContentType": headers.content_type, "CacheControl": headers.cache_control}
    return told | ({"ContentEncoding": headers.content_encoding} if headers.content_encoding else {})


def _in_base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
