"""Manifests: the same bytes for the same release, readable for good, and never believed when they are damaged."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

from microsite.deploy import archive
from microsite.deploy.manifest import VERSION
from microsite.deploy.manifest import Entry
from microsite.deploy.manifest import Head
from microsite.deploy.manifest import digest_of
from microsite.deploy.manifest import file_list
from microsite.deploy.manifest import head_bytes
from microsite.deploy.manifest import pack
from microsite.deploy.manifest import read_head
from microsite.deploy.manifest import unpack
from microsite.deploy.memory import MemoryBucket
from microsite.deploy.ports import Headers
from microsite.errors import Refused
from microsite.errors import WrongTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microsite.deploy.manifest import Manifest

DATA = Path(__file__).parent / "data"
FORMAT = Path(__file__).parents[2] / "src/microsite/deploy/FORMAT.md"
PAGE = Headers("text/html; charset=utf-8", "public, max-age=0, must-revalidate")
HASHED = Headers("application/octet-stream", "public, max-age=31536000, immutable", "br")
ENTRIES = (
    Entry("index.html", "0" * 63 + "1", 8123, PAGE, immutable=False),
    Entry("é/index.html", "0" * 63 + "2", 9000, PAGE, immutable=False),
    Entry("search/t.00ff12345.bin", "0" * 63 + "3", 3900, HASHED, immutable=True),
)
HEAD = Head(
    release="20261121t134500z-1a2b3c4d",
    created="2026-11-21T13:45:00Z",
    by="ann@laptop",
    commit="c0ffee",
    previous="20261120t090000z-00000000",
    digest=digest_of(ENTRIES, {"/was/": "/é/"}),
    objects=3,
    bytes=21023,
    functions={"http": "7"},
    code="c" * 64,
    stack="5" * 64,
    redirects={"/was/": "/é/"},
)


def many(count: int, changed: Sequence[int] = ()) -> tuple[Entry, ...]:
    made = (
        Entry(f"p{number:04}/index.html", f"{number + 10_000 * (number in changed):064x}", 1, PAGE, immutable=False)
        for number in range(count)
    )
    return tuple(made)


def head_of(entries: tuple[Entry, ...], release: str = HEAD.release) -> Head:
    return replace(HEAD, release=release, digest=digest_of(entries, None), redirects=None)


def test_a_manifest_of_version_1_is_read_and_written_as_it_was_when_it_was_frozen() -> None:
    """These two files never change; a new version of the format gets files of its own."""
    bucket = MemoryBucket()
    frozen, packed = (DATA / "manifest-1.json").read_bytes(), (DATA / "files-1.json.br").read_bytes()
    told = read_head(frozen, "manifest-1.json")
    assert (len(told.changed), told.gone) == (1, ("gone/index.html",))
    bucket.put(archive.key_of(HEAD.release), frozen, PAGE, _sum(frozen))
    bucket.put(archive.files_key(told.files), packed, PAGE, _sum(packed))
    found = archive.read(bucket, HEAD.release)
    assert found.entries == tuple(sorted(ENTRIES))
    assert replace(found.head, files="", changed=(), gone=()) == HEAD
    assert head_bytes(told) == frozen
    digest, again = file_list(found.listed)
    assert digest == told.files == _sum(unpack(packed))
    assert unpack(again) == unpack(packed)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_what_is_written_is_read_again() -> None:
    bucket = MemoryBucket()
    made = archive.write(bucket, HEAD, ENTRIES, None)
    found = archive.read(bucket, HEAD.release)
    assert set(found.entries) == set(ENTRIES)
    assert found.head == made.head == archive.head(bucket, HEAD.release)


def test_a_small_change_shares_the_list_of_files_and_a_large_one_writes_its_own() -> None:
    bucket = MemoryBucket()
    base: Manifest | None = None
    sizes = []
    for number, changed in enumerate(([], [1], [1, 2], range(300), range(301))):
        entries = many(2000, list(changed))[: 2000 - number]
        release = f"2026112{number}t134500z-1a2b3c4d"
        archive.write(bucket, head_of(entries, release), entries, base)
        base = archive.read(bucket, release)
        assert base.entries == entries
        sizes.append(len(bucket.objects[archive.key_of(release)].body))
    assert len([key for key in bucket.objects if "/files/" in key]) == 2
    assert sizes[1] - sizes[0] < 300
    assert max(sizes) < 2_500


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("head", lambda told: {**told, "version": VERSION + 1}, "is of version 2; this microsite knows 1"),
        ("head", lambda told: {key: value for key, value in told.items() if key != "files"}, "is damaged: KeyError"),
        ("head", lambda told: {**told, "version": "1"}, "it has no version"),
        ("head", lambda told: [told], "it has no version"),
        ("head", lambda told: {**told, "gone": ["index.html"]}, "its files are not those of its digest"),
        ("files", lambda told: {**told, "files": told["files"][:-1]}, "its files are not those of its digest"),
        ("files", lambda told: {**told, "files": [[1, 2]]}, "is damaged: ValueError"),
        ("files", lambda told: {**told, "version": 9}, "is of version 9"),
    ],
)
def test_what_is_damaged_or_newer_is_refused_in_words(name: str, change: Any, words: str) -> None:
    bucket = MemoryBucket()
    made = archive.write(bucket, HEAD, ENTRIES, None)
    key = archive.key_of(HEAD.release) if name == "head" else archive.files_key(made.head.files)
    body = bucket.objects[key].body
    told = change(json.loads(body if name == "head" else unpack(body)))
    content = json.dumps(told).encode() if name == "head" else pack(json.dumps(told).encode())
    bucket.put(key, content, PAGE, _sum(content))
    with pytest.raises(Refused, match=re.escape(words)):
        archive.read(bucket, HEAD.release)


def test_half_a_manifest_and_none_at_all_are_told_apart() -> None:
    bucket = MemoryBucket()
    with pytest.raises(WrongTarget, match="is not in the bucket"):
        archive.head(bucket, HEAD.release)
    with pytest.raises(Refused, match="is no id of a release"):
        archive.head(bucket, "../etc")
    made = archive.write(bucket, HEAD, ENTRIES, None)
    del bucket.objects[archive.files_key(made.head.files)]
    with pytest.raises(Refused, match=r"files/.* which manifests/.* needs, is not in the bucket"):
        archive.read(bucket, HEAD.release)
    body = bucket.objects[archive.key_of(HEAD.release)].body[:100]
    bucket.put(archive.key_of(HEAD.release), body, PAGE, _sum(body))
    with pytest.raises(Refused, match="is damaged"):
        archive.head(bucket, HEAD.release)


def test_a_note_that_a_release_was_begun_counts_only_when_it_can_be_read() -> None:
    bucket = MemoryBucket()
    pending = archive.Pending(HEAD.release, HEAD.created, "ann", ("assets/a.0123456789.css",))
    archive.begin(bucket, "d1", pending)
    assert archive.begun(bucket, "d1") == pending
    assert archive.begun(bucket, "d2") is None
    for body in (b"", b"{}", b"[]", b'{"version": 9, "release": "x"}', b"\xff"):
        bucket.put(archive.pending_key("d1"), body, PAGE, _sum(body))
        assert archive.begun(bucket, "d1") is None


def test_every_key_of_a_manifest_is_in_the_description_of_the_format() -> None:
    described = FORMAT.read_text("utf-8")
    assert f"version {VERSION}" in described
    for key in json.loads(head_bytes(HEAD)):
        assert f"`{key}`" in described, key
