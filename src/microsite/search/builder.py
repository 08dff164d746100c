"""Documents in, a folder of index files out: streaming, the same bytes for the same documents, all or nothing.

The files::

    manifest.bin      fixed name, the only one whose content changes under its name: directories and settings
    worker.js         fixed name: the engine, from js/
    t.KKKKCCCCC.bin   shards of terms with their posting lists (shards.py)
    d.KKKKCCCCC.bin   parts of the terms' directory, in an index of more than 150 shards
    r.NNN.bin         chunks of records, fixed names (records.py)
    p.KKKKCCCCC.bin   chunks of whole texts
    w.KKKKCCCCC.bin   words for typos, by first letter (vocabulary.py)
    f.KKKKCCCCC.bin   which documents a filter lets through, as JSON (filters.py)
    g.KKKKCCCCC.bin   which chunks there are: for who loads everything

The manifest::

    "MSI2" │ documents │ highest number + 1 │ SHIFT │ depth of the directory │ shift and number of the numbering's
    digests │ these, two bytes each │ terms: directory │ words: directory │ checks of f and g │ kinds: number, texts

A search takes four steps: the manifest (beside the worker), parts of the directory, shards, records. A word that has
to be mended takes two more: words, and the shard of the one that was meant.

How documents are numbered: numbering.py. What an impact is: impact.py. The bytes: codec.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from microsite.errors import SearchError

from .codec import check_of
from .codec import checks
from .codec import file_name
from .codec import numbers
from .codec import posting_list
from .filters import Filters
from .impact import Model
from .pairs import WIDTH
from .pairs import Pairs
from .records import SHIFT
from .records import Records
from .runs import HELD
from .runs import Runs
from .scan import Scan
from .script import worker
from .shards import Shards
from .shards import directory_bytes
from .vocabulary import write_vocabulary

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from .document import Document
    from .impact import Weights

__all__ = ["IndexSummary", "build_index", "index_files", "ranked_list"]

_strength = itemgetter(1)
#: Names of files of an index.
_OURS = re.compile(r"manifest\.bin|worker\.js|r\.\d+\.bin|[a-z]\.[0-9a-f]{9}\.bin")


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What a build made."""

    documents: int
    terms: int
    files: int
    bytes: int


def build_index(  # noqa: PLR0913 - one knob for each thing a caller may want to bound
    documents: Iterable[Document],
    out: Path,
    *,
    weights: Weights | None = None,
    labels: Mapping[str, str] | None = None,
    held: int = HELD,
    width: int = WIDTH,
    tick: Callable[[int], None] = lambda _: None,
) -> IndexSummary:
    """Write the index of `documents` to the folder `out`, which is replaced as a whole.

    Args:
        documents: those of one page in a row.
        out: the folder; the index that it held before goes when the new one is complete.
        weights: of the formula.
        labels: what a filter's value is called (`{"crps": "Complex regional pain syndrome"}`).
        held: postings in memory before a run is spilled.
        width: documents between two clearings of rare pairs.
        tick: told the number of documents after each.

    Raises SearchError when `out` holds anything but an index.
    """
    out = out.absolute()
    foreign = sorted(path.name for path in out.iterdir() if not _OURS.fullmatch(path.name)) if out.is_dir() else []
    if foreign:
        msg = f"{out.name}/ holds what is no part of an index: {', '.join(foreign[:3])}{', …' if foreign[3:] else ''}"
        raise SearchError(msg, fix="name a folder that is new, empty or an index; it is replaced as a whole")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as name:
        scratch, made = Path(name), Path(name) / "made"
        made.mkdir()
        write = _Writer(made)
        counted = _make(documents, write, scratch, weights, labels or {}, held=held, width=width, tick=tick)
        _swap(made, out, scratch)
    return IndexSummary(documents=counted[0], terms=counted[1], files=write.files, bytes=write.bytes)


