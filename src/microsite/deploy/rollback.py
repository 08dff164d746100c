"""Back to a release that was live before, in seconds: nothing is sent, one write, and the functions go along.

In: the outside (`World`), the release to go back to. Out: `Gone`, or an error of the tree under `DeployError` with what
was live still live. A pruned release cannot be had again; the error lists those that can. The order::

    lock ─▶ manifest and a sample of the release are there, as a visitor would get them ─▶ ONE write: the switch
         ─▶ aliases to the versions of that release ─▶ look through the front door, or both back
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from microsite.errors import DeployError
from microsite.errors import Refused
from microsite.errors import Unverified

from . import archive
from .manifest import Head
from .stored import demand_listed
from .stored import demand_stored
from .switching import hold
from .switching import switch_back
from .switching import switch_to
from .switching import verify_token
from .verify import Door
from .verify import pages_of
from .verify import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .functions import Functions
    from .job import World
    from .manifest import Entry
    from .manifest import Manifest
    from .ports import Bucket

__all__ = ["Gone", "Known", "drifted", "known", "roll_back", "sample"]

#: Pages and hashed files that are looked at, besides the home page and the page for what is missing.
_PAGES = 10
_FILES = 4
#: Seconds that the edge may take to learn of a switch, and between two looks.
_EDGE = 60.0
_PAUSE = 2.0


class Gone(NamedTuple):
    """What going back came to."""

    release: str
    #: What was live until then.
    left: str
    #: Function → version, for those whose alias moved.
    functions: dict[str, str]


class Known(NamedTuple):
    """A release in the list; `role` is `live`, `previous`, `preview NAME`, or ""."""

    head: Head
    role: str


def known(bucket: Bucket, roles: dict[str, str], *, most: int) -> tuple[list[Known], int]:
    """The newest `most` releases, the newest first, and how many there are: one listing, one request each."""
    names = archive.releases(bucket)
    shown = list(reversed(names[-most:] if most else names))
    # What is live is shown however old it is.
    shown += [name for name in roles if name in names and name not in shown]
    return [Known(_told(bucket, name), roles.get(name, "")) for name in shown], len(names)


def _told(bucket: Bucket, name: str) -> Head:
    """The head of a release; one that cannot be read is listed as such, for the others are to be had all the same."""
    try:
        return archive.head(bucket, name)
    except Refused as error:
        return Head(name, "?", f"({error})", "", "", "", 0, 0)


def roll_back(world: World, functions: Functions | None, *, to: str = "", parallel: int = 16) -> Gone:
    """Make `to` live again, by default the release before the live one."""
    with hold(world.pointer, by=world.by, run=world.word(), now=world.now) as held:
        live = held.state.release
        wanted = to or held.state.previous
        if not wanted:
            msg = "there is no release before the live one to go back to"
            raise Refused(msg, fix=_had(world.bucket, live))
        if wanted == live and functions is not None:
            moved = drifted(functions, archive.head(world.bucket, live))
            if moved:  # a run that died between the two left them
                functions.shift(moved)
                return Gone(live, live, moved)
        if wanted == live:
            msg = f"{wanted} is live already"
            raise Refused(msg, fix=_had(world.bucket, live))
        manifest = _manifest(world.bucket, wanted, live)
        looked = sample(manifest)
        door = Door(world.hidden, {"x-release": wanted, "x-release-key": verify_token(held, world.word)})
        demand_listed(world.bucket, manifest)
        demand_stored(world.bucket, manifest, looked, parallel=parallel)
        verify(manifest, door, world.fetch, entries=looked, api=False, parallel=parallel)
        switch_to(held, wanted, redirects=manifest.head.redirects, host=world.host)
        before: dict[str, str] = {}
        try:
            if functions is not None and manifest.head.functions:
                before = functions.shift(manifest.head.functions, back=True)
            _front(world, manifest, looked, parallel)
        except (Exception, KeyboardInterrupt) as error:  # what nobody thought of must not leave it live either
            switch_back(held)
            if functions is not None and before:
                functions.shift(before)
            if not isinstance(error, DeployError):
                raise
            problems = error.problems if isinstance(error, Unverified) else ()
            msg = f"{error}\n{live} is live again"
            raise Unverified(msg, problems, fix=error.fix or "go back to another one: --to RELEASE") from error
    moved = {name: version for name, version in manifest.head.functions.items() if before.get(name, version) != version}
    return Gone(wanted, live, moved)


def drifted(functions: Functions, head: Head) -> dict[str, str]:
    """Function → version of the release, for those whose alias points elsewhere."""
    live = functions.live() if head.functions else {}
    return {name: version for name, version in head.functions.items() if live.get(name) != version}


def sample(manifest: Manifest) -> list[Entry]:
    """What stands for the whole release: home, the page for what is missing, pages and hashed files spread over it."""
    pages = [one for one in pages_of(manifest) if one.path not in {"index.html", "404.html"}]
    hashed = [one for one in manifest.entries if one.immutable]
    always = [one for one in manifest.entries if one.path in {"index.html", "404.html"}]
    return [*always, *_spread(pages, _PAGES), *_spread(hashed, _FILES)]


def _spread(entries: Sequence[Entry], count: int) -> list[Entry]:
    return [entries[place * len(entries) // count] for place in range(count)] if len(entries) > count else list(entries)


def _manifest(bucket: Bucket, wanted: str, live: str) -> Manifest:
    if wanted not in archive.releases(bucket):
        msg = f"release {wanted} is not there: it was cleared away, or never was"
        raise Refused(msg, fix=_had(bucket, live))
    return archive.read(bucket, wanted)


def _had(bucket: Bucket, live: str) -> str:
    """The releases that can be had, the newest first."""
    names = [one for one in reversed(archive.releases(bucket)) if one != live]
    more = f" and {len(names) - 10} older" if len(names) > 10 else ""
    return f"to be had with --to: {', '.join(names[:10])}{more}" if names else "no other release is in the bucket"


def _front(world: World, manifest: Manifest, looked: Sequence[Entry], parallel: int) -> None:
    """What visitors get; the edge may need a moment to learn of the switch."""
    until = world.now() + _EDGE
    while True:
        try:
            verify(manifest, world.front, world.fetch, entries=looked, parallel=parallel)
        except Unverified:
            if world.now() > until:
                raise
            world.sleep(_PAUSE)
        else:
            return
