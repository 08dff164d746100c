"""What a release would do, object by object and why: a checked site and the live manifest in, a `Plan` out.

The bucket is not listed, nothing is written. The same site and the same live release make the same plan; a site that is
live already makes an empty one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal
from typing import NamedTuple

from microsite.errors import Refused

from .archive import rewrites_list

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .files import Site
    from .manifest import Entry
    from .manifest import Manifest

__all__ = ["Action", "Plan", "Why", "demand_few_gone", "make_plan"]

Verb = Literal["send", "copy", "keep", "drop"]
Why = Literal["new", "content", "type", "headers", "forced", "same", "gone"]
#: Pages that may go without a question although they are more than half of all.
_FEW = 10


class Action(NamedTuple):
    """What happens to one file."""

    #: send: its bytes travel. copy: the store copies it from the live release. keep: it stands where it stood.
    #: drop: the new release does not have it; the old one keeps it as long as it is kept itself.
    verb: Verb
    why: Why
    entry: Entry
    #: Bytes that travel.
    bytes: int = 0
    #: Whether bytes that are there may be replaced: only by the same content, to mend them or to give other headers.
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release of a site over the live one would do."""

    #: The release that the plan was made against, "" for none.
    live: str
    digest: str
    #: In order of path.
    actions: tuple[Action, ...]
    #: Old path → new path, where it differs; None: it goes.
    redirects: Mapping[str, str | None]
    #: What else makes a release, in words: "the functions' code".
    besides: tuple[str, ...] = ()
    #: Whether the manifest needs a new list of files.
    lists: bool = False

    def of(self, *verbs: Verb) -> tuple[Action, ...]:
        """The actions of some verbs."""
        return tuple(action for action in self.actions if action.verb in verbs)

    @property
    def empty(self) -> bool:
        """Whether visitors would see nothing new."""
        same = all(action.why == "same" for action in self.actions)
        return same and not self.redirects and not self.besides

    @property
    def bytes(self) -> int:
        """Bytes of files that travel."""
        return sum(action.bytes for action in self.actions)

    @property
    def requests(self) -> dict[str, int]:
        """Requests to the bucket of an apply that nothing interrupts and that deletes no old release, by kind.

        Besides the files: the note that a release is begun is asked for, put and deleted, the manifest put; then the
        manifests are listed, to see which releases are old.
        """
        if self.empty:
            return {"put": 0, "copy": 0, "get": 0, "list": 0, "delete": 0}
        puts = len(self.of("send")) + 2 + self.lists
        return {"put": puts, "copy": len(self.of("copy")), "get": 1, "list": 1, "delete": 1}

    @property
    def reads(self) -> int:
        """Requests of the check on the hidden release.

        Each file of it, each hashed file that was sent, one page that is not there, and the forms' health.
        """
        asked = [one for one in self.of("send", "copy") if one.verb == "send" or not one.entry.immutable]
        # 404.html is what the page that is not there shows.
        return len([one for one in asked if one.entry.path != "404.html"]) + 2 if not self.empty else 0

    def cost(self, prices: Mapping[str, float]) -> float:
        """US dollars of one apply: `prices` are of one `put` (copy and list cost the same), `get` and `read`."""
        asked = self.requests
        dear = asked["put"] + asked["copy"] + asked["list"]
        return dear * prices["put"] + asked["get"] * prices["get"] + self.reads * prices["read"]

    def as_dict(self, prices: Mapping[str, float] | None = None) -> dict[str, Any]:
        """For machines; files that stay the same are counted, not listed."""
        return {
            "version": 1,
            "live": self.live,
            "digest": self.digest,
            "empty": self.empty,
            "counts": self.counts(),
            "bytes": self.bytes,
            "requests": {**self.requests, "read": self.reads},
            "cost_usd": None if prices is None else round(self.cost(prices), 6),
            "actions": [
                {"verb": one.verb, "why": one.why, "path": one.entry.path, "size": one.entry.size, "bytes": one.bytes}
                for one in self.actions
                if one.why != "same"
            ],
            "redirects": dict(self.redirects),
            "besides": list(self.besides),
        }

    def counts(self) -> dict[str, int]:
        """Number of files by what happens to them."""
        found = {"send": 0, "copy": 0, "keep": 0, "drop": 0}
        for action in self.actions:
            found[action.verb] += 1
        return found

    def summary(self) -> str:
        """One line: what is sent, copied, kept, dropped."""
        if self.empty:
            return f"nothing to send: the site is release {self.live}"
        found = self.counts()
        return (
            f"{found['send']:,} to send ({self.bytes:,} bytes), {found['copy']:,} to copy on the server,"
            f" {found['keep']:,} kept, {found['drop']:,} gone"
        )

    def lines(self, *, every: bool = False) -> Iterator[str]:
        """Line by line for people; files that stay the same only with `every`."""
        for one in self.actions:
            if every or one.why != "same":
                size = f"{one.bytes:>10,}" if one.verb == "send" else " " * 10
                yield f"{one.verb:<5} {one.why:<8} {size}  {one.entry.path}"
        for old, new in sorted(self.redirects.items()):
            yield f"{'moved' if new else 'drop':<5} {'redirect':<8} {'':>10}  {old}" + (f" → {new}" if new else "")
        for words in self.besides:
            yield f"      {'besides':<8} {'':>10}  {words}"


