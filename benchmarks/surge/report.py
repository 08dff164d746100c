"""The two runs and their tables. See the package."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from benchmarks.figure import Figure

from .run import RATE
from .run import SCALE
from .run import Surge
from .services import START
from .services import Limits

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from .run import Outcome

__all__ = ["surge"]

SECONDS = 600


def surge(scratch: Path, arguments: argparse.Namespace) -> list[Figure]:
    """The surge under the limits that a new account has, and under the ones that the runbook asks for."""
    del scratch
    seconds = arguments.count or SECONDS
    print(f"\nSurge: {RATE:,} submissions a second for {seconds} s; one simulated stands for {SCALE}")
    figures = []
    for limits in (
        Limits("as AWS gives them"),
        Limits("asked for before", writes=16_000, mails=200, quota=2_000_000),
    ):
        began = time.process_time()
        run = Surge(limits, seconds)
        outcome = run.run()
        figures += _report(run, outcome, time.process_time() - began)
    return figures


def _report(run: Surge, outcome: Outcome, cpu: float) -> list[Figure]:
    limits, table = run.limits, run.table
    lost = [one for one in outcome.acknowledged if one not in table.leads]
    unsent = [
        job.id
        for one in outcome.acknowledged
        for job in table.leads[one].jobs
        if job.sent is None and (job.due is not None or not job.reason)
    ]
    waits = sorted(outcome.waits) or [0.0]
    hours = (outcome.drained - START) / 3600
    rows = {
        "acknowledged": f"{len(outcome.acknowledged) * SCALE:,}",
        "held for a reader or a puzzle": f"{outcome.held * SCALE:,}",
        "gave up": f"{outcome.gave_up * SCALE:,}",
        **{f"told to try again, {why}": f"{number * SCALE:,}" for why, number in outcome.refused.items()},
        "writes throttled": f"{table.throttled * SCALE:,}",
        "functions at once, most": f"{outcome.busiest * SCALE:,}",
        "mails sent": f"{len(run.ses.sent) * SCALE:,}",
        "mails sent twice": f"{run.ses.twice * SCALE:,}",
        "invocations killed": ", ".join(f"{name} {number}" for name, number in outcome.killed.items() if number) or "0",
        "mails marked by SES's report after a kill": f"{outcome.mended * SCALE:,}",
        "stream records that grew too old": f"{outcome.lost_records * SCALE:,}",
        "backlog drained after": f"{hours:,.1f} h",
        "a mail waited, median, longest": f"{statistics.median(waits) / 60:,.0f} min, {waits[-1] / 3600:,.1f} h",
    }
    print(
        f"\n  Limits {limits.name}: {limits.writes:,.0f} writes/s, {limits.mails:g} mails/s, {limits.quota:,.0f} a day"
    )
    for name, value in rows.items():
        print(f"    {name:<56} {value:>20}")
    print(f"    ({cpu:.0f} s of CPU)")
    return [
        Figure(f"surge, {limits.name}, acknowledged and lost", len(lost) * SCALE, most=0),
        Figure(f"surge, {limits.name}, mails twice", run.ses.twice * SCALE, most=0),
        Figure(f"surge, {limits.name}, mails never sent", len(unsent) * SCALE, most=0),
        Figure(f"surge, {limits.name}, hours to drain", round(hours, 1)),
    ]
