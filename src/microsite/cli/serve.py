"""`microsite serve`: site and forms on this machine, rebuilt on every edit."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from forms import aws
from forms.errors import FormsError
from microsite.book import build_book
from microsite.content import read_site
from microsite.errors import ServeError
from microsite.pages import build
from microsite.pages import build_index
from microsite.serve import Options
from microsite.serve import Rooms
from microsite.serve import serve

from .forms import demand_definitions

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["command"]


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="0 takes any free port.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".local"),
    envvar="DATA",
    show_default=True,
    show_envvar=True,
    help="Folder for what people send: leads.sqlite3, outbox/.",
)
@click.option(
    "--site-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    help="Where the site is built.",
)
@click.option("--watch/--no-watch", default=True, help="Rebuild on edits and reload open pages.  [default: watch]")
@click.option(
    "--screening/--no-screening", default=True, help="Rate limit and spam score; off for load and fault tests only."
)
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON lines.")
def command(  # noqa: PLR0913 (each option is one)
    *, port: int, data: Path, site_dir: Path, watch: bool, screening: bool, as_json: bool
) -> None:
    r"""Serve site and forms on 127.0.0.1; edits show by themselves. Ctrl-C stops.

    \b
    Example: microsite serve --port 8001 --data /tmp/leads
    """
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    root = Path.cwd()
    site_dir = site_dir.absolute()

    def extra() -> Mapping[str, Any]:
        return read_site(root, today=datetime.now(UTC).date()).extra

    def renew() -> None:
        aws.reset()
        try:
            aws.prepare()
        except FormsError as error:
            message = f"the forms cannot work with {data}: {error}"
            raise ServeError(message, fix="mend it, or name another folder: make serve DATA=/some/folder") from error

    extra()  # a folder that is no project is said before a port is taken or a data folder made
    rooms = Rooms(
        check=demand_definitions,
        build=lambda: build(root, site_dir=site_dir),
        rebuild=lambda: not build(root, site_dir=site_dir, index=False).indexed,
        index=lambda: build_index(site_dir),
        book=lambda: build_book(root / "book", root / "data" / "references.json", root / "build" / "book"),
        http=aws.http,
        sweep=aws.sweep,
        reset=renew,
        extra=extra,
    )

    def say(event: str, text: str, **fields: object) -> None:
        if as_json:
            click.echo(json.dumps({"event": event, **fields}))
        else:
            # The one line that scripts wait for is the result; the rest is talk.
            click.echo(text, err=event != "ready")

    options = Options(root, site_dir, data.absolute(), port=port, watch=watch, screening=screening)
    serve(options, rooms, environ=os.environ, say=say)
