"""`microsite build`: the whole site and the book, finished."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microsite.book import build_book
from microsite.pages import build

from .forms import demand_definitions

if TYPE_CHECKING:
    from collections.abc import Callable

    from microsite.pages import BuildResult

__all__ = ["command"]


@click.command()
@click.option(
    "--site-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    help="Where the site goes.",
)
@click.option(
    "--builder",
    type=click.Choice(["mkdocs", "zensical"]),
    default="mkdocs",
    show_default=True,
    help="What turns Markdown into pages.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def command(*, site_dir: Path, builder: str, as_json: bool) -> None:
    r"""Build the whole site, finished, and typeset the book into build/book/.

    \b
    Example: microsite build --site-dir site
    """
    root = Path.cwd()
    demand_definitions()
    book = build_book(root / "book", root / "data" / "references.json", root / "build" / "book")
    make: Callable[..., BuildResult] = build
    if builder == "zensical":
        from microsite.pages.zensical import build_zensical  # noqa: PLC0415 - only who asks for it pays for it

        make = build_zensical
    result = make(root, site_dir=site_dir.absolute())
    for finding in result.findings:
        click.echo(str(finding), err=True)
    if as_json:
        summary = {
            "version": 1,
            "site_dir": str(site_dir),
            "builder": builder,
            "pages": result.pages,
            "bytes": result.bytes,
            "seconds": round(result.seconds, 3),
            "book_pages": book.pages,
            "findings": [finding.as_dict() for finding in result.findings],
        }
        click.echo(json.dumps(summary))
    else:
        click.echo(
            f"Built {result.pages} pages, {result.bytes / 1000:,.0f} kB, in {result.seconds:.1f} s → {site_dir}/"
            f" (book: {book.pages} pages → build/book/)"
        )
