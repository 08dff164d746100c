"""The values of a release in the making: what it is made of, what it needs, what it may do, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from .prune import Pruned

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from .files import Site
    from .manifest import Manifest
    from .plan import Plan
    from .pointer import Pointer
    from .ports import Bucket
    from .upload import Sent
    from .verify import Door
    from .web import Fetch

__all__ = ["Applied", "Job", "Limits", "Staged", "Steps", "World"]


def _nothing() -> dict[str, str]:
    return {}


def _ignored(*_: object) -> None:
    return None


def _unremarked(_: Door) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Steps:
    """What goes with a release besides files; each raises DeployError when the release must not go on."""

    #: Publishes the functions' code; name of a function → version. Changes nothing that visitors reach.
    publish: Callable[[], Mapping[str, str]] = _nothing
    #: Checks the published versions and shifts the aliases to them.
    shift: Callable[[], object] = _ignored
    #: Shifts the aliases back; does nothing when they were not shifted.
    undo: Callable[[], object] = _ignored
    #: A submission marked as a trial, through a door, and erased again; what there is to remark, "" as a rule.
    canary: Callable[[Door], str] = _unremarked
    #: Written into the manifest: digest of the functions' code, digest of template and parameters.
    code: str = ""
    stack: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers of the parameters file."""

    keep: int = 10
    keep_days: float = 30
    max_delete: int = 5000
    parallel: int = 16
    #: Whether somebody set `max_delete` for this very release.
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside: the ports, the clock, chance, and who is told how far it is."""

    bucket: Bucket
    pointer: Pointer
    fetch: Fetch
    #: Where a hidden release is looked at, without a slash at the end.
    hidden: str
    #: Where visitors come in.
    front: Door
    #: Seconds since 1970.
    now: Callable[[], float]
    sleep: Callable[[float], None]
    #: A new random word.
    word: Callable[[], str]
    by: str
    commit: str = ""
    #: The canonical host, to which the edge sends visitors of any other; "" leaves it as it is.
    host: str = ""
    #: Called with what is being done, how much of it is done, and how much there is.
    report: Callable[[str, int, int], None] = lambda what, done, total: None  # noqa: ARG005 - names are the signature


@dataclass(frozen=True, slots=True)
class Job:
    """A release to make."""

    world: World
    site: Site
    plan: Plan
    #: What is live, None before the first release.
    live: Manifest | None
    limits: Limits = field(default_factory=Limits)
    steps: Steps = field(default_factory=Steps)


@dataclass(frozen=True, slots=True)
class Staged:
    """A release that is whole, and hidden."""

    manifest: Manifest
    sent: Sent
    #: Whether an earlier run had begun it.
    resumed: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply came to."""

    release: str
    previous: str
    sent: Sent
    resumed: bool
    pruned: Pruned = field(default_factory=Pruned)
    #: What went wrong after the release was live and verified, in words: nothing that visitors notice.
    warnings: tuple[str, ...] = ()
