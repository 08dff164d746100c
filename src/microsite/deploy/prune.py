"""Old releases out of the bucket: by number and age, never what visitors see, could go back to, or look at beforehand.

In: a bucket and what is live. Out: what was deleted, and what is left for the next time. A release is taken off the
shelf before its first object goes, so that nobody can go back to half of one; hashed files go when no release that is
kept names them. What was interrupted goes on at the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

from microsite.errors import Refused

from . import archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterable

    from .ports import Bucket

__all__ = ["GRACE", "Pruned", "age_of", "due", "prune"]

#: Seconds that hashed files outlive the last moment at which their release was live: a page may be open for a day and
#: still fetch parts of its search index.
GRACE = 2 * 86_400.0
#: Seconds after which a release that was begun and never finished is given up.
_GIVEN_UP = 7 * 86_400.0
_DAY = 86_400.0


@dataclass(slots=True)
class Pruned:
    """What a run did."""

    #: Releases that are gone, the oldest first; objects that were deleted.
    releases: list[str] = field(default_factory=list)
    objects: int = 0
    #: Releases that are to go and are there still, because of the limit.
    left: list[str] = field(default_factory=list)


def age_of(release: str, now: float) -> float:
    """Seconds since a release was begun, by its name."""
    made = datetime.strptime(release.partition("-")[0], "%Y%m%dt%H%M%Sz").replace(tzinfo=UTC)
    return now - made.timestamp()


def due(releases: Collection[str], protected: Collection[str], *, keep: int, keep_days: float, now: float) -> list[str]:
    """Which releases may go: beyond the `keep` newest, older than `keep_days`, not protected; the oldest first."""
    by_age = sorted(releases)
    newest = set(by_age[-keep:]) if keep > 0 else set()
    return [one for one in by_age if one not in newest and one not in protected and age_of(one, now) > keep_days * _DAY]


def prune(  # noqa: PLR0913 - what is kept, and why
    bucket: Bucket,
    *,
    live: str,
    previous: str,
    previews: Iterable[str],
    keep: int,
    keep_days: float,
    max_delete: int,
    now: float,
    renew: Callable[[], None] = lambda: None,
) -> Pruned:
    """Delete old releases, at most `max_delete` objects; `renew` is called now and then.

    Raises Refused, before anything is deleted, when the live release is not in the bucket or a manifest cannot be read.
    """
    shelf = archive.shelf(bucket)
    protected = {live, previous, *previews} - {""}
    if live not in shelf.releases:
        msg = f"old releases were not deleted: the live release {live or '(none)'} is not in this bucket"
        raise Refused(msg, fix="look whether site.bucket and site.key_value_store belong together")
    old = due(shelf.releases, protected, keep=keep, keep_days=keep_days, now=now)
    stale = [key for key, modified in shelf.pending.items() if now - modified > _GIVEN_UP]
    if not (old or stale or shelf.pruned):
        return Pruned()
    kept = [one for one in shelf.releases if one not in set(old)]
    run = _Run(bucket, max_delete, _needed(bucket, kept, [key for key in shelf.pending if key not in stale]))
    everything = (*shelf.releases, *shelf.pruned)
    for release in sorted({*shelf.pruned, *old}):
        renew()
        later = min((one for one in everything if one > release), default=live)
        run.release(release, forget=age_of(later, now) > GRACE)
    for key in stale:
        renew()
        run.unfinished(key, shelf.releases)
    run.lists({digest for digest, modified in shelf.files.items() if now - modified > GRACE})
    return run.done


def _needed(bucket: Bucket, kept: Iterable[str], pending: Iterable[str]) -> _Needed:
    """What releases that are kept, and those just being made, stand on; one manifest in memory at a time."""
    found = _Needed(set(), set())
    for release in kept:
        manifest = archive.read(bucket, release)
        found.lists.add(manifest.head.files)
        found.keys.update(entry.path for entry in manifest.entries if entry.immutable)
    for key in pending:
        begun = archive.begun(bucket, archive.digest_of_pending(key))
        found.keys.update(begun.keys if begun else ())
    return found


@dataclass(frozen=True, slots=True)
class _Needed:
    keys: set[str]
    #: Digests of lists of files.
    lists: set[str]


@dataclass(slots=True)
class _Run:
    bucket: Bucket
    #: Objects that may still be deleted.
    room: int
    needed: _Needed
    done: Pruned = field(default_factory=Pruned)

    def release(self, release: str, *, forget: bool) -> None:
        """Delete a release; with `forget` also the hashed files that only it needs."""
        if self.room < 1:
            self.done.left.append(release)
            return
        retired = archive.retire(self.bucket, release)
        self.room -= retired
        self.done.objects += retired
        whole = self._below(f"releases/{release}/")
        manifest = archive.retired(self.bucket, release)
        if whole and forget and manifest is not None:
            whole = self._delete(
                [one.path for one in manifest.entries if one.immutable and one.path not in self.needed.keys]
            )
        if whole and (forget or manifest is None) and self._delete([archive.pruned_key(release)]):
            self.done.releases.append(release)
            return
        if manifest is not None:
            self.needed.lists.add(manifest.head.files)
        if not whole:
            self.done.left.append(release)

    def unfinished(self, key: str, releases: Collection[str]) -> None:
        """Delete what a release that was given up had sent."""
        begun = archive.begun(self.bucket, archive.digest_of_pending(key))
        whole = True
        if begun is not None and begun.release not in releases:
            whole = self._below(f"releases/{begun.release}/")
            whole = whole and self._delete([one for one in begun.keys if one not in self.needed.keys])
            if not whole:
                self.done.left.append(begun.release)
        if whole:
            self._delete([key])

    def lists(self, old: Iterable[str]) -> None:
        """Delete lists of files that no manifest names."""
        self._delete([archive.files_key(one) for one in sorted(old) if one not in self.needed.lists])

    def _below(self, prefix: str) -> bool:
        """Delete what begins with `prefix`; whether all of it is gone."""
        return self._delete([one.key for one in self.bucket.list(prefix)])

    def _delete(self, keys: list[str]) -> bool:
        """Delete as many as there is room for; whether that was all."""
        now = keys[: max(self.room, 0)]
        if now:
            self.bucket.delete(now)
            self.room -= len(now)
            self.done.objects += len(now)
        return len(now) == len(keys)
