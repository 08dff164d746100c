"""A release, from a plan to what visitors see: upload under a hidden prefix, look at it, switch once, look again.

In: a job: a site, its plan, the ports. Out: `Applied`, or an error of the tree under `DeployError` with the old release
live. The order::

    lock ─▶ note that it is begun ─▶ functions published ─▶ files ─▶ manifest ─▶ functions shifted
         ─▶ look at the hidden release ─▶ ONE write: the switch ─▶ look through the front door ─▶ old releases out

A run that dies leaves the old release live, or after the switch the new one, and in both cases a whole one. The next
run for the same site takes up the same release and sends what is missing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING

from microsite.errors import DeployError
from microsite.errors import Refused
from microsite.errors import Unverified

from . import archive
from .archive import Pending
from .job import Applied
from .job import Staged
from .manifest import Head
from .manifest import release_id
from .packing import Packer
from .plan import demand_few_gone
from .prune import Pruned
from .prune import prune
from .switching import hold
from .switching import switch_back
from .switching import switch_to
from .switching import verify_token
from .upload import Uploader
from .verify import Door
from .verify import pages_of
from .verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from .job import Job
    from .manifest import Manifest
    from .ports import Listed
    from .switching import Held

__all__ = ["apply", "stage"]

#: Seconds that the edge may take to learn of a switch; AWS says "within a few seconds".
_EDGE = 60.0
_PAUSE = 3.0
#: Changed pages by which it is seen whether the edge has learned of it, before all are asked for.
_FEW = 16


def apply(job: Job, packer: Packer | None = None) -> Applied:
    """Release. Raises DeployError; then the release that was live is live.

    Raises Refused before anything is sent when the plan takes too much away, or is not about what is live now.
    """
    world, plan, steps = job.world, job.plan, job.steps
    demand_few_gone(plan, job.limits.max_delete, agreed=job.limits.agreed)
    with hold(world.pointer, by=world.by, run=world.word(), now=world.now) as held:
        if held.state.release != plan.live:
            live, was = held.state.release or "none", plan.live or "none"
            msg = f"the live release is {live}, and the plan was made over {was}"
            raise Refused(msg, fix="somebody released meanwhile: run the same command again for a new plan")
        staged = stage(job, held, packer)
        try:
            steps.shift()
            _look(job, held, staged.manifest)
        except (Exception, KeyboardInterrupt):
            steps.undo()
            raise
        remark = _switch(job, held, staged.manifest)
        with suppress(DeployError):  # a note that stays is cleared away with old releases
            world.bucket.delete([archive.pending_key(job.site.digest)])
        pruned, warnings = _pruned(job, held)
    said = (*((remark,) if remark else ()), *warnings)
    return Applied(staged.manifest.release, plan.live, staged.sent, staged.resumed, pruned, said)


def stage(job: Job, held: Held, packer: Packer | None = None) -> Staged:
    """Make the release whole in the bucket, where nobody sees it."""
    world, site, plan = job.world, job.site, job.plan
    pending, resumed = _begun(job, held)
    there = _there(job, pending) if resumed else {}
    functions = job.steps.publish()
    own = packer or Packer(site)
    try:
        uploader = Uploader(world.bucket, own, pending.release, plan.live, job.limits.parallel, there)
        todo = plan.of("send", "copy")
        sent = uploader.upload(todo, _ticks(job, held, "Sending", len(todo)))
    finally:
        if packer is None:
            own.close()
    head = Head(
        release=pending.release,
        created=pending.created,
        by=world.by,
        commit=world.commit,
        previous=plan.live,
        digest=site.digest,
        objects=len(site.entries),
        bytes=site.size,
        functions=functions,
        code=job.steps.code,
        stack=job.steps.stack,
        redirects=site.redirects,
    )
    return Staged(archive.write(world.bucket, head, site.entries, job.live), sent, resumed)


def _begun(job: Job, held: Held) -> tuple[Pending, bool]:
    """The release to make: the one that an earlier run began for this site, or a new one."""
    world, digest, state = job.world, job.site.digest, held.state
    taken = {state.release, state.previous, *state.previews.values()}
    found = archive.begun(world.bucket, digest)
    if found is not None and found.release not in taken:
        return found, True
    moment = datetime.fromtimestamp(world.now(), UTC).replace(microsecond=0)
    while release_id(moment, digest) in taken:  # the same site twice in one second
        moment += timedelta(seconds=1)
    keys = tuple(one.entry.path for one in job.plan.of("send") if one.entry.immutable)
    created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    pending = Pending(release_id(moment, digest), created, world.by, keys)
    archive.begin(world.bucket, digest, pending)
    return pending, False


def _there(job: Job, pending: Pending) -> dict[str, Listed]:
    """What an interrupted run has sent: the only listing of objects, and only then."""
    folders = {one.entry.path.partition("/")[0] for one in job.plan.of("send") if one.entry.immutable}
    prefixes = [f"releases/{pending.release}/", *(f"{folder}/" for folder in sorted(folders))]
    return {one.key: one for prefix in prefixes for one in job.world.bucket.list(prefix)}


def _look(job: Job, held: Held, manifest: Manifest) -> None:
    """Check the hidden release: its files, the hashed ones that were sent for it, the forms."""
    world = job.world
    word = verify_token(held, world.word)
    door = Door(world.hidden, {"x-release": manifest.release, "x-release-key": word})
    sent = {one.entry.path for one in job.plan.of("send")}
    entries = [one for one in manifest.entries if not one.immutable or one.path in sent]
    verify(
        manifest,
        door,
        world.fetch,
        entries=entries,
        moved=held.state.redirects,  # until the switch those of the live release hold
        parallel=job.limits.parallel,
        tick=_ticks(job, held, "Checking", len(entries) + 1),
    )
    job.steps.canary(door)


def _switch(job: Job, held: Held, manifest: Manifest) -> str:
    """Switch, look through the front door, and switch back when visitors do not get what was released.

    Returns what the canary remarked.
    """
    held.renew()
    failed = "the switch"
    try:
        switch_to(held, manifest.release, redirects=manifest.head.redirects, host=job.world.host)
        failed = "the check after the switch"
        _front(job, held, manifest)
        return job.steps.canary(job.world.front)
    except (Exception, KeyboardInterrupt) as error:  # what nobody thought of must not leave it live either
        problems = error.problems if isinstance(error, Unverified) else ()
        back = job.plan.live or "no release, as before"
        try:
            switch_back(held)
            job.steps.undo()
        except DeployError as second:
            msg = f"{error or 'interrupted'}\nand going back to {back} failed: {second}"
            fix = (
                f"see what is live (`microsite deploy releases`), then `microsite deploy rollback --to {job.plan.live}`"
            )
            raise Unverified(msg, problems, fix=fix) from error
        if not isinstance(error, DeployError):
            raise
        msg = f"{error}\n{failed} failed: switched back to {back}"
        fix = error.fix or "mend what is named, then release again"
        raise Unverified(msg, problems, fix=fix) from error


def _front(job: Job, held: Held, manifest: Manifest) -> None:
    """Check what visitors get; the edge may need a moment to learn of the switch."""
    world, parallel = job.world, job.limits.parallel
    pages = pages_of(manifest)
    changed = {one.entry.path for one in job.plan.of("send") if not one.entry.immutable}
    told = [one for one in pages if one.path in changed][:_FEW]
    until = world.now() + _EDGE
    while True:
        try:
            if told:
                verify(manifest, world.front, world.fetch, entries=told, api=False, parallel=parallel)
            tick = _ticks(job, held, "Checking what is live", len(pages) + 1)
            verify(manifest, world.front, world.fetch, entries=pages, parallel=parallel, tick=tick)
        except Unverified:
            if world.now() > until:
                raise
            held.renew()
            world.sleep(_PAUSE)
        else:
            return


def _pruned(job: Job, held: Held) -> tuple[Pruned, tuple[str, ...]]:
    state, limits = held.state, job.limits
    try:
        done = prune(
            job.world.bucket,
            live=state.release,
            previous=state.previous,
            previews=state.previews.values(),
            keep=limits.keep,
            keep_days=limits.keep_days,
            max_delete=limits.max_delete,
            now=job.world.now(),
            renew=held.renew,
        )
    except DeployError as error:
        return Pruned(), (f"old releases were not cleared away: {error}",)
    if not done.left:
        return done, ()
    words = f"{len(done.left)} old release(s) wait for the next time: release.max_delete is {limits.max_delete}"
    return done, (words,)


def _ticks(job: Job, held: Held, what: str, total: int) -> Callable[[], None]:
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        held.renew()
        job.world.report(what, done, total)

    return tick
