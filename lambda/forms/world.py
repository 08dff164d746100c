"""What adapters need from outside, as a value: environment, clocks, sleep, randomness. The real one: `aws.world()`."""

from __future__ import annotations

from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

__all__ = ["World"]


class World(NamedTuple):
    """The outside; a test has one of its own."""

    #: Read for `AWS_*` only.
    environ: Mapping[str, str]
    #: Seconds since 1970.
    clock: Callable[[], float]
    #: Seconds on a clock that never jumps.
    ticks: Callable[[], float]
    sleep: Callable[[float], None]
    #: A number from 0 up to 1.
    chance: Callable[[], float]
    #: A fresh opaque id, as `ports.NewId`.
    new_id: Callable[[], str]
