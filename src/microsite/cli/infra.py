"""`microsite infra`: the templates of the release, checked by what they mean."""

from __future__ import annotations

import json
from pathlib import Path

import click

from microsite.deploy.config import mistakes
from microsite.deploy.config import read_schema
from microsite.infra import DELIVERY
from microsite.infra import STACK
from microsite.infra import Home
from microsite.infra import check_files
from microsite.package import ARCHITECTURE
from microsite.package import RUNTIME
from microsite.serve import SECURITY_HEADERS

from .infra_cost import command as cost

__all__ = ["command"]


@click.group(name="infra")
def command() -> None:
    """Check the templates in infra/; print what a month costs.

    Example: microsite infra check
    """


command.add_command(cost)


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]…")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {path,line,column,rule,message,fix,severity}.")
@click.option("--rules", is_flag=True, help="List what is asserted and leave.")
@click.option("--no-lint", is_flag=True, help="Our own assertions only, without cfn-lint.")
@click.pass_context
def check(ctx: click.Context, *, paths: tuple[Path, ...], as_json: bool, rules: bool, no_lint: bool) -> None:
    """Check templates and parameters: cfn-lint, what each resource must mean, and that nothing else is there.

    PATH may be a template, a parameters file, or a folder of both; without one the project's infra/ is checked. What
    nobody asserts is a finding too. Exits with 1 when there is an error; warnings alone do not fail.

    \b
    Example: microsite infra check
    Example: microsite infra check infra/template.yml --json
    """  # noqa: D301 - click reads the backspace itself
    if rules:
        stated = {claim.rule: claim.sentence for spec in (STACK, DELIVERY) for claim in spec.claims}
        click.echo(json.dumps(stated, indent=2) if as_json else "\n".join(f"{k:20} {v}" for k, v in stated.items()))
        ctx.exit(0)
    root = Path.cwd()
    home = Home(
        headers=SECURITY_HEADERS,
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        mistakes=lambda text, path: mistakes(text, read_schema(path), str(path)),
    )
    findings = check_files(paths or (root / "infra",), home, root=root, linted=not no_lint)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            note = "" if finding.severity == "error" else f" [{finding.severity}]"
            click.echo(f"{finding}{note}")
        told = f"{errors} error(s), {len(findings) - errors} warning(s)."
        click.echo(told if findings else "No mistakes found.", err=True)
    ctx.exit(1 if errors else 0)
