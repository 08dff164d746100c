"""What a build costs, against stock Material with the same articles, in one run on one machine.

In: this project's articles, copied until there are N. Out: CPU seconds of both builds, and what one edited sentence
costs while `microsite serve` watches. Only ratios are worth comparing between machines.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .rig import ROOT
from .rig import serve

__all__ = ["BuildCosts", "build_costs"]

#: Stock Material, as its documentation starts one: the same Markdown syntax, its own search, nothing of ours.
_STOCK = """\
site_name: Stock
site_url: https://stock.example/
theme:
  name: material
plugins:
  - search
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - pymdownx.details
"""
_OURS = "from pathlib import Path; from microsite.pages import build; build(Path.cwd(), strict=False)"
#: Parts of the project that a build reads.
_PARTS = ("data", "docs", "theme", "book", "mkdocs.yml")
#: Seconds to wait for an edit to show before it counts as never.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class BuildCosts:
    """CPU and wall seconds."""

    articles: int
    ours: float
    stock: float
    #: CPU that the watching server spends on one edited sentence, and the time until a reader sees it.
    edit: float
    edit_seen: float

    @property
    def build_ratio(self) -> float:
        """Our full build over the stock one."""
        return self.ours / self.stock

    @property
    def edit_ratio(self) -> float:
        """One edit under our server over a full stock build."""
        return self.edit / self.stock


def build_costs(scratch: Path, *, articles: int, runs: int = 2) -> BuildCosts:
    """Measure in folder `scratch`; the cheapest of `runs` counts, since noise only adds. Raises RuntimeError."""
    ours, stock = scratch / "ours", scratch / "stock"
    copied = _project(ours, articles)
    stock.mkdir()
    shutil.copytree(ours / "docs", stock / "docs")
    (stock / "mkdocs.yml").write_text(_STOCK, "utf-8")
    costs: dict[str, list[float]] = {"ours": [], "stock": []}
    for _ in range(runs):  # by turns, so that a busy minute of the machine hits both
        costs["stock"].append(_cpu([sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "-q"], stock))
        costs["ours"].append(_cpu([sys.executable, "-c", _OURS], ours))
    edit, seen = _edit(ours, scratch / "data", copied)
    return BuildCosts(articles, min(costs["ours"]), min(costs["stock"]), edit, seen)


def _project(folder: Path, articles: int) -> Path:
    """A copy of the project with `articles` articles; the path of one that was added, relative to docs/."""
    folder.mkdir()
    for part in _PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        elif source.is_file():
            shutil.copy(source, folder)
    docs = folder / "docs"
    originals = [path for path in sorted(docs.rglob("*.md")) if "\nkind: article\n" in path.read_text("utf-8")]
    made = originals[0]
    for number in range(articles - len(originals)):
        source = originals[number % len(originals)]
        made = source.with_name(f"{source.stem}-{number}.md")
        text = source.read_text("utf-8")
        text = re.sub(r'^(title: "?)', rf"\g<1>Copy {number} of ", text, count=1, flags=re.MULTILINE)
        # Cut, so that the copy keeps within the limit for descriptions.
        short = re.compile(r'^description: ("?)(.{0,120})[^"\n]*?("?)$', re.MULTILINE)
        text = short.sub(rf"description: \g<1>Copy {number}. \g<2>\g<3>", text, count=1)
        made.write_text(text, "utf-8")
    return made.relative_to(docs)


def _cpu(command: list[str], folder: Path) -> float:
    """CPU seconds, user and system, of a command and its children. Raises RuntimeError when it fails."""
    log = folder / "log.txt"
    pid = os.fork()
    if pid == 0:  # a plain fork: `wait4` then gives the cost of exactly this child
        os.chdir(folder)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        os.environ["NO_MKDOCS_2_WARNING"] = "1"
        os.execv(command[0], command)  # noqa: S606 - fixed commands
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status):
        msg = f"{' '.join(command[:4])} failed:\n{log.read_text('utf-8')[-2000:]}"
        raise RuntimeError(msg)
    return usage.ru_utime + usage.ru_stime


def _edit(project: Path, data: Path, article: Path) -> tuple[float, float]:
    """CPU seconds of the server, and seconds until the new sentence is answered, after one edit."""
    source = project / "docs" / article
    with serve(data, root=project, watch=True) as served:
        url = f"{served.url}/{article.with_suffix('').as_posix()}/"
        time.sleep(2)  # the watcher settles, the first sweep is over
        before, started = _spent(served.pid), time.perf_counter()
        source.write_text(f"{source.read_text('utf-8')}\nA sentence that a writer has just added.\n", "utf-8")
        while True:
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
                if b"A sentence that a writer has just added." in answer.read():
                    break
            if time.perf_counter() - started > _PATIENCE:
                msg = f"the edit of {article} never showed"
                raise RuntimeError(msg)
            time.sleep(0.02)
        seen = time.perf_counter() - started
        time.sleep(1)  # work that goes on after the page is out counts too
        return _spent(served.pid) - before, seen


def _spent(pid: int) -> float:
    """CPU seconds of a process so far and of its finished children (Linux; 0 elsewhere)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return 0.0
    fields = stat.read_text("ascii").rpartition(")")[2].split()
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")
