"""`microsite search`: an index from any collection, and the shipped engine measured on judged questions."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microsite.errors import ContentError
from microsite.errors import SearchError
from microsite.pages.finish import bundle
from microsite.search import build_index
from microsite.search import evaluate
from microsite.search import read_corpus
from microsite.search import read_judgements
from microsite.search import read_questions
from microsite.search.evaluate import Measured

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from microsite.findings import Finding
    from microsite.search import IndexSummary

__all__ = ["command"]

_FILE = click.Path(path_type=Path)
#: The bar moves once in so many documents: drawing it costs more than reading one.
_STRIDE = 200


@click.group()
def command() -> None:
    r"""Make a search index from any collection; measure the engine.

    \b
    Example: microsite search build corpus.jsonl.gz build/index
    """


@command.command()
@click.argument("corpus", type=_FILE)
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def build(corpus: Path, out: Path, *, as_json: bool) -> None:
    r"""Make the folder OUT from CORPUS, JSON lines in BEIR form (`_id`, `title`, `text`), gzipped or not.

    Optional keys are `focus` (the page's title) and `synonyms` (its other names). A line that cannot be read is said
    with its place; then nothing is written, and what OUT held before stays.

    \b
    Example: microsite search build corpus.jsonl.gz build/index
    """
    findings: list[Finding] = []
    made = _build(corpus, out, findings)
    for finding in findings:
        click.echo(f"{finding} [{finding.severity}]", err=True)
    if as_json:
        summary = {
            "version": 1,
            "out": str(out),
            "documents": made.documents,
            "terms": made.terms,
            "files": made.files,
            "bytes": made.bytes,
            "findings": [finding.as_dict() for finding in findings],
        }
        click.echo(json.dumps(summary))
    else:
        click.echo(
            f"Indexed {made.documents:,} documents, {made.terms:,} terms: {made.files:,} files,"
            f" {made.bytes / 1000:,.0f} kB → {out}/"
        )


@command.command("eval")
@click.option("--corpus", type=_FILE, required=True, help="Documents, JSON lines in BEIR form.")
@click.option("--queries", type=_FILE, required=True, help="Questions, JSON lines: _id, text.")
@click.option("--qrels", type=_FILE, required=True, help="Judgements: question, document, grade, parted by tabs.")
@click.option("--run", "run_file", type=_FILE, help="Write the rankings here: question, document, rank, score.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def evaluation(corpus: Path, queries: Path, qrels: Path, run_file: Path | None, *, as_json: bool) -> None:
    r"""Index CORPUS, ask the shipped JavaScript every question, print quality, bytes, requests and times.

    Bytes are brotli, quality 11, of every file that a browser with an empty cache fetches for one question, the
    engine included; `next` is the following question with that cache.

    \b
    Example: microsite search eval --corpus corpus.jsonl.gz --queries queries.jsonl --qrels qrels.tsv
    """
    questions, judged = read_questions(queries), read_judgements(qrels)
    if run_file:
        _write_run(Measured(), run_file)  # a place that cannot be written is said now, and not after all the work
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "search"
        _build(corpus, index, findings)
        with _progress("Asking", len(questions)) as tick:
            measured = evaluate(index, questions, judged, extra=_interface(), tick=tick)
    for finding in findings:
        click.echo(f"{finding} [{finding.severity}]", err=True)
    if run_file:
        _write_run(measured, run_file)
    figures = measured.as_dict()
    click.echo(json.dumps(figures) if as_json else _table(figures))


def _build(corpus: Path, out: Path, findings: list[Finding]) -> IndexSummary:
    """Build, all or nothing. Raises ContentError when a line cannot be read."""

    def checked() -> Iterator[object]:
        yield from read_corpus(corpus, findings.append)
        wrong = [finding for finding in findings if finding.severity == "error"]
        if wrong:
            count = "1 line" if len(wrong) == 1 else f"{len(wrong)} lines"
            msg = f"{count} of {corpus} cannot be read"
            raise ContentError(msg, findings, fix="mend the lines named above; nothing was written")

    with _progress("Indexing", None) as tick:
        return build_index(checked(), out, tick=tick)  # type: ignore[arg-type]


def _interface() -> dict[str, bytes]:
    """The sheet and the script of the search box: this project's, or those beside the code that runs."""
    places = [root / "theme" / "assets" for root in (Path(), Path(__file__).parents[3])]
    made = next((bundle(assets) for assets in places if assets.is_dir()), {})
    return {name: made[name] for name in ("search.css", "search.js") if name in made}


def _write_run(measured: Measured, path: Path) -> None:
    """The rankings, tab-separated: question, document, rank from 1, score (falling, for tools that sort by it)."""
    rows = [
        f"{question}\t{document}\t{rank}\t{1 / rank:.4f}\n"
        for question, ranking in measured.run.items()
        for rank, document in enumerate(ranking, 1)
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(rows), "utf-8")
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}"
        raise SearchError(msg, fix="give --run the path of a file in a folder that you may write to") from error


def _table(figures: dict[str, object]) -> str:
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict):
            lines.append(f"{name:20} " + "  ".join(f"{key} {number:,}" for key, number in value.items()))
        else:
            lines.append(f"{name:20} {value}")
    return "\n".join(lines)


@contextmanager
def _progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing in a pipe; yields what takes the number done so far."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    if total is not None:
        with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
            yield lambda done: bar.update(done - bar.pos)
        return

    def say(done: int) -> None:
        if done % _STRIDE == 0:
            click.echo(f"\r{label} {done:,} ", nl=False, err=True)

    yield say
    click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
