"""A generated site of N pages with a real search index: what a release and `aws s3 sync` are compared on.

In: a folder, a number of pages, the page that has a sentence more. Out: the finished folder; the same for the same
arguments, but for times of files, which are those of the build, as after every rebuild.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

from microsite.search import build_index
from microsite.search import read_site_pages

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["make_site"]

_WORDS = 12_000
_SECTIONS = 6
_SHEET = "assets/site.0123456789.css"
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="/{sheet}"></head>
<body><main><article><h1>{title}</h1>
{body}</article></main></body>
</html>
"""


def make_site(folder: Path, pages: int, *, edited: int = -1) -> None:
    """Write the site: pages of about 8 KB with words as often as Zipf has them, six sections each; then its index."""
    chance = random.Random(1)  # noqa: S311 - the same site each time
    words = _vocabulary(chance)
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    for path, text in (("index.html", "Home"), ("404.html", "Not here")):
        _write(folder / path, _PAGE.format(title=text, sheet=_SHEET, body=f"<p>{text}</p>"))
    _write(folder / _SHEET, "body{color:#111}")
    _write(folder / "robots.txt", "User-agent: *\n")
    for number in range(pages):
        own = random.Random(number)  # noqa: S311
        extra = "<p>" + " ".join(own.choices(words, cum_weights=weights, k=20)) + ".</p>\n" if number == edited else ""
        own.seed(number)
        body = extra + "".join(_section(own, words, weights, f"s{part}") for part in range(_SECTIONS))
        title = " ".join(own.choices(words[200:], k=4)).title()
        _write(folder / f"articles/a{number}/index.html", _PAGE.format(title=title, sheet=_SHEET, body=body))
    build_index(read_site_pages(folder, print, {}), folder / "search")


def _section(chance: random.Random, words: list[str], weights: list[float], name: str) -> str:
    heading = " ".join(chance.choices(words[200:], k=4))
    paragraphs = (" ".join(chance.choices(words, cum_weights=weights, k=55)) for _ in range(3))
    return f'<h2 id="{name}">{heading}</h2>\n' + "".join(f"<p>{text.capitalize()}.</p>\n" for text in paragraphs)


def _vocabulary(chance: random.Random) -> list[str]:
    starts = ["b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "cl", "st", "tr"]
    found: set[str] = set()
    while len(found) < _WORDS:
        parts = (
            chance.choice(starts) + chance.choice(["a", "e", "i", "o", "u", "ea"]) for _ in range(chance.randint(1, 4))
        )
        found.add("".join(parts) + chance.choice(["", "n", "r", "s", "t"]))
    words = sorted(found)
    chance.shuffle(words)
    return words


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
