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
from microsite.content import read_site
from microsite.content import registry
from microsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Judge dates as of this day (default: today).")
def command(paths: tuple[Path, ...], before: Path | None, today: datetime | None, *, as_json: bool, rules: bool) -> int:
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
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            note = "" if finding.severity == "error" else f" [{finding.severity}]"
            click.echo(f"{finding}{note}")
        click.echo(f"{errors} error(s), {len(findings) - errors} warning(s) and hint(s).", err=True)
    return 1 if errors else 0


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
                if finding.rule != "uncited-reference"
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
