"""`microsite leads`: what people sent, for the people who answer it."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from typing import Any

import click

from forms.errors import StoreError
from forms.sqlite import SqliteStore
from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from forms.lead import Lead

__all__ = ["command"]

#: Where `make serve` keeps its data.
_DEFAULT = "sqlite:.local/leads.sqlite3"

_store = click.option(
    "--store", "named", default=_DEFAULT, show_default=True, metavar="sqlite:PATH", help="Where the leads are."
)
_all = click.option("--all", "everything", is_flag=True, help="With those in quarantine.")
_form = click.option("--form", "form_id", default="", help="Only of this form, such as book.")
_state = click.option("--state", default="", help="Only in this state, such as confirmed.")
_since = click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on (UTC).")


@click.group(name="leads")
def command() -> None:
    """Read what people sent: list, show, export.

    Example: microsite leads list --form book --state confirmed
    """


@command.command("list")
@_store
@_form
@_state
@_since
@_all
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_leads(  # noqa: PLR0913 - one argument a filter
    *, named: str, form_id: str, state: str, since: datetime | None, everything: bool, as_json: bool
) -> None:
    """Show one line a lead, the oldest first.

    Example: microsite leads list --since 2026-11-01
    """
    leads = _read(named, form_id=form_id, state=state, since=since, everything=everything)
    if as_json:
        rows = [{key: row[key] for key in ("id", "form", "state", "created", "page")} for row in map(as_row, leads)]
        click.echo(json.dumps({"version": 1, "leads": rows}, ensure_ascii=False, indent=2))
        return
    count = 0
    for lead in leads:
        count += 1
        row = as_row(lead)
        click.echo(f"{row['id']}  {row['created']}  {lead.form:<12} {row['state']:<12} {lead.page}")
    click.echo(f"{count} leads", err=True)


@command.command()
@_store
@click.argument("lead_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (it is JSON in any case, on one line with this).")
def show(*, named: str, lead_id: str, as_json: bool) -> None:
    """Show all of one lead; a beginning of its id is enough when it is the only one.

    Example: microsite leads show q4x7
    """
    found = list(islice((lead for lead in _leads(named) if lead.id.startswith(lead_id)), 2)) if lead_id else []
    if len(found) != 1:
        words = "more than one lead begins" if found else "no lead begins"
        msg = f"{words} with {lead_id!r}"
        raise MicrositeError(msg, fix="`microsite leads list --all` shows the ids")
    click.echo(json.dumps(as_row(found[0]), ensure_ascii=False, indent=None if as_json else 2))


@command.command()
@_store
@_form
@_state
@_since
@_all
def export(*, named: str, form_id: str, state: str, since: datetime | None, everything: bool) -> None:
    """Write JSON lines on standard output, the oldest first.

    Example: microsite leads export --all > leads.jsonl
    """
    for lead in _read(named, form_id=form_id, state=state, since=since, everything=everything):
        click.echo(json.dumps(as_row(lead), ensure_ascii=False))


def as_row(lead: Lead) -> dict[str, Any]:
    """A lead as the desk reads it; times are ISO 8601 in UTC.

    `{id, form, state, created, page, release, fields, consent: [{name, id, hash, wording, given, at}], mails:
    [{kind, created, sent, attempts, reason}], confirmed, unsubscribed, quarantined, reasons}`.
    """
    consent = [{**agreed._asdict(), "at": _iso(agreed.at)} for agreed in lead.agreed]
    mails = [
        {
            "kind": job.kind,
            "created": _iso(job.created),
            "sent": _iso(job.sent),
            "attempts": job.attempts,
            "reason": job.reason,
        }
        for job in lead.jobs
    ]
    return {
        "id": lead.id,
        "form": lead.form,
        "state": lead.state(),
        "created": _iso(lead.created),
        "page": lead.page,
        "release": lead.release,
        "fields": dict(lead.values),
        "consent": consent,
        "mails": mails,
        "confirmed": _iso(lead.confirmed),
        "unsubscribed": _iso(lead.unsubscribed),
        "quarantined": _iso(lead.quarantined),
        "reasons": list(lead.reasons),
    }


def _read(named: str, *, form_id: str, state: str, since: date | None, everything: bool) -> Iterator[Lead]:
    start = datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp() if since else float("-inf")
    for lead in _leads(named):
        wanted = everything or lead.quarantined is None or state == "quarantined"
        if wanted and lead.created >= start and form_id in {"", lead.form} and state in {"", lead.state()}:
            yield lead


def _leads(named: str) -> Iterator[Lead]:
    kind, _, path = named.partition(":")
    if kind != "sqlite" or not path:
        msg = f"--store must be sqlite:PATH, not {named!r}"
        raise click.UsageError(msg)
    try:
        with contextlib.closing(SqliteStore(path, create=False)) as store:
            yield from store.scan()
    except StoreError as error:
        msg = f"the leads cannot be read: {error}"
        raise MicrositeError(msg, fix="`make serve` makes the store; --store names another") from error
    if store.unreadable:
        # After all the others: one damaged record must not hide the rest, and must not go unsaid.
        msg = f"{len(store.unreadable)} record(s) cannot be read: {', '.join(sorted(store.unreadable))}"
        raise MicrositeError(msg, fix="they are damaged, or a newer release wrote them; restore them from a backup")


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
