"""Back to an earlier release: one write, nothing sent, looked at before and after, and its functions with it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from typing import Any

import pytest

from microsite.deploy import archive
from microsite.deploy.apply import apply
from microsite.deploy.files import read_site
from microsite.deploy.job import Job
from microsite.deploy.job import Steps
from microsite.deploy.job import World
from microsite.deploy.manifest import unpack
from microsite.deploy.memory import Crash
from microsite.deploy.memory import Faults
from microsite.deploy.memory import MemoryBucket
from microsite.deploy.plan import make_plan
from microsite.deploy.pointer import MemoryPointer
from microsite.deploy.rollback import known
from microsite.deploy.rollback import roll_back
from microsite.deploy.rollback import sample
from microsite.deploy.verify import Door
from microsite.deploy.web import Answer
from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Refused
from microsite.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECURE = dict.fromkeys(("content-security-policy", "referrer-policy", "x-content-type-options"), "x")


class Aliases:
    """Stands for `Functions`: where the aliases point, and whether they can be moved."""

    def __init__(self) -> None:
        self.versions = dict.fromkeys(("feedback", "http", "notify", "sweep"), "3")
        self.stuck = False
        self.moves: list[tuple[str, bool]] = []

    def shift(self, versions: Mapping[str, str], *, back: bool = False) -> dict[str, str]:
        if self.stuck:
            msg = "Lambda is away"
            raise Interrupted(msg)
        before, self.versions = self.versions, {**self.versions, **versions}
        self.moves.append((self.versions["http"], back))
        return before

    def live(self) -> dict[str, str]:
        return dict(self.versions)


class Edge:
    """A bucket, a store, and what a visitor gets of them."""

    def __init__(self, folder: Path) -> None:
        self.bucket = MemoryBucket()
        self.pointer = MemoryPointer()
        self.functions: Any = Aliases()
        self.folder = folder
        self.words = itertools.count()
        self.clock = itertools.count(1_795_269_600, 1)
        #: Releases that the edge answers with an error.
        self.broken: set[str] = set()
        self.asked: list[str] = []

    def fetch(
        self, url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", body: bytes | None = None
    ) -> Answer:
        path, told = url.removeprefix("http://edge"), headers or {}
        self.asked.append(path)
        release = self.pointer.values.get("release", "")
        if told.get("x-release-key") == self.pointer.values.get("verify"):
            release = told["x-release"]
        if path == "/api/health":
            return Answer(200, {}, b"{}")
        key = path.lstrip("/") + ("index.html" if path.endswith("/") else "")
        found = self.bucket.objects.get(key if key.startswith("assets/") else f"releases/{release}/{key}")
        status = 200
        if found is None:
            status, found = 404, self.bucket.objects[f"releases/{release}/404.html"]
        if release in self.broken:
            return Answer(500, {}, b"")
        kind, cache, encoding = found.headers
        content = unpack(found.body) if encoding else found.body
        packed = {"content-encoding": encoding} if encoding else {}
        return Answer(status, {"content-type": kind, "cache-control": cache, **packed, **_SECURE}, content)

    def world(self) -> World:
        return World(
            bucket=self.bucket, pointer=self.pointer, fetch=self.fetch, hidden="http://edge",
            front=Door("http://edge", {}), now=lambda: float(next(self.clock)), sleep=self.sleep,
            word=lambda: f"word{next(self.words)}", by="ann@laptop", commit="c0ffee",
        )  # fmt: skip

    def sleep(self, seconds: float) -> None:
        self.clock = itertools.count(next(self.clock) + int(seconds), 1)

    def release(self, text: str, version: str) -> str:
        """Release a site that says `text`, whose functions are at `version`."""
        (self.folder / "assets").mkdir(parents=True, exist_ok=True)
        frame = '<!doctype html><html lang="en"><title>t</title><a href="/">home</a>{}</html>'
        for name in ("index.html", "404.html", "a/index.html", "contact/index.html"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(frame.format(text), encoding="utf-8")
        (self.folder / "robots.txt").write_text("User-agent: *\n", encoding="utf-8")
        (self.folder / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
        (self.folder / "search").mkdir(exist_ok=True)
        (self.folder / "search" / "manifest.bin").write_bytes(text.encode())
        site = read_site(self.folder)
        live = archive.read(self.bucket, self.pointer.values["release"]) if "release" in self.pointer.values else None
        functions = dict.fromkeys(self.functions.versions, version)
        steps = Steps(publish=lambda: functions, shift=lambda: self.functions.shift(functions))
        done = apply(Job(self.world(), site, make_plan(site, live), live, steps=steps))
        return done.release


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return Edge(tmp_path / "site")


@pytest.fixture
def three(edge: Edge) -> tuple[str, str, str]:
    made = edge.release("one", "1"), edge.release("two", "2"), edge.release("three", "3")
    edge.asked.clear()
    return made


def test_back_to_the_one_before_is_one_write_and_nothing_is_sent(edge: Edge, three: tuple[str, str, str]) -> None:
    written, objects = edge.pointer.version, dict(edge.bucket.objects)
    done = roll_back(edge.world(), edge.functions)
    assert (done.release, done.left) == (three[1], three[2])
    assert (edge.pointer.values["release"], edge.pointer.values["previous"]) == (three[1], three[2])
    # The lock, the switch, the lock given back.
    assert edge.pointer.version - written == 3
    assert edge.bucket.objects == objects
    assert edge.functions.moves[-1] == ("2", True)
    assert done.functions["http"] == "2"


def test_back_and_forth_and_to_any_that_is_there(edge: Edge, three: tuple[str, str, str]) -> None:
    assert roll_back(edge.world(), edge.functions, to=three[0]).release == three[0]
    assert roll_back(edge.world(), edge.functions).release == three[2]
    assert edge.functions.versions["http"] == "3"
    assert b"three" in edge.fetch("http://edge/a/").body


@pytest.mark.parametrize("wanted", ["20200101t000000z-00000000", "latest", "../x"])
def test_what_is_not_there_is_refused_with_what_can_be_had(
    edge: Edge, three: tuple[str, str, str], wanted: str
) -> None:
    before = dict(edge.pointer.values)
    with pytest.raises(Refused, match="not there") as told:
        roll_back(edge.world(), edge.functions, to=wanted)
    assert f"{three[1]}, {three[0]}" in told.value.fix
    assert edge.pointer.values == before


def test_what_is_live_and_nothing_before_it_are_said(edge: Edge) -> None:
    first = edge.release("one", "1")
    with pytest.raises(Refused, match="no release before"):
        roll_back(edge.world(), edge.functions)
    with pytest.raises(Refused, match="live already"):
        roll_back(edge.world(), edge.functions, to=first)


def test_functions_that_a_dead_run_left_elsewhere_are_set_right(edge: Edge, three: tuple[str, str, str]) -> None:
    edge.functions.shift({"http": "2"})
    done = roll_back(edge.world(), edge.functions, to=three[2])
    assert (done.release, done.left, done.functions) == (three[2], three[2], {"http": "3"})
    assert edge.functions.versions["http"] == "3"
    assert edge.pointer.values["release"] == three[2]


def test_a_release_whose_files_are_damaged_is_not_gone_back_to(edge: Edge, three: tuple[str, str, str]) -> None:
    key = f"releases/{three[1]}/contact/index.html"
    edge.bucket.objects[key] = edge.bucket.objects[key]._replace(body=b"other")
    with pytest.raises(Unverified, match="contact/"):
        roll_back(edge.world(), edge.functions)
    assert edge.pointer.values["release"] == three[2]
    assert edge.functions.versions["http"] == "3"
    del edge.bucket.objects[f"releases/{three[1]}/404.html"]
    with pytest.raises((Unverified, KeyError)):
        roll_back(edge.world(), edge.functions)
    assert edge.pointer.values["release"] == three[2]


def test_when_the_front_door_does_not_show_it_what_was_live_is_live(edge: Edge, three: tuple[str, str, str]) -> None:
    shift = edge.functions.shift

    def break_it(versions: Mapping[str, str], *, back: bool = False) -> dict[str, str]:
        edge.broken.add(three[1])  # after it was looked at
        told: dict[str, str] = shift(versions, back=back)
        return told

    edge.functions.shift = break_it
    with pytest.raises(Unverified, match=f"{three[2]} is live again"):
        roll_back(edge.world(), edge.functions)
    assert edge.pointer.values["release"] == three[2]
    assert edge.functions.versions["http"] == "3"


def test_when_the_functions_cannot_move_the_site_does_not_either(edge: Edge, three: tuple[str, str, str]) -> None:
    edge.functions.stuck = True
    with pytest.raises(DeployError, match="Lambda is away"):
        roll_back(edge.world(), edge.functions)
    assert edge.pointer.values["release"] == three[2]


def test_a_target_without_functions_goes_back_too(edge: Edge, three: tuple[str, str, str]) -> None:
    assert roll_back(edge.world(), None).functions == {}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_request_leaves_one_whole_release(edge: Edge, three: tuple[str, str, str], when: str) -> None:
    state, objects = (dict(edge.pointer.values), edge.pointer.version), dict(edge.bucket.objects)
    for step in range(1, 40):
        edge.pointer.values, edge.pointer.version, edge.bucket.objects = dict(state[0]), state[1], dict(objects)
        edge.pointer.fault = edge.bucket.fault = Faults(crash=step, when=when)
        try:
            roll_back(edge.world(), edge.functions)
        except Crash:
            assert edge.pointer.values["release"] in {three[1], three[2]}
            assert edge.bucket.objects == objects
        else:
            break
    else:
        pytest.fail("it never came to its end")
    assert step > 5


def test_the_list_says_what_each_release_is(edge: Edge, three: tuple[str, str, str]) -> None:
    calls = Faults()
    edge.bucket.fault = calls
    shown, count = known(edge.bucket, {three[2]: "live", three[1]: "previous"}, most=2)
    assert [(one.head.release, one.role) for one in shown] == [(three[2], "live"), (three[1], "previous")]
    assert (count, shown[0].head.by, shown[0].head.commit, shown[0].head.objects) == (3, "ann@laptop", "c0ffee", 7)
    assert len(calls.calls) == 3
    # What is live is shown however old it is.
    assert {one.role for one in known(edge.bucket, {three[0]: "live"}, most=1)[0]} == {"", "live"}


def test_a_sample_is_small_and_has_the_pages_that_matter(edge: Edge, three: tuple[str, str, str]) -> None:
    manifest = archive.read(edge.bucket, three[0])
    assert {"index.html", "404.html"} <= {one.path for one in sample(manifest)}
    assert len(sample(manifest)) <= 16
