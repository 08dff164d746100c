"""A plan's files into the bucket: hashed ones first, then the pages of the release, many at once, none twice.

In: a plan, a site, a bucket. Out: what was sent. Memory holds as many files as there are workers; a release that was
interrupted goes on with what is missing.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import TypeVar

from microsite.errors import Refused

from .manifest import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from .manifest import Entry
    from .packing import Packer
    from .packing import Stored
    from .plan import Action
    from .ports import Bucket
    from .ports import Listed

__all__ = ["Sent", "Uploader", "in_parallel"]

_Item = TypeVar("_Item")


@dataclass(slots=True)
class Sent:
    """What an upload came to."""

    #: Objects and bytes that travelled, objects that the store copied, objects that were there from a run before.
    objects: int = 0
    bytes: int = 0
    copied: int = 0
    found: int = 0


def in_parallel(
    items: Iterable[_Item], work: Callable[[_Item], object], *, parallel: int, tick: Callable[[], None]
) -> None:
    """Do `work` for each item with `parallel` threads; `tick` is called in this thread after each.

    The first error ends it: what runs is waited for, what waits is not begun, the error is raised.
    """
    remaining = iter(items)
    with ThreadPoolExecutor(parallel) as pool:
        running = set()
        try:
            while True:
                # No more than two a worker wait in line, however long the list is.
                for item in remaining:
                    running.add(pool.submit(work, item))
                    if len(running) >= 2 * parallel:
                        break
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    tick()
        finally:
            for future in running:
                future.cancel()


@dataclass(slots=True)
class Uploader:
    """Puts the files of a release where they belong."""

    bucket: Bucket
    packer: Packer
    release: str
    #: The release that is copied from, "" for none.
    live: str
    parallel: int
    #: What is there from a run before, by key.
    there: Mapping[str, Listed]

    def upload(self, actions: Iterable[Action], tick: Callable[[], None]) -> Sent:
        """Do what the actions say. Raises DeployError; then some of it is done, and doing it again is safe."""
        sent, turn = Sent(), threading.Lock()

        def work(action: Action) -> None:
            objects, size, copied = self._done(action)
            with turn:
                sent.objects += objects
                sent.bytes += size
                sent.copied += copied
                sent.found += not objects and not copied

        todo = [action for action in actions if action.verb in {"send", "copy"}]
        # A page may be shown only when all that it needs is there.
        for first in (True, False):
            some = [action for action in todo if action.entry.immutable is first]
            in_parallel(some, work, parallel=self.parallel, tick=tick)
        return sent

    def _done(self, action: Action) -> tuple[int, int, int]:
        """Do one action; objects sent, bytes sent, objects copied."""
        entry, key = action.entry, action.entry.key(self.release)
        if key in self.there and self._is_there(entry, self.there[key]):
            return 0, 0, 0
        if action.verb == "copy":
            known = entry.sha256 if not entry.headers.content_encoding else ""
            if self.bucket.copy(entry.key(self.live), key, entry.headers, known):
                return 0, 0, 1
        stored = self.packer.stored(entry)
        if not entry.immutable or action.replaces:
            self.bucket.put(key, stored.body, entry.headers, stored.sha256)
        elif not self.bucket.put(key, stored.body, entry.headers, stored.sha256, fresh=True):
            self._demand_same(entry, key, stored)
        return 1, stored.size, 0

    def _is_there(self, entry: Entry, listed: Listed) -> bool:
        """Whether a run before stored just this; its headers are the same, as they are part of the site's digest."""
        stored = self.packer.stored(entry)
        return listed.size == stored.size and listed.md5 == stored.md5()

    def _demand_same(self, entry: Entry, key: str, stored: Stored) -> None:
        """A hashed name is taken: by the same content of an earlier release, or by other content, which is refused."""
        body = stored.body if isinstance(stored.body, bytes) else stored.body.read_bytes()
        there = self.bucket.get(key)
        if there == body or (there is not None and _content(there, entry) == _content(body, entry)):
            return
        msg = f"{key} is in the bucket with another content, and its name promises that it never changes"
        fix = (
            "change a word on the page that it is made of and build again, so that it gets another name; or delete the"
            " old releases that use it (`microsite deploy releases`)"
        )
        raise Refused(msg, fix=fix)


def _content(stored: bytes, entry: Entry) -> bytes | None:
    """What visitors get; another version of the library may have packed the same content in other bytes."""
    if not entry.headers.content_encoding:
        return stored
    try:
        return unpack(stored)
    except ValueError:
        return None
