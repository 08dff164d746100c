"""`microsite leads erase`: everything of one person, gone, with a receipt."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from forms.definition import folder_of
from forms.definition import load
from forms.erase import Receipt
from forms.erase import Removed
from forms.erase import erase as forget
from microsite.desk import iso
from microsite.errors import MicrositeError

from .leads_options import NOW
from .leads_options import agreed
from .leads_options import demand_whole
from .leads_options import json_option
from .leads_options import late_vault
from .leads_options import lead_with
from .leads_options import opened
from .leads_options import store_option
from .leads_options import tokens_of
from .leads_options import vault_option
from .leads_options import watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from forms.adapters import FullStore
    from forms.adapters import FullVault
    from forms.definition import Form
    from forms.lead import Lead
    from forms.tokens import Tokens

__all__ = ["erase"]

_NUMBER = re.compile(r"\+?[\d\s().-]{7,}")


@click.command()
@store_option
@vault_option
@click.option(
    "--secrets-from",
    type=click.Path(dir_okay=False, path_type=Path),
    show_default="FORMS_PEPPER, or the file secret beside a local store",
    help="File with the key that hashes addresses.",
)
@click.argument("whom", metavar="ADDRESS|ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(  # noqa: PLR0913 - one argument an option
    *, named: str, vault_named: str, secrets_from: Path | None, whom: str, yes: bool, as_json: bool
) -> None:
    r"""Remove every lead and private answer of one person; asks first, and prints a receipt.

    ADDRESS is a mail address or telephone number; ID is a lead of the person's. What stays is a keyed hash of the
    address, so that nobody writes to it again. When this stops half way, run it again: it goes on.

    \b
    Example: microsite leads erase ann@example.com --yes > receipt.txt
    """
    forms = load(folder_of(Path.cwd()))
    tokens = tokens_of(named, secrets_from)
    with opened(named, write=True) as store:
        one = None if "@" in whom or _NUMBER.fullmatch(whom) else lead_with(store, whom)
        address = whom if one is None else _contact(one, forms)
        if address:
            # A damaged record, whosever it is, keeps nobody's others here; it is said at the end.
            seen = watched(store.scan(), "Looking for records")
            leads = [lead for lead in seen if _is_of(lead, address, tokens, forms)]
            _demand_key(leads, address, tokens)
        else:
            leads = [one] if one is not None else []
        for lead in leads:
            click.echo(f"{lead.id}  {iso(lead.created)}  {lead.form}", err=True)
        agreed(f"Erase {len(leads)} lead(s){f' of {address}' if address else ''}, for good?", yes=yes)
        with late_vault(vault_named, named, write=True) as vault:
            if address:
                ids = [lead.id for lead in leads]
                receipt = forget(store, store, vault, tokens, address, now=NOW(), also=ids)
            else:
                receipt = _without_address(store, vault, leads)
        click.echo(json.dumps(_as_dict(receipt), indent=2) if as_json else _as_text(receipt))
        if address:
            demand_whole(store)


def _contact(lead: Lead, forms: Mapping[str, Form]) -> str:
    form = forms.get(lead.form)
    return form.contact_in(lead.values) if form is not None else ""


def _is_of(lead: Lead, address: str, tokens: Tokens, forms: Mapping[str, Form]) -> bool:
    """Whether one of the lead's addresses or numbers is `address`, however it is spelled.

    Every lead is looked at, because the index over people knows neither records of older releases nor second addresses.
    """
    form = forms.get(lead.form)
    # Of a form that is no longer defined, any answer may be the address.
    names = lead.values if form is None else [one.name for one in form.fields if one.kind in {"email", "tel"}]
    prints = tokens.fingerprints(address)
    given = (lead.values.get(name, "") for name in names)
    return lead.person in prints or any(one and tokens.fingerprints(one)[0] == prints[0] for one in given)


def _demand_key(leads: Sequence[Lead], address: str, tokens: Tokens) -> None:
    """Refuse to go on with a key that is not the function's: the hash that stays would stop nobody."""
    made = {lead.person for lead in leads if lead.person}
    hashed = "@" in address or any(lead.person in tokens.fingerprints(address) for lead in leads)
    if made and hashed and not made & set(tokens.fingerprints(address)):
        msg = "these leads were stored with another key for addresses"
        raise MicrositeError(
            msg, fix="set FORMS_PEPPER, or --secrets-from, to what the function has; nothing was erased"
        )


def _without_address(store: FullStore, vault: FullVault, leads: Sequence[Lead]) -> Receipt:
    """Remove leads that hold no address: there is nobody to be stopped from being written to."""
    removed, answers = [], 0
    for lead in leads:
        if lead.vault:
            vault.drop(lead.vault)
            answers += 1
        fresh: Lead | None = lead
        while fresh is not None and not store.remove(fresh):
            fresh = store.get(lead.id)
        removed.append(Removed(lead.id, lead.form, lead.created))
    return Receipt(NOW(), "", tuple(removed), answers)


def _as_dict(receipt: Receipt) -> dict[str, Any]:
    return {
        "version": 1,
        "erased_at": iso(receipt.at),
        "removed": [{**one._asdict(), "created": iso(one.created)} for one in receipt.removed],
        "private_answers_dropped": receipt.answers,
        "remains": f"stop/{receipt.person}" if receipt.person else None,
    }


def _as_text(receipt: Receipt) -> str:
    lines = ["RECEIPT OF ERASURE", "==================", "", f"Erased at:       {iso(receipt.at)}"]
    lines += [f"Records removed: {len(receipt.removed)}"]
    lines += [f"  {one.id}  {one.form}, received {iso(one.created)}" for one in receipt.removed]
    lines += [f"Private answers: {receipt.answers} dropped"]
    lines += [f"What remains:    stop/{receipt.person}" if receipt.person else "What remains:    nothing"]
    if receipt.person:
        lines += ["                 (a keyed hash of the address; it keeps us from writing there again)"]
    return "\n".join(lines)
