"""Ours against the peers, on the judged collections, in one run: quality, bytes of the first search, cost of the index.

In: the collections, npm's peers. Out: figures and a printed table. A peer's first search is all that a browser fetches
until it can show ten titles: script, index, and what the question itself needs. Bytes are brotli 11, except for
Pagefind's files, which come compressed by itself.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING
from typing import Any

import brotli

from benchmarks.figure import Figure
from benchmarks.rig import ROOT
from benchmarks.rig import tools
from microsite.pages.finish import bundle
from microsite.search import evaluate
from microsite.search import read_judgements
from microsite.search import read_questions
from microsite.search.evaluate import ndcg

from .collections import find

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .collections import Collection

__all__ = ["COMMAND", "SECTIONS", "Run", "compare", "first_bytes_of", "ours", "quality"]

HERE = Path(__file__).parent
#: The command itself, beside the interpreter that runs this.
COMMAND = str(Path(sys.executable).with_name("microsite"))
PEERS = {
    "material": "Material",
    "pagefind": "Pagefind",
    "minisearch": "MiniSearch",
    "lunr": "lunr full index",
    "bm25": "BM25",
}
#: Sections of the largest measurement; the medquad collection has fewer and is filled up with repeats.
SECTIONS = 17_908
#: Budgets: nDCG@10 by collection, and bytes.
QUALITY = {"medquad": 0.68, "scifact": 0.67, "cranfield": 0.385}
FIRST, NEXT, TWO_WORDS, GROWTH = 32 * 1024, 15 * 1024, 20 * 1024, 1.6


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine did with one collection."""

    quality: float
    first_bytes: float | None
    cpu_s: float


def quality(run: Mapping[str, Sequence[str]], judged: Mapping[str, Mapping[str, int]]) -> float:
    """Mean nDCG@10 over the questions that have a relevant document."""
    counted = {query: grades for query, grades in judged.items() if max(grades.values()) > 0}
    return mean(ndcg(run.get(query, ()), grades) for query, grades in counted.items())


def compare(scratch: Path, arguments: Namespace) -> list[Figure]:
    """The table of the issue: every engine on every collection."""
    collections = find(arguments.data)
    table: dict[str, dict[str, Run]] = {name: {} for name in (*PEERS, "ours")}
    figures: list[Figure] = []
    for collection in collections:
        folder = scratch / collection.name
        folder.mkdir(parents=True)
        corpus = collection.write(folder / "corpus.jsonl")
        for peer in PEERS:
            table[peer][collection.name] = _peer(peer, collection, corpus, folder / peer)
        report, cpu = ours(corpus, collection.queries, collection.qrels, folder / "ours")
        table["ours"][collection.name] = Run(report["ndcg@10"], report["first_query_bytes"]["mean"], cpu)
        figures += [
            Figure(f"search_ndcg10_{collection.name}", round(report["ndcg@10"], 4), least=QUALITY[collection.name]),
            Figure(f"search_zero_results_{collection.name}", report["zero_results"], most=0.01),
        ]
    _print(table, collections)
    return figures + _sizes(collections[0], scratch)


def _sizes(collection: Collection, scratch: Path) -> list[Figure]:
    """Bytes at 50 to 17,908 sections, of whole questions and of two words."""
    first: dict[int, float] = {}
    figures: list[Figure] = []
    print(f"\nOurs by size, {collection.name}: bytes of the first and the next search, requests")
    for size in (50, 500, 5_000, SECTIONS):
        folder = scratch / f"size-{size}"
        folder.mkdir()
        corpus = collection.write(folder / "corpus.jsonl", size)
        whole, _ = ours(corpus, collection.queries, collection.qrels, folder / "ours")
        short, _ = ours(
            corpus, _two_words(collection, folder / "two.jsonl"), collection.qrels, folder / "ours", built=True
        )
        first[size] = whole["first_query_bytes"]["mean"]
        print(
            f"  {size:>7}: {first[size]:>7.0f} and {whole['next_query_bytes']['mean']:>7.0f}; two words "
            f"{short['first_query_bytes']['mean']:>7.0f}; {whole['requests']['mean']:.1f} requests"
        )
        if size == SECTIONS:
            figures += [
                Figure("search_first_query_bytes", round(first[size]), most=FIRST),
                Figure("search_next_query_bytes", round(whole["next_query_bytes"]["mean"]), most=NEXT),
                Figure("search_two_words_bytes", round(short["first_query_bytes"]["mean"]), most=TWO_WORDS),
                Figure("search_rank_ms_median", round(whole["rank_ms"]["median"], 3), most=2),
            ]
    return [*figures, Figure("search_first_growth_500_to_17908", round(first[SECTIONS] / first[500], 3), most=GROWTH)]


