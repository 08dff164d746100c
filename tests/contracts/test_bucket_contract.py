"""What every bucket holds to."""

from __future__ import annotations

import base64
import hashlib
import itertools
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON

from microsite.deploy import s3
from microsite.deploy.aws import client
from microsite.deploy.folder import FolderBucket
from microsite.deploy.memory import MemoryBucket
from microsite.deploy.ports import BATCH
from microsite.deploy.ports import Headers
from microsite.deploy.s3 import S3Bucket
from microsite.errors import DeployError
from microsite.errors import WrongTarget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from microsite.deploy.ports import Bucket

PAGE = Headers("text/html; charset=utf-8", "public, max-age=0, must-revalidate")
PACKED = Headers("application/octet-stream", "public, max-age=31536000, immutable", "br")
#: What a path may hold, and what a store could stumble over.
KEYS = [
    "a",
    "a/b",
    "a/index.html",
    "releases/20261121t134500z-1a2b3c4d/conditions/ptsd/index.html",
    "with space+plus&amp;%41'\"/?x#y.html",
    "ä/日本.html",
    "../out",
    "a//b/",
    ".hidden/..",
]
_NAMES = itertools.count(1)


def put(bucket: Bucket, key: str, body: bytes, headers: Headers = PAGE, **options: Any) -> bool:
    return bucket.put(key, body, headers, hashlib.sha256(body).hexdigest(), **options)


class BucketContract:
    #: Objects that one request takes.
    batch = BATCH // 20

    @pytest.fixture
    def bucket(self, tmp_path: Path) -> Any:
        """An empty bucket."""
        raise NotImplementedError

    def headers(self, bucket: Any, key: str) -> Headers | None:
        """What an object is served with."""
        raise NotImplementedError

    def test_what_was_put_is_got_listed_and_deleted_whatever_its_name(self, bucket: Bucket) -> None:
        for number, key in enumerate(KEYS):
            assert bucket.get(key) is None
            assert put(bucket, key, f"{number}".encode()) is True
        assert [bucket.get(key) for key in KEYS] == [f"{number}".encode() for number in range(len(KEYS))]
        assert [one.key for one in bucket.list("")] == sorted(KEYS, key=lambda key: key.encode())
        bucket.delete(KEYS[1:])
        assert [one.key for one in bucket.list("")] == ["a"]

    def test_an_object_is_replaced_whole_with_its_headers(self, bucket: Bucket) -> None:
        put(bucket, "a", b"long before")
        put(bucket, "a", b"", PACKED)
        assert bucket.get("a") == b""
        assert self.headers(bucket, "a") == PACKED

    def test_an_object_is_looked_at_without_its_bytes(self, bucket: Bucket) -> None:
        assert bucket.look("a") is None
        for headers in (PAGE, PACKED):
            put(bucket, "a", b"content", headers)
            seen = bucket.look("a")
            assert seen is not None
            assert seen.headers == headers
            assert seen.sha256 in {"", hashlib.sha256(b"content").hexdigest()}

    def test_a_path_is_sent_as_its_bytes(self, bucket: Bucket, tmp_path: Path) -> None:
        (tmp_path / "large.pdf").write_bytes(content := bytes(range(256)) * 4096)
        sha256 = hashlib.sha256(content).hexdigest()
        assert bucket.put("large.pdf", tmp_path / "large.pdf", PAGE, sha256)
        assert bucket.get("large.pdf") == content

    def test_fresh_leaves_what_is_there(self, bucket: Bucket) -> None:
        assert put(bucket, "a", b"first", fresh=True) is True
        assert put(bucket, "a", b"second", PACKED, fresh=True) is False
        assert bucket.get("a") == b"first"
        assert self.headers(bucket, "a") == PAGE

    def test_a_copy_has_the_same_bytes_and_the_headers_that_were_asked_for(self, bucket: Bucket) -> None:
        put(bucket, "old/ä b.html", b"same")
        sha256 = hashlib.sha256(b"same").hexdigest()
        assert bucket.copy("old/ä b.html", "new/c", PACKED, sha256) is True
        assert bucket.copy("old/ä b.html", "new/d", PAGE, "") is True
        assert bucket.get("new/c") == bucket.get("new/d") == bucket.get("old/ä b.html") == b"same"
        assert self.headers(bucket, "new/c") == PACKED
        # Onto itself: other headers, as an object cannot be given these alone.
        assert bucket.copy("new/c", "new/c", PAGE, sha256) is True
        assert self.headers(bucket, "new/c") == PAGE

    def test_a_copy_of_what_is_not_there_or_is_something_else_is_told(self, bucket: Bucket) -> None:
        assert bucket.copy("old", "new", PAGE, "") is False
        assert bucket.get("new") is None
        put(bucket, "old", b"something else")
        assert bucket.copy("old", "new", PAGE, hashlib.sha256(b"same").hexdigest()) is False

    def test_a_listing_tells_size_and_sum_of_what_begins_with_the_prefix(self, bucket: Bucket) -> None:
        for key in ("a/1", "a/2", "ab", "b"):
            put(bucket, key, key.encode() * 3)
        found = list(bucket.list("a/"))
        assert [(one.key, one.size) for one in found] == [("a/1", 9), ("a/2", 9)]
        assert found[0].md5 == hashlib.md5(b"a/1" * 3, usedforsecurity=False).hexdigest()
        assert found[0].modified > 1_700_000_000
        assert list(bucket.list("nothing/")) == []

    def test_more_than_one_batch_is_listed_and_deleted(self, bucket: Bucket) -> None:
        keys = [f"many/{number:05}" for number in range(self.batch * 2 + 2)]
        for key in keys:
            put(bucket, key, b"x")
        assert [one.key for one in bucket.list("many/")] == keys
        bucket.delete([*keys[1:], "many/never"])
        assert [one.key for one in bucket.list("many/")] == keys[:1]
        bucket.delete([])

    def test_other_bytes_than_were_promised_are_refused(self, bucket: Bucket, tmp_path: Path) -> None:
        with pytest.raises(DeployError):
            bucket.put("a", b"damaged", PAGE, hashlib.sha256(b"whole").hexdigest())
        assert bucket.get("a") is None


