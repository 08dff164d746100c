"""The fault table: submissions against a server that is killed and against services that fail, and a longer storm.

`make bench` part `faults`, by name only: 10,000 submissions each take minutes (`--count` for fewer).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.figure import Figure
from benchmarks.rig.storm import OutboxStorm
from benchmarks.rig.storm import SesStorm

from .cloud import storm_the_cloud
from .local import storm_the_server

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from .account import Result

__all__ = ["measure"]

_COUNT = 10_000


def measure(scratch: Path, arguments: argparse.Namespace) -> list[Figure]:
    """Print the table; the figures are what must be 0."""
    count = arguments.count or _COUNT
    results: list[Result] = []
    for storm, more in ((storm_the_server, {"kills": max(2, count // 1000)}), (storm_the_cloud, {})):
        folder = scratch / f"faults-{len(results)}"
        folder.mkdir()
        results.append(storm(folder, count, **more))
    _print(results)
    rounds = max(20, count // 40)
    started = time.monotonic()
    for machine in (OutboxStorm, SesStorm):
        longer = settings(
            max_examples=rounds,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=longer)
    print(
        f"\n  Property tests, fresh choices: {rounds} storms with each mailer held, {time.monotonic() - started:.0f} s"
    )
    return [
        Figure(f"faults, {result.where}: {name}", value, most=0)
        for result in results
        for name, value in (
            ("lost", result.lost),
            ("double records", result.doubled),
            ("double mails", result.doubled_mails),
            ("unmailed", result.unmailed),
        )
    ]


def _print(results: Sequence[Result]) -> None:
    table: dict[str, list[str]] = {
        "": [one.where for one in results],
        "acknowledged": [f"{one.sent:,}" for one in results],
        "tries without an acknowledgement": [f"{one.retried:,}" for one in results],
        "acknowledged and lost": [f"{one.lost}" for one in results],
        "double records": [f"{one.doubled}" for one in results],
        "double mails": [f"{one.doubled_mails}" for one in results],
        "unmailed": [f"{one.unmailed}" for one in results],
        "p50, ms": [f"{one.p50 * 1000:.0f}" for one in results],
        "p95, ms": [f"{one.p95 * 1000:.0f}" for one in results],
        "acknowledged a second": [f"{one.sent / one.seconds:.0f}" for one in results],
        "peak memory, MB": [f"{one.peak / 2**20:.0f}" for one in results],
    }
    print("\n  Faults")
    for words, cells in table.items():
        print(f"  {words:<34}" + "".join(f"{cell:>20}" for cell in cells))
    for one in results:
        faults = ", ".join(f"{name} {count:,}" for name, count in one.faults.items() if count)
        print(f"  Faults, {one.where}: {faults}")
