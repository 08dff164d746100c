"""`microsite leads quarantine`: what looks like spam, let out or thrown away by a person."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.definition import folder_of
from forms.definition import load
from forms.desk import Desk
from forms.desk import Site
from forms.memory import MemoryMailer
from forms.memory import MemoryShelf
from forms.memory import MemoryVault
from forms.submit import release as let_out
from forms.tokens import Tokens
from microsite.desk import as_row
from microsite.desk import iso
from microsite.errors import MicrositeError

from .leads_options import NOW
from .leads_options import agreed
from .leads_options import every
from .leads_options import json_option
from .leads_options import late_vault
from .leads_options import lead_with
from .leads_options import narrowed
from .leads_options import opened
from .leads_options import store_option
from .leads_options import vault_option

if TYPE_CHECKING:
    from forms.adapters import FullStore
    from forms.lead import Lead

__all__ = ["quarantine"]


@click.group()
def quarantine() -> None:
    r"""Look through what was held back as spam. Nothing in there was mailed, and nothing is thrown away by itself.

    \b
    Example: microsite leads quarantine list
    """


@quarantine.command("list")
@store_option
@json_option
def list_held(*, named: str, as_json: bool) -> None:
    r"""Show what is held, the oldest first, with its points and reasons.

    \b
    Example: microsite leads quarantine list --json
    """
    with opened(named) as store:
        rows = []
        for lead in every(store, narrowed(quarantined=True)):
            row = as_row(lead)
            rows.append({name: row[name] for name in ("id", "form", "created", "page", "score", "reasons", "fields")})
            if not as_json:
                click.echo(f"{lead.id}  {iso(lead.created)}  {lead.form:<12} {lead.score:g}  {' '.join(lead.reasons)}")
    if as_json:
        click.echo(json.dumps({"version": 1, "leads": rows}, ensure_ascii=False, indent=2))
    click.echo(f"{len(rows)} in quarantine", err=True)


@quarantine.command()
@store_option
@click.argument("lead_ids", nargs=-1, required=True, metavar="ID…")
@json_option
def release(*, named: str, lead_ids: tuple[str, ...], as_json: bool) -> None:
    r"""Let leads out: their first mails are queued, to the team or to confirm the address. Twice is fine.

    \b
    Example: microsite leads quarantine release q4x7
    """
    freed = []
    with opened(named, write=True) as store:
        desk = _desk(store)
        for one in lead_ids:
            lead = lead_with(store, one)
            after = let_out(desk, lead.id)
            freed.append({"id": lead.id, "released": lead.quarantined is not None and after is not None})
            if not as_json:
                words = "released; its mails are queued" if freed[-1]["released"] else "was not in quarantine"
                click.echo(f"{lead.id}  {words}")
    if as_json:
        click.echo(json.dumps({"version": 1, "leads": freed}, indent=2))


@quarantine.command()
@store_option
@vault_option
@click.argument("lead_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def drop(*, named: str, vault_named: str, lead_id: str, yes: bool, as_json: bool) -> None:
    r"""Throw one lead in quarantine away, for good. Asks first.

    \b
    Example: microsite leads quarantine drop q4x7 --yes
    """
    with opened(named, write=True) as store:
        lead = lead_with(store, lead_id)
        _demand_held(lead)
        agreed(f"Throw away {lead.id} ({lead.form}, {iso(lead.created)}) for good?", yes=yes)
        if lead.vault:
            # First: when this fails, the lead still names what is left to throw away.
            with late_vault(vault_named, named, write=True) as vault:
                vault.drop(lead.vault)
        while not store.remove(lead):
            again = store.get(lead.id)
            if again is None:
                break
            lead = again
            _demand_held(lead)
    click.echo(json.dumps({"version": 1, "dropped": lead.id}) if as_json else f"{lead.id}  thrown away")


def _demand_held(lead: Lead) -> None:
    if lead.quarantined is None:
        msg = f"{lead.id} is not in quarantine"
        raise MicrositeError(msg, fix=f"to remove a person's data: microsite leads erase {lead.id}")


def _desk(store: FullStore) -> Desk:
    """What `release` works with: store, definitions and clock. It signs, mails and reads nothing else."""
    return Desk(  # noqa: S604 - the `shell` is a page here
        forms=load(folder_of(Path.cwd())),
        store=store,
        marks=store,
        meter=store,
        vault=MemoryVault(),
        mailer=MemoryMailer(),
        shelf=MemoryShelf(),
        tokens=Tokens([os.urandom(16)]),
        clock=NOW,
        new_id=lambda: "",
        site=Site(""),
        shell=lambda: "",
    )