class TestMemoryBucket(BucketContract):
    @pytest.fixture
    def bucket(self, tmp_path: Path) -> Any:
        return MemoryBucket()

    def headers(self, bucket: Any, key: str) -> Headers | None:
        found: Headers = bucket.objects[key].headers
        return found


class TestFolderBucket(BucketContract):
    @pytest.fixture
    def bucket(self, tmp_path: Path) -> Any:
        return FolderBucket(tmp_path / "deep" / "bucket")

    def headers(self, bucket: Any, key: str) -> Headers | None:
        found: Headers | None = bucket.headers(key)
        return found

    def test_no_key_leads_out_of_the_folder(self, bucket: Bucket, tmp_path: Path) -> None:
        for key in ("../out", "../../out", "/etc/out", "a/../../../out"):
            put(bucket, key, b"x")
        assert {path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*.object")} == {("deep", "bucket")}

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(DeployError, match="cannot be written"):
            put(FolderBucket(tmp_path / "file"), "a", b"x")


class TestS3Bucket(BucketContract):
    """On moto, which looks neither at sums nor at owners: what is sent to it is looked at instead."""

    @pytest.fixture
    def aws(self, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        for name, value in {**ENVIRON, "AWS_ENDPOINT_URL": moto_url}.items():
            monkeypatch.setenv(name, value)
        made = client("s3", "us-east-1")
        yield made
        made.close()

    @pytest.fixture
    def bucket(self, aws: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        name = f"site-{next(_NAMES)}"
        aws.create_bucket(Bucket=name)
        monkeypatch.setattr(s3, "BATCH", self.batch)
        return S3Bucket(name, "123456789012", aws)

    def headers(self, bucket: Any, key: str) -> Headers | None:
        told = bucket._client.head_object(Bucket=bucket._name, Key=key)
        return Headers(told["ContentType"], told["CacheControl"], told.get("ContentEncoding", ""))

    def test_other_bytes_than_were_promised_are_refused(self, bucket: Any, tmp_path: Path) -> None:
        """S3 refuses; what moto cannot do is done here by looking at the sum that it was sent."""
        sums = []

        def look(request: Any, **_: Any) -> None:
            sums.append(request.headers["x-amz-checksum-sha256"].decode())

        bucket._client.meta.events.register("before-send.s3.PutObject", look)
        put(bucket, "a", b"whole")
        (tmp_path / "b").write_bytes(b"whole")
        bucket.put("b", tmp_path / "b", PAGE, hashlib.sha256(b"whole").hexdigest())
        assert sums == [base64.b64encode(hashlib.sha256(b"whole").digest()).decode()] * 2

    def test_every_request_names_the_owner(self, bucket: Any) -> None:
        owners = []

        def look(request: Any, **_: Any) -> None:
            owners.append((request.method, request.headers.get("x-amz-expected-bucket-owner")))

        bucket._client.meta.events.register("before-send.s3", look)
        put(bucket, "a", b"x")
        bucket.get("a")
        bucket.copy("a", "b", PAGE, "")
        list(bucket.list(""))
        bucket.delete(["a"])
        assert [method for method, _ in owners] == ["PUT", "GET", "PUT", "GET", "POST"]
        assert {owner for _, owner in owners} == {b"123456789012"}

    def test_a_bucket_that_is_not_there_is_an_error_and_no_missing_object(self, aws: Any) -> None:
        with pytest.raises(WrongTarget, match="s3://nobody-has-this is not there"):
            S3Bucket("nobody-has-this", "123456789012", aws).get("a")
