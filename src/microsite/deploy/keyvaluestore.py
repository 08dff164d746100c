"""The port `Pointer` on CloudFront's KeyValueStore.

In: the store's ARN and a boto3 client of `cloudfront-keyvaluestore`, whose requests are signed with SigV4A. Out: the
verbs of `pointer.Pointer`. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

from botocore.exceptions import ClientError

from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Moved

from .aws import words
from .pointer import MOVED
from .pointer import State
from .pointer import demand_small

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KeyValueStorePointer", "reach_loopback"]

#: Keys a page, the most there can be.
_PAGE = 50
_READING = "reading the live release's store"
_WRITING = "writing the live release's store"


class KeyValueStorePointer:
    """The store named `arn`."""

    def __init__(self, arn: str, client: Any) -> None:
        self._arn = arn
        self._client = client
        reach_loopback(client)

    def read(self) -> State:
        """See `Pointer`."""
        with words(_READING, place=self._arn):
            # The etag first: what changes between the two answers makes the next write fail, not succeed.
            etag: str = self._client.describe_key_value_store(KvsARN=self._arn)["ETag"]
            values: dict[str, str] = {}
            page: dict[str, Any] = {"KvsARN": self._arn, "MaxResults": _PAGE}
            while True:
                answer = self._client.list_keys(**page)
                values |= {item["Key"]: item["Value"] for item in answer.get("Items", ())}
                if not answer.get("NextToken"):
                    return State(values, etag)
                page["NextToken"] = answer["NextToken"]

    def peek(self, key: str) -> str | None:
        """See `Pointer`."""
        with words(_READING, place=self._arn):
            try:
                value: str = self._client.get_key(KvsARN=self._arn, Key=key)["Value"]
            except ClientError as error:
                if _code(error) != "ResourceNotFoundException":
                    raise
                # Said of a missing key and of a missing store alike: this raises for a missing store.
                self._client.describe_key_value_store(KvsARN=self._arn)
                return None
        return value

    def write(self, changes: Mapping[str, str | None], *, etag: str) -> str:
        """See `Pointer`."""
        demand_small(changes)
        try:
            new = self._written(changes, etag)
        except Interrupted as error:
            # The answer may be what was lost, and the change be made.
            if (new := self._arrived(changes, etag)) is None:
                raise error from None
        else:
            # A request that boto3 sent again meets its own change: that is no refusal.
            if new is None and (new := self._arrived(changes, etag)) is None:
                raise Moved(MOVED)
        return new

    def _written(self, changes: Mapping[str, str | None], etag: str) -> str | None:
        """One write; the new etag, None when the store is not the one of `etag`."""
        with words(_WRITING, place=self._arn):
            try:
                new: str = self._client.update_keys(
                    KvsARN=self._arn,
                    IfMatch=etag,
                    Puts=[{"Key": key, "Value": value} for key, value in changes.items() if value is not None],
                    Deletes=[{"Key": key} for key, value in changes.items() if value is None],
                )["ETag"]
            except ClientError as error:
                if not _conflict(error):
                    raise
                return None
            return new

    def _arrived(self, changes: Mapping[str, str | None], etag: str) -> str | None:
        """The store's etag when it was changed since `etag` and holds `changes`."""
        try:
            now = self.read()
        except DeployError:
            return None
        made = now.etag != etag and all(now.values.get(key) == value for key, value in changes.items())
        return now.etag if made else None


def reach_loopback(client: Any) -> None:
    """Let the client reach an endpoint on this machine.

    botocore puts the account before the endpoint's host, also before one of `AWS_ENDPOINT_URL`; no name server knows
    `111122223333.127.0.0.1`. The address is set right before it is signed.
    """
    client.meta.events.register("before-sign.cloudfront-keyvaluestore", _without_account, unique_id="reach-loopback")


def _without_account(request: Any, **_: Any) -> None:
    parts = urlsplit(request.url)
    account, _dot, rest = parts.netloc.partition(".")
    if account.isdigit() and _local(rest):
        request.url = urlunsplit(parts._replace(netloc=rest))


def _local(netloc: str) -> bool:
    host = urlsplit(f"//{netloc}").hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _conflict(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return _code(error) == "ConflictException" or status in {409, 412}
