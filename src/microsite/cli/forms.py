"""`microsite forms`: the definitions of the forms, checked, and the function packed for Lambda."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms.check import check_folder
from forms.definition import SHIPPED
from forms.definition import folder_of
from microsite.errors import ContentError
from microsite.findings import Finding
from microsite.package import RUNTIME
from microsite.package import build_package

if TYPE_CHECKING:
    from forms.check import Mistake
    from microsite.findings import Severity

__all__ = ["command", "demand_definitions"]


@click.group(name="forms")
def command() -> None:
    """Check the form definitions in lambda/forms/definitions/, and pack the function that answers them.

    Example: microsite forms check
    """


@command.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
@click.pass_context
def check(ctx: click.Context, *, path: Path | None, as_json: bool) -> None:
    """Find every mistake in the definitions, or in the file or folder PATH.

    Example: microsite forms check lambda/forms/definitions/contact.toml
    """
    findings = _check(path)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
        errors = sum(finding.severity == "error" for finding in findings)
        click.echo(
            f"{errors} errors, {len(findings) - errors} warnings" if findings else "No mistakes found.", err=True
        )
    ctx.exit(1 if any(finding.severity == "error" for finding in findings) else 0)


@command.command(
    help=f"""Pack the function for AWS Lambda ({RUNTIME}): one zip, the same bytes for the same input.

    Definitions with mistakes are not packed. Needs a built site: its frame goes around the function's pages.

    Example: microsite forms package --out build/forms.zip
    """
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("build/forms.zip"),
    show_default=True,
    help="The zip.",
)
@click.option(
    "--shell",
    type=click.Path(path_type=Path),
    default=Path("build/forms/shell.html"),
    show_default=True,
    help="The built page that answers are set into.",
)
@click.option("--json", "as_json", is_flag=True, help="Print size, digest and files as JSON.")
def package(out: Path, shell: Path, *, as_json: bool) -> None:
    demand_definitions()
    made = build_package(out, shell=shell, environ=os.environ, definitions=Path(folder_of(Path.cwd())))
    for warning in made.warnings:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        click.echo(json.dumps(made.as_dict(), indent=2))
    else:
        click.echo(f"{made.path}  {made.bytes:,} bytes, {len(made.files)} files, {RUNTIME}, id {made.id}")


def demand_definitions() -> None:
    """Raise ContentError with every finding when a definition of the project has a mistake.

    `forms.definition.load` refuses only what it cannot read; a wrong type or a missing sentence would show as a failed
    answer to the first visitor who meets it.
    """
    findings = _check(None)
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        message = f"the forms' definitions have {errors} error{'s' if errors > 1 else ''}"
        raise ContentError(message, findings, fix="see `microsite forms check`")


def _check(path: Path | None) -> list[Finding]:
    """Check `path`, or the definitions of the project in this folder together with its pages."""
    folder = folder_of(Path.cwd())
    docs = Path("docs")
    # The pages of a project belong to its own definitions, not to those of the package.
    pages = docs if folder != SHIPPED and docs.is_dir() else None
    return [_finding(one) for one in check_folder(path or folder, pages)]


def _finding(mistake: Mistake) -> Finding:
    severity: Severity = "warning" if mistake.severity == "warning" else "error"
    return Finding(_relative(mistake.path), *mistake[1:6], severity=severity)


def _relative(path: str) -> str:
    """`path` from where the user stands, so that a click on it opens the file."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
