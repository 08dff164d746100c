"""A small account in memory: a bucket, the store of what is live, and a distribution that does what the edge does."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import unquote

import pytest

from microsite.deploy import archive
from microsite.deploy.apply import apply
from microsite.deploy.files import read_site
from microsite.deploy.job import Job
from microsite.deploy.job import Limits
from microsite.deploy.job import Steps
from microsite.deploy.job import World
from microsite.deploy.manifest import unpack
from microsite.deploy.memory import MemoryBucket
from microsite.deploy.plan import make_plan
from microsite.deploy.pointer import MemoryPointer
from microsite.deploy.verify import Door
from microsite.deploy.web import Answer
from microsite.deploy.web import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

    from microsite.deploy.job import Applied
    from microsite.deploy.manifest import Manifest
    from microsite.deploy.memory import Faults
    from microsite.deploy.plan import Plan

#: 2026-11-21T13:45:00Z
NOON = 1_795_268_700.0
SECURITY = {
    "content-security-policy": "x",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=1",
    "x-content-type-options": "nosniff",
}
HIDDEN, FRONT = "https://d1.example", "https://guide.example"


def page(words: str, *, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>T</title><link rel="stylesheet" href="/assets/s.0123456789.css">'
        f"{head}</head><body><p>{words}</p></body></html>\n"
    )


#: A whole site, and as small as one can be.
SITE: Mapping[str, str | bytes] = {
    "index.html": page('Home <a href="/a/">a</a> <a href="a/#x">a</a> <a href="/api/book">book</a>'),
    "404.html": page("Not here"),
    "a/index.html": page('<a href="../">home</a>'),
    "robots.txt": "User-agent: *\n",
    "assets/s.0123456789.css": "body{color:#111}",
    "search/manifest.bin": b"MSI2" + bytes(60),
    "search/worker.js": "onmessage=null",
    "search/r.0.bin": b"record " * 20,
    "search/t.00ff12345.bin": b"shard " * 30,
}


def lay(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make `folder` hold these files and no others."""
    for old in sorted(folder.rglob("*"), reverse=True) if folder.exists() else ():
        old.rmdir() if old.is_dir() else old.unlink()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@dataclass
class Account:
    """The account, and what a person does with it."""

    folder: Path
    bucket: MemoryBucket = field(default_factory=MemoryBucket)
    pointer: MemoryPointer = field(default_factory=MemoryPointer)
    clock: float = NOON
    #: What the distribution does wrong: address → what becomes of the answer.
    spoilt: dict[str, Callable[[Answer], Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    warned: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._words = (f"word{number}" for number in itertools.count())

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        self.clock += seconds

    def fault(self, faults: Faults | None) -> None:
        """Put faults before both ports, or take them away."""
        one: Any = faults or (lambda verb, when: None)
        self.bucket.fault = self.pointer.fault = one

    def __call__(
        self, url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", body: bytes | None = None
    ) -> Answer:
        """What the distribution answers, as infra/edge/router.js has it; past the faults, as visitors do not crash."""
        path = url.removeprefix(HIDDEN).removeprefix(FRONT)
        self.asked.append(path)
        values = self.pointer.values
        hidden = (headers or {}).get("x-release-key", "-") == values.get("verify")
        release = (headers or {})["x-release"] if hidden else values.get("release", "")
        answer = self._answer(path, release)
        return self.spoilt[path](answer) if path in self.spoilt else answer

    def _answer(self, path: str, release: str) -> Answer:
        if not release:
            return Answer(503, {}, b"This site is being set up.")
        if path == "/api/health":
            return Answer(200, {}, b"{}")
        if moved := self.pointer.values.get(f"redirect/{path}"):
            return Answer(301, {"location": f"{FRONT}{moved}"}, b"")
        bare = unquote(path).lstrip("/")
        key = bare if bare in self.bucket.objects else f"releases/{release}/{bare}"
        key += "index.html" if path.endswith("/") else ""
        found = self.bucket.objects.get(key)
        status = 200 if found else 404
        found = found or self.bucket.objects[f"releases/{release}/404.html"]
        told = {"content-type": found.headers.content_type, "cache-control": found.headers.cache_control, **SECURITY}
        if not found.headers.content_encoding:
            return Answer(status, told, found.body)
        return Answer(status, told | {"content-encoding": "br"}, unpack(found.body))

    @property
    def live(self) -> str:
        return self.pointer.values.get("release", "")

    def seen(self) -> dict[str, bytes]:
        """What visitors get for each file of the folder that is live, by what the manifest says is live."""
        manifest = archive.read(self.bucket, self.live)
        asked = {one.path: quoted(f"/{one.path}") for one in manifest.entries}
        return {path: self(one.removesuffix("index.html")).body for path, one in asked.items()}

    def plan(self, **options: Any) -> tuple[Plan, Manifest | None]:
        live = archive.read(self.bucket, self.live) if self.live else None
        return make_plan(read_site(self.folder), live, **options), live

    def release(self, limits: Limits | None = None, steps: Steps | None = None, **options: Any) -> Applied:
        """Plan and apply, as the verb does."""
        plan, live = self.plan(**options)
        world = World(
            bucket=self.bucket,
            pointer=self.pointer,
            fetch=self,
            hidden=HIDDEN,
            front=Door(FRONT, {}),
            now=self.now,
            sleep=self.sleep,
            word=lambda: next(self._words),
            by="ann@laptop",
            commit="c0ffee",
            report=lambda *told: self.warned.append(told),
        )
        chosen = limits or Limits(parallel=1)
        return apply(Job(world, read_site(self.folder), plan, live, chosen, steps or Steps()))


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account with nothing in it, and a whole site to release."""
    made = Account(lay(tmp_path / "site", SITE))
    made.bucket._now = made.now
    return made
