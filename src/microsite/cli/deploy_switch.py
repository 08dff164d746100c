"""`microsite deploy rollback`, `releases` and `unlock`: what is live, what was, and back to it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from typing import Any

import click

from microsite.deploy.rollback import known
from microsite.deploy.rollback import roll_back
from microsite.deploy.switching import clock_words
from microsite.errors import Moved

from .deploy_common import config_option
from .deploy_common import json_option
from .deploy_common import opened

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.deploy.pointer import Lock
    from microsite.deploy.pointer import State
    from microsite.deploy.rollback import Known

__all__ = ["releases", "rollback", "unlock"]


@click.command()
@config_option
@click.option(
    "--to", "wanted", default="", metavar="RELEASE", help="Which one; default: the release before the live one."
)
@json_option
def rollback(config_path: Path, wanted: str, *, as_json: bool) -> None:
    r"""Make an earlier release live again: seconds, nothing is sent, one write. Its functions come with it.

    The release is looked at before and through the front door after; when it does not answer as it was released,
    what was live stays live.

    \b
    Example: microsite deploy rollback --config infra/parameters/production.toml
    """
    began = time.monotonic()
    with opened(config_path) as place:
        done = roll_back(place.world(), place.functions(), to=wanted, parallel=place.target.config.parallel)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        told = {"release": done.release, "left": done.left, "functions": done.functions, "seconds": seconds}
        click.echo(json.dumps(told, indent=2))
        return
    if done.release == done.left:
        click.echo(f"{done.release} was live; its functions are now, too ({seconds} s)")
    else:
        click.echo(f"{done.release} is live again, {done.left} is not ({seconds} s)")
    for name, version in sorted(done.functions.items()):
        click.echo(f"  the function {name} is at version {version}")


@click.command()
@config_option
@click.option("--limit", type=click.IntRange(min=1, max=1000), default=20, show_default=True, help="The newest ones.")
@json_option
def releases(config_path: Path, limit: int, *, as_json: bool) -> None:
    r"""List the releases that are there: who, when, commit, size, and which is live.

    \b
    Example: microsite deploy releases --config infra/parameters/production.toml
    """
    with opened(config_path) as place:
        state = place.pointer.read()
        found, count = known(place.bucket, _roles(state), most=limit)
    if as_json:
        lock = state.lock
        told = {
            "live": state.release or None,
            "previous": state.previous or None,
            "lock": _as_lock(lock) if lock is not None else None,
            "count": count,
            "releases": [_as_dict(one) for one in found],
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for one in found:
        head = one.head
        size = f"{head.objects:,} files, {head.bytes / 1e6:.1f} MB"
        click.echo(
            f"{head.release}  {one.role or '-':<10} {head.created}  {head.commit[:10] or '-':<10}  {size}  {head.by}"
        )
    if count > len(found):
        click.echo(f"{count - len(found)} older: --limit {count}", err=True)
    if not found:
        click.echo("No release is in the bucket yet.", err=True)
    if state.lock is not None:
        click.echo(f"{state.lock.by} is releasing since {clock_words(state.lock.since)}", err=True)


@click.command()
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def unlock(config_path: Path, *, yes: bool, as_json: bool) -> None:
    r"""Take the lock away from a release that is surely dead; it ends by itself after ten minutes anyway.

    \b
    Example: microsite deploy unlock --config infra/parameters/production.toml
    """
    with opened(config_path) as place:
        state = place.pointer.read()
        lock = state.lock
        if lock is not None:
            click.echo(f"{lock.by} is releasing since {clock_words(lock.since)}", err=True)
            if not yes:
                click.confirm("Take the lock away? If that run lives, it cannot switch any more.", abort=True, err=True)
            try:
                place.pointer.write({"lock": None}, etag=state.etag)
            except Moved as error:
                raise Moved(str(error), fix="look again: `microsite deploy releases`") from error
    if as_json:
        click.echo(json.dumps({"removed": _as_lock(lock) if lock is not None else None}, indent=2))
    else:
        click.echo("The lock is gone." if lock is not None else "Nobody holds a lock.")


def _roles(state: State) -> dict[str, str]:
    """Release → what it is at the moment."""
    roles = {release: f"preview {name}" for name, release in state.previews.items()}
    return {name: role for name, role in {**roles, state.previous: "previous", state.release: "live"}.items() if name}


def _as_lock(lock: Lock) -> dict[str, Any]:
    return {"by": lock.by, "since": lock.since, "until": lock.until}


def _as_dict(one: Known) -> dict[str, Any]:
    head = one.head
    return {
        "release": head.release,
        "role": one.role or None,
        "created": head.created,
        "by": head.by,
        "commit": head.commit or None,
        "previous": head.previous or None,
        "files": head.objects,
        "bytes": head.bytes,
        "functions": dict(head.functions),
    }
