"""`microsite infra cost`: what a month of given traffic costs on AWS."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from microsite.infra.cost import Traffic
from microsite.infra.cost import bill_for
from microsite.infra.cost import read_prices

__all__ = ["command"]


@click.command("cost")
@click.option("--views", type=click.FloatRange(min=0), default=100_000, show_default=True, help="Page views a month.")
@click.option(
    "--submissions", type=click.FloatRange(min=0), default=1_000, show_default=True, help="Forms sent a month."
)
@click.option(
    "--mails",
    type=click.FloatRange(min=0),
    default=None,
    help="Mails a month; else two for each form sent (a notice or a confirmation, and what follows).",
)
@click.option("--releases", type=click.FloatRange(min=0), default=20, show_default=True, help="Releases a month.")
@click.option("--firewall", is_flag=True, help="With AWS WAF.")
@click.option(
    "--prices",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("infra/prices.toml"),
    show_default=True,
    help="The table of prices.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the bill as one JSON object.")
def command(  # noqa: PLR0913 - one for each option
    views: float, submissions: float, mails: float | None, releases: float, path: Path, *, firewall: bool, as_json: bool
) -> None:
    r"""Print what a month costs.

    \b
    Example: microsite infra cost --views 200000 --submissions 500
    """
    traffic = Traffic(views, submissions, 2 * submissions if mails is None else mails, releases, firewall)
    bill = bill_for(read_prices(path), traffic)
    if as_json:
        told = {
            "version": 1,
            "day": bill.day.isoformat(),
            "traffic": asdict(traffic),
            "lines": [asdict(line) for line in bill.lines],
            "total": round(bill.total, 4),
            "unverified": round(bill.unverified, 4),
        }
        click.echo(json.dumps(told))
        return
    for line in bill.lines:
        if line.usd >= 0.005:
            mark = " " if line.verified else "*"
            click.echo(f"{line.usd:>9,.2f}{mark} {line.quantity:>15,.6g}  {line.what}")
    small = sum(line.usd for line in bill.lines if line.usd < 0.005)
    click.echo(f"{small:>9,.2f}  {'':>15}  what costs less than a cent each")
    click.echo(f"{bill.total:>9,.2f}  USD a month, prices of {bill.day.isoformat()}, without taxes")
    if bill.unverified:
        click.echo(f"{bill.unverified:>9,.2f}* of it rests on prices that were not looked up again on that day")
