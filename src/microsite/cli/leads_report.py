"""`microsite leads report` and `proof`: what came of it all, and what one person agreed to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.definition import folder_of
from forms.definition import load
from microsite.desk import Tally
from microsite.desk import as_html
from microsite.desk import as_text
from microsite.desk import build
from microsite.desk import clicked_in
from microsite.desk import iso
from microsite.desk import render
from microsite.desk import state

from .leads_options import NOW
from .leads_options import every
from .leads_options import json_option
from .leads_options import lead_with
from .leads_options import narrowed
from .leads_options import opened
from .leads_options import store_option
from .leads_options import watched
from .leads_options import write_file

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["proof", "report"]

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@store_option
@click.option("--form", default="", help="Only of this form, such as book.")
@click.option("--since", type=_DAY, help="Only from this day on (UTC).")
@click.option("--until", type=_DAY, help="Only up to this day, itself included (UTC).")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("report.html"), show_default=True,
    help="The file to write; - is standard output.",
)  # fmt: skip
@json_option
def report(  # noqa: PLR0913 - one argument an option
    *, named: str, form: str, since: datetime | None, until: datetime | None, out: Path, as_json: bool
) -> None:
    r"""Write one HTML file with charts and tables: per week, per source page, per form. Groups under 5 are not shown.

    \b
    Example: microsite leads report --since 2026-10-01 --out october.html
    """
    wanted = narrowed(form=form, since=since, until=until, everything=True)
    tally = Tally()
    with opened(named) as store:
        for lead in watched(every(store, wanted), "Counting leads", silent_output=True):
            tally.add(lead)
    words = [f"the form {form}"] if form else []
    words += [f"from {since:%Y-%m-%d} on"] if since else []
    words += [f"up to {until:%Y-%m-%d}"] if until else []
    made = build(tally, now=NOW(), narrowed=", ".join(words))
    if as_json:
        click.echo(json.dumps(made.as_dict(), ensure_ascii=False, indent=2))
    elif out == Path("-"):
        click.echo(render(made), nl=False)
    else:
        write_file(out, render(made))
        click.echo(f"{out}: {tally.leads} lead{'s' * (tally.leads != 1)} counted; open it in a browser", err=True)


@click.command()
@store_option
@click.argument("lead_id", metavar="ID")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write instead of printing.")
@click.option("--html", "as_page", is_flag=True, help="As an HTML page.")
@click.option(
    "--mail", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also tell whether this mail (.eml) held the link that was used.",
)  # fmt: skip
@json_option
def proof(  # noqa: PLR0913 - one argument an option
    *, named: str, lead_id: str, out: Path | None, as_page: bool, mail: Path | None, as_json: bool
) -> None:
    r"""Print what one person agreed to, word for word, and verify its hashes; 1 when one does not fit.

    \b
    Example: microsite leads proof q4x7 --out consent-q4x7.txt
    """
    if as_page and as_json:
        msg = "--html and --json exclude each other"
        raise click.UsageError(msg)
    with opened(named) as store:
        lead = lead_with(store, lead_id)
    statement = state(lead, load(folder_of(Path.cwd())), now=NOW())
    if as_json:
        text = json.dumps(statement.as_dict(), ensure_ascii=False, indent=2) + "\n"
    else:
        text = as_html(statement) if as_page else as_text(statement)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_file(out, text)
        click.echo(str(out), err=True)
    clicks = clicked_in(lead, mail.read_bytes()) if mail is not None else ()
    for click_ in clicks:
        click.echo(f"{mail}: held the link by which {lead.id} was {click_.act} on {iso(click_.at)}", err=True)
    if mail is not None and not clicks:
        click.echo(f"error: {mail} holds no link that was used for {lead.id}", err=True)
    if not statement.whole:
        click.echo(f"error: a wording of {lead.id} does not fit its hash: the record was changed", err=True)
    if not statement.whole or (mail is not None and not clicks):
        click.get_current_context().exit(1)
