"""The part `mutants`: how many dangerous edits the check names, and how often it speaks without need."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING
from typing import NamedTuple

from benchmarks.figure import Figure

from .argued import reason
from .dangers import DANGERS
from .generic import KINDS
from .generic import mutants
from .harmless import REWRITES
from .harmless import renamed
from .tree import FILES
from .tree import fresh
from .tree import named

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from .generic import Mutant

__all__ = ["Verdict", "judge", "measure", "rewritten"]

#: Rewrites with chance in them are tried so many times.
_TRIES = 3
_BATCH = 200


class Verdict(NamedTuple):
    """What the check said of one mutant."""

    file: str
    kind: str
    place: str
    rule: str


def judge(mutant: Mutant) -> Verdict:
    """Run the check over one mutant; `rule` is "" when it passes."""
    finding = named(mutant.file, mutant.template)
    return Verdict(mutant.file, mutant.kind, mutant.place, finding.rule if finding is not None else "")


def rewritten() -> list[tuple[str, str, str]]:
    """File, rewrite and the false alarm, "" for none: every rewrite, and each resource renamed by itself."""
    told = []
    for file in FILES:
        for name, rewrite in REWRITES.items():
            if name == "behaviors turned" and "Distribution" not in fresh(file)["Resources"]:
                continue
            for seed in range(_TRIES):
                finding = named(file, rewrite(fresh(file), random.Random(seed)))  # noqa: S311 - a seed for a test
                told.append((file, name, str(finding or "")))
        for logical in fresh(file)["Resources"]:
            finding = named(file, renamed(fresh(file), {logical: "CalledOtherwise"}))
            told.append((file, f"{logical} renamed", str(finding or "")))
    return told


def measure(scratch: Path, arguments: argparse.Namespace) -> list[Figure]:
    """Every danger, every generic mutant (`--count N`: that many of them), every rewrite."""
    del scratch
    missed = []
    by_kind: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for danger in DANGERS:
        template = fresh(danger.file)
        danger.edit(template)
        by_kind[danger.kind] += 1
        if named(danger.file, template) is None:
            missed.append(f"{danger.kind}: {danger.sentence}")
        else:
            caught[danger.kind] += 1
    _table("dangers, chosen by harm", by_kind, caught)
    _lines("not named", missed)

    verdicts: list[Verdict] = []
    every = _some(arguments.count)
    with multiprocessing.Pool(min(2, os.cpu_count() or 1)) as pool:
        # In batches: thousands of templates at once would not fit.
        while batch := list(islice(every, _BATCH)):
            verdicts += pool.imap_unordered(judge, batch, chunksize=10)
    passed = [one for one in verdicts if not one.rule]
    open_ones = [one for one in passed if not reason(one.kind, one.place)]
    _table(
        "every single edit", Counter(one.kind for one in verdicts), Counter(one.kind for one in verdicts if one.rule)
    )
    why = Counter(reason(one.kind, one.place) for one in passed)
    _lines("pass, and may", [f"{count:>4}  {words}" for words, count in why.most_common() if words])
    _lines("pass, and nobody has said why", [f"{one.file}: {one.kind}: {one.place}" for one in sorted(open_ones)])

    told = rewritten()
    alarms = [f"{file}: {name}: {finding}" for file, name, finding in told if finding]
    _lines("false alarms", alarms)
    return [
        Figure("dangers named, %", round(100 * (1 - len(missed) / len(DANGERS)), 1), least=98),
        Figure("dangers tried", len(DANGERS), least=150),
        Figure("single edits tried", len(verdicts)),
        Figure("single edits named, %", round(100 * (1 - len(passed) / len(verdicts)), 1)),
        Figure("single edits that pass without a reason", len(open_ones), most=0),
        Figure("rewrites tried", len(told)),
        Figure("false alarms", len(alarms), most=0),
    ]


def _some(count: int | None) -> Iterator[Mutant]:
    """Every mutant of both templates, or about `count` of them, the same ones each time."""
    total = 0

    def counted(kind: str, place: str) -> bool:
        del kind, place
        nonlocal total
        total += 1
        return False

    for file in FILES:
        list(mutants(file, counted))
    share = min(1.0, (count or total) / total)
    chance = random.Random(7)  # noqa: S311 - a seed for a measurement
    for file in FILES:
        yield from mutants(file, lambda kind, place: bool(kind and place) and chance.random() < share)


def _table(title: str, tried: Counter[str], caught: Counter[str]) -> None:
    print(f"\n  {title:<32} {'tried':>7} {'named':>7}")
    for kind in [*(one for one in KINDS if one in tried), *sorted(set(tried) - set(KINDS))]:
        print(f"  {kind:<32} {tried[kind]:>7} {caught[kind]:>7}")
    print(f"  {'all':<32} {sum(tried.values()):>7} {sum(caught.values()):>7}")


def _lines(title: str, lines: list[str]) -> None:
    if lines:
        print(f"\n  {title}:")
        print("\n".join(f"    {line}" for line in lines))
