"""`microsite leads`: what people sent, for the people who answer it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from forms.definition import folder_of
from forms.definition import load
from microsite.desk import as_row
from microsite.desk import iso
from microsite.desk import lines

from .leads_erase import erase
from .leads_options import NOW
from .leads_options import every
from .leads_options import filters
from .leads_options import json_option
from .leads_options import late_vault
from .leads_options import lead_with
from .leads_options import narrowed
from .leads_options import opened
from .leads_options import store_option
from .leads_options import vault_option
from .leads_options import watched
from .leads_quarantine import quarantine
from .leads_report import proof
from .leads_report import report
from .leads_retry import retry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.lead import Lead

__all__ = ["command"]

#: What Excel needs at the start of a file to read it as UTF-8.
_BOM = "\ufeff"


@click.group(name="leads")
def command() -> None:
    r"""Read what people sent: list, show, export, report, proof. Act on it: erase, retry, quarantine.

    \b
    Example: microsite leads list --form book --state confirmed
    """


@command.command("list")
@store_option
@filters
@json_option
def list_leads(*, named: str, as_json: bool, **asked: Any) -> None:
    r"""Show one line a lead, the oldest first.

    \b
    Example: microsite leads list --since 2026-11-01 --page safety/benefits
    """
    wanted = narrowed(**asked)
    with opened(named) as store:
        leads = watched(every(store, wanted), "Reading leads")
        if as_json:
            _as_list(leads)
            return
        count = 0
        for lead in leads:
            count += 1
            state = lead.state() + (f" ({lead.score:g}: {' '.join(lead.reasons)})" if lead.quarantined else "")
            click.echo(f"{lead.id}  {iso(lead.created)}  {lead.form:<12} {state:<12} {lead.page}")
    click.echo(f"{count} lead{'s' * (count != 1)}", err=True)


@command.command()
@store_option
@vault_option
@click.argument("lead_id", metavar="ID")
@click.option("--private", is_flag=True, help="With the private answers; reading them is said on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (it is JSON in any case, on one line with this).")
def show(*, named: str, vault_named: str, lead_id: str, private: bool, as_json: bool) -> None:
    r"""Show all of one lead; a beginning of its id is enough when it is the only one.

    \b
    Example: microsite leads show q4x7
    """
    with opened(named) as store:
        lead = lead_with(store, lead_id)
    row = as_row(lead)
    if private:
        row["private_answers"] = _private(lead, vault_named, named)
    elif lead.vault:
        click.echo("This lead has private answers; --private shows them.", err=True)
    click.echo(json.dumps(row, ensure_ascii=False, indent=None if as_json else 2))


@command.command()
@store_option
@filters
@click.option("--csv/--json", "as_csv", default=False, help="For a spreadsheet, or JSON lines.  [default: json]")
@click.option("--bom", is_flag=True, help="Begin the CSV so that Excel reads it as UTF-8.")
def export(*, named: str, as_csv: bool, bom: bool, **asked: Any) -> None:
    r"""Write JSON lines or CSV on standard output, the oldest first. Private answers are never part of it.

    \b
    Example: microsite leads export --all > leads.jsonl
    Example: microsite leads export --csv --bom --form book > book.csv
    """
    if bom and not as_csv:
        msg = "--bom goes with --csv"
        raise click.UsageError(msg)
    wanted = narrowed(**asked)
    with opened(named) as store:
        leads = watched(every(store, wanted), "Exporting leads")
        if as_csv:
            click.echo(_BOM, nl=False) if bom else None
            for line in lines(leads, load(folder_of(Path.cwd()))):
                click.echo(line, nl=False)
            return
        for lead in leads:
            click.echo(json.dumps(as_row(lead), ensure_ascii=False))


for verb in (report, proof, erase, retry, quarantine):
    command.add_command(verb)


def _as_list(leads: Iterator[Lead]) -> None:
    """One JSON object, written as it is read: a long list needs no memory."""
    click.echo('{"version": 1, "leads": [', nl=False)
    comma = "\n"
    for lead in leads:
        row = as_row(lead)
        names = ("id", "form", "state", "created", "page", "score", "reasons")
        click.echo(comma + json.dumps({name: row[name] for name in names}, ensure_ascii=False), nl=False)
        comma = ",\n"
    click.echo("\n]}")


def _private(lead: Lead, vault_named: str, named: str) -> dict[str, str] | None:
    """What the vault holds for `lead`; that somebody looked is said where a log can keep it."""
    if not lead.vault:
        return {}
    now = NOW()
    with late_vault(vault_named, named) as vault:
        answers = vault.open(lead.vault, now=now)
    event = {"event": "private-answers-read", "lead": lead.id, "at": iso(now), "there": answers is not None}
    click.echo(json.dumps(event), err=True)
    return dict(answers) if answers is not None else None
