"""`microsite deploy`: what a release would do, the release itself, and whether one answers as it should."""

from __future__ import annotations

import json
import secrets
import sys
import time
import tomllib
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

import click

from forms.definition import folder_of
from forms.definition import load as load_forms
from microsite.deploy import archive
from microsite.deploy.apply import apply as release_now
from microsite.deploy.canary import submission
from microsite.deploy.files import read_site
from microsite.deploy.infrastructure import Infrastructure
from microsite.deploy.infrastructure import store_book
from microsite.deploy.job import Job
from microsite.deploy.job import Limits
from microsite.deploy.job import Steps
from microsite.deploy.manifest import Manifest
from microsite.deploy.packing import Packer
from microsite.deploy.plan import demand_few_gone
from microsite.deploy.plan import make_plan
from microsite.deploy.prune import due
from microsite.deploy.stored import demand_stored
from microsite.deploy.stored import gathered
from microsite.deploy.verify import Door
from microsite.deploy.verify import verify as demand_right
from microsite.errors import DeployError
from microsite.errors import Refused
from microsite.errors import Unverified
from microsite.errors import WrongTarget

from .deploy_common import config_option
from .deploy_common import json_option
from .deploy_common import opened
from .deploy_preview import preview
from .deploy_switch import releases
from .deploy_switch import rollback
from .deploy_switch import unlock
from .deploy_watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from microsite.deploy.files import Site
    from microsite.deploy.plan import Plan

    from .deploy_common import Opened

__all__ = ["command"]

_PRICES = Path("infra/prices.toml")
_BOOK = Path("build/book")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(name="deploy")
def command() -> None:
    r"""Plan a release, release, look at it, go back.

    \b
    Example: microsite deploy plan --config infra/parameters/production.toml
    """


for _other in (preview, releases, rollback, unlock, watch):
    command.add_command(_other)

_site_option = click.option(
    "--site-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("site"),
    show_default=True,
    help="The finished site.",
)


def _content_options(verb: Callable[..., None]) -> Callable[..., None]:
    """What `plan` and `apply` share: what is released, and how."""
    for option in reversed(
        (
            config_option,
            _site_option,
            click.option(
                "--package", type=_FILE, default=Path("build/forms.zip"), show_default=True, help="The functions."
            ),
            click.option(
                "--template", type=_FILE, default=Path("infra/template.yml"), show_default=True, help="The stack."
            ),
            click.option("--site-only", is_flag=True, help="Leave stack and functions as they are."),
            click.option("--force", is_flag=True, help="Send every file, also what is the same."),
            click.option("--max-delete", type=click.IntRange(min=0), help="Files that may go at once in this release."),
            json_option,
        )
    ):
        verb = option(verb)
    return verb


@command.command()
@_content_options
@click.option("--all", "every", is_flag=True, help="Show files that stay the same, too.")
def plan(config_path: Path, *, as_json: bool, every: bool, **asked: Any) -> None:
    r"""Show what a release would send, copy and take away, and why; nothing is changed.

    \b
    Example: microsite deploy plan --config infra/parameters/production.toml
    """
    with opened(config_path) as place, _prepared(place, **asked) as ready:
        _show(ready, as_json=as_json, every=every, old=_old(ready))
        demand_few_gone(ready.plan, ready.limits.max_delete, agreed=ready.limits.agreed)


@command.command()
@_content_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow-dangerous", is_flag=True, help="Also when the stack would replace or delete what holds data.")
def apply(config_path: Path, *, as_json: bool, yes: bool, allow_dangerous: bool, **asked: Any) -> None:
    r"""Release: send what is new, look at it while nobody sees it, switch in one write, look again.

    When anything fails, what was live stays live. When the site is live already, nothing is done.

    \b
    Example: microsite deploy apply --config infra/parameters/production.toml --yes
    """
    began = time.monotonic()
    with opened(config_path) as place, _prepared(place, allow_dangerous=allow_dangerous, **asked) as ready:
        if _BOOK.is_dir() and not asked["site_only"]:
            store_book(place.bucket, _BOOK)
        if ready.plan.empty:
            _show(ready, as_json=as_json, every=False, old=[])
            return
        if not yes:
            _show(ready, as_json=False, every=False, old=_old(ready), err=True)
            _agree()
        with _bar() as report:
            made = _released(ready, place, report)
    for words in made["warnings"]:
        click.echo(f"warning: {words}", err=True)
    if as_json:
        click.echo(json.dumps({**made, "plan": ready.plan.as_dict(_prices())}))
    else:
        sent = made["sent"]
        click.echo(
            f"Release {made['release']} is live: {sent['objects']:,} sent ({sent['bytes']:,} bytes),"
            f" {sent['copied']:,} copied, in {time.monotonic() - began:.0f} s."
            f" Back: microsite deploy rollback --config {config_path}"
        )