def index_files(documents: Iterable[Document], *, labels: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The same files in memory: name → content. For a site, whose index is some MB."""
    made: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        _make(documents, made.__setitem__, Path(name), None, labels or {})
    return made


def _make(  # noqa: PLR0913 - as for `build_index`
    documents: Iterable[Document],
    write: Callable[[str, bytes], None],
    scratch: Path,
    weights: Weights | None,
    labels: Mapping[str, str],
    *,
    held: int = HELD,
    width: int = WIDTH,
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[int, int]:
    """Write all files; gives the numbers of documents and terms. What does not fit into memory goes to `scratch`."""
    with (scratch / "documents").open("w+b") as aside, (scratch / "terms").open("w+b") as texts:
        scan = Scan(Runs(scratch, held=held), Pairs(texts, width=width), aside)
        for done, document in enumerate(documents, 1):
            scan.add(document)
            tick(done)
        scan.number()
        shards, terms = Shards(write, usual=sum(count**0.5 for count in scan.words.values())), 0
        model = Model(scan.lengths, weights)
        pairs = _pairs(model, scan)
        for term, places, codes in scan.runs.merged():
            terms += 1
            kept = ranked_list(model.strengths(places, codes), model.kept(len(codes)), scan.places, places, model)
            shards.add(term, kept, len(codes), sorted(pairs.pop(term, ())))
        filters = Filters(labels)
        records = Records(write, scan.kinds, scan.layout)
        for number, document in scan.documents():
            records.add(number, document)
            filters.add(number, document)
        write("manifest.bin", _manifest(scan, _Parts(shards, records, filters, scan.kinds), write))
    write("worker.js", worker())
    return len(scan), terms


def ranked_list(strengths: list[float], kept: int, places: array[int], documents: array[int], model: Model) -> bytes:
    """One posting list: the `kept` strongest documents, those of equal strength by number."""
    found = [(places[document], strength) for document, strength in zip(documents, strengths, strict=True)]
    found.sort()
    if len(found) > kept:
        # Sorting is stable: what is equally strong stays in order of number.
        found.sort(key=_strength, reverse=True)
        del found[kept:]
        found.sort()
    step, levels = model.stored([strength for _, strength in found])
    return posting_list(step, [(number, level) for (number, _), level in zip(found, levels, strict=True)])


def _pairs(model: Model, scan: Scan) -> dict[str, list[tuple[str, bytes]]]:
    """Term → names and lists of the pairs that lie with it: `a b` with the rarer of both, named from there.

    `a b` is named `a b` when it lies with a, `b!a` when it lies with b. Blank and `!` sort before letters and digits,
    so a pair comes right after its term. A reader who asks for both words has both shards anyway.
    """
    found: dict[str, list[tuple[str, bytes]]] = {}
    common = scan.pairs.lists(scan.order(), model.weights.pairs_kept, model.is_kept_pair)
    for first, second, documents, postings in common:
        step, levels = model.stored(model.pair_strengths(documents, [count for _, count in postings]))
        rarer = min((scan.frequencies[first], first), (scan.frequencies[second], second))[1]
        name = f"{first} {second}" if rarer == first else f"{second}!{first}"
        kept = posting_list(step, [(number, level) for (number, _), level in zip(postings, levels, strict=True)])
        found.setdefault(rarer, []).append((name, kept))
    return found


class _Writer:
    """Writes files into one folder and counts them. The same name twice is the same content, but for one in 2^40."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files = 0
        self.bytes = 0

    def __call__(self, name: str, content: bytes) -> None:
        # A third of a build of thousands of small files is opening them: the plain calls take half as long as pathlib.
        handle = os.open(f"{self._folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            os.write(handle, content)
        finally:
            os.close(handle)
        self.files += 1
        self.bytes += len(content)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What has been written, and is named in the manifest."""

    shards: Shards
    records: Records
    filters: Filters
    kinds: Mapping[str, int]


def _manifest(scan: Scan, parts: _Parts, write: Callable[[str, bytes], None]) -> bytes:
    terms = parts.shards.close().folded("d", write)
    chunks = numbers(parts.records.close()) if len(scan) else b""
    write(file_name("g", "", chunks), chunks)
    frequencies = {word: count for word, count in scan.words.items() if scan.stems[word]}
    vocabulary = write_vocabulary(frequencies, len(scan), write)
    filtered = parts.filters.content()
    if filtered:
        write(file_name("f", "", filtered), filtered)
    return b"".join(
        (
            b"MSI2",
            numbers([len(scan), scan.end, SHIFT, terms.depth, scan.layout.shift, len(scan.layout.digests)]),
            b"".join(digest.to_bytes(2, "big") for digest in scan.layout.digests),
            directory_bytes(terms),
            directory_bytes(vocabulary),
            checks([check_of(filtered) if filtered else 0, check_of(chunks)]),
            numbers([len(parts.kinds)]),
            *(numbers([len(kind.encode())]) + kind.encode() for kind in parts.kinds),
        )
    )


def _swap(made: Path, out: Path, scratch: Path) -> None:
    """Put `made` in the place of `out`; what was there is moved aside first and removed last."""
    old = scratch / "old"
    if out.exists():
        out.rename(old)
    made.rename(out)
    with contextlib.suppress(OSError):
        shutil.rmtree(old)
