"""One release against a store, in a process of its own, so that its memory can be told.

In: the store's address, the site, what the KeyValueStore holds (JSON). Out: a line of JSON: what was sent, how long it
took, writes of the switch, and the most memory that the process had.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from microsite.deploy import archive
from microsite.deploy.apply import apply
from microsite.deploy.aws import client
from microsite.deploy.files import read_site
from microsite.deploy.job import Job
from microsite.deploy.job import Limits
from microsite.deploy.job import World
from microsite.deploy.manifest import Manifest
from microsite.deploy.packing import Packer
from microsite.deploy.plan import make_plan
from microsite.deploy.pointer import MemoryPointer
from microsite.deploy.rollback import roll_back
from microsite.deploy.s3 import S3Bucket
from microsite.deploy.verify import Door
from microsite.deploy.web import Answer
from microsite.deploy.web import Web
from microsite.media import is_immutable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "site"
_SECURITY = {"content-security-policy": "x", "referrer-policy": "x", "x-content-type-options": "nosniff"}


class _Front:
    """The distribution: as the edge function has it, over the store."""

    def __init__(self, store: str, pointer: MemoryPointer) -> None:
        self._web = Web(time.sleep)
        self._store, self._pointer = store, pointer

    def __call__(self, url: str, headers: Mapping[str, str] | None = None, **_: Any) -> Answer:
        path = url.removeprefix("http://front/")
        if path == "api/health":
            return Answer(200, {}, b"{}")
        release = (headers or {}).get("x-release") or self._pointer.values["release"]
        prefix = "" if is_immutable(path) else f"releases/{release}/"
        answer = self._got(f"{prefix}{path}{'index.html' if path.endswith('/') or not path else ''}")
        if answer.status != 200:
            answer = self._got(f"releases/{release}/404.html")._replace(status=404)
        return answer._replace(headers={**answer.headers, **_SECURITY})

    def _got(self, key: str) -> Answer:
        return self._web(f"{self._store}/{_NAME}/{key}")


def release(store: str, site_dir: Path, values: dict[str, str], *, back: bool) -> dict[str, Any]:
    """Plan and apply; with `back` go back afterwards as well."""
    began = time.monotonic()
    made = client("s3", "us-east-1")
    bucket, pointer = S3Bucket(_NAME, "111122223333", made), MemoryPointer(values)
    writes: list[list[str]] = []
    real = pointer.write

    def write(changes: Mapping[str, str | None], *, etag: str) -> str:
        writes.append(sorted(changes))
        return real(changes, etag=etag)

    pointer.write = write  # type: ignore[method-assign]
    site = read_site(site_dir)
    live = None
    if over := pointer.peek("release"):
        head = archive.head(bucket, over)
        same = head.digest == site.digest
        live = Manifest(head, site.entries) if same else archive.filled(bucket, head, archive.key_of(over))
    told: dict[str, Any] = {"files": len(site.entries), "bytes": site.size, "changed": False}
    with Packer(site) as packer:
        plan = make_plan(site, live, sizes=lambda entry: packer.stored(entry).size)
        told["planned"] = time.monotonic() - began
        if not plan.empty:
            words = (f"word{number}" for number in itertools.count())
            world = World(
                bucket=bucket, pointer=pointer, fetch=_Front(store, pointer),
                hidden="http://front", front=Door("http://front", {}), now=time.time, sleep=time.sleep,
                word=lambda: next(words), by="bench",
            )  # fmt: skip
            done = apply(Job(world, site, plan, live, Limits(keep=100)), packer)
            told |= {"changed": True, "sent": done.sent.objects, "copied": done.sent.copied}
            told["switches"] = sum("release" in one for one in writes)
            if back:
                writes.clear()
                at = time.monotonic()
                roll_back(world, None)
                told |= {"back": time.monotonic() - at, "back_writes": sum("release" in one for one in writes)}
    made.close()
    told |= {"seconds": time.monotonic() - began, "values": pointer.values, "peek": 1}
    # Not `ru_maxrss`: that begins with what the process had which started this one.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return told | {"memory": int(peak[1]) * 1024 if peak else 0}


if __name__ == "__main__":
    print(json.dumps(release(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), back=sys.argv[4:] == ["--back"])))