@command.command()
@config_option
@click.option("--release", metavar="ID", help="Another release than the live one; it may be hidden.")
@json_option
def verify(config_path: Path, *, release: str | None, as_json: bool) -> None:
    r"""Ask for every file of a release as a visitor does, and compare status, content, headers and links.

    Then every object in the bucket is looked at, since what an edge keeps in its cache may hide a damage.

    \b
    Example: microsite deploy verify --config infra/parameters/production.toml
    """
    with opened(config_path) as place, _bar() as report:
        world, state = place.world(), place.pointer.read()
        wanted = release or state.release
        if not wanted:
            msg = "nothing is live yet"
            raise Refused(msg, fix="release first: `microsite deploy apply`")
        manifest = archive.read(place.bucket, wanted)
        door = world.front
        if wanted != state.release:
            if not state.verify_key:
                msg = "a hidden release cannot be looked at: the store has no word for it"
                raise Refused(msg, fix="`microsite deploy apply` makes one at the first release")
            door = Door(world.hidden, {"x-release": wanted, "x-release-key": state.verify_key})
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            report("Checking", done, 2 * manifest.objects + 1)

        parallel = place.target.config.parallel
        wrong: list[Unverified] = []
        with gathered(wrong):
            demand_right(manifest, door, world.fetch, moved=state.redirects, parallel=parallel, tick=tick)
        with gathered(wrong):
            demand_stored(place.bucket, manifest, parallel=parallel, tick=tick)
        if wrong:
            problems = [one for error in wrong for one in error.problems]
            raise Unverified("\n".join(map(str, wrong)), problems, fix=wrong[-1].fix)
    if as_json:
        told = {"version": 1, "release": wanted, "url": door.url, "files": manifest.objects, "bytes": manifest.bytes}
        click.echo(json.dumps(told))
    else:
        click.echo(f"Release {wanted} answers as it should at {door.url}: {manifest.objects:,} files.")


@dataclass(slots=True)
class _Ready:
    """A plan, and what it was made of."""

    place: Opened
    site: Site
    plan: Plan
    live: Manifest | None
    limits: Limits
    packer: Packer
    stack: Infrastructure | None

    def lines(self) -> list[str]:
        """What happens to stack and functions, in words; AWS is asked only when they change."""
        return list(self.stack.lines()) if self.stack is not None and self.plan.besides else []


@contextmanager
def _prepared(  # noqa: PLR0913 - what a person may say about a release
    place: Opened,
    *,
    site_dir: Path,
    package: Path,
    template: Path,
    site_only: bool,
    force: bool,
    max_delete: int | None,
    allow_dangerous: bool = False,
) -> Iterator[_Ready]:
    """Read the site, ask what is live, plan."""
    config = place.target.config
    site = read_site(site_dir, origin=config.url)
    over = place.pointer.peek("release") or ""
    live = _live(place, over, site, force=force)
    stack = None if site_only else _stack(place, package, template, live, allow_dangerous=allow_dangerous)
    besides = () if stack is None else _besides(stack)
    rough = make_plan(site, live, over=over, force=force, besides=besides)
    with Packer(site) as packer, _bar() as report:
        packer.warm([one.entry for one in rough.of("send")], lambda done, total: report("Packing", done, total))
        made = make_plan(
            site, live, over=over, force=force, besides=besides, sizes=lambda entry: packer.stored(entry).size
        )
        limits = Limits(
            config.keep,
            config.keep_days,
            config.max_delete if max_delete is None else max_delete,
            config.parallel,
            agreed=max_delete is not None,
        )
        yield _Ready(place, site, made, live, limits, packer, stack)


def _live(place: Opened, over: str, site: Site, *, force: bool) -> Manifest | None:
    """The live release. When the site is live already its list of files need not be asked for: it is the site's."""
    if not over:
        return None
    try:
        head = archive.head(place.bucket, over)
        if head.digest == site.digest and not force:
            return Manifest(head, site.entries, site.entries)
        return archive.filled(place.bucket, head, archive.key_of(over))
    except (Refused, WrongTarget):
        if not force:
            raise
        return None


