"""`Shelf` on a private S3 bucket: the book's files under a prefix."""

from __future__ import annotations

from .errors import CallError
from .errors import StoreError
from .percent import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cloud import Client

__all__ = ["Bucket"]


class Bucket:
    """Reads objects `prefix/name` of `bucket`; a name with a path in it is never found."""

    def __init__(self, client: Client, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def read(self, name: str) -> bytes | None:
        """The bytes of the file `name`, None when there is none; raises `StoreError` when S3 does not answer."""
        if not name or "/" in name or name.startswith("."):
            return None
        path = "/" + "/".join(map(encode, (self._prefix + name).split("/")))
        # A bucket is a host. Not so one with a dot, which no certificate of AWS's covers, nor at an emulator.
        host = f"{self._bucket}.{self._client.home}"
        if self._client.endpoint or "." in self._bucket:
            path, host = f"/{self._bucket}{path}", ""
        try:
            return self._client.call("GET", path, {}, b"", host=host).body
        except CallError as error:
            # A private bucket answers 403 for a missing object to whoever may not list it.
            if error.status in {403, 404} and error.code != "NoSuchBucket":
                return None
            msg = f"s3: {error}"
            raise StoreError(msg) from error

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