def _two_words(collection: Collection, target: Path) -> Path:
    """The two longest words of each question, in their order: what a reader types who types two."""
    lines = []
    for line in collection.queries.read_text("utf-8").splitlines():
        one = json.loads(line)
        words = one["text"].split()
        kept = set(sorted(words, key=len)[-2:])
        lines.append(json.dumps({"_id": one["_id"], "text": " ".join([word for word in words if word in kept][:2])}))
    target.write_text("\n".join(lines) + "\n", "utf-8")
    return target


def ours(corpus: Path, queries: Path, qrels: Path, out: Path, *, built: bool = False) -> tuple[dict[str, Any], float]:
    """Build by the command and ask every question; the report of `search eval` and the CPU seconds of the build."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not built:
        program = [COMMAND, "search", "build", str(corpus), str(out)]
        subprocess.run(program, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    script = {"search.js": bundle(ROOT / "theme" / "assets")["search.js"]}
    measured = evaluate(out, read_questions(queries), read_judgements(qrels), extra=script)
    return measured.as_dict(), cpu


def first_bytes_of(peer: str, collection: Collection, size: int, out: Path) -> float:
    """Bytes of the first search of `peer` over `size` documents of `collection`."""
    out.mkdir(parents=True)
    found = _peer(peer, collection, collection.write(out / "corpus.jsonl", size), out / "peer").first_bytes
    if found is None:
        msg = f"{peer} ships nothing to a browser"
        raise ValueError(msg)
    return found


def _peer(peer: str, collection: Collection, corpus: Path, out: Path) -> Run:
    npm = tools("benchmarks/search")
    workers = _material_worker()
    program: list[str | Path] = [
        npm.node,
        "--max-old-space-size=8192",
        HERE / "peers.mjs",
        peer,
        corpus,
        collection.queries,
        out,
    ]
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*program, npm.folder, workers], capture_output=True, text=True, check=False)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        msg = f"{peer} failed on {collection.name}: {done.stderr[-2000:]}"
        raise RuntimeError(msg)
    run = json.loads((out / "run.json").read_text("utf-8"))
    cpu = ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime
    return Run(quality(run, read_judgements(collection.qrels)), _first_bytes(peer, out), cpu)


def _first_bytes(peer: str, out: Path) -> float | None:
    if peer == "bm25":
        return None
    files = sorted((out / "files").iterdir())
    if peer != "pagefind":
        with ThreadPoolExecutor() as pool:
            return sum(pool.map(lambda path: len(brotli.compress(path.read_bytes())), files))
    asked = json.loads((out / "requests.json").read_text("utf-8"))
    bundle = out / "bundle"

    def cost(name: str) -> int:
        content = (bundle / name).read_bytes()
        return min(len(content), len(brotli.compress(content))) if name.endswith((".js", ".json")) else len(content)

    always = {name: cost(name) for name in asked["first"]}
    return mean(
        sum(always.values()) + sum(cost(name) for name in set(names) - always.keys())
        for names in asked["requests"].values()
    )


def _material_worker() -> Path:
    spec = importlib.util.find_spec("material")
    folder = Path(str(spec and spec.origin)).parent / "templates" / "assets" / "javascripts" / "workers"
    return next(iter(sorted(folder.glob("search.*.min.js"))))


def _print(table: Mapping[str, Mapping[str, Run]], collections: Sequence[Collection]) -> None:
    """One row an engine: quality, bytes of the first search, CPU of index and all questions."""
    names = [one.name for one in collections]
    print("\nnDCG@10, first search in KB of brotli (mean of the questions), CPU seconds of index and all questions")
    print(f"  {'':<18}" + "".join(f"{name:>28}" for name in names))
    for engine, runs in table.items():
        cells = []
        for name in names:
            run = runs[name]
            size = "-" if run.first_bytes is None else f"{run.first_bytes / 1024:,.0f} KB"
            cells.append(f"{run.quality:>9.3f} {size:>9} {run.cpu_s:>6.1f} s")
        print(f"  {PEERS.get(engine, engine):<18}" + "".join(f"{cell:>28}" for cell in cells))
