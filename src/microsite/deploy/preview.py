"""A preview: a release that nobody meets but under its own host, which no search engine may keep.

In: a job, a name. Out: the release that `https://NAME.<preview domain>/` shows. It has the live functions, and its
files are cleared away with old releases once the preview is removed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microsite.errors import Refused

from .apply import stage
from .archive import pending_key
from .rollback import sample
from .switching import hold
from .switching import verify_token
from .verify import Door
from .verify import verify

if TYPE_CHECKING:
    from .job import Job
    from .job import Staged
    from .job import World

__all__ = ["address", "remove_preview", "show_preview"]

#: A label of a host name: RFC 1035, section 2.3.4.
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def address(name: str, domain: str) -> str:
    """Where a preview is; raises Refused for a name that no host can have, and without a domain for previews."""
    if not domain:
        msg = "there is no domain for previews"
        raise Refused(msg, fix="set site.preview_domain and the stack's parameter PreviewDomain; guides/release.md")
    if not _NAME.fullmatch(name):
        msg = f"{name[:80]!r} can be no preview's name"
        raise Refused(msg, fix="small letters, digits and hyphens, at most 63, such as pr-12")
    return f"https://{name}.{domain}/"


def show_preview(job: Job, name: str, domain: str) -> Staged:
    """Send the site where nobody sees it, look at a sample of it, then give it its name: one write."""
    address(name, domain)
    world = job.world
    with hold(world.pointer, by=world.by, run=world.word(), now=world.now) as held:
        staged = stage(job, held)
        word = verify_token(held, world.word)
        door = Door(world.hidden, {"x-release": staged.manifest.release, "x-release-key": word})
        entries = sample(staged.manifest)
        verify(staged.manifest, door, world.fetch, entries=entries, api=False, parallel=job.limits.parallel)
        named: dict[str, str | None] = {f"preview/{name}": staged.manifest.release}
        if world.host and world.host != held.state.host:
            # Where nothing was released yet the edge does not know which host is no preview's.
            named["host"] = world.host
        held.write(named)
        world.bucket.delete([pending_key(job.site.digest)])
    return staged


def remove_preview(world: World, name: str) -> bool:
    """Take the name away: one write; False when there was none."""
    key = f"preview/{name}"
    with hold(world.pointer, by=world.by, run=world.word(), now=world.now) as held:
        if key not in held.state.values:
            return False
        held.write({key: None})
    return True
