"""`microsite book`: typeset the free book."""

from __future__ import annotations

import json
from pathlib import Path

import click

from microsite.book import build_book

__all__ = ["command"]


@click.command("book")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/book"),
    show_default=True,
    help="Folder for the files.",
)
@click.option(
    "--chapters",
    type=click.Path(path_type=Path),
    default=Path("book"),
    show_default=True,
    help="Folder of book.toml and the chapters.",
)
@click.option(
    "--references",
    type=click.Path(path_type=Path),
    default=Path("data/references.json"),
    show_default=True,
    help="The sources, as CSL-JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what book.json says.")
def command(out: Path, chapters: Path, references: Path, *, as_json: bool) -> None:
    """Typeset the free book as PDF and EPUB.

    Skips the work when nothing has changed.

    Example: microsite book --out build/book
    """
    book = build_book(chapters, references, out)
    if as_json:
        click.echo(json.dumps(book.as_dict(), ensure_ascii=False, indent=2))
        return
    click.echo(f"{book.title}, {book.edition}: {book.pages} pages, {len(book.chapters)} chapters")
    for file in book.files:
        click.echo(f"{out / file.name}  {file.bytes:,} bytes")
