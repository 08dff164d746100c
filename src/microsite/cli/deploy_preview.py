"""`microsite deploy preview`: a site under its own host, for a pull request."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypeVar

import click

from microsite.deploy import archive
from microsite.deploy.files import read_site
from microsite.deploy.job import Job
from microsite.deploy.job import Limits
from microsite.deploy.plan import make_plan
from microsite.deploy.preview import address
from microsite.deploy.preview import remove_preview
from microsite.deploy.preview import show_preview
from microsite.errors import Locked

from .deploy_common import config_option
from .deploy_common import json_option
from .deploy_common import opened

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["preview"]

_Made = TypeVar("_Made")
#: Seconds between two looks at somebody else's lock.
_PAUSE = 5.0


@click.command()
@config_option
@click.option("--name", required=True, help="Its name, the first part of its host, such as pr-12.")
@click.option("--site-dir", type=click.Path(path_type=Path), default=Path("site"), show_default=True, help="The site.")
@click.option("--wait", type=click.IntRange(min=0), default=0, metavar="SECONDS", help="For another release to end.")
@click.option("--remove", is_flag=True, help="Take the preview away.")
@json_option
def preview(  # noqa: PLR0913 - one argument an option
    config_path: Path, name: str, site_dir: Path, *, wait: int, remove: bool, as_json: bool
) -> None:
    r"""Show a built site under a host of its own, which search engines do not keep, or take it away again.

    \b
    Example: microsite deploy preview --name pr-12 --config infra/parameters/staging.toml
    """
    with opened(config_path) as place:
        config, world = place.target.config, place.world()
        url = address(name, config.preview_domain)
        if remove:
            gone = _patiently(lambda: remove_preview(world, name), wait)
            told = {"name": name, "removed": gone}
            words = f"{url} is gone" if gone else f"there is no preview {name}"
        else:
            site = read_site(site_dir, origin=config.url)
            live = place.pointer.peek("release")
            base = archive.read(place.bucket, live) if live else None
            job = Job(world, site, make_plan(site, base), base, limits=Limits(parallel=config.parallel))
            staged = _patiently(lambda: show_preview(job, name, config.preview_domain), wait)
            told = {"name": name, "url": url, "release": staged.manifest.release, "sent": staged.sent.bytes}
            words = f"{url} shows {staged.manifest.release} ({staged.sent.bytes:,} bytes sent)"
    click.echo(json.dumps(told, indent=2) if as_json else words)


def _patiently(work: Callable[[], _Made], wait: int) -> _Made:
    """Do `work`; again for up to `wait` seconds while somebody else is releasing."""
    until = time.monotonic() + wait
    while True:
        try:
            return work()
        except Locked:
            if time.monotonic() + _PAUSE > until:
                raise
        time.sleep(_PAUSE)