def _stack(
    place: Opened, package: Path, template: Path, live: Manifest | None, *, allow_dangerous: bool
) -> Infrastructure | None:
    functions = place.functions()
    if functions is None:
        return None
    for path, made in ((package, "`microsite forms package` makes it"), (template, "run this in the project's folder")):
        if not path.is_file():
            msg = f"{path} is not there"
            raise Refused(msg, fix=f"{made}; or release files only with --site-only")
    return Infrastructure(
        place.target,
        place.stack,
        functions,
        place.artifacts(),
        template=template.read_bytes(),
        package=package,
        live=live.head if live is not None else None,
        run=secrets.token_hex(4),
        allow_dangerous=allow_dangerous,
    )


def _besides(stack: Infrastructure) -> tuple[str, ...]:
    told = (("the stack", stack.stack_changes), ("the functions' code", stack.code_changes))
    return tuple(words for words, changed in told if changed)


def _as_live(live: Manifest | None) -> Steps:
    """The steps of a release of files only: stack and functions are the live ones, and its manifest says so."""
    if live is None:
        return Steps()
    head = live.head
    return Steps(publish=lambda: head.functions, code=head.code, stack=head.stack)


def _released(ready: _Ready, place: Opened, report: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Apply; when it fails, what is live now is said."""
    world = place.world(report)
    steps = _as_live(ready.live)
    if ready.stack is not None:
        forms = load_forms(Path(folder_of(Path.cwd())))
        steps = ready.stack.steps(world.fetch, submission(forms), sleep=time.sleep, ticks=time.monotonic)
    job = Job(world, ready.site, ready.plan, ready.live, ready.limits, steps)
    try:
        made = release_now(job, ready.packer)
    except DeployError:
        with suppress(DeployError):
            live = place.pointer.peek("release") or ""
            as_before = " as before" if live == ready.plan.live else ""
            click.echo(f"Live{as_before}: {'release ' + live if live else 'no release'}.", err=True)
        raise
    return {"version": 1, "changed": True, "url": place.target.config.url, **asdict(made)}


def _old(ready: _Ready) -> list[str]:
    """Releases that would be cleared away afterwards, by their names."""
    if ready.plan.empty:
        return []
    state, shelf = ready.place.pointer.read(), archive.shelf(ready.place.bucket)
    # The live one becomes the previous one.
    protected = {state.release, *state.previews.values()}
    keep = ready.limits.keep - 1
    return due(shelf.releases, protected, keep=keep, keep_days=ready.limits.keep_days, now=time.time())


def _show(ready: _Ready, *, as_json: bool, every: bool, old: list[str], err: bool = False) -> None:
    plan, prices = ready.plan, _prices()
    if as_json:
        told = {"environment": ready.place.target.config.name, "changed": False, "release": plan.live}
        click.echo(json.dumps({**told, **plan.as_dict(prices), "infrastructure": ready.lines(), "prune": old}), err=err)
        return
    name = ready.place.target.config.name
    click.echo(f"{name}, {urlsplit(ready.place.target.config.url).netloc}, over {plan.live or 'nothing'}:", err=err)
    for line in (*plan.lines(every=every), *ready.lines()):
        click.echo(line, err=err)
    click.echo(plan.summary(), err=err)
    if not plan.empty:
        asked = ", ".join(f"{count:,} {kind}" for kind, count in plan.requests.items())
        cost = f"; about US${plan.cost(prices):.4f}" if prices else ""
        click.echo(f"requests: {asked}; {plan.reads:,} to look at it{cost}", err=err)
    if old:
        click.echo(f"old releases that may go afterwards: {', '.join(old)}", err=err)


def _prices() -> dict[str, float] | None:
    """US dollars of one request by kind, from infra/prices.toml; None without it."""
    try:
        told = tomllib.loads(_PRICES.read_text("utf-8"))["release"]
        return {kind: float(told[kind]) for kind in ("put", "get", "read")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _agree() -> None:
    if not sys.stdin.isatty():
        msg = "there is nobody to ask: add --yes"
        raise click.UsageError(msg)
    if not click.confirm("Release this?", err=True):
        click.echo("Nothing was changed.", err=True)
        click.get_current_context().exit(1)


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """A line that says how far it is, on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None  # noqa: ARG005 - the names are the signature
        return
    width = 30

    def report(what: str, done: int, total: int) -> None:
        filled = width * done // max(total, 1)
        click.echo(f"\r{what:<22} [{'#' * filled}{'-' * (width - filled)}] {done:,}/{total:,} ", nl=False, err=True)
        if done >= total:
            click.echo(err=True)

    yield report
