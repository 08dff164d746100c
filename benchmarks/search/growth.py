"""How search grows: bytes of the first search, cost and memory of the index, from 50 to a million sections.

Up to 17,908 sections the documents are real ones of the medquad collection; beyond, text is generated with its words
(`collections.generate`). The peers, which fetch a whole index, are measured up to 17,908 and drawn on in proportion.
Writes the picture `growth.svg` beside this module with `--save`.
"""

from __future__ import annotations

import math
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure

from .collections import find
from .collections import generate
from .peers import COMMAND
from .peers import SECTIONS
from .peers import first_bytes_of
from .peers import ours

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from collections.abc import Sequence

__all__ = ["grow"]

REAL = (50, 500, 5_000, SECTIONS)
GENERATED = (200_000, 1_000_000)
PEERS = ("material", "minisearch", "lunr", "pagefind")
#: Bytes of a first search at a million sections; memory of its build in MB.
MOST, MEMORY = 64 * 1024, 1024
PICTURE = Path(__file__).with_name("growth.svg")


@dataclass(frozen=True, slots=True)
class Built:
    """What one index cost."""

    sections: int
    first: float
    files: int
    size: int
    cpu_s: float
    peak_mb: float


def grow(scratch: Path, arguments: Namespace) -> list[Figure]:
    """Measure each size; `--count` bounds the largest (1,000,000 takes about half an hour)."""
    medquad = find(arguments.data)[0]
    most = arguments.count or GENERATED[-1]
    rows: list[Built] = []
    for size in (*REAL, *GENERATED):
        if size > most:
            continue
        folder = scratch / f"grow-{size}"
        folder.mkdir(parents=True)
        corpus = folder / "corpus.jsonl"
        if size <= SECTIONS:
            medquad.write(corpus, size)
        else:
            generate(corpus, medquad, size)
        rows.append(_built(corpus, medquad.queries, medquad.qrels, size, folder / "index"))
        one = rows[-1]
        print(
            f"  {one.sections:>9,}: first search {one.first / 1024:>6.1f} KB; index {one.size / 2**20:>7.1f} MB in "
            f"{one.files:,} files, {one.cpu_s:>7.1f} s CPU, peak {one.peak_mb:>6.0f} MB",
            flush=True,
        )
    theirs = {
        peer: [(size, first_bytes_of(peer, medquad, size, scratch / f"{peer}-{size}")) for size in REAL if size <= most]
        for peer in PEERS
    }
    if arguments.save:
        PICTURE.write_text(draw([(one.sections, one.first) for one in rows], theirs), "utf-8")
    last = rows[-1]
    return [
        *(
            Figure(f"search_first_bytes_{one.sections}", round(one.first), most=MOST)
            for one in rows
            if one.sections > SECTIONS
        ),
        Figure(f"search_build_peak_mb_{last.sections}", round(last.peak_mb), most=MEMORY),
        Figure(f"search_build_cpu_s_{last.sections}", round(last.cpu_s)),
    ]


def _built(corpus: Path, queries: Path, qrels: Path, size: int, out: Path) -> Built:
    program = [COMMAND, "search", "build", str(corpus), str(out)]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        said = child.stderr.read() if child.stderr else b""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(said.decode())
    report, _ = ours(corpus, queries, qrels, out, built=True)
    files = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return Built(
        size,
        report["first_query_bytes"]["mean"],
        len(files),
        sum(files),
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
    )


def draw(mine: Sequence[tuple[int, float]], theirs: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """The picture: bytes over sections, both logarithmic; what is drawn on beyond a measurement is dashed."""
    width, height, left, bottom, top, right = 760, 460, 70, 50, 20, 130
    low, high = 3.0, 9.0  # 1 KB to 1 GB

    def at(size: float, count: float) -> tuple[float, float]:
        x = left + (math.log10(size) - math.log10(50)) / (6 - math.log10(50)) * (width - left - right)
        y = height - bottom - (math.log10(count) - low) / (high - low) * (height - top - bottom)
        return round(x, 1), round(y, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>Bytes of the first search over the number of sections</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<g font-family="sans-serif" font-size="13" fill="#333">',
    ]
    for power, words in (
        (3, "1 KB"),
        (4, "10 KB"),
        (5, "100 KB"),
        (6, "1 MB"),
        (7, "10 MB"),
        (8, "100 MB"),
        (9, "1 GB"),
    ):
        _, y = at(50, 10**power)
        parts.append(
            f'<path d="M{left} {y}H{width - right}" stroke="#ddd"/>'
            f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{words}</text>'
        )
    for size in (50, 500, 5_000, 50_000, 1_000_000):
        x, y = at(size, 1000)
        parts.append(f'<text x="{x}" y="{y + 20}" text-anchor="middle">{size:,}</text>')
    x, y = at(50_000, 1000)
    parts.append(f'<text x="{(left + width - right) / 2}" y="{y + 40}" text-anchor="middle">sections</text>')
    colors = {
        "material": "#b35900",
        "minisearch": "#7a3e9d",
        "lunr": "#777777",
        "pagefind": "#1f6f8b",
        "ours": "#1a7f37",
    }
    lines = {**theirs, "ours": list(mine)}
    #: Heights of the names so far: two lines that end together must not write over each other.
    taken: list[float] = []
    for name, points in lines.items():
        placed = [at(size, count) for size, count in points]
        path = "M" + "L".join(f"{x} {y}" for x, y in placed)
        parts.append(
            f'<path d="{path}" fill="none" stroke="{colors[name]}" stroke-width="{3 if name == "ours" else 2}"/>'
        )
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colors[name]}"/>' for x, y in placed]
        end = placed[-1]
        if name in theirs and name != "pagefind":
            size, count = points[-1]
            end = at(1_000_000, count * 1_000_000 / size)
            parts.append(
                f'<path d="M{placed[-1][0]} {placed[-1][1]}L{end[0]} {end[1]}" fill="none" stroke="{colors[name]}" '
                'stroke-width="2" stroke-dasharray="5 4"/>'
            )
        level = end[1] + 4
        while any(abs(level - other) < 14 for other in taken):
            level += 2
        taken.append(level)
        parts.append(f'<text x="{end[0] + 8}" y="{level}" fill="{colors[name]}">{name}</text>')
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"