def make_plan(  # noqa: PLR0913 - a site, a release, and how to compare them
    site: Site,
    live: Manifest | None,
    *,
    over: str = "",
    force: bool = False,
    sizes: Callable[[Entry], int] | None = None,
    besides: tuple[str, ...] = (),
) -> Plan:
    """Plan the release of `site` over `live` (None before the first).

    `over` is the id of the live release when its manifest is not known (to send all, with `force`). `sizes` tells how
    many bytes travel for an entry (default: its size); with `force` all is sent. Raises Refused when a hashed name of
    the live release has another content now.
    """
    before = {entry.path: entry for entry in live.entries} if live is not None else {}
    actions = [_action(entry, before.get(entry.path), sizes, force=force) for entry in site.entries]
    there = {entry.path for entry in site.entries}
    actions += [Action("drop", "gone", entry) for path, entry in before.items() if path not in there]
    actions.sort(key=lambda action: action.entry.path)
    return Plan(
        live=live.release if live is not None else over,
        digest=site.digest,
        actions=tuple(actions),
        redirects=_moved(live.head.redirects if live is not None else None, site.redirects),
        besides=(*besides, "--force") if force else besides,
        lists=rewrites_list(site.entries, live),
    )


def demand_few_gone(plan: Plan, max_delete: int, *, agreed: bool = False) -> None:
    """Raise Refused when a release would take away more than `max_delete` files, or most of the pages.

    A build that failed on the way looks like that. Files of the search index do not count: they are renamed with each
    change. `agreed` says that somebody set `max_delete` for this very release.
    """
    pages = [one for one in plan.actions if one.entry.path.endswith(".html")]
    gone = [one for one in plan.of("drop") if not one.entry.path.startswith("search/")]
    lost = sum(one.verb == "drop" for one in pages)
    before = sum(one.why != "new" for one in pages)
    if len(gone) > max_delete:
        msg = f"the release would take away {len(gone):,} files; at most {max_delete:,} may go at once"
    elif not agreed and lost > max(_FEW, before / 2):
        msg = f"the release would take away {lost:,} of {before:,} pages"
    else:
        return
    names = ", ".join(one.entry.path for one in gone[:3])
    fix = f"look whether the site is whole ({names} …); if they are to go: --max-delete {len(gone)}"
    raise Refused(msg, fix=fix)


def _action(entry: Entry, before: Entry | None, sizes: Callable[[Entry], int] | None, *, force: bool) -> Action:
    verb, why = _decided(entry, before, force=force)
    travels = (sizes(entry) if sizes else entry.size) if verb == "send" else 0
    return Action(verb, why, entry, travels, replaces=before is not None and before.sha256 == entry.sha256)


def _decided(entry: Entry, before: Entry | None, *, force: bool) -> tuple[Verb, Why]:
    if before is None:
        return "send", "new"
    if before.sha256 != entry.sha256:
        if entry.immutable and before.immutable:
            msg = f"{entry.path} is live with another content, and its name promises that it never changes"
            fix = "change a word on the page that it is made of and build again, so that it gets another name"
            raise Refused(msg, fix=fix)
        return "send", "content"
    if force:
        return "send", "forced"
    if before.headers.content_encoding != entry.headers.content_encoding or before.immutable != entry.immutable:
        return "send", "headers"
    if before.headers != entry.headers:
        return "copy", "type" if before.headers.content_type != entry.headers.content_type else "headers"
    return "keep" if entry.immutable else "copy", "same"


def _moved(before: Mapping[str, str] | None, now: Mapping[str, str] | None) -> dict[str, str | None]:
    if now is None:
        return {}
    known = before or {}
    changed: dict[str, str | None] = {old: new for old, new in now.items() if known.get(old) != new}
    return changed | dict.fromkeys(sorted(known.keys() - now.keys()))
