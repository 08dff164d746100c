"""`microsite check`: the content's findings as `path:line:column: rule: message (fix)`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from microsite.content import RULES
from microsite.content import affected
from microsite.content import check
from microsite.content import expiring
from microsite.content import notices
from microsite.content import read_site
from microsite.content import registry
from microsite.content import retraction_findings
from microsite.content import with_notices
from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from datetime import datetime

    from microsite.content import Notice
    from microsite.content import Site
    from microsite.findings import Finding

__all__ = ["command"]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]…")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {path,line,column,rule,message,fix,severity}.")
@click.option("--rules", is_flag=True, help="List the rules and leave.")
@click.option(
    "--claims",
    "before",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="OLD.json",
    help="List also each page that leans on a claim whose certainty is not what it was in OLD.json.",
)
@click.option(
    "--retractions",
    "export",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Compare all references with an export of Retraction Watch (gitlab.com/crossref/retraction-watch-data).",
)
@click.option("--write", is_flag=True, help="With --retractions: mark what it finds in data/references.json.")
@click.option(
    "--expires",
    type=click.IntRange(0, 3650),
    metavar="DAYS",
    help="List also the reviews and dated facts that run out within so many days.",
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Judge dates as of this day (default: today).")
def command(  # noqa: PLR0913 - one argument for each option
    *,
    paths: tuple[Path, ...],
    before: Path | None,
    export: Path | None,
    expires: int | None,
    today: datetime | None,
    write: bool,
    as_json: bool,
    rules: bool,
) -> int:
    """Check pages, front matter, citations and links; print all findings.

    PATH may be a page, a folder of pages, or a project (a folder with mkdocs.yml). Pages outside of the project's docs
    are checked as a site of their own against the project's data. Exits with 1 when there is an error; warnings and
    hints alone do not fail.

    \b
    Example: microsite check docs/conditions/chronic-pain.md
    """  # noqa: D301 - click reads the backspace itself
    if rules:
        click.echo(json.dumps(dict(RULES), indent=2) if as_json else "\n".join(f"{i:24} {t}" for i, t in RULES.items()))
        return 0
    day = today.date() if today else date.today()  # noqa: DTZ011 - the editor's day, not UTC's
    findings = find(Path.cwd(), paths, day)
    if before is not None:
        findings = sorted({*findings, *affected(read_site(_project(Path.cwd()), today=day), _claims(before))})
    if write and export is None:
        message = "--write needs --retractions FILE.csv"
        raise click.UsageError(message)
    if export is not None or expires is not None:
        site = read_site(_project(Path.cwd()), today=day)
        findings = sorted({*findings, *_watched(site, export, expires)})
        if export is not None and write:
            _mark(site, export)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            note = "" if finding.severity == "error" else f" [{finding.severity}]"
            click.echo(f"{finding}{note}")
        click.echo(f"{errors} error(s), {len(findings) - errors} warning(s) and hint(s).", err=True)
    return 1 if errors else 0


def _watched(site: Site, export: Path | None, expires: int | None) -> Iterator[Finding]:
    """What the export says of our sources, and what runs out."""
    if export is not None:
        yield from retraction_findings(site, _notices(site, export))
    if expires is not None:
        yield from expiring(site, expires)


def _notices(site: Site, export: Path) -> dict[str, list[Notice]]:
    # Older exports are Latin-1: a sign that is no UTF-8 matters in no column that is read here.
    with export.open(encoding="utf-8", errors="replace", newline="") as lines:
        return notices(lines, site, name=export)


def _mark(site: Site, export: Path) -> None:
    """Write the marks into the references file, whole or not at all."""
    file, text = site.data.texts["references"] if site.data else ("", "")
    path = _project(Path.cwd()) / file
    if path.suffix != ".json":
        message = "marks are written into data/references.json only"
        raise ConfigError(message, path=path, fix="keep the references as CSL-JSON")
    found = _notices(site, export)
    marked = with_notices(text, site, found)
    if marked != text:
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(marked, encoding="utf-8")
        fresh.replace(path)
    click.echo(f"{len(found)} reference(s) marked in {file}.", err=True)


def find(start: Path, paths: tuple[Path, ...], today: date) -> list[Finding]:
    """The findings for `paths` (all of the project at or above `start` when there are none)."""
    if not paths:
        return list(check(read_site(_project(start), today=today)))
    findings: set[Finding] = set()
    for path in dict.fromkeys(path.resolve() for path in paths):
        root = _project(path if path.is_dir() else path.parent, start)
        site = read_site(root, today=today)
        mine = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
        known = [article.file for article in site.articles] + ["data/"]
        if not mine or not (mine == "." or any(name == mine or name.startswith(f"{mine}/") for name in known)):
            findings.update(
                finding
                for finding in check(read_site(root, today=today, docs=path))
                # What the data are worth is a question of the project's own check.
                if not finding.path.startswith("data/")
            )
        else:
            inside = [f for f in check(site) if mine in {".", f.path} or f.path.startswith(f"{mine}/")]
            findings.update(inside)
    return sorted(findings)


def _claims(path: Path) -> dict[str, Mapping[str, Any]]:
    """The registry as it was."""
    try:
        return registry(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path} is no registry of claims: {error}"
        fix = "git show HEAD~1:data/claims.json > OLD.json writes the one before the last change"
        raise ConfigError(msg, path=path, fix=fix) from error


def _project(start: Path, *others: Path) -> Path:
    """The nearest folder with mkdocs.yml, at or above `start`, then at or above `others`."""
    for base in (start, *others):
        for folder in (base.resolve(), *base.resolve().parents):
            if (folder / "mkdocs.yml").is_file():
                return folder
    msg = f"There is no mkdocs.yml in {start} or above it."
    raise ConfigError(msg, path=start, fix="run the command in the project's folder")
