"""`microsite deploy watch`: what nobody looks at until it is too late."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from microsite.deploy.watch import alarms
from microsite.deploy.watch import certificate
from microsite.deploy.watch import live_release

from .deploy_common import config_option
from .deploy_common import json_option
from .deploy_common import opened

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["watch"]


@click.command()
@config_option
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="Days a certificate must last.")
@json_option
@click.pass_context
def watch(ctx: click.Context, config_path: Path, days: int, *, as_json: bool) -> None:
    r"""Look at the certificate, at the alarms, and whether the live release still answers; 1 when something is wrong.

    \b
    Example: microsite deploy watch --config infra/parameters/production.toml --days 30
    """
    with opened(config_path) as place:
        config = place.target.config
        found = [
            *certificate(config.url, now=time.time(), days=days),
            *(alarms(place.ask("cloudwatch"), config.stack) if place.target.outputs else ()),
            *live_release(place.world(), place.functions(), parallel=config.parallel),
        ]
    if as_json:
        click.echo(json.dumps([one._asdict() for one in found], indent=2, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{one.kind}: {one.what} ({one.fix})")
        click.echo(f"{len(found)} thing{'s' * (len(found) != 1)} to look at" if found else "All is well.", err=True)
    ctx.exit(1 if found else 0)
